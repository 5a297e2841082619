"""What pages say of themselves and of each other, from sources alone: no site is needed."""

import csv
import json
import posixpath
import re
from pathlib import Path
from types import SimpleNamespace

import nbformat
import pytest
from bs4 import BeautifulSoup

from tools.project import ROOT
from tools.site import contents, figures, forms, moved, summaries

FIGURE = (
    '<figure class="mirage" id="{0}"><img src="data:image/svg+xml;base64,AA" data-file="{0}.svg" alt="">'
    '<figcaption>It rises. <a href="data:text/csv;base64,AA" data-file="{0}.csv">Data (CSV)</a></figcaption>'
    "</figure>"
)


@pytest.fixture
def built(tmp_path, monkeypatch):
    """Return a function that writes an executed page, of text and of what cells show."""

    def write(name: str, *cells: tuple[str, list[str]]) -> None:
        made = []
        for text, shown in cells:
            outputs = [nbformat.v4.new_output("display_data", {"text/html": html}) for html in shown]
            made += [nbformat.v4.new_markdown_cell(text), nbformat.v4.new_code_cell("x", outputs=outputs)]
        path = tmp_path / "notebooks" / f"{name}.ipynb"
        path.parent.mkdir(exist_ok=True)
        nbformat.write(nbformat.v4.new_notebook(cells=made), path)

    monkeypatch.setattr(summaries, "BUILD", tmp_path)
    return write


def test_the_list_of_pages_has_each_notebook_once_in_the_order_of_the_book():
    said = summaries.filled("{{pages}}")
    names = re.findall(r"^- \[.+\]\(/notebooks/([\w-]+)\.ipynb\) ", said, re.MULTILINE)
    assert names == list(contents.read())
    for page in contents.read().values():
        assert f"{page.question} *{page.level.capitalize()}, {page.minutes} minutes.*\n" in f"{said}\n"
    captions = re.findall(
        r"^  - caption: (.+)", (ROOT / "_toc.yml").read_text(encoding="utf-8"), re.MULTILINE
    )
    headed = re.findall(r"^\*\*(.+)\*\*$", said, re.MULTILINE)
    assert headed == [caption for caption in captions if caption in headed] and len(headed) > 2
    assert all(block.startswith(("**", "- [")) for block in said.split("\n\n"))


def test_findings_come_from_the_last_run_or_else_from_the_record(tmp_path, monkeypatch):
    for folder, found in (("build/findings", {"a": "new"}), ("record", {"a": "old", "b": "kept"})):
        (tmp_path / folder).mkdir(parents=True)
        text = json.dumps({name: {"sentence": sentence} for name, sentence in found.items()})
        (tmp_path / folder / "page.json").write_text(text)
    monkeypatch.setattr(forms, "ROOT", tmp_path)
    monkeypatch.setattr(forms, "FINDINGS", tmp_path / "record")
    assert summaries.filled("So:\n{{findings: page | b | a}}\n.") == "So:\n- kept\n- new\n."
    with pytest.raises(ValueError, match="page has no finding 'c'"):
        summaries.filled("{{findings: page | c}}")


def test_a_chart_is_the_first_of_its_page(built):
    built("many-steps", ("# A", ["<p>", '<div id="altair-viz-1">']), ("# B", ['<div id="altair-viz-2">']))
    shown = summaries.filled("{{chart: many-steps}}")
    assert shown == '````{raw} html\n<div id="altair-viz-1">\n````'
    assert "altair" not in summaries.filled("{{chart: toy-model}}")  # which has not run


