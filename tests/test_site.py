"""The built site in a real browser, with the network blocked."""

import functools
import http.server
import importlib
import os
import shutil
import threading
from urllib.parse import urldefrag, urljoin, urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from bs4 import BeautifulSoup
from playwright.sync_api import sync_playwright

import mirage
from tools import site
from tools.project import REPOSITORY, REVISION, ROOT

PAGES = [f"{page}.html" for page in ["index", *site.pages(site.STAGE), "search", "genindex"]]
NOTEBOOKS = [page for page in PAGES if page.startswith("notebooks/")]
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
FLAGS = [
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
    *"--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-sync".split(),
    *"--disable-background-networking --disable-component-update".split(),
]


class _Handler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *arguments):
        """Say nothing of each request."""


@pytest.fixture(scope="module")
def address():
    """Serve the built site on this machine."""
    if not (site.HTML / "index.html").exists():
        pytest.fail("there is no site; run 'make book' first")
    handler = functools.partial(_Handler, directory=site.HTML)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


@pytest.fixture(scope="module")
def browser(missing):
    """Start a browser that reaches this machine only."""
    found = os.environ.get("CHROME") or next(filter(None, map(shutil.which, BROWSERS)), None)
    if not found:
        missing(f"no browser: none of {', '.join(BROWSERS)} is installed, and CHROME names none")
    with sync_playwright() as playwright:
        yield playwright.chromium.launch(executable_path=found, args=FLAGS)


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


def visit(page, url: str) -> None:
    page.goto(url)
    page.wait_for_load_state("networkidle")
    if page.locator("article .math").count():
        page.wait_for_selector("article mjx-container")
    if page.locator(".vega-embed").count():
        page.wait_for_selector(".vega-embed svg")


