"""The report in a real browser, with logs that try to break out of it; the command around it."""

import subprocess
import sys

import pandas as pd
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import sync_playwright

from mirage import audit
from mirage.audit.__main__ import _plain, main
from tools.site import browser as local

HOSTILE = "<img src=x onerror=alert(1)>"


@pytest.fixture(scope="module")
def report(samples, tmp_path_factory):
    """Return the report on hostile and on sound logs."""
    path = tmp_path_factory.mktemp("report") / "report.html"
    logs = [samples / "broken" / "hostile_text", samples / "broken" / "hostile_names", samples / "lighteval"]
    assert main([*map(str, logs), "--report", str(path), "--table", str(path.with_suffix(".csv"))]) == 0
    return path


@pytest.fixture(scope="module")
def page(report, missing):
    """Open the report in a browser that notes whatever it does."""
    found = local.executable()
    if not found:
        missing(f"no browser: none of {', '.join(local.NAMES)} is installed, and CHROME names none")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=local.FLAGS)
        tab = browser.new_page(viewport={"width": 390, "height": 800})
        tab.seen = []
        tab.on("request", lambda request: tab.seen.append(request.url[:60]))
        tab.on("dialog", lambda dialog: (tab.seen.append(f"dialog {dialog.message}"), dialog.dismiss()))
        tab.on("console", lambda message: tab.seen.append(message.text))
        tab.goto(report.as_uri())
        tab.locator("details").evaluate_all("all => all.forEach(one => one.open = true)")
        yield tab
        browser.close()


def test_nothing_is_run_or_loaded(page):
    assert [seen for seen in page.seen if not seen.startswith(("file:", "data:image/svg"))] == []
    assert page.locator("script, base, iframe, object, svg, link, form").count() == 0
    assert page.locator("[onerror], [onload]").count() == 0
    assert page.title() == "Audit of evaluation logs"


def test_hostile_text_is_shown_as_text(page):
    text = page.locator("body").inner_text()
    assert HOSTILE in text
    assert "\u202e" not in page.content() and "\x1b" not in page.content()


def test_the_policy_forbids_what_a_page_could_load(page):
    policy = page.locator("meta[http-equiv]").get_attribute("content")
    assert policy.startswith("default-src 'none'")
    blocked = page.evaluate("() => fetch('https://x.example').then(() => 'loaded', () => 'refused')")
    assert blocked == "refused"


def test_it_fits_a_phone_and_every_image_says_what_it_shows(page):
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    alts = page.locator("img").evaluate_all("all => all.map(one => one.alt)")
    assert alts and all(len(alt.split()) > 5 for alt in alts)
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        assert [wrong["id"] for wrong in Axe().run(page).response["violations"]] == []


def test_cells_are_no_formulas(report):
    table = pd.read_csv(report.with_suffix(".csv"), dtype=str)
    cells = table[["source", "family", "task", "filter", "model"]].to_numpy().ravel()
    assert not any(str(cell).startswith(("=", "+", "-", "@")) for cell in cells)
    assert _plain('=HYPERLINK("http://x.example")').startswith("'=")


def test_the_command_says_what_was_not_read_and_how_it_ended(samples, tmp_path, capsys):
    sizes = tmp_path / "sizes.csv"
    assert main([str(samples / "broken" / "not_a_zip"), "--write-sizes", str(sizes)]) == 1
    said = capsys.readouterr()
    assert said.out == "No curve could be made.\n"
    assert said.err.count("\n") == 1 and "no sound zip file" in said.err
    assert sizes.read_text().startswith("model,parameters,family,seed")


@pytest.mark.parametrize(
    "wrong", [["nowhere"], [".", "--table", "x.txt"], [".", "--sizes", "nowhere.csv"], []]
)
def test_wrong_usage_ends_with_2_and_one_line(wrong, monkeypatch, tmp_path, capsys):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as ended:
        main(wrong)
    assert ended.value.code == 2
    assert "Traceback" not in capsys.readouterr().err


def test_no_half_of_a_report_is_left(samples, tmp_path, monkeypatch):
    def fails(*arguments, **options):
        raise ValueError("the disk is full")

    monkeypatch.setattr(audit, "report", fails)
    with pytest.raises(SystemExit):
        main([str(samples / "lm_eval" / "v0.5.0.dev1"), "--report", str(tmp_path / "report.html")])
    assert list(tmp_path.iterdir()) == []


def test_the_package_does_not_load_it_unasked():
    code = (
        "import sys, mirage; print(any(n.startswith(('mirage.', 'numpy', 'pyarrow')) for n in sys.modules))"
    )
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert printed == "False\n"
