"""Logs of EleutherAI's lm-evaluation-harness: totals of 0.3, answers from 0.4.0 on, as far as 0.5."""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import json as arrow

from mirage.logs._runs import Answers, load_json, parse, text_of

__all__ = ["read"]

_PAIR = pa.list_(pa.string())
_KINDS = {
    "generate_until": ("generation", pa.string()),
    "multiple_choice": ("choice", _PAIR),
    "loglikelihood": ("likelihood", _PAIR),
    "loglikelihood_rolling": ("text", pa.string()),
}
_LONGEST_LINE = 1 << 24
_TOTALS = {"exact_match": "exact_match", "em": "exact_match", "acc": "accuracy"}


def read(path: Path, refuse: Callable[[Path, str], None]) -> Iterator[tuple[Path, dict, Answers]]:
    """Yield file, labels and answers of each task and filter of a results file."""
    about = load_json(path)
    results, configs, settings = about["results"], about.get("configs") or {}, about.get("config") or {}
    size, stamp = settings.get("model_num_parameters"), re.sub(r"^results_?", "", path.stem)
    if size is not None and not (isinstance(size, int) and size > 0):
        refuse(path, f"model_num_parameters is {size}, no size")
        size = None
    labels = {"model": _model(about, settings), "parameters": size, "stamp": stamp}
    labels["version"] = about.get("lm_eval_version") or ("0.4" if configs else "0.3")
    files, totals = _files(path, list(configs), stamp), []
    for task in configs or results:
        shots = (about.get("n-shot") or {}).get(task, settings.get("num_fewshot"))
        labels |= {"task": task, "shots": shots if isinstance(shots, int) else 0}
        output = configs[task]["output_type"] if configs else ""
        kind, stored = _KINDS.get(output, ("", None))
        if task in files and stored:
            names = [key.partition(",")[2] for key in results.get(task, {}) if "," in key]
            yield from _answers(
                files[task], kind, stored, list(dict.fromkeys(names)) or ["none"], labels, refuse
            )
        elif task in files:
            refuse(files[task], f"output type {output} is not known")
        elif isinstance(results.get(task), dict):
            totals.append(task)
            count = about.get("n-samples", {}).get(task, {}).get("effective")
            yield from _totals(path, results[task], kind, count, labels)
    if totals:
        refuse(path, f"only totals (run again with --log_samples) of {', '.join(totals)}")


def _model(about: dict, settings: dict) -> str:
    arguments = settings.get("model_args") or {}
    if isinstance(arguments, str):
        arguments = dict(part.partition("=")[::2] for part in arguments.split(","))
    named = [
        about.get("model_name"),
        *map(arguments.get, ("pretrained", "path", "model")),
        settings.get("model"),
    ]
    return next((name for name in named if isinstance(name, str) and name), "unnamed")


def _files(path: Path, tasks: list[str], stamp: str) -> dict[str, Path]:
    """Return the file of each task, of those that lie beside the results; some names begin others."""
    there = {file.name: file for file in path.parent.iterdir()}
    if stamp:
        wanted = {task: f"samples_{task}_{stamp}.jsonl" for task in tasks}
        return {task: there[name] for task, name in wanted.items() if name in there}
    fitting = {
        file: [task for task in tasks if name.endswith(f"_{task}.jsonl")] for name, file in there.items()
    }
    return {max(fits, key=len): file for file, fits in fitting.items() if fits}


def _answers(path: Path, kind: str, stored, filters: list[str], labels: dict, refuse) -> Iterator[tuple]:
    try:
        columns = _by_arrow(path, kind, stored)
    except (pa.ArrowException, ValueError, OSError):  # something is odd: look at the lines one by one
        columns = _by_line(path, kind, filters, refuse)
    identity = f"{labels['model']} {path.name}" if labels["stamp"] else str(path)  # old logs tell no time
    for name, answers in columns.items():
        yield path, labels | {"filter": name, "identity": identity}, answers


def _by_arrow(path: Path, kind: str, stored: pa.DataType) -> dict[str, Answers]:
    """Return the answers of each filter, or raise an error where anything is not as it should be."""
    fields = [
        ("doc_id", pa.int64()),
        ("target", pa.string()),
        ("filter", pa.string()),
        ("filtered_resps", pa.list_(stored)),
    ]
    schema = pa.schema(fields + [("exact_match", pa.float64())] * (kind == "generation"))
    reading = arrow.ReadOptions(use_threads=False, block_size=1 << 22)
    parsing = arrow.ParseOptions(explicit_schema=schema, unexpected_field_behavior="ignore")
    table = arrow.read_json(path, read_options=reading, parse_options=parsing)
    table.validate(full=True)
    if not table.num_rows or any(table[name].null_count for name, _ in fields):
        raise ValueError("a value is missing")
    names = pc.unique(table["filter"]).to_pylist()
    return {
        name: _columns(table.filter(pc.equal(table["filter"], name)).combine_chunks(), kind) for name in names
    }