@pytest.mark.parametrize("name", PAGES)
def test_page_is_whole_and_accessible_on_a_desk_and_on_a_phone(page, address, name):
    visit(page, address + name)
    assert page.faults == []
    assert page.locator("h1").count() >= 1
    assert page.locator("mjx-container").count() >= page.locator("article .math").count()
    assert page.locator("mjx-merror, .MathJax_Error").count() == 0
    assert page.locator("main img").evaluate_all(BROKEN) == []
    assert serious(page) == []
    page.set_viewport_size({"width": 390, "height": 844})
    page.emulate_media(color_scheme="dark")
    page.faults.clear()  # axe asks for style sheets where they are not
    visit(page, address + name)
    assert page.faults == []
    assert page.locator("html").get_attribute("data-theme") == "dark"
    assert serious(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert page.locator(".prev-next-area a").evaluate_all(CUT) == []


BROKEN = "images => images.filter(image => !image.complete || !image.naturalWidth).map(image => image.src)"
CUT = "links => links.filter(link => link.scrollWidth > link.clientWidth).map(link => link.innerText)"


def serious(page) -> list:
    found = [v for v in Axe().run(page).response["violations"] if v["impact"] in ("serious", "critical")]
    return [(violation["id"], [node["html"][:200] for node in violation["nodes"][:3]]) for violation in found]


@pytest.mark.parametrize("name", PAGES)
def test_every_image_says_what_it_shows(address, name):
    for image in soup(name).select("article img"):
        assert len(image.get("alt", "").split()) >= 5, str(image)[:200]


def soup(name: str) -> BeautifulSoup:
    return BeautifulSoup((site.HTML / name).read_text(encoding="utf-8"), "html.parser")


@functools.cache
def places(name: str) -> set[str]:
    return {element["id"] for element in soup(name).select("[id]")}


@pytest.mark.parametrize("name", PAGES)
def test_links_within_the_site_lead_somewhere(name):
    for link in {link["href"] for link in soup(name).select("a[href]")}:
        target, fragment = urldefrag(urljoin(name, link))
        if urlsplit(target).scheme or not target:
            continue
        assert (site.HTML / target).exists(), f"{name} links to {link}, which is not there"
        if fragment and target.endswith(".html"):
            assert fragment in places(target), f"{name} links to {link}: no such place there"


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_launch_button_and_badge_open_the_notebook_beside_the_source(name):
    notebook = name.replace(".html", ".ipynb")
    repository = REPOSITORY.removeprefix("https://github.com/")
    expected = f"https://colab.research.google.com/github/{repository}/blob/{REVISION}/{notebook}"
    links = [link["href"] for link in soup(name).select('a[href*="colab"]')]
    assert links.count(expected) == 2  # the button and the badge
    assert (ROOT / notebook).exists()


# For each page with a chart: how many panels it has, and which of them each slider or list changes.
CHARTS = {
    "notebooks/arithmetic-metric.html": (1, [{0}] * 5),
    "notebooks/meta-analysis.html": (1, [{0}]),
    "notebooks/vision-autoencoder.html": (2, [{0, 1}]),
    "notebooks/toy-model.html": (3, [{0, 1}, {0, 1, 2}, {0, 1}]),
    "notebooks/high-jump.html": (3, [{0, 1, 2}, {0, 1, 2}, {2}]),
    "notebooks/can-we-trust-the-answers.html": (1, [{0}, {0}]),
    "notebooks/seeing-small-numbers.html": (2, [{0, 1}, {0, 1}]),
}
CONTROLS = [
    pytest.param(name, control, panels, changed, id=f"{name}-{control}")
    for name, (panels, controls) in CHARTS.items()
    for control, changed in enumerate(controls)
]


def test_every_chart_is_tried():
    with_charts = {name for name in PAGES if "vegaEmbed" in (site.HTML / name).read_text(encoding="utf-8")}
    assert with_charts == set(CHARTS)


def drawn(page) -> list[str]:
    """Return the curves and the labels of the axes of each panel."""
    panel = "panel => [...panel.querySelectorAll('path, text')].map(e => e.getAttribute('d') + e.textContent)"
    groups = page.locator(".vega-embed svg g[class$='_group']")
    if not groups.count():  # a chart of one panel
        groups = page.locator(".vega-embed svg g.root")
    return groups.evaluate_all(f"panels => panels.map({panel}).map(parts => parts.join())")


@pytest.mark.parametrize(("name", "control", "panels", "changed"), CONTROLS)
def test_controls_change_the_chart_from_the_keyboard(page, address, name, control, panels, changed):
    visit(page, address + name)
    before = drawn(page)
    chosen = page.locator(".vega-bindings input[type=range], .vega-bindings select").nth(control)
    at_the_end = chosen.evaluate("e => e.type != 'range' && e.selectedIndex == e.length - 1")
    chosen.focus()
    for _ in range(10):
        page.keyboard.press("ArrowUp" if at_the_end else "ArrowRight")
    for _ in range(50):  # at most five seconds
        after = drawn(page)
        if {i for i in range(panels) if before[i] != after[i]} == changed:
            break
        page.wait_for_timeout(100)
    assert len(after) == panels
    assert {i for i in range(panels) if before[i] != after[i]} == changed


def test_search_finds_a_word(page, address):
    page.goto(f"{address}search.html?q=Gompertz")
    page.wait_for_selector("#search-results li a")
    assert page.locator("#search-results li a").count() >= 1
    assert page.faults == []


def test_solutions_unfold_from_the_keyboard(page, address):
    visit(page, address + "notebooks/toy-model.html")
    summary = page.locator("summary", has_text="Solution of exercise 1")
    summary.focus()
    page.keyboard.press("Enter")
    assert summary.locator("xpath=..").get_attribute("open") is not None


def test_the_reference_has_every_public_name():
    for module in mirage.__all__:
        for name in importlib.import_module(f"mirage.{module}").__all__:
            if callable(getattr(importlib.import_module(f"mirage.{module}"), name)):
                assert f"mirage.{module}.{name}" in places(f"book/api/{module}.html")


def test_addresses_in_the_old_reference_lead_to_the_new_one(page, address):
    page.goto(f"{address}book/api.html#mirage.metrics.exact_match")
    page.wait_for_url("**/book/api/metrics.html#mirage.metrics.exact_match")
    assert page.locator("#mirage\\.metrics\\.exact_match").is_visible()
