"""Exercises of the page on autoencoders and a bar for their errors."""

from collections.abc import Callable

from scipy import stats

from mirage import datasets
from mirage._checkers import Verdict, judge_function, judge_number

__all__ = ["EXERCISES"]


def _share(answer: object) -> Verdict:
    return judge_number(
        answer,
        expected=2 / 20,
        mistakes={
            "an error of 3 is not below 3.": 3 / 20,
            "that is how many there are; divide by the number of images.": 2,
            "that is the share above the bar.": 17 / 20,
        },
        otherwise="count the errors that are below 3, and divide by twenty.",
    )


def _width(answer: object) -> Verdict:
    middle = stats.norm.ppf(0.9)
    return judge_function(
        answer,
        lambda s, b: 2 * middle * s / b,
        [(0.3, 1.0), (0.6, 0.5), (1.0, 2.0)],
        mistakes={
            "that is the way from the middle to 90 %; from 10 % it is twice as far.": lambda s, b: (
                middle * s / b
            ),
            "a faster fall of the mean takes fewer decades: divide by b.": lambda s, b: 2 * middle * s * b,
            "that is in powers of ten of the error; divide by b for decades of parameters.": lambda s, b: (
                2 * middle * s
            ),
        },
        otherwise="the share is Φ((log₁₀ c − mean)/s): by how much must the mean fall from Φ = .1 to .9?",
    )


def _linear(answer: object) -> Verdict:
    errors = datasets.load_vision_errors()
    units = {job["parameters"]: job["recipe"]["width"] for job in errors.attrs["jobs"]}
    means = errors.groupby(["family", errors["parameters"].map(units)])["error"].mean()
    return judge_number(
        answer,
        expected=means["principal components", 16],
        mistakes={
            "that is the mean of the autoencoders; take the principal components.": means["autoencoder", 16],
            "that is the one with 12 units.": means["principal components", 12],
            "that is over all numbers of units; take those with 16.": means["principal components"].mean(),
        },
        otherwise="take the rows of `linear` whose parameters belong to 16 units; then the mean error.",
    )


EXERCISES: dict[str, Callable[[object], Verdict]] = {
    "vision-autoencoder-1": _share,
    "vision-autoencoder-2": _width,
    "vision-autoencoder-3": _linear,
}
