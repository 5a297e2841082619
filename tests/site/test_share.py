"""What a shared page carries with it: head, card, footer; the ways in; the pages on status and coverage."""

import json
import re
import struct
import subprocess
import sys
from collections import Counter
from html import unescape
from urllib.parse import parse_qs, urljoin, urlsplit
from xml.etree import ElementTree

import pytest
import yaml
from axe_playwright_python.sync_playwright import Axe
from pybtex.database import parse_string

from mirage.datasets._sources import SOURCES
from tools import lint, project, release, site
from tools.project import DOCUMENTATION, REPOSITORY, ROOT, VERSION
from tools.site import cards, footer, head, status

PAGES = site.pages(site.STAGE)
NOTEBOOKS = [name for name in PAGES if name.startswith("notebooks/")]
TITLE = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))["title"]


@pytest.fixture(scope="session")
def content(soup):
    """Return a function that returns what the one tag of a name says on a page."""

    def said(name: str, tag: str) -> str:
        found = soup(f"{name}.html").select(f'meta[name="{tag}"], meta[property="{tag}"]')
        assert len(found) == 1, f"{name} has {len(found)} of {tag}"
        return found[0]["content"]

    return said


@pytest.mark.parametrize("name", [*PAGES, "index"])
def test_a_page_says_what_it_is_and_where_it_is(soup, content, name):
    page = PAGES[0] if name == "index" else name
    address = f"{DOCUMENTATION}/{page}.html"
    assert [link["href"] for link in soup(f"{name}.html").select('link[rel="canonical"]')] == [address]
    assert content(name, "og:url") == address
    assert len(content(name, "description")) >= 20
    assert content(name, "og:description") == content(name, "description")
    assert content(name, "og:title") in soup(f"{name}.html").title.text
    assert content(name, "twitter:card") == "summary_large_image"
    assert content(name, "twitter:image") == content(name, "og:image")
    assert len(content(name, "og:image:alt").split()) >= 5


@pytest.mark.parametrize("name", [*PAGES, "index"])
def test_the_card_is_there_in_its_size(content, name):
    image = content(name, "og:image")
    assert image.startswith(f"{DOCUMENTATION}/")
    picture = (site.HTML / image.removeprefix(f"{DOCUMENTATION}/")).read_bytes()
    assert picture[:8] == b"\x89PNG\r\n\x1a\n"
    size = struct.unpack(">II", picture[16:24])
    assert size == (cards.WIDTH, cards.HEIGHT) == (1200, 630)
    assert (content(name, "og:image:width"), content(name, "og:image:height")) == ("1200", "630")


def test_every_card_differs():
    pictures = [(site.HTML / cards.FOLDER / f"{name}.png").read_bytes() for name in PAGES]
    assert len(set(pictures)) == len(PAGES)


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_a_notebook_is_described_by_its_question(content, name):
    source = (ROOT / f"{name}.md").read_text(encoding="utf-8")
    question = " ".join(re.search(r"\*\*The question\.\*\*(.*?)\n\n", source, re.DOTALL)[1].split())
    described = content(name, "description")
    assert simple(described.removesuffix(" …")) in simple(question)


def simple(text: str) -> str:
    """Return the letters and digits of a text: its quotation marks and formulas may be set otherwise."""
    return "".join(letter for letter in unescape(text) if letter.isalnum())


@pytest.mark.parametrize("name", [*PAGES, "index", "404", "search", "genindex", "py-modindex"])
def test_language_and_viewport(soup, name):
    assert soup(f"{name}.html").html["lang"] == "en-GB"
    assert len(soup(f"{name}.html").select('meta[name="viewport"]')) == 1


@pytest.mark.parametrize("name", ["404", "search", "genindex", "py-modindex", "_modules/index"])
def test_what_is_no_page_is_not_indexed(soup, name):
    assert [tag["content"] for tag in soup(f"{name}.html").select('meta[name="robots"]')] == ["noindex"]


