"""Measure pages as a phone on a slow network would: `python -m tools.site.lighthouse [PAGE ...]`.

Prints a table, and fails if a page is below the goal. Lighthouse is installed once, with npm, under build/.
Its times are of a simulated phone, yet they suffer if this machine is busy.
"""

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path

from tools.site import BUILD, HTML, browser, serve

_PACKAGE = "lighthouse@12.8.2"  # 13 needs a newer Node.js than Debian's
_FOLDER = BUILD / "lighthouse"
_PROGRAM = _FOLDER / "node_modules" / "lighthouse" / "cli" / "index.js"
_GOAL = 0.95
_CATEGORIES = {
    "performance": "speed",
    "accessibility": "access",
    "best-practices": "practice",
    "seo": "search",
}
_TIMES = {
    "first-contentful-paint": "first",
    "largest-contentful-paint": "largest",
    "total-blocking-time": "blocked",
}
_PAGES = [
    "book/index",
    "notebooks/toy-model",
    "notebooks/can-we-trust-the-answers",
    "notebooks/vision-mnist",
    "book/glossary",
    "book/api/emergence",
]


def main() -> int:
    """Measure the pages one after the other; return 1 if one is below the goal."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("pages", nargs="*", default=_PAGES)
    pages = parser.parse_args().pages
    if not browser.executable():
        sys.exit(f"A browser is needed: one of {', '.join(browser.NAMES)}, or CHROME names it.")
    _install()
    print(_row("page", [*_CATEGORIES.values(), *_TIMES.values(), "shift", "kB"]))
    with serve.serving(HTML) as address:
        reports = [_measure(address, page) for page in pages]
    return int(min(score for report in reports for score in _scores(report)) < _GOAL)


def _install() -> None:
    if not _PROGRAM.exists():
        command = [
            "npm",
            "install",
            "--no-audit",
            "--no-fund",
            "--silent",
            "--prefix",
            str(_FOLDER),
            _PACKAGE,
        ]
        _FOLDER.mkdir(parents=True, exist_ok=True)
        subprocess.run(command, check=True)


def _measure(address: str, page: str) -> dict:
    """Return Lighthouse's report on a page, after printing its row and keeping it under build/."""
    target = _FOLDER / f"{page.replace('/', '-')}.json"
    command = ["node", str(_PROGRAM), f"{address}{page}.html", "--quiet", "--output=json"]
    command += [
        f"--output-path={target}",
        f"--chrome-flags=--headless=new {_flags()}",
        "--no-enable-error-reporting",
    ]
    subprocess.run(command, check=True, env=os.environ | {"CHROME_PATH": browser.executable()})
    report = json.loads(Path(target).read_text(encoding="utf-8"))
    print(_row(page, _values(report)), flush=True)
    return report


def _flags() -> str:
    return " ".join(f"'{flag}'" if " " in flag else flag for flag in browser.FLAGS)


def _scores(report: dict) -> list[float]:
    return [report["categories"][name]["score"] for name in _CATEGORIES]


def _values(report: dict) -> list[str]:
    """Return scores, times in seconds, how far things shift, and kilobytes over the wire, as text."""
    audits = report["audits"]
    times = [f"{audits[name]['numericValue'] / 1000:.2f} s" for name in _TIMES]
    shift, size = audits["cumulative-layout-shift"], audits["total-byte-weight"]
    scores = [f"{score:.2f}" for score in _scores(report)]
    return [*scores, *times, f"{shift['numericValue']:.3f}", f"{size['numericValue'] / 1000:.0f}"]


def _row(page: str, values: list[str]) -> str:
    return f"{page:38}" + "".join(f"{value:>10}" for value in values)


if __name__ == "__main__":
    sys.exit(main())
