"""A deck of slides for each part of the book, from its numbered figures: `python -m tools.slides`.

Each deck is one HTML file that loads nothing, and the same as PDF, in build/slides.
"""

import html
import re
import sys
from pathlib import Path

import nbformat
import yaml
from bs4 import BeautifulSoup

from tools.project import DOCUMENTATION, ROOT
from tools.site import BUILD, browser, lecturers

TARGET = BUILD / "slides"
_STYLE = """\
@page { size: 320mm 180mm; margin: 0 }
html { scroll-snap-type: y proximity; font: 20px/1.4 system-ui, sans-serif; color: #111; background: #fff }
body { margin: 0 }
section { box-sizing: border-box; height: 100vh; padding: 3vh 5vw; scroll-snap-align: start; overflow: hidden;
  display: flex; flex-direction: column; justify-content: center; break-after: page }
@media print { section { height: 180mm; width: 320mm } }
h1 { font-size: 2.4em } h2 { font-size: 1.3em; margin: 0 0 1vh } p { max-width: 60em; margin: 1vh 0 }
figure { margin: 0; flex: 1; min-height: 0; display: flex }
img { max-width: 100%; max-height: 100%; margin: auto }
.figure img { width: 100%; object-fit: contain } footer { font-size: 0.6em; color: #444 }"""


def main() -> int:
    """Write all decks, and print them if there is a browser."""
    TARGET.mkdir(parents=True, exist_ok=True)
    toc = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
    written = []
    for part in toc["parts"]:
        names = [chapter["file"].partition("/")[2] for chapter in part["chapters"]]
        names = [name for name in names if (BUILD / "notebooks" / f"{name}.ipynb").exists()]
        if names:
            path = TARGET / f"{part['caption'].lower().replace(' ', '-')}.html"
            path.write_text(deck(part["caption"], names), encoding="utf-8")
            written.append(path)
    if chromium := browser.executable():
        _print(chromium, written)
    else:
        print("Without Chrome or Chromium there are no PDFs.", file=sys.stderr)
    print(f"{len(written)} decks are in {TARGET}")
    return 0


def deck(part: str, names: list[str]) -> str:
    """Return the slides of some pages: for each a title with its question, then its figures with captions."""
    slides = [f"<section><h1>{html.escape(part)}</h1><p>{html.escape(_book())}</p></section>"]
    for name in names:
        title = html.escape(lecturers.read()[name].title)
        slides.append(f"<section><h1>{title}</h1><p>{html.escape(_question(name))}</p></section>")
        address = f"{DOCUMENTATION}/notebooks/{name}.html"
        footer = f'<footer><a href="{address}">{address}</a> · text and figures CC BY 4.0</footer>'
        for image, alt, caption in figures(BUILD / "notebooks" / f"{name}.ipynb"):
            shown = f'<figure><img src="{image}" alt="{html.escape(alt)}"></figure>'
            said = f"<p>{html.escape(caption)}</p>{footer}"
            slides.append(f'<section class="figure"><h2>{title}</h2>{shown}{said}</section>')
    head = f'<meta charset="utf-8"><title>{html.escape(part)}</title><style>{_STYLE}</style>'
    return f'<!DOCTYPE html><html lang="en-GB"><head>{head}</head><body>{"".join(slides)}</body></html>'


def figures(notebook: Path) -> list[tuple[str, str, str]]:
    """Return image, text alternative and caption of each numbered figure of an executed notebook."""
    cells = nbformat.read(notebook, as_version=4).cells
    shown = [
        output.get("data", {}).get("text/html", "") for cell in cells for output in cell.get("outputs", [])
    ]
    found = []
    for text in shown:
        if '<figure class="mirage"' in text:
            figure = BeautifulSoup(text, "html.parser").figure
            for link in figure.select("figcaption a"):
                link.decompose()
            found.append(
                (figure.img["src"], figure.img["alt"], " ".join(figure.figcaption.get_text().split()))
            )
    return found


def _question(name: str) -> str:
    text = (ROOT / "notebooks" / f"{name}.md").read_text(encoding="utf-8")
    return " ".join(re.search(r"\*\*The question\.\*\*(.*?)\n\n", text, re.DOTALL)[1].split())


def _book() -> str:
    return yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))["title"]


def _print(chromium: str, decks: list[Path]) -> None:
    from playwright.sync_api import sync_playwright  # tests need it, the book does not

    with sync_playwright() as playwright:
        page = playwright.chromium.launch(executable_path=chromium, args=browser.FLAGS).new_page()
        for deck in decks:
            page.goto(deck.as_uri())
            page.pdf(
                path=deck.with_suffix(".pdf"), prefer_css_page_size=True, print_background=True, tagged=True
            )


if __name__ == "__main__":
    sys.exit(main())
