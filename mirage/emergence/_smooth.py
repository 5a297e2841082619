"""Smooth curves over log10 N, as many as a grid needs, and the steps that can be added to them."""

from collections.abc import Iterator

import numpy as np

from mirage._later import special

KINDS = ("line", "hinge", "logistic", "gompertz", "reversed gompertz")
_LEVELS = 4  # a coarse grid, and three finer ones around its best curve
_NEARBY, _WIDER = np.linspace(-1, 1, 9), np.linspace(-1, 1, 5)
_WIDEST, _FINENESS = 6, 0.4  # of the spans; of the logarithms of neighbouring widths
_LEAST = 0.02  # of a step's squares: what must be left of it beside the curve, to be told from it


def curves(
    x: np.ndarray, z: np.ndarray, weights: np.ndarray, narrowest: float
) -> tuple["Grid", np.ndarray, np.ndarray, np.ndarray]:
    """Return a grid of smooth curves, finer where they pass near z; the kind, level and width of each."""
    shapes, kinds, levels, widths = [np.zeros((1, x.size))], [0], [0], [np.array([np.inf])]
    for number, kind in enumerate(KINDS[1:], start=1):
        for level, (found, width) in enumerate(_refined(kind, x, z, weights, narrowest)):
            shapes.append(found)
            kinds += [number] * len(found)
            levels += [level] * len(found)
            widths.append(width)
    grid = Grid(x, np.concatenate(shapes), weights)
    return grid, np.array(kinds), np.array(levels), np.concatenate(widths)


def _refined(kind: str, x: np.ndarray, z: np.ndarray, weights: np.ndarray, narrowest: float) -> Iterator:
    root, line = _line(x, weights)
    rest = _off((z * root)[None], line)[0]
    places, widths = _coarse(kind, x, narrowest)
    step, factor = places[1] - places[0], widths[1] / widths[0]
    places, widths = np.tile(places, widths.size), np.repeat(widths, places.size)
    least = narrowest if kind != "hinge" else 0.01
    for level in range(_LEVELS):
        shapes = _shapes(kind, x, places, widths)
        yield shapes, widths
        best = ((_beside_line(shapes * root, line) @ rest) ** 2).argmax()
        nearby = places[best] + step / 4**level * _NEARBY
        wider = np.maximum(widths[best] * factor ** (_WIDER / 3**level), least)
        places, widths = np.tile(nearby, wider.size), np.repeat(wider, nearby.size)


def _coarse(kind: str, x: np.ndarray, narrowest: float) -> tuple[np.ndarray, np.ndarray]:
    span = np.ptp(x)
    if kind == "hinge":
        return np.linspace(x.min(), x.max(), 25), span * np.array([0.02, 0.06, 0.2, 0.6])
    places = int(np.clip(np.ceil(1.6 * span / narrowest * 3), 33, 120))
    around = np.linspace(x.min() - 0.3 * span, x.max() + 0.3 * span, places)
    widest = max(_WIDEST * span, 4 * narrowest)  # wider ones are lines as well as not
    return around, np.geomspace(narrowest, widest, int(np.ceil(np.log(widest / narrowest) / _FINENESS)) + 1)


def _shapes(kind: str, x: np.ndarray, places: np.ndarray, widths: np.ndarray) -> np.ndarray:
    """Return curves whose 10-90 width is `widths` (of a hinge: over which it bends), shape (curves, x)."""
    t = (x - places[:, None]) / widths[:, None]
    if kind == "hinge":
        return np.logaddexp(0, t) * widths[:, None]
    if kind == "logistic":
        return special.expit(t * 2 * np.log(9))
    u = t * np.log(np.log(0.1) / np.log(0.9))
    with np.errstate(over="ignore"):  # far from its rise the curve is 0 or 1
        return np.exp(-np.exp(-u)) if kind == "gompertz" else -np.expm1(-np.exp(u))


