"""The noun of the statistics: one curve, which is a score by scale of one family on one task.

It stands in a file of its own, so that `outputs` can make what `emergence` takes. Import it as
`emergence.Curve`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from mirage import _validate
from mirage._later import pd

__all__ = ["Curve"]

_OPTIONAL = {
    "loss": "losses",
    "loss_standard_error": "loss_standard_errors",
    "item_log_probabilities": "item_log_probabilities",
    "design_effect": "design_effect",
}


@dataclass(frozen=True, eq=False)
class Curve:
    """A score by scale: one family, one task, one score; checked once, here, and read-only.

    Make one with `Curve.from_counts`, `Curve.from_scores` or `Curve.from_table`, or from a table of fixed
    outputs with `outputs.curve`. A run is one trained model; runs of one size are replicates (seeds).

    Attributes
    ----------
    parameters : ndarray, shape (runs,)
        Place of each run on the horizontal axis, above 0.
    scores : ndarray, shape (runs,)
        Score of each run; of counts, the share of right answers.
    standard_errors : ndarray, shape (runs,), or None
        Of the scores, from their items; None if they are not known.
    successes, trials : ndarray of int, shape (runs,), or None
        Right answers and items of each run; None if the score is no count.
    design_effect : ndarray, shape (runs,)
        Variance of each count, over that of as many independent items.
    losses, loss_standard_errors : ndarray, shape (runs,), or None
        Negative log-likelihood per token of the same outputs, in nats, and its standard error.
    item_log_probabilities : ndarray, shape (runs, items), or None
        Log-probability of each item's whole target, in nats.
    floor, floor_error, ceiling, ceiling_error : float
        Score of a model that knows nothing, and of one that knows all, NaN if they are not known; and their
        standard errors, 0 if they are known exactly.
    axis : str
        What the horizontal axis is: "parameters", "compute", "loss", "steps of training".
    """

    parameters: np.ndarray
    scores: np.ndarray
    standard_errors: np.ndarray | None
    successes: np.ndarray | None
    trials: np.ndarray | None
    design_effect: np.ndarray
    losses: np.ndarray | None
    loss_standard_errors: np.ndarray | None
    item_log_probabilities: np.ndarray | None
    floor: float
    floor_error: float
    ceiling: float
    ceiling_error: float
    axis: str

    @classmethod
    def from_counts(
        cls,
        parameters: ArrayLike,
        successes: ArrayLike,
        trials: ArrayLike,
        *,
        floor: float | tuple[float, float] = 0.0,
        ceiling: float | tuple[float, float] = 1.0,
        design_effect: ArrayLike = 1.0,
        losses: ArrayLike | None = None,
        loss_standard_errors: ArrayLike | None = None,
        item_log_probabilities: ArrayLike | None = None,
        axis: str = "parameters",
    ) -> Curve:
        """Return the curve of the share of right answers.

        Parameters
        ----------
        parameters : array-like, shape (runs,)
            Place of each run on the horizontal axis, above 0; equal values are replicates.
        successes, trials : array-like of int, shape (runs,)
            Right answers and items of each run.
        floor, ceiling : float, or pair of float
            Between 0 and 1: the share of right answers of a model that knows nothing, and of one that knows
            all; or each with its standard error.
        design_effect : array-like, shape (runs,) or a number
            Variance of each count over that of as many independent items, above 0: more than 1 where items
            come in clusters or are asked several times.
        losses, loss_standard_errors : array-like, shape (runs,), optional
            Negative log-likelihood per token of the same outputs in nats, above 0, and its standard error.
        item_log_probabilities : array-like, shape (runs, items), optional
            Log-probability of each item's whole target in nats, at most 0.
        axis : str
            What the horizontal axis is.

        Raises
        ------
        ValueError, TypeError
            If lengths differ, a value is missing or outside its range, or floor and ceiling are equal.

        Examples
        --------
        >>> curve = Curve.from_counts([1e8, 1e9, 1e10], [26, 40, 90], [100] * 3, floor=(0.25, 0.01))
        >>> curve.scores, curve.floor_error
        (array([0.26, 0.4 , 0.9 ]), 0.01)
        """
        size = _validate.vector("parameters", parameters, 0, open_low=True)
        right, items = _validate.counts(successes, trials)
        effect = _validate.each("design_effect", design_effect, size, 0, open_low=True)
        chances = item_log_probabilities
        if chances is not None:
            chances = _validate.array("item_log_probabilities", chances, high=0)
            if chances.ndim != 2:
                raise ValueError(f"item_log_probabilities must have one row a run; got shape {chances.shape}")
        losses = _losses(losses, loss_standard_errors)
        ends = *_validate.with_error("floor", floor, 0, 1), *_validate.with_error("ceiling", ceiling, 0, 1)
        return cls(size, None, None, right, items, effect, *losses, chances, *ends, axis)

    @classmethod
    def from_scores(
        cls,
        parameters: ArrayLike,
        scores: ArrayLike,
        standard_errors: ArrayLike | None = None,
        *,
        floor: float | tuple[float, float] | None = None,
        ceiling: float | tuple[float, float] | None = None,
        losses: ArrayLike | None = None,
        loss_standard_errors: ArrayLike | None = None,
        axis: str = "parameters",
    ) -> Curve:
        """Return the curve of a score that is no count.

        Parameters
        ----------
        parameters : array-like, shape (runs,)
            Place of each run on the horizontal axis, above 0; equal values are replicates.
        scores : array-like, shape (runs,)
            Score of each run.
        standard_errors : array-like, shape (runs,), optional
            Standard error of each score from its items, at least 0. Fits refuse a curve without them.
        floor, ceiling : float, or pair of float, optional
            Score of a model that knows nothing, and of one that knows all; or each with its standard error.
            The floor of a loss lies above its ceiling. Fits refuse a curve without them.
        losses, loss_standard_errors : array-like, shape (runs,), optional
            As in `from_counts`.
        axis : str
            What the horizontal axis is.

        Raises
        ------
        ValueError, TypeError
            If lengths differ, a value is missing or outside its range, or floor and ceiling are equal.

        Examples
        --------
        >>> Curve.from_scores([1e8, 1e9], [4.1, 0.3], [0.1, 0.1], floor=4.5, ceiling=0).ceiling
        0.0
        """
        size = _validate.vector("parameters", parameters, 0, open_low=True)
        values = _validate.vector("scores", scores)
        errors = None if standard_errors is None else _validate.vector("standard_errors", standard_errors, 0)
        losses = _losses(losses, loss_standard_errors)
        ends = *_end("floor", floor), *_end("ceiling", ceiling)
        return cls(size, values, errors, None, None, np.ones_like(size), *losses, None, *ends, axis)

    @classmethod
    def from_table(
        cls,
        table: pd.DataFrame,
        *,
        floor: float | tuple[float, float] | None = None,
        ceiling: float | tuple[float, float] | None = None,
        axis: str = "parameters",
    ) -> Curve:
        """Return the curve in a tidy table with one row a run, such as the loaders of `datasets` give.

        Parameters
        ----------
        table : DataFrame, one row a run
            `parameters` (or the column that `axis` names); and either `successes` and `trials`, or `score`
            and, if known, `standard_error`. If known, `loss`, `loss_standard_error`,
            `item_log_probabilities` and `design_effect`. A column `family`, `task`, `metric` or `step` must
            hold one value (of `step`, one a model). Drop a column with missing values, or its rows.
        floor, ceiling : float, or pair of float, optional
            As in `from_counts` (0 and 1 without them) and `from_scores`.
        axis : str
            Name of the column that is the horizontal axis.

        Raises
        ------
        ValueError, TypeError
            If a column or a value is missing or outside its range, or the table holds several curves.

        Examples
        --------
        >>> table = pd.DataFrame({"parameters": [1e8, 1e9], "successes": [1, 4], "trials": 9})
        >>> Curve.from_table(table).trials
        array([9, 9])
        """
        _validate.instance("table", table, pd.DataFrame)
        counted = "successes" in table
        _validate.columns("table", table, [axis, *(["successes", "trials"] if counted else ["score"])])
        _refuse_several(table)
        known = {name: table[column] for column, name in _OPTIONAL.items() if column in table}
        for column in known.values():
            if (missing := column.isna()).any():
                row = missing.idxmax()
                raise ValueError(f"{column.name} must have no missing values; row {row} has one (drop it)")
        if "item_log_probabilities" in known:
            known["item_log_probabilities"] = _stacked(known["item_log_probabilities"])
        ends = {name: end for name, end in (("floor", floor), ("ceiling", ceiling)) if end is not None}
        if counted:
            columns = (table[name] for name in (axis, "successes", "trials"))
            return cls.from_counts(*columns, **known, **ends, axis=axis)
        known.pop("item_log_probabilities", None), known.pop("design_effect", None)
        errors = table.get("standard_error")
        return cls.from_scores(table[axis], table["score"], errors, **known, **ends, axis=axis)

    def __post_init__(self):
        """Check what concerns several fields, score the counts, and make the arrays read-only."""
        if not isinstance(self.axis, str):
            raise TypeError(f"axis must be a name; got {_validate.shown(self.axis)}")
        if self.floor == self.ceiling:
            raise ValueError(f"ceiling must differ from floor; got {self.ceiling:g} and {self.floor:g}")
        _validate.as_many(**self._arrays())
        if self.trials is not None:
            share = self.successes / self.trials
            errors = np.sqrt(share * (1 - share) / self.trials * self.design_effect)
            vars(self).update(scores=share, standard_errors=errors)
        for name, value in self._arrays().items():
            vars(self)[name] = value.copy()
            vars(self)[name].flags.writeable = False

    def _arrays(self) -> dict[str, np.ndarray]:
        return {name: value for name, value in vars(self).items() if isinstance(value, np.ndarray)}

    def __len__(self) -> int:
        """Return the number of runs."""
        return self.parameters.size

    def take(self, runs: ArrayLike) -> Curve:
        """Return the curve of some runs: a mask, or their indices.

        Examples
        --------
        >>> curve = Curve.from_counts([1e8, 1e9, 1e10], [26, 40, 90], [100] * 3)
        >>> curve.take(curve.parameters < 1e10).successes
        array([26, 40])
        """
        return replace(self, **{name: value[runs] for name, value in self._arrays().items()})

    def by_size(self) -> Curve:
        """Return the curve with one entry a size, the mean of its runs, in the order of the sizes.

        Runs of one size answer the same items. So their mean is known no better than one run: the runs are
        no further items.

        Examples
        --------
        >>> both = Curve.from_counts([1e8, 1e8, 1e9], [20, 30, 90], [100] * 3).by_size()
        >>> both.scores, both.design_effect
        (array([0.25, 0.9 ]), array([2., 1.]))
        """
        sizes, entry, runs = np.unique(self.parameters, return_inverse=True, return_counts=True)
        arrays = {name: value for name, value in self._arrays().items() if value.ndim == 1}
        sums = {name: np.bincount(entry, value) for name, value in arrays.items()}
        known = {name: total / runs for name, total in sums.items()}
        if self.trials is not None:
            added = "successes", "trials", "design_effect"
            known |= {name: sums[name].astype(arrays[name].dtype) for name in added}
        return replace(self, **known | {"parameters": sizes, "item_log_probabilities": None})

    @property
    def sizes(self) -> np.ndarray:
        """Return the different places on the horizontal axis, rising."""
        return np.unique(self.parameters)


def _end(name: str, value: object) -> tuple[float, float]:
    """Return floor or ceiling with its standard error; NaN if it is not known."""
    return (np.nan, 0.0) if value is None else _validate.with_error(name, value)


def _losses(losses: object, errors: object) -> tuple[np.ndarray | None, np.ndarray | None]:
    if losses is None and errors is not None:
        raise ValueError("losses must be given where loss_standard_errors are")
    if losses is not None:
        losses = _validate.vector("losses", losses, 0, open_low=True)
    return losses, None if errors is None else _validate.vector("loss_standard_errors", errors, 0)


def _stacked(rows: pd.Series) -> np.ndarray | None:
    """Return the rows as one array; None where the runs have different numbers of items."""
    arrays = [np.asarray(row) for row in rows]
    return np.stack(arrays) if len({array.shape for array in arrays}) == 1 else None


def _refuse_several(table: pd.DataFrame) -> None:
    for name in ("family", "task", "metric"):
        if name in table and table[name].nunique() > 1:
            raise ValueError(f"table must hold one {name}; got {_validate.shown(sorted(set(table[name])))}")
    model = "model" if "model" in table else "parameters"
    if {"step", model} <= set(table) and (table.groupby(model)["step"].nunique() > 1).any():
        raise ValueError("table must hold one step of each model; got several (choose one)")
