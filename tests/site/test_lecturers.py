"""The page for lecturers and the slides say what the pages say."""

import re
from html import unescape

import jupytext
import nbformat
import pytest
from bs4 import BeautifulSoup

from tools import assign, slides
from tools.project import ROOT
from tools.site import BUILD, HTML, contents, lecturers, status

PAGE = (ROOT / "book" / "for-lecturers.md").read_text(encoding="utf-8")


def test_minutes_and_needs_are_those_of_the_pages():
    many = contents.read()["many-steps"]
    text = (ROOT / "notebooks" / "many-steps.md").read_text(encoding="utf-8")
    assert f"**Time.** {many.minutes} minutes to read, {many.exercise_minutes} more" in text
    assert "toy-model" in many.needs and "many-steps" not in many.needs


def test_the_minutes_claimed_are_those_counted_and_the_core_takes_less_than_six_hours():
    counted = {n: status.reading(BUILD / "notebooks" / f"{n}.ipynb").minutes for n in contents.read()}
    for name, page in contents.read().items():
        assert page.minutes == pytest.approx(counted[name], rel=0.15), name
    assert sum(counted[name] for name, page in contents.read().items() if page.level == "core") < 6 * 60


def test_a_page_without_minutes_is_named(project):
    page = project / "notebooks" / "many-steps.md"
    page.write_text(page.read_text(encoding="utf-8").replace("**Time.**", "**Tme.**"), encoding="utf-8")
    with pytest.raises(ValueError, match=r"many-steps\.md must have a line"):
        contents.read(project)


def test_a_plan_adds_up_and_names_what_it_leaves_out():
    table = lecturers.filled("{{plan}}\nmany-steps; audit\ntoy-model\n{{end}}").splitlines()
    minutes = [int(row.split("|")[3]) for row in table[2:]]
    assert (
        minutes[-1]
        == sum(minutes[:-1])
        == sum(contents.read()[n].minutes for n in ("many-steps", "toy-model"))
    )
    assert "toy-model" in table[2].split("|")[5] and not table[3].split("|")[5].strip()
    assert "Project: audit a claim (90 minutes)" in table[2]


def test_all_plans_name_pages_and_assignments_that_exist():
    assert "{{" not in lecturers.filled(PAGE)


def test_the_graph_has_a_box_for_each_page_and_arrows_from_left_to_right():
    for name, page in contents.read().items():
        assert all(lecturers._depth(need) < lecturers._depth(name) for need in page.needs)
    assert lecturers.graph().startswith("<?xml")


def test_a_deck_has_every_figure_with_caption_and_alternative(tmp_path, monkeypatch):
    shown = (
        '<figure class="mirage"><img src="data:image/svg+xml;base64,AA" alt="a &quot;curve&quot; that rises">'
        "<figcaption><strong>Figure 1.</strong> It rises &amp; falls. "
        '<a href="data:">Data (CSV)</a></figcaption></figure>'
    )
    output = nbformat.v4.new_output("display_data", data={"text/html": shown})
    cell = nbformat.v4.new_code_cell("x", outputs=[output])
    (tmp_path / "notebooks").mkdir()
    nbformat.write(nbformat.v4.new_notebook(cells=[cell]), tmp_path / "notebooks" / "many-steps.ipynb")
    monkeypatch.setattr(slides, "BUILD", tmp_path)
    deck = BeautifulSoup(slides.deck("The debate", ["many-steps"]), "html.parser")
    assert len(deck.select("section")) == 3
    assert deck.img["alt"] == 'a "curve" that rises'
    assert "Figure 1. It rises & falls." in deck.get_text() and "CSV" not in deck.get_text()
    assert "must every step be right" in deck.get_text()
    assert not deck.select("script, link")


def secrets():
    """Return the lines of solutions and rubrics that are long enough to be told from others."""
    for source in sorted(assign.SOURCES.glob("*.md")):
        for cell in jupytext.read(source, fmt="md:myst").cells:
            tags = cell.metadata.get("tags", [])
            if "rubric" in tags:
                yield from (line for line in cell.source.splitlines() if len(line) > 40)
            if "solution" in tags:
                blocks = re.findall(r"# BEGIN SOLUTION.*?\n(.*?)# END SOLUTION", cell.source, re.DOTALL)
                lines = [line for block in blocks for line in block.splitlines()]
                lines += re.findall(r"(.*?)  # SOLUTION$", cell.source, re.MULTILINE)
                yield from (line.strip() for line in lines if len(line.strip()) > 40)


def test_no_solution_is_on_the_site():
    hidden = set(secrets())
    assert len(hidden) > 100
    if not HTML.exists():
        pytest.skip("the site is not built")
    for path in [*HTML.rglob("*.html"), *HTML.rglob("*.txt"), *(BUILD / "slides").glob("*.html")]:
        text = unescape(path.read_text(encoding="utf-8"))
        assert not [line for line in hidden if line in text], path
