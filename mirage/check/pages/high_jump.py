"""Exercises of the page on the high jump."""

import numpy as np

from mirage import resolution, scaling
from mirage.check.judges import Function, Number

__all__ = ["EXERCISES"]


def _width() -> Number:
    spread, gain = 0.06, 0.3
    one_side, far = scaling.link([0.9, 0.975], "probit")
    width = 2 * one_side * spread / gain
    mistakes = {
        "that is σ divided by the gain. How many σ lie between 10% and 90%?": spread / gain,
        "that is half of it: from 50% to 90%. The width goes from 10% to 90%.": width / 2,
        "these are e-folds, from natural logarithms; decades are asked for.": width * np.log(10),
        "that goes from 2.5% to 97.5%. The width goes from 10% to 90%.": 2 * far * spread / gain,
        "that is in metres: divide by the gain in metres per decade.": width * gain,
        "the gain should divide: faster progress makes a narrower transition.": width * gain**2,
    }
    otherwise = (
        "at which mean height is the probability 10%, and at which 90%? Divide the difference by "
        "the metres gained per decade."
    )
    return Number(width, mistakes, otherwise)


def _middle() -> Number:
    jumps, spread, gain = 20, 0.05, 0.4
    needed = 0.5 ** (1 / jumps)
    decades, fewer = scaling.link([needed, 0.5**jumps], "probit") * spread / gain
    shift = jumps ** (1 / gain)
    mistakes = {
        "that is the number of decades. The exercise asks for the factor.": decades,
        "that is the probability that one jump needs. How much more training brings it there?": needed,
        "decades are factors of ten, not of e.": np.exp(decades),
        "that takes the 20th power of one half. One jump needs the 20th root.": 10**fewer,
        "that is the shift of the toy model, L^(1/a). Here the jumps are normal.": shift,
    }
    otherwise = (
        "one jump must succeed with probability 0.5^(1/20). How many σ above the bar is that (the "
        "probit link tells), and how many decades of training?"
    )
    return Number(10**decades, mistakes, otherwise)


def _best() -> Function:
    mistakes = {
        "that is the probability that all tries succeed; one is enough.": lambda q, tries: q**tries,
        "that can exceed 1: two successes count once.": lambda q, tries: tries * q,
        "that is the probability that every try fails.": lambda q, tries: (1 - q) ** tries,
        "that is the probability that not all tries succeed.": lambda q, tries: 1 - q**tries,
    }
    otherwise = "the best of m tries fails only if all m fail."
    cases = [(0.3, 5), (0.01, 100), (0.5, 2)]
    return Function(lambda q, tries: 1 - (1 - q) ** tries, cases, mistakes, otherwise)


def _failure() -> Number:
    steps, chain = 1000, 0.9
    failure = 1 - chain ** (1 / steps)
    mistakes = {
        "that is for a chain that is a single step. How rarely must one of 1,000 steps fail?": float(
            resolution.items_needed(1 - chain)
        ),
        "with 1/p items you expect one failure on average, and often see none.": 1 / failure,
        "that shows a success. A failure is rare, and asked for.": float(
            resolution.items_needed(1 - failure)
        ),
        "that is where one chain in ten works; nine in ten are asked for.": float(
            resolution.items_needed(1 - (1 - chain) ** (1 / steps))
        ),
    }
    otherwise = (
        "one step must succeed with probability 0.9^(1/1000); use resolution.items_needed on its failures."
    )
    return Number(float(resolution.items_needed(failure)), mistakes, otherwise)


EXERCISES = (_width, _middle, _best, _failure)