def test_titles_are_unique_and_hold_the_books_title_once(soup):
    titles = [
        soup(f"{name}.html").title.text for name in [*PAGES, "search", "genindex", "py-modindex", "404"]
    ]
    assert [title for title, times in Counter(titles).items() if times > 1] == []
    assert soup(f"{PAGES[0]}.html").title.text == soup("index.html").title.text == TITLE
    assert {title.count(TITLE) for title in titles} == {1}


def test_one_title_everywhere():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    papers = {reference["title"] for reference in citation["references"]}
    assert TITLE not in papers
    assert citation["title"].startswith(TITLE)
    for name in ("README.md", "book/index.md"):
        assert (ROOT / name).read_text(encoding="utf-8").startswith(f"# {TITLE}\n")
    assert f'"{citation["title"]}"' in (ROOT / "LICENSE-text").read_text(encoding="utf-8")


def test_the_sitemap_lists_each_page_once():
    tree = ElementTree.parse(site.HTML / "sitemap.xml")
    places = [place.text for place in tree.iter("{http://www.sitemaps.org/schemas/sitemap/0.9}loc")]
    assert places == [f"{DOCUMENTATION}/{name}.html" for name in PAGES]
    assert len(places) == len(set(places)) >= len(site.pages())


@pytest.mark.parametrize("missing", ["nowhere.html", "notebooks/nowhere.html", "a/b/c/d"])
def test_the_page_for_the_lost_leads_back_from_any_depth(soup, missing):
    page = soup("404.html")
    assert page.select("link[href], script, img, style[src]") == []  # what it loads would be missing too
    links = [link["href"] for link in page.select("a[href]")]
    assert len(links) >= 3
    for link in links:
        address = urljoin(f"{DOCUMENTATION}/{missing}", link)
        assert address.startswith(f"{DOCUMENTATION}/")
        assert (site.HTML / address.removeprefix(f"{DOCUMENTATION}/")).exists(), f"{link} leads nowhere"


@pytest.fixture(scope="session")
def footer_links(soup):
    """Return a function that returns the links in a page's footer, by their text."""
    return lambda name: {link.text: link["href"] for link in soup(f"{name}.html").select(".about a")}


