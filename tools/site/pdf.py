"""The whole book as a PDF, which Chromium prints from the built pages: `python -m tools.site.pdf`."""

import argparse
import re
import sys
from pathlib import Path
from urllib.parse import urldefrag, urljoin, urlsplit

import yaml
from bs4 import BeautifulSoup, Tag
from tqdm import tqdm

from tools.project import ROOT
from tools.site import BUILD, HTML, browser, pages

TARGET = BUILD / "book.pdf"
_WHOLE = "whole-book.html"


def main() -> int:
    """Put all pages into one, and print it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--solutions", action="store_true", help="with the solutions of the exercises")
    solutions = parser.parse_args().solutions
    chromium = browser.executable()
    if not chromium:
        print(f"A browser is needed: one of {', '.join(browser.NAMES)}, or CHROME names it.", file=sys.stderr)
        return 1
    (HTML / _WHOLE).write_text(whole(HTML, pages(), solutions), encoding="utf-8")
    try:
        _print(chromium, TARGET)
    finally:
        (HTML / _WHOLE).unlink()
    print(f"The PDF is ready: {TARGET}")
    return 0


def whole(site: Path, names: list[str], solutions: bool = False) -> str:
    """Return one page with the articles of all, whose links lead to each other inside it."""
    first = BeautifulSoup((site / f"{names[0]}.html").read_text(encoding="utf-8"), "html.parser")
    articles = [_article(site, name, names) for name in tqdm(names, desc="pages", ascii=True)]
    body = first.new_tag("body")
    body.append(_front(first, articles, names))
    body.extend(articles)
    for part in body.select("details"):
        if part.summary and part.summary.get_text().startswith("Solution"):
            del part["open"]
            if solutions:
                part["open"] = ""
    first.body.replace_with(body)
    for element in first.select("[src], [href]"):  # the folders of the first page are one too deep
        for name in ("src", "href"):
            if name in element.attrs and element.find_parent("body") is None:
                element[name] = _from_top(element[name], names[0])
    return str(first)


def _article(site: Path, name: str, names: list[str]) -> Tag:
    """Return the article of a page, its places named by the page, its links leading into the whole."""
    article = BeautifulSoup((site / f"{name}.html").read_text(encoding="utf-8"), "html.parser").article
    for element in article.select("[id]"):
        element["id"] = _place(name, element["id"])
    for attribute in ("for", "aria-labelledby", "aria-describedby"):
        for element in article.select(f"[{attribute}]"):
            element[attribute] = _place(name, element[attribute])
    for element in article.select("[src]"):
        element["src"] = _from_top(element["src"], name)
    for element in article.select("a[href]"):
        element["href"] = _inside(element["href"], name, names)
    article["id"] = _place(name)
    article["style"] = "break-before: page"
    return article


def _inside(link: str, name: str, names: list[str]) -> str:
    if urlsplit(link).scheme:
        return link
    target, fragment = urldefrag(urljoin(f"{name}.html", link))
    page = target.removesuffix(".html")
    return f"#{_place(page, fragment)}" if page in names else target


def _place(page: str, name: str = "") -> str:
    return re.sub(r"\W+", "-", page) + (f"--{name}" if name else "")


def _from_top(link: str, name: str) -> str:
    return link if urlsplit(link).scheme or link.startswith("#") else urljoin(f"{name}.html", link)


def _front(document: BeautifulSoup, articles: list[Tag], names: list[str]) -> Tag:
    """Return the title and the contents."""
    front, contents = document.new_tag("section"), document.new_tag("ol")
    title = document.new_tag("h1")
    title.string = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))["title"]
    for article, name in zip(articles, names, strict=True):
        entry, link = document.new_tag("li"), document.new_tag("a", href=f"#{_place(name)}")
        link.string = article.h1.get_text().removesuffix("#")
        entry.append(link)
        contents.append(entry)
    front.extend([title, contents])
    return front


def _print(chromium: str, target: Path) -> None:
    from playwright.sync_api import sync_playwright  # tests need it, the book does not

    part = target.with_suffix(".part.pdf")
    with browser.serving(HTML) as address, sync_playwright() as playwright:
        page = playwright.chromium.launch(executable_path=chromium, args=browser.FLAGS).new_page()
        page.goto(address + _WHOLE)
        page.wait_for_load_state("networkidle")
        page.pdf(path=part, format="A4", prefer_css_page_size=True, outline=True, tagged=True)
    part.replace(target)


if __name__ == "__main__":
    sys.exit(main())
