"""Lu et al. (2024): tasks said to be emergent, with and without prompting techniques."""

from __future__ import annotations

import functools

import numpy as np

from mirage import _validate
from mirage._later import pd
from mirage.datasets import _sources
from mirage.datasets._tables import LEADING, tidy

__all__ = ["load_lu2024", "load_lu2024_main"]

_KEYS = {
    "filename": "task",
    "number_of_data": "items",
    "prompt_type": "prompt",
    "number_of_shots": "shots",
}
_METRICS = {
    "exact_match_accuracy": "exact_match",
    "exact_match_f1": "exact_match_f1",
    "bert_score_accuracy": "bert_score_accuracy",
    "bert_score_f1": "bert_score_f1",
    "edit_distance": "edit_distance",
    "single_bert_score": "bert_score",
}
_NOT_COMPUTED = -100
_MATCHED_EXACTLY = ("codenames", "gsm8k", "modified_arithmetic")
_BASELINES = {  # percent: Table 4 of the paper
    "analytic_entailment": 48, "causal_judgment": 54, "common_morpheme": 27, "commonsense_qa": 20,
    "english_proverbs": 20, "fact_checker": 49, "figure_of_speech_detection": 9, "hindu_knowledge": 25,
    "implicatures": 48, "logical_deduction": 33, "misconceptions": 47, "nonsense_words_grammar": 24,
    "phrase_relatedness": 24, "physical_intuition": 26, "rhyming": 21, "social_iqa": 34,
    "strange_stories": 21, "strategyqa": 49, "tracking_shuffled_objects": 32,
}  # fmt: skip
# Name as people write it, family, parameters, tuned on instructions or not: Table 1 of the paper. The last
# four models are not in it; the size of alpaca-13b is in its name, that of alpaca-native is the one of the
# LLaMA it was tuned from.
_MODELS = {
    "gpt2": ("GPT-2", "GPT-2", 117e6, False),
    "Rachneet/gpt2-alpaca": ("GPT-2 Alpaca", "GPT-2", 117e6, True),
    "gpt2-xl": ("GPT-2 XL", "GPT-2", 1.6e9, False),
    "Rachneet/gpt2-xl-alpaca": ("GPT-2 XL Alpaca", "GPT-2", 1.6e9, True),
    "EleutherAI/gpt-j-6b": ("GPT-J 6B", "GPT-J", 6.7e9, False),
    "togethercomputer/GPT-JT-6B-v1": ("GPT-JT 6B v1", "GPT-J", 6.7e9, True),
    "davinci": ("davinci", "GPT-3", 175e9, False),
    "text-davinci-001": ("text-davinci-001", "GPT-3", 175e9, True),
    "text-davinci-003": ("text-davinci-003", "GPT-3", 175e9, True),
    "t5-small": ("T5 small", "T5", 60e6, False),
    "google/flan-t5-small": ("Flan-T5 small", "T5", 60e6, True),
    "t5-large": ("T5 large", "T5", 770e6, False),
    "google/flan-t5-large": ("Flan-T5 large", "T5", 770e6, True),
    "tiiuae/falcon-7b": ("Falcon 7B", "Falcon", 7e9, False),
    "tiiuae/falcon-7b-instruct": ("Falcon 7B Instruct", "Falcon", 7e9, True),
    "tiiuae/falcon-40b": ("Falcon 40B", "Falcon", 40e9, False),
    "tiiuae/falcon-40b-instruct": ("Falcon 40B Instruct", "Falcon", 40e9, True),
    "models--llama/7B": ("LLaMA 7B", "LLaMA", 7e9, False),
    "models--llama/13B": ("LLaMA 13B", "LLaMA", 13e9, False),
    "models--llama/30B": ("LLaMA 30B", "LLaMA", 30e9, False),
    "chavinlo/alpaca-native": ("Alpaca 7B", "LLaMA", 7e9, True),
    "chavinlo/alpaca-13b": ("Alpaca 13B", "LLaMA", 13e9, True),
    "code": ("code", "unknown", np.nan, None),
    "gpt-4": ("GPT-4", "GPT-4", np.nan, None),
}


