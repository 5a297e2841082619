"""Exercises of the page on LeNets and K of K images."""

from math import comb

from mirage.check.judges import Function, Number

__all__ = ["EXERCISES"]


def _accuracy_needed() -> Number:
    mistakes = {
        "that is the chance of five right at an accuracy of one half.": 0.5**5,
        "one half is what all five together need.": 0.5,
        "one tenth of errors for each image is a little too strict: solve a⁵ = 1/2 for a.": 0.9,
    }
    return Number(0.5 ** (1 / 5), mistakes, otherwise="solve a⁵ = 1/2 for a.")


def _chance() -> Function:
    def all_right(right: int, images: int, K: int) -> float:
        return comb(right, K) / comb(images, K)

    def put_back(right: int, images: int, K: int) -> float:
        return (right / images) ** K

    def none_right(right: int, images: int, K: int) -> float:
        return all_right(images - right, images, K)

    mistakes = {
        "that puts each image back; the second is drawn from one image less.": put_back,
        "that is the chance that none is right.": none_right,
    }
    cases = [(80, 100, 3), (5, 10, 5), (7, 9, 1), (3, 8, 4)]
    otherwise = "count the subsets of K right images, and divide by all subsets of K images."
    return Function(all_right, cases, mistakes, otherwise)


def _factor() -> Number:
    mean, both = ((0.95 + 0.55) / 2) ** 5, (0.95**5 + 0.55**5) / 2
    mistakes = {
        "that is the chance itself; divide it by the fifth power of the mean accuracy.": both,
        "that is the fifth power of the mean accuracy; divide by it.": mean,
        "turn the ratio over.": mean / both,
    }
    otherwise = "take the mean of the two fifth powers, and divide by the fifth power of the mean."
    return Number(both / mean, mistakes, otherwise, tolerance=0.03)  # two digits are enough


EXERCISES = (_accuracy_needed, _chance, _factor)
