"""Public names that are gone, and what to use in their place."""

from collections.abc import Callable

_SUCCESSORS = {
    "mirage.sweep": "experiments.sweep, in a clone of the book",
    "mirage.tasks": "mirage.families.tasks",
    "mirage.datasets.load_big_bench": "datasets.load_schellaert2024",
    "mirage.datasets.load_vision_images": "datasets.load_images",
    "mirage.emergence.bend_test": "emergence.break_test, family by family",
    "mirage.emergence.emergence_score_test": "emergence.break_test",
    "mirage.emergence.fit_exponent": "emergence.fit_curve (its `exponent`)",
    "mirage.emergence.sharpness_of_counts": "emergence.sharpness(Curve.from_counts(…))",
    "mirage.style.between": "words.interval",
    "mirage.style.show": "page.show",
    "mirage.style.svg": "page.svg",
}


def getter(module: str) -> Callable[[str], object]:
    """Return the `__getattr__` of a module: its error names the successor of a name that is gone."""

    def missing(name: str) -> object:
        if successor := _SUCCESSORS.get(f"{module}.{name}"):
            raise AttributeError(f"{module}.{name} is gone; use {successor}")
        raise AttributeError(f"module {module!r} has no attribute {name!r}")

    return missing
