"""Logs of HELM: one folder a run, with its specification and the states of its requests."""

import re
from pathlib import Path

import numpy as np

from mirage.logs._runs import Answers, Found, Refuse, inside, load_json, text_of

__all__ = ["read"]


def read(path: Path, root: Path, refuse: Refuse) -> Found:
    """Yield file, labels and answers of one scenario_state.json."""
    log, name = load_json(path), load_json(inside(path.with_name("run_spec.json"), root))["name"]
    adapter, states = log["adapter_spec"], list(filter(_is_plain, log["request_states"]))
    method = adapter["method"].removesuffix("_original").removesuffix("_calibrated")
    task = re.sub(r"[,:](model|model_deployment)=[^,]*", "", name)
    labels = {"model": adapter["model"], "task": task, "shots": adapter.get("max_train_instances", 0)}
    yield path, labels | {"identity": f"{path.parent.parent.name} {name}"}, _METHODS[method](states)


def _is_plain(state: dict) -> bool:
    """Whether a request is of an item as it is: not perturbed, nor of an option without its question."""
    return state.get("request_mode", "original") == "original" and not state["instance"].get("perturbation")


def _answer(state: dict) -> str:
    return text_of(state["result"]["completions"][0]["text"])


def _right(state: dict) -> list[str]:
    return [text_of(r["output"]["text"]) for r in state["instance"]["references"] if "correct" in r["tags"]]


def _generation(states: list[dict]) -> Answers:
    targets, answers = list(map(_right, states)), list(map(_answer, states))
    pairs = zip(answers, targets, strict=True)
    own = [answer.strip() in map(str.strip, each) for answer, each in pairs]  # as HELM's exact match
    return Answers("generation", _numbers(states), targets, answers, np.array(own, float), "own")


def _letters(states: list[dict]) -> Answers:
    targets, options = list(map(_right, states)), [len(s["instance"]["references"]) for s in states]
    chosen = [state["output_mapping"].get(_answer(state).strip()) for state in states]
    right = [option in each for option, each in zip(chosen, targets, strict=True)]
    chance = float(np.mean([len(each) / n for each, n in zip(targets, options, strict=True)]))
    return Answers("graded", _numbers(states), targets, right, metric="accuracy", chance=chance)


def _options(states: list[dict]) -> Answers:
    items: dict[str, dict[int, tuple[float, bool]]] = {}
    for number, state in zip(_numbers(states), states, strict=True):
        option = state["instance"]["references"][place := state["reference_index"]]
        value = _last(state["result"]["completions"][0]["tokens"], option["output"]["text"])
        items.setdefault(number, {})[place] = value, "correct" in option["tags"]
    rows = [[found[place] for place in sorted(found)] for found in items.values()]
    gold = [[right for _, right in row].index(True) for row in rows]
    return Answers("choice", list(items), gold, [[value for value, _ in row] for row in rows])


def _numbers(states: list[dict]) -> list[str]:
    return [text_of(state["instance"]["id"]) for state in states]


def _last(tokens: list[dict], option: str) -> float:
    """Return the log-probability of the last tokens, which spell the option: the others are the prompt's."""
    text, total = "", 0.0
    for token in reversed(tokens):
        if len(text.strip()) >= len(option.strip()):
            break
        text, total = token["text"] + text, total + token["logprob"]
    if text.strip() != option.strip():
        raise ValueError("the tokens of a request do not end with its option")
    return total


_METHODS = {
    "generation": _generation,
    "multiple_choice_joint": _letters,
    "multiple_choice_separate": _options,
}