@pytest.mark.parametrize("name", [*PAGES, "search", "genindex"])
def test_a_report_carries_page_and_version_and_asks_what_contributing_asks(soup, footer_links, name):
    address = urlsplit(footer_links(name)["Report an error on this page"])
    filled = parse_qs(address.query)
    assert address.geturl().startswith(f"{REPOSITORY}/issues/new?")
    assert filled["title"] == [f"Error on {name}"]
    (body,) = filled["body"]
    assert f"{DOCUMENTATION}/{name}.html" in body
    assert f"Version: {VERSION}\n" in body
    asked = re.findall(r"^\d\. .+", body, re.MULTILINE)
    assert len(asked) == 4
    assert set(asked) <= set((ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8").splitlines())
    assert not soup(f"{name}.html").select('a[href*="Your%20issue%20content"]')


@pytest.mark.parametrize("name", PAGES)
def test_the_edit_link_names_the_source(footer_links, name):
    edited = footer_links(name)["Edit this page"].removeprefix(f"{REPOSITORY}/edit/{project.BRANCH}/")
    assert (ROOT / edited).is_file()
    if not name.startswith("book/api/"):
        assert edited == f"{name}.md"


def test_the_footer_names_licences_version_changes_and_status(soup, footer_links):
    words, links = soup(f"{NOTEBOOKS[0]}.html").select_one(".about").text, footer_links(NOTEBOOKS[0])
    assert f"Version {VERSION} " in words
    assert links["CC BY 4.0"] == "https://creativecommons.org/licenses/by/4.0/"
    assert links["BSD 3-Clause"].endswith("/LICENSE") and links["changes"].endswith("/CHANGELOG.md")
    assert links["how it was built"] == "../book/status.html"
    assert "© Copyright" not in soup(f"{NOTEBOOKS[0]}.html").text  # the theme's own line


@pytest.mark.parametrize("name", PAGES)
def test_the_citation_parses(soup, name):
    (entry,) = parse_string(soup(f"{name}.html").select_one(".bibtex").text, "bibtex").entries.values()
    assert entry.fields["version"] == VERSION
    assert entry.fields["url"] == DOCUMENTATION
    assert TITLE in entry.fields["title"]
    assert entry.persons["author"]


def test_the_citation_takes_year_and_doi_from_the_file(tmp_path, monkeypatch):
    text = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    (tmp_path / "CITATION.cff").write_text(
        f"{text}date-released: 2031-02-03\ndoi: 10.5281/x\n", encoding="utf-8"
    )
    monkeypatch.setattr(footer, "ROOT", tmp_path)
    (entry,) = parse_string(footer.bibtex("2026"), "bibtex").entries.values()
    assert (entry.fields["year"], entry.fields["doi"]) == ("2031", "10.5281/x")


def test_a_release_is_pinned_and_a_version_between_releases_is_not():
    assert project.revision("1.2.0") == "v1.2.0"
    assert project.revision("1.2.0.dev0") == project.BRANCH


def test_a_release_build_names_its_tag_everywhere(project):
    for name in ("mirage/__init__.py", "CITATION.cff"):
        text = (project / name).read_text(encoding="utf-8")
        (project / name).write_text(text.replace(VERSION, "7.8.9"), encoding="utf-8")
    command = [sys.executable, "-m", "tools.pair"]
    assert subprocess.run([*command, "--check"], cwd=project, capture_output=True).returncode == 1
    assert subprocess.run(command, cwd=project, capture_output=True).returncode == 0
    for notebook in (project / "notebooks").glob("*.ipynb"):
        cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
        assert f"/blob/v7.8.9/notebooks/{notebook.name})" in "".join(cells[1]["source"])
        assert any(f"git+{REPOSITORY}@v7.8.9" in "".join(cell["source"]) for cell in cells)


def test_a_release_is_held_up_by_what_is_missing(project):
    git = ["git", "-C", project, "-c", "user.name=x", "-c", "user.email=x@example.org"]
    subprocess.run([*git, "init", "--quiet"], check=True)
    subprocess.run([*git, "add", "."], check=True)
    subprocess.run([*git, "commit", "--quiet", "--message=x"], check=True)
    change(project / "mirage" / "__init__.py", VERSION, "7.8.9")
    for fault in ("names", "CITATION.cff 0", "no date-released", "no section '## 7.8.9'", "not committed"):
        assert any(fault in found for found in release.faults(project)) == (fault != "names"), fault
    change(project / "CITATION.cff", f"version: {VERSION}", "version: 7.8.9\ndate-released: 2026-12-01")
    changes = project / "CHANGELOG.md"
    changes.write_text(
        re.sub("## Unreleased", "## 7.8.9", changes.read_text(encoding="utf-8")), encoding="utf-8"
    )
    subprocess.run([*git, "commit", "--quiet", "--all", "--message=y"], check=True)
    assert list(release.faults(project)) == []
    subprocess.run([*git, "tag", "v7.8.9"], check=True)
    assert list(release.faults(project)) == ["the tag v7.8.9 is there already"]


def change(path, there: str, becomes: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert there in text
    path.write_text(text.replace(there, becomes), encoding="utf-8")


def test_status_lists_every_page_with_plausible_numbers(soup):
    table = soup("book/status.html").select_one("#pages table")
    rows = [[cell.text.strip() for cell in row.select("td")] for row in table.select("tbody tr")]
    links = [link["href"] for link in table.select("a[href]")]
    listed = [urljoin("book/status.html", link.removesuffix("#") or "status.html") for link in links]
    assert listed == [f"{name}.html" for name in site.pages()]
    for name, (_, words, lines, figures, minutes, seconds) in zip(site.pages(), rows, strict=False):
        assert float(minutes) == pytest.approx(int(words) / 140 + int(lines) / 15 + int(figures), abs=0.51)
        if name.startswith("notebooks/"):
            assert 500 < int(words) < 10_000 and 10 < int(lines) < 1000 and 1 <= int(figures) <= 30
            assert 1 <= int(seconds) < 3000
    assert rows[-1][0] == "all pages"
    assert float(rows[-1][4]) == pytest.approx(sum(float(row[4]) for row in rows[:-1]), abs=len(rows))


def test_status_names_packages_and_data(soup):
    packages = {row.td.text for row in soup("book/status.html").select("#packages tbody tr")}
    assert {"numpy", "pandas", "jupyter-book", "vl-convert-python"} <= packages
    sets = soup("book/status.html").select("#published-data tbody tr")
    assert len(sets) == len(SOURCES)
    for row in sets:
        _, _, files, there, _ = (cell.text for cell in row.select("td"))
        assert there == "not fetched" or 0 <= int(there) <= int(files)


def test_reading_is_counted_by_the_rule(tmp_path):
    notebook = {
        "nbformat": 4,
        "nbformat_minor": 5,
        "metadata": {},
        "cells": [
            text(
                "Three words here, [a link](to/an-address.md).\n\n| no | table |\n\n<details>\nno\n</details>"
            ),
            code("x = 1\n\n# a comment\ny = 2", [{"text/markdown": "Two words"}]),
            code("folded = 1", [{"text/html": '<figure class="mirage">'}], tags=["hide-input"]),
            text("## References\n\n- No (2023)"),
        ],
    }
    path = tmp_path / "page.ipynb"
    path.write_text(json.dumps(notebook), encoding="utf-8")
    found = status.reading(path)
    assert found == status.Reading(words=7, lines=2, figures=1)
    assert found.minutes == pytest.approx(7 / 140 + 2 / 15 + 1)


def text(source: str) -> dict:
    return {"cell_type": "markdown", "id": source[:5].strip("# "), "metadata": {}, "source": source}


def code(source: str, shown: list[dict], tags: list[str] | None = None) -> dict:
    outputs = [{"output_type": "display_data", "data": data, "metadata": {}} for data in shown]
    cell = {"cell_type": "code", "id": source[:1], "source": source, "outputs": outputs, "execution_count": 1}
    return cell | {"metadata": {"tags": tags or []}}


def test_every_link_of_coverage_leads_to_a_section(soup):
    links = [link["href"] for link in soup("book/coverage.html").select("article li a.internal")]
    sections = [link for link in links if "notebooks/" in link]
    assert len(sections) > 100
    for link in sections:
        name, _, place = link.removeprefix("../").partition("#")
        assert place and soup(name).find(id=place), link
    assert list(lint.coverage_leads_somewhere(ROOT)) == []


def test_mending_the_head_twice_changes_nothing():
    page = (site.HTML / f"{PAGES[0]}.html").read_text(encoding="utf-8")
    assert head.mend(page, site.HTML, None) == page


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", ["book/status.html", "404.html"])
def test_nothing_is_wrong_with_new_pages_on_any_screen(page, address, name, scheme, width):
    page.set_viewport_size({"width": width, "height": 844})
    page.emulate_media(color_scheme=scheme)
    page.goto(address + name)
    assert page.faults == []
    assert axe(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_is_wrong_with_the_footer_on_any_screen(page, address, scheme, width):
    page.set_viewport_size({"width": width, "height": 844})
    page.emulate_media(color_scheme=scheme)
    page.goto(f"{address}{NOTEBOOKS[0]}.html")
    assert axe(page, ".about") == []


def axe(page, part: str | None = None) -> list:
    """Return what axe-core finds wrong, of any weight, with a page or a part of it."""
    found = Axe().run(page, part).response["violations"]
    return [(each["id"], [node["html"][:200] for node in each["nodes"][:3]]) for each in found]


def test_the_button_copies_the_citation_from_the_keyboard(page, address):
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(f"{address}{NOTEBOOKS[0]}.html")
    page.locator(".copy-bibtex").focus()
    page.keyboard.press("Enter")
    page.wait_for_function("document.querySelector('.about [role=status]').textContent == 'Copied.'")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.strip() == page.locator(".bibtex").text_content().strip() == footer.bibtex("2026").strip()


def test_the_footer_works_from_a_file(page):
    page.goto((site.HTML / f"{NOTEBOOKS[0]}.html").as_uri())
    page.wait_for_selector(".copy-bibtex")
    assert page.locator(".bibtex").is_visible()
    page.locator(".about a", has_text="how it was built").press("Enter")  # sections still move under a mouse
    page.wait_for_url("**/book/status.html")
