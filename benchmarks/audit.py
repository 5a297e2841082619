"""Reading evaluation logs, against named peers: `python -m benchmarks.audit --peers PYTHON`.

PYTHON is the interpreter of an environment with duckdb, errorbars and inspect_ai, which the project does not
need. Each job is a process of its own. On a shared machine wall time says little, so what is compared is the
processor time of the process, user and system together, without that of starting Python and its imports.
"""

import argparse
import hashlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from benchmarks.timing import row
from mirage import toy
from tools.project import ROOT

STAMP = "2026-11-01T12-00-00.000000"
SIZES = np.geomspace(1e7, 3e10, 8)
MIRAGE = "import sys; from mirage import logs; logs.read(sys.argv[1:])"
ERRORBARS = """
import sys
from pathlib import Path
from errorbars.adapters.lm_eval import load_lm_eval_samples
for path in Path(sys.argv[1]).glob("samples_*.jsonl"):
    load_lm_eval_samples(path, filter_name="flexible" if "gtwo" in path.name else None)
"""
INSPECT = (
    "import sys; from inspect_ai.log import read_eval_log\nfor path in sys.argv[1:]: read_eval_log(path)"
)
DUCKDB = r"""
import sys, duckdb
from pathlib import Path
c = duckdb.connect()
c.execute("SET threads=1")
files = {kind: [str(p) for p in Path(sys.argv[1]).rglob(f"samples_{kind}*.jsonl")] for kind in "glm"}
keys = "filename, filter"
def rows(kind, stored):
    columns = f"{{doc_id: 'BIGINT', target: 'VARCHAR', filter: 'VARCHAR', filtered_resps: '{stored}'}}"
    return f"read_json({files[kind]!r}, format='newline_delimited', filename=true, columns={columns})"
same = "avg((filtered_resps[1] = target)::INT), avg(levenshtein(filtered_resps[1], target))"
c.execute(f"SELECT {keys}, count(*), {same} FROM {rows('g', 'VARCHAR[]')} GROUP BY ALL").fetchall()
mean = "avg((filtered_resps[1][2] = 'True')::INT), avg(filtered_resps[1][1]::DOUBLE)"
c.execute(f"SELECT {keys}, count(*), {mean} FROM {rows('l', 'VARCHAR[][]')} GROUP BY ALL").fetchall()
c.execute(f'''
WITH a AS (SELECT {keys}, target::INT + 1 AS gold, list_transform(filtered_resps, lambda x: x[1]::DOUBLE) AS l
           FROM {rows('m', 'VARCHAR[][]')}),
b AS (SELECT *, list_transform(l, lambda x: exp(x - list_max(l))) AS e FROM a),
d AS (SELECT *, list_transform(e, lambda x: x / list_sum(e)) AS p FROM b)
SELECT {keys}, count(*), avg((l[gold] = list_max(l))::INT),
       avg(list_sum(list_transform(p, lambda x: x * x)) - 2 * p[gold] + 1) FROM d GROUP BY ALL''').fetchall()
"""


