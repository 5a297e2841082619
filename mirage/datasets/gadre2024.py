"""Gadre et al. (2024): 104 models of six sizes, trained on three corpora for eight lengths of time."""

from __future__ import annotations

import functools
import json
from pathlib import Path

import numpy as np

from mirage._later import pd
from mirage.datasets import _sources
from mirage.datasets._tables import tidy

__all__ = ["load_gadre2024", "load_gadre2024_losses"]

_CORPORA = {"c4_original": "C4", "rpj": "RedPajama", "rw_original": "RefinedWeb"}
_ANSWERED = ("language modeling", "question answering")  # exactly, not chosen among options
_BY_CATEGORY = ("bbq", "jeopardy", "mmlu", "mmlu_zeroshot")  # means over subjects, no shares of all items
_ITEMS = {"arc_challenge": 1172}  # the authors' table repeats the number of arc_easy
_TEXTS = {
    "openlm": "openlm",
    "c4_val": "c4",
    "paloma_c4_en": "paloma_c4",
    "paloma_dolma_100_programing_languages": "code",
    "paloma_falcon-refinedweb": "refinedweb",
    "paloma_ptb": "penn_treebank",
    "paloma_redpajama": "redpajama",
    "de-en": "german_english",
}
_RUN = ["family", "model", "parameters", "training_flops", "multiple", "tokens"]


def load_gadre2024() -> pd.DataFrame:
    """Return the scores of 104 models from 11 million to 6.9 billion parameters on 46 tasks.

    Four sizes below 1 billion parameters were trained on up to eight multiples of 20 tokens per parameter (a
    quarter to 32); 1.4 billion on two multiples and 6.9 billion on one; each on three corpora. A corpus is a
    `family` here. What to know about the files:

    - `score` is the share of right answers: of options chosen (metric "accuracy"), or of written answers that
      match exactly ("exact_match").
    - bbq, jeopardy and the two kinds of mmlu are means over their subjects. `items` is NaN there.
    - The authors' table gives arc_challenge as many items as arc_easy; its scores are multiples of 1/1172.
    - `chance` is the authors' "random baseline". It is 0 for written answers, even if the answer is one of
      few words (pubmed_qa_labeled), and 1/4 for commonsense_qa, which elsewhere has five options.
    - `parameters` count the embeddings. `training_flops` is 6 x parameters x tokens.

    Returns
    -------
    DataFrame, one row per model and task
        The columns that all tables share; then `multiple` (tokens over 20 tokens per parameter, as the run
        was named), `tokens`, `c4_loss` (on a held-out part of the text C4, in nats per token), `chance`,
        `kind` (the authors' kind of task) and `shots`.

    Raises
    ------
    DataUnavailable
        If the files can neither be found nor fetched.

    References
    ----------
    Gadre et al. (2024), *Language models scale reliably with over-training and on downstream tasks*,
    arXiv:2403.08540. The data are licensed MIT.

    Examples
    --------
    >>> table = load_gadre2024().query("task == 'lambada_openai' and family == 'C4'")
    >>> table.nlargest(1, "parameters")[["score", "items"]].round(3).to_numpy().tolist()
    [[0.581, 5153.0]]
    """
    return _scores().copy()


def load_gadre2024_losses() -> pd.DataFrame:
    """Return the losses of the same models on eight texts, in nats per token.

    Returns
    -------
    DataFrame, one row per model and text
        `family, model, parameters, training_flops, multiple, tokens` as in `load_gadre2024`, then `text`
        (such as "c4") and `loss`.

    Raises
    ------
    DataUnavailable
        If the files can neither be found nor fetched.

    Examples
    --------
    >>> load_gadre2024_losses()["text"].nunique()
    8
    """
    return _models().melt(_RUN, list(_TEXTS.values()), "text", "loss")


@functools.cache
def _scores() -> pd.DataFrame:
    tasks = pd.read_csv(_path("eval_metadata.csv"), index_col="Eval Task")
    items = tasks["#datapoints"].astype(float).where(~tasks.index.isin(_BY_CATEGORY))
    items.update(pd.Series(_ITEMS, dtype=float))
    models = _models().rename(columns={"c4": "c4_loss"})
    long = pd.concat(map(_evaluated, models["model"])).join(models.set_index("model"), on="model")
    about = pd.DataFrame(
        {
            "metric": np.where(tasks["Task Type"].isin(_ANSWERED), "exact_match", "accuracy"),
            "items": items,
            "chance": tasks["Random baseline"] / 100,
            "kind": tasks["Task Type"],
            "shots": tasks["#shots"],
        }
    )
    long = long.join(about, on="task").sort_values(["task", "family", "parameters", "tokens"])
    return tidy(long, "multiple", "tokens", "c4_loss", "chance", "kind", "shots")


@functools.cache
def _models() -> pd.DataFrame:
    """Return one row per model, with its losses by text."""
    files = [file for file in _sources.files("gadre2024") if "/models/" in file.name]
    models = pd.DataFrame(map(_described, _sources.paths(files)))
    return models.sort_values(["family", "parameters", "tokens"])


def _described(path: Path) -> dict[str, object]:
    about = json.loads(path.read_text(encoding="utf-8"))
    parameters, tokens = (float(about["hyperparameters"][key]) for key in ("params", "tokens"))
    known = {
        "family": _CORPORA[about["dataset_name"]],
        "model": about["name"],
        "parameters": parameters,
        "training_flops": 6 * parameters * tokens,
        "multiple": about["hyperparameters"]["chinchilla_multiplier"],
        "tokens": tokens,
    }
    return known | {_text(result["val_data"][0]): result["loss"] for result in about["results"]}


def _text(address: str) -> str:
    """Return the name of the text that lies at an address of the authors'."""
    (name,) = [name for folder, name in _TEXTS.items() if f"/{folder}/" in address]
    return name


def _evaluated(model: str) -> pd.DataFrame:
    about = json.loads(_path(f"evals/evaluation_{model}_heavy.json").read_text(encoding="utf-8"))
    scores = about["eval_metrics"]["icl"]
    return pd.DataFrame({"model": model, "task": list(scores), "score": list(scores.values())})


def _path(name: str) -> Path:
    (file,) = [file for file in _sources.files("gadre2024") if file.name == f"gadre2024/{name}"]
    return _sources.paths([file])[0]
