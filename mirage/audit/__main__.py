"""Audit evaluation logs: is a jump real, or made by prompt, filter, few items or the metric?"""

import argparse
import shlex
import sys
from pathlib import Path

import pandas as pd

from mirage import _files, audit, words
from mirage.logs import placed

__all__ = ["main"]


def main(arguments: list[str] | None = None) -> int:
    """Run the command; return 0, or 1 if there is no curve; wrong usage ends with 2."""
    parser = argparse.ArgumentParser(prog="mirage-audit", description=__doc__)
    parser.add_argument("logs", nargs="+", metavar="LOGS", help="folders or files of logs, or a .zip of them")
    parser.add_argument("--sizes", type=Path, help="CSV: model,parameters[,family,seed]")
    parser.add_argument("--report", type=Path, help="write a page of HTML here")
    parser.add_argument("--table", type=Path, help="write all numbers here, as .csv or .parquet")
    parser.add_argument("--write-sizes", type=Path, help="write the sizes that were found here, to be edited")
    parser.add_argument("--compare", nargs=2, metavar="MODEL", help="compare two models on the same items")
    asked = parser.parse_args(arguments)
    if asked.table and asked.table.suffix not in (".csv", ".parquet"):
        parser.error(f"--table must end in .csv or .parquet; got {asked.table}")
    try:
        logs = audit.read(asked.logs, progress=sys.stderr.isatty())
        if asked.write_sizes:
            sizes = _sizes(placed(logs.runs, asked.sizes))
            with _files.aside(asked.write_sizes) as part:
                sizes.to_csv(part, index=False)
        result = audit.audit(logs, asked.sizes)
        compared = audit.compare(logs, *asked.compare) if asked.compare else None
        print(*result.unread, sep="\n", end="\n" * bool(result.unread), file=sys.stderr)
        print(_shown(result))
        if compared is not None:
            print("", _safe(compared).to_string(index=False), sep="\n")
        if asked.report:
            command = shlex.join(["mirage-audit", *(sys.argv[1:] if arguments is None else arguments)])
            page = audit.report(result, command=command)
            with _files.aside(asked.report) as part:
                part.write_text(page, encoding="utf-8")
        if asked.table:
            csv = asked.table.suffix == ".csv"
            with _files.aside(asked.table) as part:
                (_safe(result.table).to_csv if csv else result.table.to_parquet)(part, index=False)
    except (ValueError, TypeError, OSError) as error:
        parser.error(words.visible(error, 400))
    return 0 if result.cases else 1


def _sizes(runs: list) -> pd.DataFrame:
    size = {run: f"{run.parameters:.15g}" if run.parameters else "" for run in runs}
    rows = {run.model: (run.model, size[run], run.family, run.seed) for run in runs}
    return _safe(pd.DataFrame(rows.values(), columns=["model", "parameters", "family", "seed"]))


def _shown(result: audit.Audit) -> str:
    rows = [case.labels | {"runs": len(case.runs), "verdict": case.verdict} for case in result.cases]
    return _safe(pd.DataFrame(rows)).to_string(index=False) if rows else "No curve could be made."


def _safe(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table whose texts neither act on a terminal nor are formulas of a spreadsheet."""
    return table.map(lambda cell: _plain(words.visible(cell)) if isinstance(cell, str) else cell)


def _plain(text: str) -> str:
    return f"'{text}" if text[:1] in ("=", "+", "-", "@") else text


if __name__ == "__main__":
    sys.exit(main())
