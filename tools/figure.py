"""Draw the figure of the README and of the front page: `python -m tools.figure`."""

import sys

import matplotlib.pyplot as plt
import numpy as np

from mirage import figures, page, scaling, style, toy
from tools.project import ROOT, write

TARGET = ROOT / "book" / "images" / "toy-model.svg"


def main() -> int:
    """Write the figure."""
    style.use()
    write(TARGET, page.svg(draw()))
    return 0


def draw() -> plt.Figure:
    """Return the toy model family scored twice: exact match, and share of wrong tokens."""
    sizes = np.logspace(8, 13, 300)
    p = scaling.token_probability(scaling.loss(sizes, constant=1e9, exponent=0.4))
    lengths = [1, 5, 20]
    exact = {f"{length} token{'s' * (length > 1)}": toy.accuracy(p, length) for length in lengths}
    figure, (above, below) = plt.subplots(2, 1, figsize=(6.4, 5), sharex=True)
    figures.draw_curves(sizes, exact, ax=above)
    above.set(title="Exact match of the whole answer", ylabel="Expected share right", ylim=(0, 1))
    figures.draw_curves(sizes, {"any length": 1 - p}, ax=below)
    below.set(
        title="Wrong tokens, for any length (less is better)", ylabel="Expected share wrong", ylim=(0, 1)
    )
    return figure


if __name__ == "__main__":
    sys.exit(main())
