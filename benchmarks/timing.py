"""How the benchmarks measure: in turn, after a warm-up, and as medians."""

import statistics
import time
from collections.abc import Callable

from tqdm import tqdm

__all__ = ["in_turn", "row", "seconds"]


def in_turn(
    tasks: dict[str, Callable[[], object]], runs: int, about: str = "edit distance"
) -> dict[str, float]:
    """Return the median time of each task, after a warm-up, run in turn so that drift hits all alike."""
    times: dict[str, list[float]] = {name: [] for name in tasks}
    for i in tqdm(range(runs + 1), desc=about, unit="round"):
        for name, task in tasks.items():
            taken = seconds(task)
            if i:
                times[name].append(taken)
    return {name: statistics.median(taken) for name, taken in times.items()}


def seconds(task: Callable[[], object]) -> float:
    """Return how long a task takes."""
    began = time.perf_counter()
    task()
    return time.perf_counter() - began


def row(peer: str, ratio: float, note: str) -> None:
    """Print one line of a table."""
    print(f"  {peer:<42}{ratio:>8.3f}   {note}")
