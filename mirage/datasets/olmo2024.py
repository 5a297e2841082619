"""Bhagia et al. (2024): OLMo's ladder of small models, 7 and 13 billion parameters, over training."""

from __future__ import annotations

import functools
from pathlib import Path

from mirage._later import pd
from mirage.datasets import _sources
from mirage.datasets._tables import tidy

__all__ = ["load_olmo2024", "load_olmo2024_losses"]

# Parameters without embeddings, and operations per token of training: MODEL_PARAMS and MODEL_FLOPS of the
# authors' predict.py. The operations agree with those in the files of the ladder.
_SIZES = {
    "190M": (190354176, 1903391232),
    "370M": (371262464, 3443922944),
    "760M": (758220288, 6373843968),
    "1B": (1279395840, 10109071360),
    "3B": (3169537280, 22970355200),
    "7B": (6887575552, 49412071424),
    "13B": (13202396160, 91335915520),
}
# The authors' other files of the large models repeat checkpoints of these, and are not fetched.
_LARGE = {
    "peteish7_eval_full": "7B-lr3e-4",
    "peteish7_eval_anneal": "7B-lr3e-4",
    "peteish7_medlr_eval_full": "7B-lr6e-4",
    "peteish13_eval_full": "13B",
}
# The smallest numbers for which every accuracy is a whole number of right answers.
_ITEMS = {
    "mmlu_stem_val": 321, "mmlu_humanities_val": 518, "mmlu_social_sciences_val": 337, "mmlu_other_val": 355,
    "mmlu_stem_test": 3018, "mmlu_humanities_test": 4705, "mmlu_social_sciences_test": 3077,
    "mmlu_other_test": 3242, "hellaswag_val": 10042, "arc_easy_val": 570, "arc_easy_test": 2376,
    "arc_challenge_val": 299, "arc_challenge_test": 1172, "boolq_val": 3270, "csqa_val": 1221,
    "openbookqa_val": 500, "openbookqa_test": 500, "piqa_val": 1838, "socialiqa_val": 1954,
    "winogrande_val": 1267,
}  # fmt: skip
_CHANCE = {"boolq": 1 / 2, "csqa": 1 / 5, "piqa": 1 / 2, "socialiqa": 1 / 3, "winogrande": 1 / 2}
_METRICS = {
    "len_norm": "accuracy_norm",
    "acc": "accuracy",
    "bpb": "bits_per_byte",
    "soft": "probability",
    "soft_log": "log_probability",
}
_SCORE = r"^eval/downstream[a-z_]*/(?P<task>.+)_(?P<format>rc|mc)_5shot_(?P<metric>.+)$"
_LOSS = r"^eval/(?P<text>.+)-validation/CrossEntropyLoss$"
_RUN = ["family", "model", "parameters", "training_flops", "run", "multiple", "rerun", "step", "tokens"]


def load_olmo2024() -> pd.DataFrame:
    """Return the scores of OLMo models of seven sizes on 20 tasks, checkpoint by checkpoint.

    Five sizes, 190 million to 3 billion parameters, were each trained six times: on 0.5, 1, 1 again, 2, 5 and
    10 times 20 tokens per parameter, each with its own schedule of learning rates. With 7 billion parameters
    there are two runs, with different learning rates, and with 13 billion one. All answer with five examples
    in the prompt. What to know about the files:

    - `format` "cloze": each option is scored as a continuation of the question. "letters": the options are
      listed, and the model chooses A, B, … . **Letters were asked of 7 and 13 billion parameters alone**, and
      have an accuracy only, no continuous score.
    - `accuracy_norm` divides the log-probability of each option by its characters (BoolQ: `accuracy`, without
      division). `bits_per_byte`, `probability` and `log_probability` are those of the cloze format.
    - **`probability` is a softmax of the log-probabilities per character.** Dividing by the length first
      pulls it far towards chance. It is not the probability that the model gives the option.
    - Tasks ending in `_val` and `_test` are two splits of one benchmark; MMLU comes in four parts.
    - `items` is not in the files. It is the smallest number for which every accuracy is a whole number of
      right answers, and for all benchmarks the known size of the split.
    - Tokens and operations of the two large sizes are computed: steps times tokens per step, and the authors'
      operations per token. Checkpoints before training, at step 0, are left out.
    - The last checkpoint of the run "7B-lr3e-4" comes from a file named "anneal", 65 billion tokens after the
      one before: the texts and the learning rate of its training differ.

    Returns
    -------
    DataFrame, one row per run, checkpoint, task, format and metric
        The columns that all tables share; then `run` (such as "190M-1xC-rerun"), `multiple` (tokens over 20
        tokens per parameter, as the run was named; NaN for 7 and 13 billion), `rerun` (whether it repeats
        another run), `step`, `tokens`, `c4_loss` (of that checkpoint on the text C4, in nats per token),
        `format` and `chance` (one over the options; ARC has a few items with three or five).

    Raises
    ------
    DataUnavailable
        If the files can neither be found nor fetched.

    References
    ----------
    Bhagia et al. (2024), *Establishing Task Scaling Laws via Compute-Efficient Model Ladders*,
    arXiv:2412.04403. The data are licensed Apache-2.0.

    Examples
    --------
    >>> table = load_olmo2024().query("run == '13B' and task == 'hellaswag_val'")
    >>> last = table.query("metric == 'accuracy_norm'").iloc[-1]
    >>> print(last["score"].round(3), "of", last["items"], "items")
    0.834 of 10042 items
    """
    return _scores().copy()


