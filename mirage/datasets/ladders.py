"""Six of the tables in the form that `mirage.forecasting` takes, with the cut between small and large."""

from __future__ import annotations

from mirage import _validate
from mirage._later import pd
from mirage.datasets.arithmetic import load_arithmetic_runs
from mirage.datasets.counts import to_counts, with_abilities
from mirage.datasets.gadre2024 import load_gadre2024
from mirage.datasets.olmo2024 import load_olmo2024
from mirage.datasets.ruan2024 import load_ruan2024
from mirage.datasets.schellaert2024 import load_schellaert2024
from mirage.datasets.wu2025 import load_wu2025

__all__ = ["load_ladder"]

_KEYS = ["family", "model", "parameters", "compute", "task"]
_LOSSES = "bits_per_byte", "log_probability"


def load_ladder(name: str) -> pd.DataFrame:
    """Return counts by model and task, and where the small models end, from one of six tables.

    The cuts are the authors' where they have one, and the same for all tasks but those of Wu and Lo:

    - "OLMo" (Bhagia et al.): the last checkpoint of each run, ten benchmarks, cloze; MMLU is one benchmark.
      `loss` is bits per byte of the right answer; the columns `bits_per_byte`, `log_probability` (turned
      over) and `c4_loss` are others to choose. Cut: 1.5 billion parameters, as the authors' ladder.
    - "Gadre": three corpora, a task a family; zero-shot copies of tasks are left out. `loss` is that on C4.
      Chance of commonsense_qa is set to 1/5, for five options. Cut: 1 billion parameters.
    - "Ruan": the seven tasks with two shots; abilities from the eight benchmarks. Cut: 8.4e22 operations, as
      in the authors' example.
    - "Wu": without the models that the authors leave out; `loss` is the Brier score. Cut: the take-off of the
      task, which the authors chose after looking.
    - "BIG-G": chance is 1/2 where there are two options, and else not known, set to 0. The tasks are those on
      which the largest model is above chance, see `load_schellaert2024`. Cut: 5 billion parameters.
    - "own": the transformers that add and multiply, a row per seed. `loss` is per symbol of the target. Cut:
      the middle of the sizes.

    All but "Ruan" and "own" have abilities from the other tasks of the same table.

    Parameters
    ----------
    name : {"OLMo", "Gadre", "Ruan", "Wu", "BIG-G", "own"}
        Which.

    Returns
    -------
    DataFrame, one row per model and task
        `family, model, parameters, compute, task, successes, trials`, `chance`, `cut` (operations for "Ruan"
        and "Wu", else parameters); `loss` and `ability_1` to `ability_3` where they are known.

    Raises
    ------
    DataUnavailable
        If the files can neither be found nor fetched.
    ValueError, TypeError
        If there is no such table.

    Examples
    --------
    >>> table = load_ladder("own")
    >>> bool((table["successes"] <= table["trials"]).all())
    True
    """
    return _TABLES[_validate.choice("name", name, tuple(_TABLES))]().reset_index(drop=True)


def _olmo() -> pd.DataFrame:
    rows = load_olmo2024().query("format == 'cloze'")
    last = rows["tokens"] == rows.groupby("run")["tokens"].transform("max")
    rows = rows[last & ~rows["task"].str.contains("(?:mmlu|arc|openbookqa).*val")]
    metric = rows["metric"].mask(
        rows["task"] == "boolq_val", rows["metric"].replace("accuracy", "accuracy_norm")
    )
    rows = rows.assign(model=rows["run"], metric=metric)
    table = to_counts(rows, "accuracy_norm")
    table = table.assign(**{one: to_counts(rows, "accuracy_norm", one)["loss"] for one in _LOSSES})
    table["task"] = table["task"].str.replace(r"(mmlu)_.*|_(?:val|test)$", r"\1", regex=True)
    how = dict.fromkeys(["successes", "trials"], "sum") | dict.fromkeys(["chance", *_LOSSES], "mean")
    table = table.groupby(_KEYS, as_index=False).agg(how)
    on_text = rows.drop_duplicates("model").set_index("model")["c4_loss"]
    table = table.assign(loss=table["bits_per_byte"], c4_loss=table["model"].map(on_text), cut=1.5e9)
    return with_abilities(table)


def _gadre() -> pd.DataFrame:
    rows = load_gadre2024()
    rows = rows[~rows["task"].str.contains("zeroshot")]
    parts = [to_counts(rows, metric) for metric in ("accuracy", "exact_match")]
    table = pd.concat(parts, ignore_index=True)
    loss = rows.drop_duplicates("model").set_index("model")["c4_loss"]
    chance = table["chance"].mask(table["task"] == "commonsense_qa", 1 / 5)
    return with_abilities(table.assign(chance=chance, loss=table["model"].map(loss), cut=1e9))


def _ruan() -> pd.DataFrame:
    rows = load_ruan2024()
    marks = rows[rows["shots"].isna()].pivot(index="model", columns="task", values="score")
    parts = [to_counts(rows[rows["shots"] == 2], metric) for metric in ("accuracy", "exact_match")]
    table = pd.concat(parts, ignore_index=True)
    table = table.assign(chance=(table["task"] == "parsinlu_qa") / 4, cut=8.4e22)
    return with_abilities(table, of=marks).dropna(subset=["ability_1", "compute"])


def _wu() -> pd.DataFrame:
    rows = load_wu2025().query("group == 'all' and not left_out")
    table = to_counts(rows, "accuracy", "brier_score").dropna(subset=["loss", "compute"])
    start = rows.drop_duplicates("task").set_index("task")["take_off"]
    return with_abilities(table.assign(cut=1.001 * table["task"].map(start)))


def _big_g() -> pd.DataFrame:
    rows = load_schellaert2024()
    kinds, table = rows.drop_duplicates("task").set_index("task")["kind"], to_counts(rows, "accuracy")
    chance = (table["task"].map(kinds) == "two options") / 2
    return with_abilities(table.assign(chance=chance, cut=5e9))


def _own() -> pd.DataFrame:
    rows = load_arithmetic_runs()
    last = rows["step"] == rows.groupby(["family", "model"])["step"].transform("max")
    rows = rows[last & rows["family"].isin(["mixed", "padded"]) & ~rows["task"].str.contains("large")]
    table = rows.assign(
        model=rows["model"] + " " + rows["seed"].astype(str),
        task=rows["family"] + " " + rows["task"],
        loss=-rows["log_probability"] / rows["tokens"],
        successes=rows["exact_match"].astype(int),
        chance=0.0,
        cut=rows.groupby("family")["parameters"].transform(lambda sizes: sizes.drop_duplicates().median()),
        family="own",
    )
    return table[["family", "model", "parameters", "task", "successes", "trials", "chance", "loss", "cut"]]


_TABLES = {"OLMo": _olmo, "Gadre": _gadre, "Ruan": _ruan, "Wu": _wu, "BIG-G": _big_g, "own": _own}
