"""Exercises of the page on answers without questions."""

import numpy as np

from mirage import resolution
from mirage.check.judges import Function, Number

__all__ = ["EXERCISES"]

_ITEMS = (
    ("the moon has no air", "the moon has some water", "the sun has no air"),
    ("a boy lost his new kite", "a girl lost her new kite", "a boy lost his old kite"),
    ("bees carry honey", "birds carry pollen", "bees carry pollen"),
    ("plants breathe at night", "plants breathe at noon", "animals breathe at night"),
    ("salt melts the ice", "salt melts the glass", "sugar melts the ice"),
    ("cut the bread in four", "cut the apple in two", "cut the bread in two"),
)


def _artefact() -> Function:
    def place(options: tuple[str, ...], sign: int = 1) -> int:
        bags = [set(option.split()) for option in options]
        shared = [sum(len(one & other) for other in bags if other is not one) for one in bags]
        return max(range(len(bags)), key=lambda k: sign * shared[k])

    def longest(options: tuple[str, ...]) -> int:
        return max(range(len(options)), key=lambda k: len(options[k]))

    mistakes = {
        "that is the longest option; look at the words that the options share.": longest,
        "that is the odd one out; look for the one that the others were made from.": lambda o: place(o, -1),
    }
    cases = [(options,) for options in _ITEMS]
    return Function(place, cases, mistakes, "compare each option's words with those of the others.")


def _needed() -> Number:
    counts = np.arange(501)

    def first(*floor: float) -> int:
        tail = resolution.tail_at_floor(counts / 500, np.full(501, 500), *floor)
        return int(counts[tail <= 0.05][0])

    mistakes = {
        "that is surely above chance; take the blind score as the floor.": first(0.25),
        "that takes the blind score as exact; give its standard error as well.": first(0.45),
        "that is what the blind reader gets; surely above it is more.": 225,
    }
    return Number(first(0.45, 0.03), mistakes, "find the first count whose probability is at most 0.05.")


def _expected() -> Number:
    both, one, none = 0.7**2, 2 * 0.7 * 0.3, 0.3**2
    mistakes = {
        "that needs both siblings; with one, or none, the reader guesses among what is left.": both,
        "with no sibling the reader still guesses, among three.": both + one / 2,
        "one sibling of the two: there are two ways for that.": both + one / 4 + none / 3,
    }
    otherwise = "take the cases of two, one and no sibling in the training set."
    return Number(both + one / 2 + none / 3, mistakes, otherwise)


EXERCISES = (_expected, _needed, _artefact)