def main() -> None:
    """Print the ratios."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--peers", required=True, help="a Python that has the peers")
    parser.add_argument("--rows", type=int, default=2_000_000)
    parser.add_argument("--inspect", nargs="*", default=[], help=".eval files to read as well")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        rows = written(Path(folder), asked.rows)
        size = sum(path.stat().st_size for path in Path(folder).rglob("*.jsonl"))
        print(f"{rows:,} rows of lm-eval, {size / 1e9:.2f} GB; processor seconds, peak of the memory")
        ours, peak = used(sys.executable, MIRAGE, [folder], "from mirage import logs")
        print(f"  mirage {ours:.1f} s, {peak:.0f} MB")
        peer, memory = used(asked.peers, DUCKDB, [folder], "import duckdb")
        row(f"duckdb, {peer:.1f} s, {memory:.0f} MB", ours / peer, "goal: at most 1.3")
        one = next(iter(Path(folder).iterdir()))
        ours, _ = used(sys.executable, MIRAGE, [str(one)], "from mirage import logs")
        peer, memory = used(asked.peers, ERRORBARS, [str(one)], "import errorbars")
        row(f"errorbars, one model, {peer:.1f} s, {memory:.0f} MB", ours / peer, "goal: at most 0.2")
    if asked.inspect:
        ours, _ = used(sys.executable, MIRAGE, asked.inspect, "from mirage import logs")
        peer, memory = used(asked.peers, INSPECT, asked.inspect, "from inspect_ai.log import read_eval_log")
        row(f"inspect_ai, {peer:.1f} s, {memory:.0f} MB", ours / peer, "goal: at most 0.2")


def used(python: str, code: str, arguments: list[str], start: str) -> tuple[float, float]:
    """Return the processor seconds of a job beyond those of its imports, and the peak of its memory in MB."""
    (whole, peak), (beginning, _) = measured(python, code, arguments), measured(python, start, [])
    return whole - beginning, peak


def measured(python: str, code: str, arguments: list[str]) -> tuple[float, float]:
    """Return processor seconds, and the peak of the memory in MB, of one process."""
    environment = os.environ | {"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    process = subprocess.Popen([python, "-c", code, *arguments], env=environment)
    _, status, resources = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"{python} failed")
    return resources.ru_utime + resources.ru_stime, resources.ru_maxrss / 1024


def written(folder: Path, rows: int) -> int:
    """Write logs in the form of lm-eval 0.4.13, of a family without a step; return the number of rows."""
    each, total = rows // (len(SIZES) * 6), 0
    for number, size in enumerate(SIZES):
        rng, right = np.random.default_rng(number), float(np.exp(-toy.loss_curve([size], constant=2e7)[0]))
        tasks = {
            "gshort": ("generate_until", generated(rng, "gshort", each, 6, right, ["none"])),
            "gtwo": ("generate_until", generated(rng, "gtwo", each, 6, right, ["strict-match", "flexible"])),
            "glong": ("generate_until", generated(rng, "glong", each, 60, right, ["none"])),
            "likely": ("loglikelihood", likely(rng, each, right)),
            "mchoice": ("multiple_choice", chosen(rng, each, right)),
        }
        model = folder / f"synth-{size / 1e6:.0f}m"
        model.mkdir()
        for task, (_, lines) in tasks.items():
            with open(model / f"samples_{task}_{STAMP}.jsonl", "w", encoding="utf-8") as file:
                for line in lines:
                    file.write(line)
                    total += 1
        configs = {task: {"output_type": kind} for task, (kind, _) in tasks.items()}
        about = {"results": {task: {} for task in tasks}, "configs": configs, "model_name": model.name}
        about |= {"n-shot": dict.fromkeys(tasks, 0), "config": {"model_num_parameters": int(size)}}
        (model / f"results_{STAMP}.json").write_text(json.dumps(about))
    return total


def generated(rng, task: str, items: int, length: int, right: float, filters: list[str]) -> Iterator[str]:
    """Yield rows of answers, each character of which is right with one probability."""
    targets = np.random.default_rng(list(task.encode())).integers(0, 10, (items, length))  # as for all models
    answers = (targets + (rng.random(targets.shape) > right) * rng.integers(1, 10, targets.shape)) % 10
    for k, (target, answer) in enumerate(zip(map(digits, targets), map(digits, answers), strict=True)):
        for name in filters:
            given = "[invalid]" if name == "strict-match" else answer
            row = common(task, k, target) | {"resps": [[answer]], "filtered_resps": [given], "filter": name}
            arguments = {"until": ["\n"], "max_gen_toks": length + 2, "do_sample": False, "temperature": 0.0}
            row["arguments"] = {
                "gen_args_0": {"arg_0": f"Copy the digits {target}.\nAnswer:", "arg_1": arguments}
            }
            yield json.dumps(row | {"metrics": ["exact_match"], "exact_match": float(given == target)}) + "\n"


def likely(rng, items: int, right: float, length: int = 6) -> Iterator[str]:
    """Yield rows of likelihoods."""
    targets = np.random.default_rng(1).integers(0, 10, (items, length))
    nats = np.log(np.clip(right + 0.05 * (rng.random(targets.shape) - 0.5), 1e-9, 1)).sum(axis=1)
    for k, (target, value) in enumerate(zip(map(digits, targets), nats, strict=True)):
        pair = [[str(value), str(bool(rng.random() < right**length))]]
        row = common("likely", k, target) | {"resps": [pair], "filtered_resps": pair, "filter": "none"}
        row["arguments"] = {"gen_args_0": {"arg_0": "Copy the digits.\nAnswer:", "arg_1": target}}
        yield json.dumps(row | {"metrics": ["acc"], "acc": 1}) + "\n"


def chosen(rng, items: int, right: float) -> Iterator[str]:
    """Yield rows of choices among four options."""
    gold = np.random.default_rng(2).integers(0, 4, items)
    values = -9 + rng.normal(0, 1, (items, 4)) + 4 * right * (np.arange(4) == gold[:, None])
    for k in range(items):
        pairs = [[str(value), "False"] for value in np.minimum(values[k], 0)]
        row = common("mchoice", k, str(gold[k])) | {
            "resps": [[pair] for pair in pairs],
            "filtered_resps": pairs,
        }
        options = {
            f"gen_args_{j}": {"arg_0": "Which is right?\nAnswer:", "arg_1": f" option {j}"} for j in range(4)
        }
        yield (
            json.dumps(row | {"filter": "none", "arguments": options, "metrics": ["acc"], "acc": 1.0}) + "\n"
        )


def common(task: str, number: int, target: str) -> dict:
    """Return what every row has."""
    name = hashlib.md5(f"{task}{number // 64}".encode()).hexdigest() * 2
    doc = {"id": f"{task}-{number:06d}", "question": f"Copy: {target}", "answer": target}
    return {"doc_id": number, "doc": doc, "target": target, "doc_hash": name, "prompt_hash": name}


def digits(codes: np.ndarray) -> str:
    """Return digits as text."""
    return "".join(map(str, codes.tolist()))


if __name__ == "__main__":
    main()
