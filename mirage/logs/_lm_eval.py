"""Logs of EleutherAI's lm-evaluation-harness: totals of 0.3, answers from 0.4.0 on, as far as 0.5."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import json as arrow

from mirage.logs._runs import Answers, Found, Refuse, inside, load_json, parse, text_of

__all__ = ["read"]

_KINDS = {
    "generate_until": "generation",
    "multiple_choice": "choice",
    "loglikelihood": "likelihood",
    "loglikelihood_rolling": "text",
}
_LONGEST_LINE = 1 << 24
_TOTALS = {"exact_match": "exact_match", "em": "exact_match", "acc": "accuracy"}


def read(path: Path, root: Path, refuse: Refuse) -> Found:
    """Yield file, labels and answers of each task and filter of a results file."""
    about = load_json(path)
    results, configs, settings = about["results"], about.get("configs") or {}, about.get("config") or {}
    size, stamp = settings.get("model_num_parameters"), re.sub(r"^results_?", "", path.stem)
    if size is not None and not (isinstance(size, int | float) and size > 0):
        refuse(path, f"model_num_parameters is {size}, no size")
    labels = {"model": _model(about, settings), "parameters": size, "stamp": stamp}
    labels["version"] = about.get("lm_eval_version") or ("0.4" if configs else "0.3")
    files, totals = _files(path, list(configs), stamp), []
    for task in configs or results:
        labels |= {"task": task, "shots": (about.get("n-shot") or {}).get(task, settings.get("num_fewshot"))}
        output = configs[task]["output_type"] if configs else ""
        kind, found = _KINDS.get(output, ""), results.get(task)
        if task in files and kind:
            file = inside(files[task], root)
            identity = f"{labels['model']} {file.name}" if stamp else str(file)  # old logs tell no time
            for name, answers in _answers(file, kind, found or {}, refuse).items():
                yield file, labels | {"filter": name, "identity": identity}, answers
        elif task in files:
            refuse(files[task], f"output type {output} is not known")
        elif isinstance(found, dict):
            totals.append(task)
            count = about.get("n-samples", {}).get(task, {}).get("effective")
            for name, answers in _totals(found, kind, count):
                yield path, labels | {"filter": name, "identity": f"{path} {task}"}, answers
    if totals:
        refuse(path, f"only totals (run again with --log_samples) of {', '.join(totals)}")


def _model(about: dict, settings: dict) -> str:
    given = settings.get("model_args") or {}
    if isinstance(given, str):
        given = dict(part.partition("=")[::2] for part in given.split(","))
    named = about.get("model_name"), *map(given.get, ("pretrained", "path", "model")), settings.get("model")
    return next((name for name in named if isinstance(name, str) and name), "unnamed")


def _files(path: Path, tasks: list[str], stamp: str) -> dict[str, Path]:
    """Return the file of each task, of those that lie beside the results; some names begin others."""
    there = {file.name: file for file in path.parent.iterdir()}
    if stamp:
        wanted = {task: f"samples_{task}_{stamp}.jsonl" for task in tasks}
        return {task: there[name] for task, name in wanted.items() if name in there}
    fitting = {name: [task for task in tasks if name.endswith(f"_{task}.jsonl")] for name in there}
    return {max(fits, key=len): there[name] for name, fits in fitting.items() if fits}


def _answers(path: Path, kind: str, results: dict, refuse: Refuse) -> dict[str, Answers]:
    """Return the answers of each filter."""
    try:
        return _by_arrow(path, kind)
    except (pa.ArrowException, ValueError, OSError):  # something is odd: look at the lines one by one
        filters = [key.partition(",")[2] for key in results if "," in key]
        return _by_line(path, kind, list(dict.fromkeys(filters)) or ["none"], refuse)


def _by_arrow(path: Path, kind: str) -> dict[str, Answers]:
    """Return the answers of each filter, or raise an error where anything is not as it should be."""
    stored = pa.string() if kind in ("generation", "text") else pa.list_(pa.string())
    needed = {"doc_id": pa.int64(), "target": pa.string(), "filter": pa.string()}
    needed["filtered_resps"] = pa.list_(stored)
    schema = pa.schema(needed | {"exact_match": pa.float64()} if kind == "generation" else needed)
    reading = arrow.ReadOptions(use_threads=False, block_size=1 << 22)
    parsing = arrow.ParseOptions(explicit_schema=schema, unexpected_field_behavior="ignore")
    table = arrow.read_json(path, read_options=reading, parse_options=parsing)
    table.validate(full=True)
    if not table.num_rows or any(table[name].null_count for name in needed):
        raise ValueError("a value is missing")
    parts = {name: pc.equal(table["filter"], name) for name in pc.unique(table["filter"]).to_pylist()}
    return {name: _columns(table.filter(part).combine_chunks(), kind) for name, part in parts.items()}


def _columns(table: pa.Table, kind: str) -> Answers:
    numbers, targets = table["doc_id"].to_numpy(), table["target"]
    stored = table["filtered_resps"].combine_chunks()
    counts = pc.list_value_length(stored).to_numpy()
    first = stored.flatten() if kind == "choice" else pc.list_element(stored, 0)
    several = kind == "likelihood" and (counts > 1).any()
    if first.null_count or several or np.unique(numbers).size < numbers.size:
        raise ValueError("not one answer for each item")
    if kind == "generation":
        return Answers(kind, numbers, targets.to_pylist(), first.to_pylist(), table["exact_match"].to_numpy())
    values = (first if kind == "text" else pc.list_element(first, 0)).cast(pa.float64()).to_numpy()
    if not (np.isfinite(values) & (values <= 0)).all():
        raise ValueError("a log-likelihood is not finite, or above 0")
    if kind == "choice":
        gold = targets.cast(pa.int64()).to_numpy()
        if ((counts < 2) | (gold < 0) | (gold >= counts)).any():
            raise ValueError("a right answer is none of the options")
        return Answers(kind, numbers, gold, (values, counts))
    greedy = pc.equal(pc.list_element(first, 1), "True").to_numpy(False) if kind == "likelihood" else None
    return Answers(kind, numbers, targets.to_pylist(), (values, greedy))


def _by_line(path: Path, kind: str, filters: list[str], refuse: Refuse) -> dict[str, Answers]:
    """Return the answers of each filter from the lines that are sound; name the others."""
    rows, faults, seen = {}, [], {}
    for place, row in _rows(path):
        try:
            row = parse(row) if isinstance(row, bytes) else row
            number = row["doc_id"] if isinstance(row["doc_id"], int) else text_of(row["doc_id"])
            seen[number] = seen.get(number, 0) + 1
            name = text_of(row.get("filter", filters[min(seen[number], len(filters)) - 1]))
            if number in rows.setdefault(name, {}):
                raise ValueError(f"item {number} stands twice")
            rows[name][number] = _row(row, kind)
        except (ValueError, TypeError, LookupError, AttributeError) as error:
            faults.append(f"{place}: {error}{' is missing' * isinstance(error, KeyError)}")
    sound = sum(map(len, rows.values()))
    if faults:
        more = f", and {len(faults) - 1} more like it" if len(faults) > 1 else ""
        refuse(path, f"{sound} of {sound + len(faults)} rows are read; {faults[0]}{more}")
    elif not sound:
        refuse(path, "the file is empty")
    return {name: _joined(kind, found) for name, found in rows.items() if found}


def _rows(path: Path) -> Iterator[tuple[str, object]]:
    """Yield each row with its place: a line as bytes, of one too long its end; or an entry of a list."""
    with path.open("rb") as file:
        if file.read(64).lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"["):  # 0.4.0 to 0.4.2
            yield from ((f"row {k}", row) for k, row in enumerate(load_json(path), 1))
            return
        file.seek(0)
        number = 0
        while line := file.readline(_LONGEST_LINE):
            number += 1
            while len(line) == _LONGEST_LINE and not line.endswith(b"\n"):
                line = file.readline(_LONGEST_LINE)
            if line.strip():
                yield f"line {number}", line


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
    targets, answers, own = map(list, zip(*rows.values(), strict=True))
    if kind in ("likelihood", "text"):
        answers = tuple(np.array(each) for each in zip(*answers, strict=True))
    return Answers(kind, list(rows), targets, answers, np.array(own, float))


def _totals(results: dict, kind: str, count: int | None) -> Iterator[tuple[str, Answers]]:
    """Yield filter and counts: to 0.3 the number of items follows from the standard error."""
    chance = np.nan if kind in ("", "choice") else 0.0
    for key, value in results.items():
        metric, comma, name = key.partition(",")
        if metric not in _TOTALS or not (isinstance(value, float) and 0 <= value <= 1):
            continue
        items, error = count, results.get(f"{metric}_stderr{comma}{name}")
        if items is None and isinstance(error, float) and error > 0:
            items = round(value * (1 - value) / error**2) + 1
        if items and items <= 10**7:
            right = np.arange(items) < round(value * items)
            answers = Answers("total", range(items), [""] * items, right, None, _TOTALS[metric], chance)
            yield name or "none", answers
