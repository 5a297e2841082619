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
    def quantile(share: float) -> float:
        return float(stats.norm.ppf(share))

    def between(low: float, high: float) -> float:
        return quantile(high) - quantile(low)

    mistakes = {
        "that is the way from one half to the higher share; begin at the lower one.": (
            lambda s, b, low, high: quantile(high) * s / b
        ),
        "that is the way from 10% to 90%; use `low` and `high`.": (
            lambda s, b, low, high: between(0.1, 0.9) * s / b
        ),
        "a faster fall of the mean takes fewer decades: divide by b.": (
            lambda s, b, low, high: between(low, high) * s * b
        ),
        "that is in powers of ten of the error; divide by b for decades of parameters.": (
            lambda s, b, low, high: between(low, high) * s
        ),
    }
    cases = [(0.3, 1.0, 0.1, 0.9), (0.6, 0.5, 0.2, 0.7), (1.0, 2.0, 0.3, 0.6)]
    otherwise = "the share is Φ((log₁₀ c − mean)/s): by how much must the mean fall from Φ = low to Φ = high?"
    return Function(lambda s, b, low, high: between(low, high) * s / b, cases, mistakes, otherwise)


def _linear() -> Number:
    errors = datasets.load_vision_errors()
    units = {job["parameters"]: job["recipe"]["width"] for job in errors.attrs["jobs"]}
    means = errors.groupby(["family", errors["parameters"].map(units)])["error"].mean()
    linear = means["principal components"]
    mistakes = {
        "that is the one with 12 units.": linear[12],
        "that is over all numbers of units; take those with 16.": linear.mean(),
        "that is for one pixel value; the error of an image is their sum.": linear[16] / 3072,
    }
    otherwise = (
        "take the rows of the principal components whose parameters belong to 16 units; then their mean."
    )
    return Number(linear[16], mistakes, otherwise)


EXERCISES = (_share, _width, _linear)
