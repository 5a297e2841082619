"""The built site in a real browser, with the network blocked."""

import csv
import functools
import importlib
from urllib.parse import urldefrag, urljoin, urlsplit

import pytest

import mirage
from tools import site
from tools.project import REPOSITORY, REVISION, ROOT

PAGES = [f"{page}.html" for page in ["index", *site.pages(site.STAGE), "search", "genindex"]]
NOTEBOOKS = [page for page in PAGES if page.startswith("notebooks/")]


@pytest.mark.parametrize("name", PAGES)
def test_page_is_whole_and_accessible_on_a_desk_and_on_a_phone(page, address, visit, violations, name):
    visit(page, address + name)
    assert page.faults == []
    assert page.locator("h1").count() >= 1
    assert page.locator("article .math > math").count() == page.locator("article .math").count()
    assert page.locator("main img").evaluate_all(BROKEN) == []
    assert violations(page) == []
    page.set_viewport_size({"width": 390, "height": 844})
    page.emulate_media(color_scheme="dark")
    page.faults.clear()  # axe asks for style sheets where they are not
    visit(page, address + name)
    assert page.faults == []
    assert page.locator("html").get_attribute("data-theme") == "dark"
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert page.locator(".prev-next-area a").evaluate_all(CUT) == []
    assert page.locator(".prev-next-area .prev-next-title").evaluate_all(TORN) == []


BROKEN = "images => images.filter(image => !image.complete || !image.naturalWidth).map(image => image.src)"
TORN = """titles => titles.flatMap(title => {
  const walker = document.createTreeWalker(title, NodeFilter.SHOW_TEXT);
  const torn = [];
  while (walker.nextNode()) {
    for (const word of walker.currentNode.data.matchAll(/[^\\s-]+/g)) {
      const range = document.createRange();
      range.setStart(walker.currentNode, word.index);
      range.setEnd(walker.currentNode, word.index + word[0].length);
      if (range.getClientRects().length > 1) torn.push(word[0]);
    }
  }
  return torn;
})"""
CUT = "links => links.filter(link => link.scrollWidth > link.clientWidth).map(link => link.innerText)"


@pytest.mark.parametrize("name", PAGES)
def test_what_unfolds_has_a_name_that_begins_with_its_text(soup, name):
    for control in soup(name).select("summary[aria-label]"):
        assert control["aria-label"].lower().startswith(control.get_text().strip().lower()), str(control)[
            :200
        ]


def test_the_name_of_a_folded_cell_is_what_one_sees(page, address, visit, soup):
    visit(page, address + next(name for name in NOTEBOOKS if soup(name).select(FOLDED)))
    cell, session = page.locator(FOLDED).first, page.context.new_cdp_session(page)
    names = set()
    for _ in range(2):
        seen, drawn = cell.inner_text(), session.send("Accessibility.getFullAXTree")["nodes"]
        folded = {node["name"]["value"] for node in drawn if node["role"]["value"] == "DisclosureTriangle"}
        assert seen.strip() and seen.strip() in folded
        names.add(seen)
        cell.click()
    assert len(names) == 2  # one for what is folded, one for what is not


FOLDED = "details.hide > summary"


@pytest.mark.parametrize("name", PAGES)
def test_every_image_says_what_it_shows(soup, name):
    for image in soup(name).select("article img"):
        assert len(image.get("alt", "").split()) >= 5, str(image)[:200]


@pytest.fixture(scope="session")
def places(soup):
    """Return a function that returns the names of all places in a page."""
    return functools.cache(lambda name: {element["id"] for element in soup(name).select("[id]")})


@pytest.mark.parametrize("name", PAGES)
def test_links_within_the_site_lead_somewhere(soup, places, name):
    for link in {link["href"] for link in soup(name).select("a[href]")}:
        target, fragment = urldefrag(urljoin(name, link))
        if urlsplit(target).scheme or not target:
            continue
        assert (site.HTML / target).exists(), f"{name} links to {link}, which is not there"
        if fragment and target.endswith(".html"):
            assert fragment in places(target), f"{name} links to {link}: no such place there"


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_launch_button_and_badge_open_the_notebook_beside_the_source(soup, name):
    notebook = name.replace(".html", ".ipynb")
    repository = REPOSITORY.removeprefix("https://github.com/")
    expected = f"https://colab.research.google.com/github/{repository}/blob/{REVISION}/{notebook}"
    links = [link["href"] for link in soup(name).select('a[href*="colab"]')]
    assert links.count(expected) == 2  # the button and the badge
    assert (ROOT / notebook).exists()


with (ROOT / "book" / "moved.csv").open(encoding="utf-8", newline="") as moved:
    MOVED = [(row["old"], row["new"]) for row in csv.DictReader(moved)]


@pytest.mark.parametrize(("old", "new"), MOVED)
def test_sections_that_moved_are_gone_there_and_stand_here(soup, old, new):
    (was_on, was), (is_on, anchor) = urldefrag(old), urldefrag(new)
    assert soup(was_on).find(id=was) is None
    assert soup(is_on).find(id=anchor) is not None


def test_an_old_address_leads_to_the_section(page, address):
    old, new = MOVED[-1]
    page.goto(address + old)
    page.wait_for_url(address + new)


# For each page with a chart: how many panels it has, and which of them each slider or list changes.
CHARTS = {
    "book/index.html": (1, [{0}] * 4),
    "notebooks/arithmetic-metric.html": (1, [{0}] * 4),
    "notebooks/many-steps.html": (1, [{0}] * 6),
    "notebooks/meta-analysis.html": (1, [{0}]),
    "notebooks/vision-autoencoder.html": (2, [{0, 1}]),
    "notebooks/vision-mnist.html": (2, [{0, 1}, {1}, {1}]),
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
def test_controls_change_the_chart_from_the_keyboard(page, address, visit, name, control, panels, changed):
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


def test_solutions_unfold_from_the_keyboard(page, address, visit):
    visit(page, address + "notebooks/toy-model.html")
    summary = page.locator("summary", has_text="Solution of exercise 1")
    summary.focus()
    page.keyboard.press("Enter")
    assert summary.locator("xpath=..").get_attribute("open") is not None


def test_the_reference_has_every_public_name(places):
    for module in mirage.__all__:
        for name in importlib.import_module(f"mirage.{module}").__all__:
            found = getattr(importlib.import_module(f"mirage.{module}"), name)
            if callable(found):
                home = found.__module__.split(".")[1]  # a name that two modules have stands with its own
                home = home if home in mirage.__all__ else module
                assert f"mirage.{home}.{name}" in places(f"book/api/{home}.html")


def test_addresses_in_the_old_reference_lead_to_the_new_one(page, address):
    page.goto(f"{address}book/api.html#mirage.metrics.exact_match")
    page.wait_for_url("**/book/api/metrics.html#mirage.metrics.exact_match")
    assert page.locator("#mirage\\.metrics\\.exact_match").is_visible()