def test_the_gallery_has_each_figure_below_the_heading_where_it_stands(built):
    built(
        "many-steps",
        ("## One & two\n\nText.\n\n### Three", [FIGURE.format("f1"), "<p>"]),
        ("No heading.", []),
    )
    built("toy-model", ("# None", ["<p>"]))
    built(
        "high-jump",
        ("## Four", [FIGURE.format("f2") + FIGURE.format("f3")]),
        ("Text.", [FIGURE.format("f4")]),
    )
    said = summaries.filled("{{gallery}}")
    titles = [contents.read()[name].title for name in contents.read() if name in ("many-steps", "high-jump")]
    assert re.findall(r"^## (.+)", said, re.MULTILINE) == titles
    soup = BeautifulSoup(said, "html.parser")
    links = {link["href"]: link.get_text() for link in soup.select(".gallery figcaption p a")}
    high = "../notebooks/high-jump.html"
    expected = {"../notebooks/many-steps.html#f1": "Three"}
    assert links == expected | {f"{high}#f{k}": "Four" for k in (2, 3, 4)}
    pictures = [f"../{figures.FOLDER}/{link.rpartition('#')[2]}.svg" for link in links]
    assert [image["src"] for image in soup.select("img")] == pictures
    assert "CSV" not in said and not soup.select("[id]")


def test_what_a_page_says_of_itself():
    for name, page in contents.read().items():
        text = (ROOT / "notebooks" / f"{name}.md").read_text(encoding="utf-8")
        lines = text.splitlines()
        paragraphs = [" ".join(part.split()) for part in text.split("\n\n")]
        assert f"# {page.title}" in lines and f"**The question.** {page.question}" in paragraphs
        assert (page.level == "advanced") == ("**Level.** Advanced" in text) and page.level in (
            "core",
            "advanced",
        )
        assert page.predictions == sum("**Predict first.**" in line for line in lines)
        assert page.exercises == len(set(re.findall(rf'check\.answer\(\s*"({name}-\d+)"', text))), name
        asked = ROOT / "book" / "questions" / f"{name}.md"
        assert page.questions == (
            len(re.findall(r"^\*\*Question", asked.read_text(), re.M)) if asked.exists() else 0
        )
        assert name not in page.needs and len(set(page.needs)) == len(page.needs)


def test_an_hour_is_sixty_minutes_and_a_page_without_a_level_is_core(tmp_path):
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "_toc.yml").write_text(
        "root: book/index\nchapters:\n- file: notebooks/a\n- file: notebooks/b\n"
    )
    rest = "**The question.** Is it\nso?\n\n**Time.** {}.\n\n**You need.** {}\n\n"
    needs = "[b](b.md#part), [c](c.md), [a](a.md) and [b](b.md)"
    for name, time, need in (
        ("a", "About an hour to read", needs),
        ("b", "20 minutes, 7 more for the exercises", "-"),
    ):
        text = f"# Page {name}\n\n{rest.format(time, need)}"
        (tmp_path / "notebooks" / f"{name}.md").write_text(text)
    a, b = contents.read(tmp_path).values()
    assert (a.title, a.question, a.level, a.minutes, a.exercise_minutes) == (
        "Page a",
        "Is it so?",
        "core",
        60,
        None,
    )
    assert (a.needs, a.predictions, a.questions, a.exercises) == (("b",), 0, 0, 0)
    assert (b.minutes, b.exercise_minutes, b.needs) == (20, 7, ())


def test_who_follows_an_old_address_is_led_to_the_new_one():
    app = SimpleNamespace(outdir=Path("/site"))
    with (ROOT / "book" / "moved.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for old in {row["old"].split("#")[0] for row in rows}:
        page = app.outdir / old
        told = moved.mend('<html><body class="a">', page, app)
        found = json.loads(BeautifulSoup(told, "html.parser").body["data-moved"])
        led = {
            anchor: posixpath.normpath(posixpath.join(posixpath.dirname(old), to))
            for anchor, to in found.items()
        }
        assert led == {
            row["old"].split("#")[1]: row["new"] for row in rows if row["old"].startswith(f"{old}#")
        }
        assert told.endswith(' class="a">')
    assert moved.mend("<body>", app.outdir / "book" / "no-such-page.html", app) == "<body>"
