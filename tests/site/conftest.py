"""The built site in a real browser, with the network blocked."""

import functools

import pytest
from axe_playwright_python.sync_playwright import Axe
from bs4 import BeautifulSoup
from playwright.sync_api import sync_playwright

from tools import site
from tools.site import browser as local
from tools.site import serve


@pytest.fixture(scope="module")
def address():
    """Serve the built site on this machine."""
    if not (site.HTML / "index.html").exists():
        pytest.fail("there is no site; run 'make book' first")
    with serve.serving(site.HTML) as found:
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


# Charts wait until one comes near them, or takes the keyboard.
AS_FROM_THE_KEYBOARD = "document.dispatchEvent(new KeyboardEvent('keydown', { key: 'Tab', bubbles: true }))"
DRAWN = "[...document.querySelectorAll('[id^=altair-viz]')].every((chart) => chart.querySelector('svg'))"


@pytest.fixture(scope="session")
def visit():
    """Return a function that opens a page in a tab, and waits until all of it is there."""

    def open_it(page, url: str) -> None:
        page.goto(url)
        page.wait_for_url(lambda found: not found.endswith("/index.html") or "/book/" in found)  # it leads on
        page.locator("article img").evaluate_all("images => images.forEach(image => image.loading = 'eager')")
        page.evaluate(AS_FROM_THE_KEYBOARD)
        page.wait_for_selector("html[data-scripts=there]", state="attached")  # they set the design once more
        page.wait_for_load_state("networkidle")
        page.wait_for_function(DRAWN)

    return open_it


@pytest.fixture(scope="session")
def violations():
    """Return a function that lists what axe-core finds wrong with the page in a tab."""

    def found(page) -> list:
        # axe judges what covers what from places, which a section has only when it has been laid out.
        page.add_style_tag(content="* { content-visibility: visible !important; }")
        wrong = Axe().run(page).response["violations"]
        return [(each["id"], [node["html"][:200] for node in each["nodes"][:3]]) for each in wrong]

    return found


@pytest.fixture(scope="session")
def soup():
    """Return a function that parses a page of the site."""

    @functools.cache
    def parsed(name: str) -> BeautifulSoup:
        return BeautifulSoup((site.HTML / name).read_text(encoding="utf-8"), "html.parser")

    return parsed
