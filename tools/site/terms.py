"""Words of the glossary: a link at the first use on each page; and the search finds who defines them.

The sources stay as they are. A word is linked in running prose only: not in headings, links, code, formulas,
tables or forms. A section defines a word if its heading holds it, or its prose in bold.
"""

import functools
import html
import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from bs4 import BeautifulSoup
from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx

GLOSSARY = "book/glossary"
_WITHOUT = {GLOSSARY, "book/coverage", "book/references", "book/api"}
_LEFT_ALONE = (
    *(nodes.title, nodes.reference, nodes.literal, nodes.math, nodes.raw, nodes.table, nodes.literal_block),
    *(addnodes.pending_xref, nodes.caption, nodes.image),
)
# Everyday words, whose meaning in the glossary is seldom the one that is meant.
_EVERYDAY = {"ability", "scale", "tail", "task", "window", "sampling", "independence", "interaction"}
_LINK = re.compile(r'(<a class="term reference internal" href="[^"#]*#([\w-]+)")')
_INDEX = re.compile(r"Search\.setIndex\((.*)\)", re.DOTALL)


def setup(app: Sphinx) -> None:
    """Link the words before the pages are written, and extend the search afterwards."""
    app.connect("env-get-outdated", _outdated)
    app.connect("doctree-resolved", _link, priority=900)  # after the questions have become forms
    app.connect("build-finished", _search)


def mend(text: str, page: Path, app: Sphinx) -> str:
    """Give each link to a word what it means, as the title."""
    if 'class="term ' not in text:
        return text
    meanings = _meanings(Path(app.outdir) / f"{GLOSSARY}.html")
    return _LINK.sub(lambda link: f'{link[1]} title="{html.escape(meanings[link[2]])}"', text)


def pattern(terms: Iterable[str]) -> re.Pattern:
    """Return what finds words of the glossary in a text, in the singular or the plural.

    Where several begin, it finds the longest. The group that matched has the word's number, as `t0`.
    Without words it finds nothing.
    """
    numbered = sorted(enumerate(terms), key=lambda pair: -len(pair[1]))
    either = "|".join(f"(?P<t{number}>{_one(term)})" for number, term in numbered) or "(?!)"
    return re.compile(rf"(?<![\w-])(?:{either})(?![\w-])")


def _one(term: str) -> str:
    first, *others = (_with_plural(word) for word in re.split(r"[\s-]", term))
    if term[0].islower():  # at the beginning of a sentence it has a capital
        first = f"[{term[0]}{term[0].upper()}]{first[1:]}"
    return r"[\s-]".join([first, *others])


def _with_plural(word: str) -> str:
    for ending, both in (("is", "[ie]s"), ("y", "(?:y|ies)"), ("s", "s(?:es)?"), ("x", "x(?:es)?")):
        if word.endswith(ending):
            return re.escape(word.removesuffix(ending)) + both
    return re.escape(word) + "s?"


def _outdated(app: Sphinx, env, added: set, changed: set, removed: set) -> set[str]:
    """Read every page again if the glossary has changed."""
    return env.found_docs - added - changed if GLOSSARY in added | changed else set()


def _terms(app: Sphinx) -> tuple[re.Pattern, list[str]]:
    """Return what finds the words, and their places in the glossary by number."""
    objects = app.env.get_domain("std").get_objects()
    places = {
        name: place for name, _, kind, _, place, _ in objects if kind == "term" and name not in _EVERYDAY
    }
    return pattern(places), list(places.values())


def _link(app: Sphinx, doctree: nodes.document, page: str) -> None:
    if page in _WITHOUT or page.startswith("book/api/"):
        return
    target = app.builder.get_relative_uri(page, GLOSSARY)
    links = [node.get("refuri", "").partition("#") for node in doctree.findall(nodes.reference)]
    linked = {place for address, _, place in links if address == target}
    finds, places = _terms(app)
    for text in _prose(doctree):
        parts, end = [], 0
        for match in finds.finditer(text):
            place = places[int(match.lastgroup[1:])]
            if place not in linked:
                linked.add(place)
                link = nodes.reference(
                    "", match[0], refuri=f"{target}#{place}", internal=True, classes=["term"]
                )
                parts += [nodes.Text(text[end : match.start()]), link]
                end = match.end()
        if parts:
            text.parent.replace(text, [part for part in [*parts, nodes.Text(text[end:])] if part.astext()])