class Grid:
    """Curves a + b x + c s(x) for a set of shapes s, alone and with a step in each gap of x."""

    def __init__(self, x: np.ndarray, shapes: np.ndarray, weights: np.ndarray):
        self.root, self.line = root, line = _line(x, weights)
        self.shapes = _beside_line(shapes * root, line)
        steps = (x > ((x[1:] + x[:-1]) / 2)[:, None]) * root
        rest = _off(steps, line)
        rest = rest[:, None] - (rest @ self.shapes.T)[..., None] * self.shapes
        alone = steps - np.outer(steps @ root, root) / weights.sum()
        self.lengths = _lengths(rest)  # (gaps, shapes), as are the steps
        self.steps = _unit(rest, _lengths(alone)[:, None], np.sqrt(_LEAST))

    def scan(self, z: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the squares that each curve leaves of z, and what its best step takes of them."""
        rest = self._off_line(z)
        left = np.maximum(rest @ rest - (self.shapes @ rest) ** 2, 0)
        return left, ((self.steps @ rest) ** 2).max(axis=0)

    def scan_around(self, fit: np.ndarray, noise: np.ndarray, some: np.ndarray):
        """Return what `scan` does with some curves, for each column of noise, added to a fit near them."""
        rest, shapes, steps = self._off_line(fit), self.shapes[some], self.steps[:, some]
        noise = _off((noise * self.root[:, None]).T, self.line).T.astype(np.float32)
        left_of_fit, fixed = rest - (shapes @ rest)[:, None] * shapes, steps @ rest
        shapes, steps, left_of_fit, fixed = map(np.float32, (shapes, steps, left_of_fit, fixed))
        left = shapes @ noise
        left *= -left
        left += (2 * left_of_fit) @ noise
        left += (noise**2).sum(0)
        left += (left_of_fit**2).sum(1)[:, None]
        taken = np.zeros_like(left)
        for step, at in zip(steps, fixed, strict=True):
            found = step @ noise
            found += at[:, None]
            np.maximum(taken, np.abs(found, out=found), out=taken)
        return np.maximum(left, 0, out=left), np.square(taken, out=taken)

    def fit(self, z: np.ndarray, which: int) -> np.ndarray:
        """Return a curve of the grid fitted to z."""
        y = z * self.root
        shape = self.shapes[which]
        return (self.line @ (self.line.T @ y) + shape * (shape @ y)) / self.root

    def fit_of_two(self, z: np.ndarray, firsts: list[int]) -> tuple[np.ndarray, float]:
        """Return the best fit of two curves of the grid, the first one of some, and the squares it leaves."""
        y, rest = z * self.root, self._off_line(z)
        best, least = None, np.inf
        for first in firsts:
            alone = rest - (self.shapes[first] @ rest) * self.shapes[first]
            others = self.shapes - np.outer(self.shapes @ self.shapes[first], self.shapes[first])
            others = _unit(others, _lengths(self.shapes), np.sqrt(_LEAST))
            taken = (others @ alone) ** 2
            second = int(taken.argmax())
            left = max(alone @ alone - taken[second], 0)
            if left < least:
                best, least = y - alone + (others[second] @ alone) * others[second], left
        return best / self.root, float(least)

    def _off_line(self, z: np.ndarray) -> np.ndarray:
        return _off((z * self.root)[None], self.line)[0]

    def step(self, z: np.ndarray, which: int) -> tuple[int, float]:
        """Return the gap of the largest step beside a curve of the grid, and its height."""
        sizes = self.steps[:, which] @ (z * self.root)
        gap = int(np.abs(sizes).argmax())
        return gap, float(sizes[gap] / self.lengths[gap, which])


def _line(x: np.ndarray, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the roots of the weights, and an orthonormal basis of the weighted straight lines."""
    root = np.sqrt(weights)
    return root, np.linalg.qr(np.column_stack([root, x * root]))[0]


def _off(rows: np.ndarray, line: np.ndarray) -> np.ndarray:
    return rows - (rows @ line) @ line.T


def _beside_line(rows: np.ndarray, line: np.ndarray) -> np.ndarray:
    return _unit(_off(rows, line), _lengths(rows), 1e-5)


def _lengths(rows: np.ndarray) -> np.ndarray:
    return np.sqrt(np.einsum("...i,...i->...", rows, rows))


def _unit(rows: np.ndarray, before: np.ndarray, least: float) -> np.ndarray:
    """Return rows of length 1; zeros for rows of which hardly anything is left."""
    length = _lengths(rows)
    told = length > least * np.maximum(before, 1e-300)
    return rows * np.where(told, 1 / np.maximum(length, 1e-300), 0)[..., None]
