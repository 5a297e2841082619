"""What a page costs a reader on a phone: bytes, and nothing fetched, drawn or focused before it is wanted."""

import re
from urllib.parse import urljoin, urlsplit

import pytest
from fontTools.ttLib import TTFont

from tools import site
from tools.site import font, icons, serve, styles

PAGES = [f"{page}.html" for page in [*site.pages(site.STAGE), "search", "genindex"]]
FIRST, *OTHERS = PAGES
ALL_FIGURES = "book/gallery.html"  # each is fetched when it comes near the view
BOUNDS = [(FIRST, 400_000), *((name, 1_500_000 if name == ALL_FIGURES else 900_000) for name in OTHERS)]
CHARTS = "notebooks/toy-model.html"


def loaded(soup, name: str) -> set[str]:
    """Return what the page fetches whatever the reader does: all but its charts."""
    page = soup(name)
    sources = [element["src"] for element in page.select("script[src], img[src]")]
    sources += [
        link["href"] for link in page.select("link[rel=stylesheet], link[rel=icon], link[rel=preload]")
    ]
    return {urlsplit(urljoin(name, source)).path for source in sources} | {"_static/mathematics.woff2"}


def wire_size(name: str) -> int:
    path = site.HTML / name
    return len(serve.packed(path, 0) if path.suffix in serve.TEXT else path.read_bytes())


@pytest.mark.parametrize(("name", "bound"), BOUNDS)
def test_a_page_is_light_even_with_all_its_figures(soup, name, bound):
    assert sum(map(wire_size, {name} | loaded(soup, name))) <= bound


def test_the_first_page_asks_for_no_more_than_what_was_counted(page, address, soup):
    asked = []
    page.on("request", lambda request: asked.append(urlsplit(request.url).path[1:]))
    page.goto(address + FIRST)
    page.wait_for_load_state("networkidle")
    assert FIRST in asked and set(asked) <= {FIRST} | loaded(soup, FIRST)


def test_texts_travel_compressed(page, address):
    answer = page.goto(address + CHARTS)
    assert answer.headers["content-encoding"] == "gzip"
    assert int(answer.headers["content-length"]) < len(answer.body()) / 3


@pytest.mark.parametrize("name", PAGES)
def test_no_script_or_style_sheet_keeps_the_page_waiting(soup, name):
    scripts = soup(name).select("script[src]")
    later = [
        script for script in scripts if script.get("type") == "text/plain" and "later" in script["class"]
    ]
    assert scripts and all(script.has_attr("defer") for script in scripts if script not in later)
    assert any("pydata-sphinx-theme" in script["src"] for script in later)
    assert len(soup(name).select("link[rel=stylesheet]")) == 1
    names = " ".join(script["src"] for script in scripts)
    assert not re.search("fontawesome|[Mm]ath[Jj]ax|vega", names)
    assert ("searchindex" in names) == (name == "search.html")


@pytest.mark.parametrize("name", PAGES)
def test_images_have_their_place_and_wait_below_the_first_screen(soup, name):
    images = soup(name).select("article img")
    assert all(image.has_attr("width") and image.has_attr("height") for image in images)
    assert all(image["loading"] == "lazy" and image["decoding"] == "async" for image in images[1:])


@pytest.mark.parametrize("name", PAGES)
def test_formulas_are_finished_and_no_tab_stops(soup, name):
    known = TTFont(font.FILE).getBestCmap()
    for formula in soup(name).select(".math"):
        text = formula.get_text().strip()
        assert formula.math and text and "\\" not in text and not formula.select("merror"), str(formula)
        assert not formula.select("[tabindex], a, button")
        lacking = {sign for sign in text if ord(sign) not in known and not sign.isspace()}
        assert lacking <= {"\u2061", "\ufe00"}, f"run tools.site.font: {lacking}"  # both are invisible


def test_tex_is_nowhere_left_in_titles_contents_or_texts(soup):
    for name in PAGES:
        for part in soup(name).select("h1, h2, h3, nav, article p, article li, article td, figcaption"):
            for code in part.select("code, pre"):
                code.extract()
            assert not re.search(r"\\[a-zA-Z(\[]|\$[^$\s]+\$", part.get_text()), part.get_text()


# What is far from the view is not laid out.
HEIGHTS = "all => all.map(one => (one.scrollIntoView(), one.getBoundingClientRect().height))"


def test_brackets_stretch(page, address):
    page.goto(address + "book/notation.html")
    page.wait_for_function("document.fonts.check('16px \"Mirage Math\"')")
    beside_fractions = page.locator("div.math mrow:has(> mfrac) > mo")
    tall = max(beside_fractions.evaluate_all(HEIGHTS))
    assert tall > 1.5 * page.locator("span.math mo").first.bounding_box()["height"]