def _prose(doctree: nodes.document) -> Iterator[nodes.Text]:
    """Return the texts of running prose, in order."""
    for paragraph in list(doctree.findall(nodes.paragraph)):
        _join(paragraph)
        above = list(_above(paragraph))
        section = next((node for node in above if isinstance(node, nodes.section)), None)
        references = section is not None and section[0].astext() == "References"
        form = any(isinstance(node, nodes.raw) and "<input" in node.astext() for node in paragraph)
        if references or form or any(isinstance(node, nodes.table) for node in above):
            continue
        for text in list(paragraph.findall(nodes.Text)):
            if not any(isinstance(node, _LEFT_ALONE) for node in _above(text)):
                yield text


def _above(node: nodes.Node) -> Iterator[nodes.Node]:
    while (node := node.parent) is not None:
        yield node


def _join(node: nodes.Element) -> None:
    """Make one text of neighbouring ones: a line's end does not part a word of several words."""
    for inner in [node, *node.findall(nodes.Element)]:
        for place in range(len(inner) - 1, 0, -1):
            if isinstance(inner[place], nodes.Text) and isinstance(inner[place - 1], nodes.Text):
                inner[place - 1 : place + 1] = [nodes.Text(inner[place - 1] + inner[place])]


@functools.cache
def _meanings(glossary: Path) -> dict[str, str]:
    """Return the first sentence of each entry, by its place."""
    soup = BeautifulSoup(glossary.read_text(encoding="utf-8"), "html.parser")
    entries = ((word["id"], word.find_next("dd").p.get_text()) for word in soup.select("dl.glossary dt[id]"))
    return {place: re.split(r"(?<=\w[.])\s", " ".join(text.split()))[0] for place, text in entries}


def _search(app: Sphinx, error: Exception | None) -> None:
    """Let the search find who defines a word, the glossary and sections: main entries of its index.

    When only some pages are built anew, Sphinx forgets the entries of the others, the glossary among them.
    """
    index = Path(app.outdir) / "searchindex.js"
    if error or app.builder.format != "html":
        return
    found = json.loads(_INDEX.fullmatch(index.read_text(encoding="utf-8"))[1])
    for page, word, place in _definitions(app):
        known = found["indexentries"].setdefault(word.lower(), [])
        if (entry := [found["docnames"].index(page), place, True]) not in known:
            known.append(entry)
    index.write_text(f"Search.setIndex({json.dumps(found, ensure_ascii=False)})", encoding="utf-8")


def _definitions(app: Sphinx) -> Iterator[tuple[str, str, str]]:
    """Return page, word and section of what the pages define, once a page."""
    objects = app.env.get_domain("std").get_objects()
    places = {name: place for name, _, kind, _, place, _ in objects if kind == "term"}
    yield from ((GLOSSARY, word, place) for word, place in places.items())
    words = list(places)
    finds = pattern(words)
    for page in sorted(page for page in app.env.found_docs if page.startswith("notebooks/")):
        doctree, defined = app.env.get_doctree(page), set()
        for node in doctree.findall(lambda node: isinstance(node, nodes.title | nodes.strong)):
            section = next((above for above in _above(node) if isinstance(above, nodes.section)), None)
            text = " ".join(node.astext().split())
            matches = finds.finditer(text) if isinstance(node, nodes.title) else [finds.fullmatch(text)]
            for match in filter(None, matches):
                word = words[int(match.lastgroup[1:])]
                if section is not None and word not in defined:
                    defined.add(word)
                    yield page, word, section["ids"][0]
