"""What the pages found, as it stands in mirage/data/findings, is what they find when they run."""

import json
import re
from pathlib import Path

import numpy as np
import pytest

from tools.project import FINDINGS, ROOT

PAGES = sorted(path.stem for path in (ROOT / "notebooks").glob("*.md"))
COMMITTED, FOUND = FINDINGS, ROOT / "build" / "findings"


def read(folder: Path, page: str) -> dict[str, dict]:
    path = folder / f"{page}.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


def test_every_page_found_something_and_no_other_has():
    assert sorted(path.stem for path in COMMITTED.glob("*.json")) == PAGES


@pytest.mark.parametrize("page", PAGES)
def test_the_committed_findings_are_those_of_the_last_run(page):
    committed, found = read(COMMITTED, page), read(FOUND, page)
    executed = (ROOT / "build" / "notebooks" / f"{page}.ipynb").read_text(encoding="utf-8")
    if '"missing": "' not in executed:
        assert found.keys() == committed.keys(), "run 'make findings' and read what changed"
    for name, finding in found.items():
        assert finding["sentence"] == committed[name]["sentence"], "run 'make findings' and read what changed"
        np.testing.assert_allclose(*map(numbers, (finding, committed[name])), rtol=1e-6)


@pytest.mark.parametrize("page", PAGES)
def test_the_first_screen_names_findings_of_the_page(page):
    source = (ROOT / "notebooks" / f"{page}.md").read_text(encoding="utf-8")
    if call := re.search(r"page\.in_short\((.*?)\)", source, re.DOTALL):
        assert set(re.findall(r'"(.+?)"', call[1])) <= read(COMMITTED, page).keys()


def numbers(finding: dict) -> np.ndarray:
    return np.array([finding.get("value"), *finding.get("interval", [])], float)