@pytest.mark.parametrize("name", [FIRST, CHARTS, "search.html"])
def test_icons_are_drawn_and_buttons_have_names(soup, name):
    page = soup(name)
    assert not page.select("i[class*=fa-], span[class*=fa-]")
    drawings = page.select("svg.icon")
    assert len(drawings) >= 10
    for drawing in drawings:
        assert drawing.path["d"] and drawing["aria-hidden"] == "true"
        control = drawing.find_parent(["button", "a", "summary"])
        if control and not control.get_text().strip():
            assert control.get("aria-label") or control.get("title"), str(control)[:200]


def test_icons_are_seen_and_the_colours_switch_shows_another_one(page, address):
    page.goto(address + FIRST)
    switch = page.locator(".theme-switch-button:visible").first
    box = switch.locator("svg:visible").bounding_box()
    assert box["width"] > 10 and box["height"] > 10
    before = switch.locator("svg:visible").get_attribute("data-mode")
    switch.click()  # before the theme's scripts are there: it is clicked again when they are
    page.wait_for_function("old => document.documentElement.dataset.mode !== old", arg=before)
    assert switch.locator("svg:visible").count() == 1
    assert switch.locator("svg:visible").get_attribute("data-mode") != before


def test_an_icon_comes_from_the_solid_style():
    drawn = icons.mend('<i class="fas fa-lightbulb"></i>', None, None)
    assert drawn.startswith('<svg class="icon fas fa-lightbulb"') and 'd="M272 384' in drawn


def test_search_finds_after_typing_and_fetches_its_index_only_then(page, address):
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(address + FIRST)
    page.wait_for_load_state("networkidle")
    assert not any("searchindex" in url for url in asked)
    page.keyboard.press("Control+k")
    page.wait_for_selector("#pst-search-dialog[open]")
    page.keyboard.type("Gompertz")
    page.keyboard.press("Enter")
    page.wait_for_selector("#search-results li a")
    assert any("searchindex" in url for url in asked)
    assert page.faults == []


def drawn(page) -> int:
    return page.locator("[id^='altair-viz'] svg").count()


def test_a_chart_is_drawn_when_scrolled_near_and_not_before(page, address):
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(address + CHARTS)
    page.wait_for_load_state("networkidle")
    assert drawn(page) == 0 and not any("vega" in url for url in asked)
    page.locator("[id^='altair-viz']").scroll_into_view_if_needed()
    page.wait_for_selector("[id^='altair-viz'] svg")
    assert sum("vega.js" in url for url in asked) == 1
    assert page.locator("[id^='altair-viz'] img").count() == 0
    assert page.faults == []


def test_the_keyboard_draws_the_charts(page, address):
    page.goto(address + CHARTS)
    page.keyboard.press("Tab")
    page.wait_for_selector(".vega-bindings input", state="attached")
    slider = page.locator(".vega-bindings input").first.element_handle()
    slider.scroll_into_view_if_needed()
    page.wait_for_timeout(500)
    assert slider.evaluate("slider => slider.isConnected")  # not drawn again when seen


def test_charts_are_drawn_where_nothing_tells_what_is_near_also_from_a_file(page):
    page.add_init_script("window.IntersectionObserver = undefined")
    page.goto((site.HTML / CHARTS).as_uri())
    page.wait_for_selector("[id^='altair-viz'] svg", state="attached")


def test_on_paper_a_chart_that_was_not_drawn_is_a_picture(page, address):
    page.goto(address + CHARTS)
    page.emulate_media(media="print")
    picture = page.locator("[id^='altair-viz'] img")
    assert picture.is_visible() and picture.bounding_box()["height"] > 100


def test_only_rules_that_could_match_are_kept():
    sheet = (
        ".a{x:y}.b,.a .c,.a:not(.d){x:y}@media print{.b{x:y}}@media print{h1,#e{x:y}}@keyframes k{to{x:y}}"
    )
    kept = ".a{x:y}.a:not(.d){x:y}@media print{h1{x:y}}@keyframes k{to{x:y}}"
    assert styles.lean(sheet, {"a"}) == kept


def test_what_is_asked_of_the_theme_before_its_scripts_are_there_is_done_when_they_are(browser, address):
    tab = browser.new_page(viewport={"width": 1280, "height": 900}, color_scheme="dark")
    tab.goto(f"{address}book/glossary.html")
    tab.wait_for_load_state("networkidle")
    assert tab.locator("script.later").count() > 0
    assert tab.locator("html").get_attribute("data-theme") == "dark"  # which does not wait
    tab.evaluate("document.querySelector('.theme-switch-button').click()")
    tab.wait_for_selector("html[data-theme='light']", timeout=10_000)
    assert tab.locator("script.later").count() == 0
    tab.close()


def test_the_search_opens_at_the_first_key(browser, address):
    tab = browser.new_page()
    tab.goto(f"{address}book/glossary.html")
    tab.wait_for_load_state("networkidle")
    assert tab.locator("script.later").count() > 0
    tab.keyboard.press("Control+k")
    tab.wait_for_selector("#pst-search-dialog[open]", timeout=10_000)
    tab.close()
