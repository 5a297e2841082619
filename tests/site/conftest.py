"""The built site in a real browser, with the network blocked."""

import functools

import pytest
from axe_playwright_python.sync_playwright import Axe
from bs4 import BeautifulSoup
from playwright.sync_api import sync_playwright

from tools import site
from tools.site import browser as local


@pytest.fixture(scope="module")
def address():
    """Serve the built site on this machine."""
    if not (site.HTML / "index.html").exists():
        pytest.fail("there is no site; run 'make book' first")
    with local.serving(site.HTML) as found:
        yield found


@pytest.fixture(scope="module")
def browser(missing):
    """Start a browser that reaches this machine only."""
    found = local.executable()
    if not found:
        missing(f"no browser: none of {', '.join(local.NAMES)} is installed, and CHROME names none")
    with sync_playwright() as playwright:
        yield playwright.chromium.launch(executable_path=found, args=local.FLAGS)


@pytest.fixture
def page(browser):
    """Return an empty tab that notes what goes wrong in `page.faults`."""
    tab = browser.new_page(viewport={"width": 1280, "height": 900})
    tab.faults = []
    tab.on("console", lambda m: tab.faults.append(m.text) if m.type in ("error", "warning") else None)
    tab.on("pageerror", lambda error: tab.faults.append(str(error)))
    tab.on("request", lambda request: _note_foreign(tab, request.url))
    tab.on("response", lambda r: tab.faults.append(f"{r.status} {r.url}") if r.status >= 400 else None)
    yield tab
    tab.close()


def _note_foreign(tab, url: str) -> None:
    if not url.startswith(("http://127.0.0.1", "data:", "blob:")):
        tab.faults.append(f"asked another site: {url}")


@pytest.fixture(scope="session")
def visit():
    """Return a function that opens a page in a tab, and waits until all of it is there."""

    def open_it(page, url: str) -> None:
        page.goto(url)
        page.wait_for_load_state("networkidle")
        if page.locator("article .math").count():
            page.wait_for_selector("article mjx-container")
        if page.locator(".vega-embed").count():
            page.wait_for_selector(".vega-embed svg")

    return open_it


@pytest.fixture(scope="session")
def violations():
    """Return a function that lists what axe-core finds wrong with the page in a tab."""

    def found(page) -> list:
        wrong = [v for v in Axe().run(page).response["violations"] if v["impact"] in ("serious", "critical")]
        return [(each["id"], [node["html"][:200] for node in each["nodes"][:3]]) for each in wrong]

    return found


@pytest.fixture(scope="session")
def soup():
    """Return a function that parses a page of the site."""

    @functools.cache
    def parsed(name: str) -> BeautifulSoup:
        return BeautifulSoup((site.HTML / name).read_text(encoding="utf-8"), "html.parser")

    return parsed
