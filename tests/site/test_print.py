"""Pages on paper, and the whole book in one document."""

import pytest
from bs4 import BeautifulSoup

from tools import site
from tools.site import pdf

PAGE = "notebooks/toy-model.html"


@pytest.fixture(scope="module")
def whole():
    """Return the document that is printed as the PDF."""
    return BeautifulSoup(pdf.whole(site.HTML, site.pages()), "html.parser")


def test_the_whole_book_has_every_page_once_in_order(whole, soup):
    titles = [article.h1.get_text() for article in whole.select("article")]
    assert titles == [soup(f"{name}.html").article.h1.get_text() for name in site.pages()]


def test_links_of_the_whole_book_stay_inside_it(whole):
    names = [element["id"] for element in whole.select("[id]")]
    inside = {link["href"][1:] for link in whole.select("article a[href^='#']")}
    assert len(inside) > 100 and inside <= set(names)


def test_pictures_of_the_whole_book_are_there(whole):
    sources = [image["src"] for image in whole.select("article img[src]")]
    assert len(sources) > 80
    missing = [source for source in sources if "://" not in source and not (site.HTML / source).exists()]
    assert missing == []


@pytest.mark.parametrize("asked", [False, True])
def test_solutions_are_printed_only_when_asked(asked):
    document = BeautifulSoup(pdf.whole(site.HTML, ["notebooks/toy-model"], asked), "html.parser")
    folded = document.select("details")
    solutions = [part for part in folded if part.summary.get_text().startswith("Solution")]
    assert len(solutions) >= 2
    assert {part.has_attr("open") for part in solutions} == {asked}


def test_on_paper_there_is_nothing_to_click(page, address, visit):
    visit(page, address + PAGE)
    closed = page.locator("article details.above-input:not([open])").first
    assert closed.is_visible()
    page.emulate_media(media="print")
    assert not closed.is_visible()
    assert not page.locator(".headerlink").first.is_visible()
    assert page.locator("figure.mirage img").first.is_visible()


def test_one_button_opens_and_closes_all_solutions(page, address, visit):
    visit(page, address + PAGE)
    button = page.get_by_role("button", name="Open all solutions")
    button.focus()
    page.keyboard.press("Enter")
    solutions = page.locator("article details", has=page.locator("> summary", has_text="Solution"))
    assert all(solutions.evaluate_all("parts => parts.map(part => part.open)"))
    page.get_by_role("button", name="Close all solutions").click()
    assert not any(solutions.evaluate_all("parts => parts.map(part => part.open)"))
