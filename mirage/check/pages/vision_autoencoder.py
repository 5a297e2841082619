"""Exercises of the page on autoencoders and a bar for their errors."""

from mirage import datasets
from mirage._later import stats
from mirage.check.judges import Function, Number

__all__ = ["EXERCISES"]


def _share() -> Number:
    mistakes = {
        "an error of 3 is not below 3.": 3 / 20,
        "that is how many there are; divide by the number of images.": 2,
        "that is the share above the bar.": 17 / 20,
    }
    return Number(2 / 20, mistakes, "count the errors that are below 3, and divide by twenty.")


def _width() -> Function:
    width = 2 * stats.norm.ppf(0.9)
    mistakes = {
        "that is the way from the middle to 90 %; from 10 % it is twice as far.": (
            lambda s, b: width / 2 * s / b
        ),
        "a faster fall of the mean takes fewer decades: divide by b.": lambda s, b: width * s * b,
        "that is in powers of ten of the error; divide by b for decades of parameters.": lambda s, b: (
            width * s
        ),
    }
    otherwise = "the share is Φ((log₁₀ c − mean)/s): by how much must the mean fall from Φ = .1 to .9?"
    return Function(lambda s, b: width * s / b, [(0.3, 1.0), (0.6, 0.5), (1.0, 2.0)], mistakes, otherwise)


def _linear() -> Number:
    errors = datasets.load_vision_errors()
    units = {job["parameters"]: job["recipe"]["width"] for job in errors.attrs["jobs"]}
    means = errors.groupby(["family", errors["parameters"].map(units)])["error"].mean()
    linear = means["principal components"]
    mistakes = {
        "that is the one with 12 units.": linear[12],
        "that is over all numbers of units; take those with 16.": linear.mean(),
    }
    otherwise = "take the rows of `linear` whose parameters belong to 16 units; then the mean error."
    return Number(linear[16], mistakes, otherwise)


EXERCISES = (_share, _width, _linear)
