"""List the published data sets and fetch what is missing: `python -m mirage.datasets [--list]`."""

import argparse
import sys

from mirage.datasets import _sources
from mirage.datasets._sources import SOURCES, DataUnavailable


def main() -> int:
    """Print the list; unless only that is wanted, fetch what is missing."""
    parser = argparse.ArgumentParser(prog="python -m mirage.datasets", description=__doc__.splitlines()[0])
    parser.add_argument("--list", action="store_true", help="fetch nothing")
    only_list = parser.parse_args().list
    print(_listed(), flush=True)
    try:
        if not only_list:
            _sources.paths(file for dataset in SOURCES for file in _sources.files(dataset))
    except DataUnavailable as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _listed() -> str:
    rows = [("name", "files", "MB", "there", "licence", "from")]
    rows += [_row(dataset) for dataset in SOURCES]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ["  ".join(map(str.ljust, row, widths)).rstrip() for row in rows]
    whats = [f"{dataset}: {source.title}, {source.what}" for dataset, source in SOURCES.items()]
    return "\n".join([*lines, "", *whats, "", f"Folder: {_sources.folder()}"])


def _row(dataset: str) -> tuple[str, ...]:
    files, source = _sources.files(dataset), SOURCES[dataset]
    there = sum(not file.fault(_sources.folder() / file.name) for file in files)
    size = sum(file.bytes for file in files) / 1e6
    return (
        dataset,
        str(len(files)),
        f"{size:.2f}",
        ("all" if there == len(files) else str(there)) if files else "-",
        source.licence,
        f"github.com/{source.repository}" + f" at {source.commit[:10]}" * bool(source.commit),
    )


if __name__ == "__main__":
    sys.exit(main())
