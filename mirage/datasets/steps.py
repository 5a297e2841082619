"""Work of several steps: swaps that were written down, problems by their steps, tasks by their length."""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Iterator

from mirage._later import pd
from mirage.datasets import _sources

__all__ = ["load_cobbe2021", "load_metr2025", "load_suzgun2022"]

_PEOPLE = "Alice", "Bob", "Claire", "Dave", "Eve", "Fred", "Gertrude"
_LENGTHS = {"three": 3, "five": 5, "seven": 7}
_METHODS = {"finetuning": "fine-tuned", "verification": "verifier"}
_RUN = {
    "alias": "model",
    "task_id": "task",
    "task_family": "task_family",
    "human_minutes": "human_minutes",
    "human_source": "human_source",
    "score": "score",
    "score_binarized": "right",
    "fatal_error_from": "stopped",
}


def load_suzgun2022() -> pd.DataFrame:
    """Return every swap that code-davinci-002 wrote down in BIG-Bench Hard's shuffled objects.

    Three, five or seven people swap what they hold, as many times as there are people. The model writes down
    who holds what after each swap, then answers who holds what, or what somebody holds, at the end. There are
    250 items of each length. All are asked with the same worked examples, of three people.

    Each swap was checked by carrying it out: `right` says whether the model's line is what the swap of the
    question makes of the model's line before. So a swap after a mistake can be right, and the whole chain is
    right if all swaps are. A swap that was not written down is wrong (in two items one is missing).

    **Items share stories.** Some ask after another person in the same story, with the same swaps, so that the
    250 items of a task have 170 to 176 stories. `story` numbers them.

    Returns
    -------
    DataFrame, one row per item and swap
        `model`, `task` (such as "3 objects"), `item` (its place in the file), `story`, `step` (from 1),
        `right`, `key` (whether the swap moves the object that is asked about) and `answer` (whether the
        item's final answer is right).

    Raises
    ------
    DataUnavailable
        If the files can neither be found nor fetched.

    References
    ----------
    Suzgun et al. (2022), *Challenging BIG-Bench Tasks and Whether Chain-of-Thought Can Solve Them*,
    arXiv:2210.09261. The data are licensed MIT. They carry BIG-bench's canary: keep them out of training.

    Examples
    --------
    >>> chains = load_suzgun2022().groupby(["task", "item"])["right"].all()
    >>> chains.groupby("task").mean().round(3).tolist()
    [0.752, 0.764, 0.788]
    """
    return _swaps().copy()


def load_cobbe2021() -> pd.DataFrame:
    """Return which of GSM8K's 1,319 test problems two sizes of GPT-3 solved, with and without a verifier.

    The fine-tuned model writes one solution. With the verifier, a model trained to tell right solutions from
    wrong ones, many are written, and the one that it ranks highest counts.

    Returns
    -------
    DataFrame, one row per model, method and problem
        `model`, `parameters`, `method` ("fine-tuned" or "verifier"), `task`, `item` (its place in the file),
        `steps` (lines of the reference solution, without the answer) and `right`.

    Raises
    ------
    DataUnavailable
        If the file can neither be found nor fetched.

    References
    ----------
    Cobbe et al. (2021), *Training Verifiers to Solve Math Word Problems*, arXiv:2110.14168. The data are
    licensed MIT.

    Examples
    --------
    >>> load_cobbe2021().groupby(["model", "method"])["item"].count().tolist()
    [1319, 1319, 1319, 1319]
    """
    return _problems().copy()