def load_olmo2024_losses() -> pd.DataFrame:
    """Return the losses of the same checkpoints on eleven texts, in nats per token.

    Returns
    -------
    DataFrame, one row per run, checkpoint and text
        `family, model, parameters, training_flops, run, multiple, rerun, step, tokens` as in `load_olmo2024`,
        then `text` (such as "c4_en") and `loss`.

    Raises
    ------
    DataUnavailable
        If the files can neither be found nor fetched.

    Examples
    --------
    >>> load_olmo2024_losses()["text"].nunique()
    11
    """
    wide = _wide()
    texts = wide.columns.to_series().str.extract(_LOSS)["text"].dropna()
    return wide[[*_RUN, *texts.index]].rename(columns=texts).melt(_RUN, list(texts), "text", "loss")


@functools.cache
def _scores() -> pd.DataFrame:
    wide = _wide().rename(columns={"eval/c4_en-validation/CrossEntropyLoss": "c4_loss"})
    columns = wide.columns.to_series().str.extract(_SCORE).dropna()
    columns["format"] = columns["format"].map({"rc": "cloze", "mc": "letters"})
    columns["metric"] = columns["metric"].map(_METRICS)
    # All letters have one character, so that dividing by it changes nothing.
    columns.loc[columns["format"] == "letters", "metric"] = "accuracy"
    columns["items"] = columns["task"].map(_ITEMS)
    columns["chance"] = columns["task"].str.split("_").str[0].map(_CHANCE).fillna(1 / 4)
    keys = [*_RUN, "c4_loss"]
    long = wide.melt(keys, list(columns.index), "column", "score")
    long = long.join(columns, on="column")
    return tidy(long, *_RUN[4:], "c4_loss", "format", "chance")


@functools.cache
def _wide() -> pd.DataFrame:
    """Return one row per run and checkpoint, with all columns of the files."""
    wide = pd.concat(map(_read, _sources.paths(_sources.files("olmo2024"))), ignore_index=True)
    return wide[wide["step"] > 0].sort_values(["parameters", "run", "step"], ignore_index=True)


def _read(path: Path) -> pd.DataFrame:
    table, run = pd.read_csv(path).copy(), _LARGE.get(path.stem, path.stem)
    model, _, kind = run.partition("-")
    parameters, per_token = _SIZES[model]
    per_step = table["batch_size_in_tokens"]
    tokens = (
        table["throughput/total_tokens"] if "throughput/total_tokens" in table else table["_step"] * per_step
    )
    multiple, is_multiple, rerun = kind.partition("xC")
    return table.assign(
        family="OLMo",
        model=model,
        parameters=float(parameters),
        training_flops=tokens * float(per_token),
        run=run,
        multiple=float(multiple) if is_multiple else float("nan"),
        rerun=rerun == "-rerun",
        step=(tokens / per_step).round().astype(int),
        tokens=tokens,
    )