def load_lu2024() -> pd.DataFrame:
    """Return the scores of Lu et al.'s 24 models on 23 tasks, under three kinds of prompt.

    What was changed from the published file, and what to know about it:

    - The models have the names that people write, such as GPT-J 6B for EleutherAI/gpt-j-6b.
    - A score of -100 stands for "not computed"; these are left out. So are the copies of three rows that
      occur twice (with the same `run_id`), and the columns of losses and gains, which compare two models and
      score none.
    - The paper's figures use `bert_score_accuracy`, and `exact_match` for modified_arithmetic, gsm8k and
      codenames. For these three the file holds values of `bert_score_accuracy` too, under some conditions.
    - `edit_distance` counts characters between the target and the whole answer, and grows with the length of
      both. It cannot be compared across tasks, and is not the token edit distance of Schaeffer et al. (2023).
    - The seeds change the sampling at a temperature of 0.01, so their spread is no sampling error of the
      items. Models behind an API were asked once; their seed is the text "None".
    - The Falcon models answered 300 items of logical_deduction and 750 of tracking_shuffled_objects, the
      others 295 and 745. Falcon and LLaMA have only four or five tasks, davinci has no open prompts.
    - The file does not say what "code" is. Its `family` is "unknown".

    Returns
    -------
    DataFrame, one row per model, task, metric, prompt, number of shots and seed
        The columns that all tables share, then `prompt` ("closed": the options are shown; "closed-adv": shown
        with letters; "open": not shown), `shots`, `seed` (text), and `instruction_tuned` (missing for "code"
        and "gpt-4"). `parameters` and `instruction_tuned` come from Table 1 of the paper, but for the two
        Alpaca models, which are not in it. `training_flops` is NaN.

    Raises
    ------
    DataUnavailable
        If the file can neither be found nor fetched.

    References
    ----------
    Lu et al. (2024), *Are Emergent Abilities in Large Language Models just In-Context Learning?*, ACL 2024,
    doi:10.18653/v1/2024.acl-long.279. The data are licensed CC-BY-SA-4.0.

    Examples
    --------
    >>> table = load_lu2024()
    >>> rows = table.query("task == 'hindu_knowledge' and metric == 'bert_score_accuracy'")
    >>> rows = rows.query("model == 'davinci' and prompt == 'closed'")
    >>> rows[["shots", "score", "items"]].round(3).sort_values("shots").values.tolist()
    [[0.0, 0.547, 170.0], [5.0, 0.671, 170.0]]
    """
    return _table().copy()


def load_lu2024_main(metric: str = "bert_score_accuracy", prompt: str = "closed") -> pd.DataFrame:
    """Return the scores of the main figures of Lu et al., as the mean over the seeds, or others like them.

    In these figures an answer counts if the option most similar to it is the right one
    (`bert_score_accuracy`), and the prompt shows the options ("closed").

    Parameters
    ----------
    metric : {"bert_score_accuracy", "exact_match"}
        How answers are marked; in modified_arithmetic, gsm8k and codenames they must always match exactly.
    prompt : {"closed", "closed-adv"}
        The options are shown, or shown with letters.

    Returns
    -------
    DataFrame, one row per model, task and setting
        The columns that all tables share, then `right` (the number of right answers), `setting` ("zero-shot",
        or "few-shot" with examples in the prompt), `instruction_tuned`, `seeds` and `seed_sd` (their number,
        and the standard deviation of the score between them), and `baseline`, the share that choosing at
        random gave in Table 4 of the paper (NaN for tasks that are not in it).

    Raises
    ------
    DataUnavailable
        If the file can neither be found nor fetched.
    ValueError, TypeError
        If `metric` or `prompt` is none of these words.

    References
    ----------
    As for `load_lu2024`.

    Examples
    --------
    >>> table = load_lu2024_main().query("model == 'davinci' and task == 'hindu_knowledge'")
    >>> table[["setting", "score", "items", "baseline"]].round(3).values.tolist()
    [['few-shot', 0.671, 170, 0.25], ['zero-shot', 0.547, 170, 0.25]]
    """
    _validate.choice("metric", metric, ("bert_score_accuracy", "exact_match"))
    _validate.choice("prompt", prompt, ("closed", "closed-adv"))
    table = load_lu2024().query("prompt == @prompt")
    exact = table["task"].isin(_MATCHED_EXACTLY)
    table = table[table["metric"] == np.where(exact, "exact_match", metric)]
    table = table.assign(setting=np.where(table["shots"] > 0, "few-shot", "zero-shot"))
    keys = [*LEADING[:-2], "setting", "instruction_tuned"]
    scores = table.groupby(keys, dropna=False, as_index=False).agg(
        score=("score", "mean"),
        items=("items", "first"),
        seeds=("score", "size"),
        seed_sd=("score", "std"),
    )
    scores["right"] = (scores["score"] * scores["items"]).round().astype(int)
    scores["baseline"] = scores["task"].map(_BASELINES) / 100
    return tidy(scores, "right", "setting", "instruction_tuned", "seeds", "seed_sd", "baseline")


@functools.cache
def _table() -> pd.DataFrame:
    (path,) = _sources.paths(_sources.files("lu2024"))
    wide = pd.read_csv(path, keep_default_na=False).drop_duplicates("run_id")
    wide = wide.rename(columns=_KEYS | _METRICS)
    wide = wide.assign(task=wide["task"].str.removesuffix("/task.json"), training_flops=np.nan)
    keys = [*_KEYS.values(), "model", "seed", "training_flops"]
    long = wide.melt(keys, list(_METRICS.values()), "metric", "score")
    long = long[long["score"] != _NOT_COMPUTED].join(_models(), on="model")
    long["model"] = long.pop("name")
    return tidy(long, "prompt", "shots", "seed", "instruction_tuned")


def _models() -> pd.DataFrame:
    columns = ["name", "family", "parameters", "instruction_tuned"]
    models = pd.DataFrame.from_dict(_MODELS, orient="index", columns=columns)
    return models.astype({"instruction_tuned": "boolean"})