def load_metr2025() -> pd.DataFrame:
    """Return METR's runs of ten models and of people on 83 tasks that take people minutes to a day.

    `right` is the authors' pass or fail of a run, and `score` the partial credit of the same run; on many
    tasks there is none, and the two agree. `human_minutes` is measured on people who did the task
    (`human_source` "baseline"), or estimated. Tasks of one `task_family` are variants of each other.

    Returns
    -------
    DataFrame, one row per run
        `model` ("human" for people), `task`, `task_family`, `human_minutes`, `human_source`, `score`,
        `right` and `stopped` (whether the run was ended by a limit of usage; it counts as it stood).

    Raises
    ------
    DataUnavailable
        If the file can neither be found nor fetched.

    References
    ----------
    Kwa et al. (2025), *Measuring AI Ability to Complete Long Tasks*, arXiv:2503.14499. The file is that of 27
    February 2025, before the paper. No licence is stated at this commit; a later one states MIT.

    Examples
    --------
    >>> runs = load_metr2025()
    >>> len(runs), runs["task"].nunique(), runs["task_family"].nunique()
    (7063, 83, 36)
    """
    return _runs().copy()


@functools.cache
def _swaps() -> pd.DataFrame:
    rows = []
    for path in _sources.paths(_sources.files("suzgun2022")):
        size = next(size for name, size in _LENGTHS.items() if f"_{name}_" in path.name)
        items = json.loads(path.read_text(encoding="utf-8"))["outputs"]
        rows += [
            ("code-davinci-002", f"{size} objects", number, *step)
            for number, item in enumerate(items)
            for step in _steps(size, **item)
        ]
    columns = ["model", "task", "item", "story", "step", "right", "key", "answer"]
    return pd.DataFrame(rows, columns=columns).assign(story=lambda table: pd.factorize(table["story"])[0])


def _steps(size: int, input: str, prediction: str, target: str) -> Iterator[tuple]:
    """Yield for each swap: the story, its number, whether it is right, whether it is key, and the answer."""
    question = input.rpartition("Q: ")[2]
    story, _, asked = question.partition("\nOptions")[0].rpartition(". ")
    swaps = re.findall(r"(?:First|Then|Finally), (\w+) and (\w+) ", story)
    key, person = [], re.findall(rf"({'|'.join(_PEOPLE)}) \w+", asked)[-1]
    for pair in reversed(swaps):  # from who holds the object at the end to who held it before
        key.append(person in pair)
        person = pair[pair[0] == person] if person in pair else person
    objects = re.findall(r"^\(\w\) (.+)$", question, re.MULTILINE)  # the first is Alice's, and so on
    written = dict(re.findall(r"^\((\d)\) .*?: (.+)$", prediction, re.MULTILINE))
    states = [_state(written.get(str(step), ""), objects) for step in range(size + 1)]
    before = dict(zip(_PEOPLE, objects, strict=False))
    right = states[0] == before
    for step, (one, other) in enumerate(swaps, start=1):
        right &= states[step] == {**before, one: before.get(other), other: before.get(one)}
        yield story, step, bool(right), key[-step], f"the answer is {target}" in prediction
        before, right = states[step], True


def _state(line: str, objects: list[str]) -> dict[str, str]:
    """Return who holds what, from a line such as `Alice: red, Bob: blue.`, which may shorten `red ball`."""
    pairs = re.findall(rf"({'|'.join(_PEOPLE)}): ([^,]+?)(?:,|\.?$)", line)
    return {person: next((name for name in objects if thing in name), thing) for person, thing in pairs}


@functools.cache
def _problems() -> pd.DataFrame:
    (path,) = _sources.paths(_sources.files("cobbe2021"))
    rows = []
    for number, problem in enumerate(map(json.loads, path.read_text(encoding="utf-8").splitlines())):
        steps = problem["ground_truth"].count("\n")
        for size in ("6b", "175b"):
            for name, method in _METHODS.items():
                right = problem[f"{size}_{name}"]["is_correct"]
                model = f"GPT-3 {size.upper()}", float(size[:-1]) * 1e9
                rows.append((*model, method, "GSM8K", number, steps, right))
    return pd.DataFrame(rows, columns=["model", "parameters", "method", "task", "item", "steps", "right"])


@functools.cache
def _runs() -> pd.DataFrame:
    (path,) = _sources.paths(_sources.files("metr2025"))
    table = pd.read_json(path, lines=True)[list(_RUN)].rename(columns=_RUN)
    return table.assign(right=table["right"] == 1, stopped=table["stopped"].notna())
