"""Result files of BIG-bench: full logs, which hold the answers."""

from pathlib import Path

import numpy as np

from mirage.logs._runs import Answers, Found, Refuse, load_json, text_of

__all__ = ["read"]


def read(path: Path, root: Path, refuse: Refuse) -> Found:
    """Yield file, labels and answers of each part of a task, by the number of shots."""
    log = load_json(path)
    about, name = log["model"], log["task"]["task_name"]
    labels = {"family": about["model_family"], "parameters": about.get("total_params")}
    labels["model"] = f"{about['model_family']} {about['model_name']}"
    for query in log["queries"]:
        part, shots = query.get("task") or name, query.get("shots") or 0
        labels |= {"task": part if part == name else f"{name}: {part}", "shots": shots}
        yield path, labels | {"identity": f"{path.name} {part}"}, _answers(query)


def _answers(query: dict) -> Answers:
    samples = query["samples"]
    numbers = range(len(samples))
    if query["function"] == "generate_text":
        targets = [list(map(text_of, sample["targets"])) for sample in samples]
        answers = [text_of(sample["output"]) for sample in samples]
        ways = [sample["targets"].values() for sample in samples]
        own = [max([way.get("exact_str_match", np.nan) for way in each]) for each in ways]
        return Answers("generation", numbers, targets, answers, np.array(own, float))
    rights = [list(sample["target_values"].values()) for sample in samples]
    if any(right.count(1) != 1 for right in rights):
        raise ValueError("items with several right options, or with none")
    gold = [right.index(1) for right in rights]
    return Answers("choice", numbers, gold, [sample["absolute_scores"] for sample in samples])