def _columns(table: pa.Table, kind: str) -> Answers:
    numbers, targets = table["doc_id"].to_numpy(), table["target"]
    stored = table["filtered_resps"].combine_chunks()
    counts, own = pc.list_value_length(stored).to_numpy(), None
    if (
        not counts.all()
        or np.unique(numbers).size < numbers.size
        or (kind == "likelihood" and (counts > 1).any())
    ):
        raise ValueError("no answer, or an item twice")
    first = stored.flatten() if kind == "choice" else pc.list_element(stored, 0)
    if first.null_count:
        raise ValueError("an answer is missing")
    if kind == "generation":
        return Answers(kind, numbers, targets.to_pylist(), first.to_pylist(), table["exact_match"].to_numpy())
    values = (first if kind == "text" else pc.list_element(first, 0)).cast(pa.float64()).to_numpy()
    if not (np.isfinite(values) & (values <= 0)).all():
        raise ValueError("a log-likelihood is not finite, or above 0")
    if kind == "choice":
        gold = targets.cast(pa.int64()).to_numpy()
        if (counts < 2).any() or (gold < 0).any() or (gold >= counts).any():
            raise ValueError("a right answer is none of the options")
        return Answers(kind, numbers, gold, (values, counts))
    greedy = pc.equal(pc.list_element(first, 1), "True").to_numpy(False) if kind == "likelihood" else None
    return Answers(kind, numbers, targets.to_pylist(), (values, greedy), own)


def _by_line(path: Path, kind: str, filters: list[str], refuse) -> dict[str, Answers]:
    """Return the answers of each filter from the lines that are sound; name the others."""
    rows, faults, seen, total = {}, [], {}, 0
    for place, row in _rows(path):
        total += 1
        try:
            if isinstance(row, ValueError):
                raise row
            number = row["doc_id"] if isinstance(row["doc_id"], int) else text_of(row["doc_id"])
            seen[number] = seen.get(number, 0) + 1
            name = text_of(row.get("filter", filters[min(seen[number], len(filters)) - 1]))
            if number in rows.setdefault(name, {}):
                raise ValueError(f"item {number} stands twice")
            rows[name][number] = _row(row, kind)
        except (ValueError, TypeError, LookupError, AttributeError) as error:
            faults.append(f"{place}: {error}{' is missing' * isinstance(error, KeyError)}")
    if not total:
        refuse(path, "the file is empty")
    elif faults:
        more = f", and {len(faults) - 1} more like it" if len(faults) > 1 else ""
        refuse(path, f"{total - len(faults)} of {total} rows are read; {faults[0]}{more}")
    return {name: _joined(kind, found) for name, found in rows.items() if found}


def _rows(path: Path) -> Iterator[tuple[str, object]]:
    """Yield each row with its place, or in its stead what is wrong with it."""
    with path.open("rb") as file:
        if file.read(64).lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"["):  # 0.4.0 to 0.4.2
            yield from ((f"row {k}", row) for k, row in enumerate(load_json(path), 1))
            return
        file.seek(0)
        number = 0
        while line := file.readline(_LONGEST_LINE):
            number += 1
            try:
                while len(line) == _LONGEST_LINE and not line.endswith(b"\n"):
                    line = file.readline(_LONGEST_LINE)
                if line.strip():
                    yield f"line {number}", parse(line)
            except ValueError as error:
                yield f"line {number}", error


def _row(row: dict, kind: str) -> tuple:
    """Return target, answer and logged score of one row."""
    target, stored = row["target"], row["filtered_resps"]
    if kind == "generation":
        target = [text_of(way) for way in target] if isinstance(target, list) and target else text_of(target)
        answer = stored[0][0] if isinstance(stored[0], list) else stored[0]
        logged = row.get("exact_match")
        return target, text_of(answer), logged if isinstance(logged, int | float) else np.nan
    pairs = [_pair(each) for each in stored]
    if kind == "choice":
        if not 0 <= int(target) < len(pairs) or len(pairs) < 2:
            raise ValueError(f"right answer {target} of {len(pairs)} options")
        return int(target), [value for value, _ in pairs], np.nan
    if kind == "likelihood" and isinstance(row["arguments"], dict):  # 0.5 writes no target
        target = row["arguments"]["gen_args_0"]["arg_1"]
    return text_of(target), pairs[0], np.nan


def _pair(value: object) -> tuple[float, bool]:
    while isinstance(value, list) and len(value) == 1:
        value = value[0]
    number, greedy = value if isinstance(value, list) else (value, None)
    if not -np.inf < float(number) <= 0:
        raise ValueError(f"log-likelihood {json.dumps(number)[:20]}, not finite or above 0")
    return float(number), str(greedy) == "True"


def _joined(kind: str, rows: dict[str, tuple]) -> Answers:
    targets, answers, own = zip(*rows.values(), strict=True)
    if kind in ("likelihood", "text"):
        answers = tuple(np.array(each) for each in zip(*answers, strict=True))
    else:
        answers = list(answers)
    return Answers(kind, list(rows), list(targets), answers, np.array(own, float))


def _totals(path: Path, found: dict, kind: str, count: int | None, labels: dict) -> Iterator[tuple]:
    """Yield the totals that are counts: from 0.3 on their number follows from the standard error."""
    for key, value in found.items():
        metric, _, name = key.partition(",")
        error = found.get(f"{metric}_stderr{',' * bool(name)}{name}")
        if metric in _TOTALS and isinstance(value, float) and 0 <= value <= 1:
            items = count
            if items is None and isinstance(error, float) and error > 0:
                items = round(value * (1 - value) / error**2) + 1
            if items and items <= 10**7:
                right, chance = (
                    np.arange(items) < round(value * items),
                    np.nan if kind in ("", "choice") else 0.0,
                )
                metric, more = (
                    _TOTALS[metric],
                    {"filter": name or "none", "identity": f"{path} {labels['task']}"},
                )
                answers = Answers(
                    "graded",
                    range(items),
                    ["total"] * items,
                    right,
                    None,
                    metric,
                    chance * (metric == "accuracy"),
                )
                yield path, labels | more, answers
