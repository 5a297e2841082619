"""Accuracies of GPT-3 on arithmetic, part of the package."""

from __future__ import annotations

from importlib import resources

from mirage._later import pd

__all__ = ["load_gpt3_arithmetic"]


def load_gpt3_arithmetic() -> pd.DataFrame:
    """Return the accuracies of the eight GPT-3 models on ten arithmetic tasks.

    The table was transcribed from Table H.1 of the GPT-3 paper and agrees with a machine-made text version
    of it; check against the paper before citing a cell. One of them (2-digit addition, zero-shot, 6.7B:
    2.54%) is not a multiple of one item there either, so no result should hang on a single cell. The
    answers of the models were never published.

    Returns
    -------
    DataFrame, one row per task, setting and model
        `task, setting` (zero-, one- or few-shot), `parameters, accuracy_percent` (as printed), `items`, and
        `successes`, the nearest whole number of right answers.

    References
    ----------
    Brown et al. (2020), *Language Models are Few-Shot Learners*, arXiv:2005.14165, Table H.1.

    Examples
    --------
    >>> table = load_gpt3_arithmetic()
    >>> table.groupby("setting").size().to_dict()
    {'few-shot': 80, 'one-shot': 80, 'zero-shot': 80}
    """
    with resources.files("mirage").joinpath("data/gpt3_arithmetic.csv").open(encoding="utf-8") as file:
        table = pd.read_csv(file)
    successes = (table["accuracy_percent"] / 100 * table["items"]).round().astype(int)
    return table.assign(successes=successes)
