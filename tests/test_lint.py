"""Each rule of tools.lint passes on the project, and catches the break it is there for."""

import pytest

from tools import lint

PAGE = "notebooks/toy-model.md"
COVERAGE = "book/coverage.md"

# rule, file, what is there, what it becomes, part of the message
BREAKS = [
    (lint.parts_in_order, PAGE, "page.four_answers(", "print(", "'page.four_answers(' is missing"),
    (lint.parts_in_order, PAGE, "## In short", "## Summary", "'**Goals.**' is missing"),
    (lint.parts_in_order, PAGE, "## Exercises", "## Tasks", "'## Exercises' is missing"),
    (
        lint.plain_markdown,
        PAGE,
        "## Exercises\n",
        "## Exercises\n\nSee {term}`ability`.\n",
        "does not work in Colab",
    ),
    (
        lint.links_in_prose_only,
        PAGE,
        'page.start("toy-model")\n',
        "display(Markdown('see [words](../book/glossary.md)'))\n",
        "put it into the prose",
    ),
    (lint.figures_have_alt_text, PAGE, "page.show(", "display(", "show this figure with page.show"),
    (lint.images_have_alt_text, "book/index.md", "## The", "![x](y.svg)\n\n## The", "five words"),
    (lint.images_have_alt_text, "book/for-lecturers.md", ":alt:", ":class:", "needs :alt:"),
    (lint.contents_complete, "_toc.yml", "      - file: book/glossary\n", "", "does not list book/glossary"),
    (lint.contents_complete, "_toc.yml", "book/glossary", "book/glosary", "lists book/glosary"),
    (lint.one_address, "README.md", "github.com/mirage-book/", "github.com/someone/", "not an address"),
    (lint.one_version, "CITATION.cff", "version: 0", "version: 9", "versions: CITATION.cff 9"),
    (
        lint.coverage_leads_somewhere,
        COVERAGE,
        "#the-window-turns-the-direction-of-the-score",
        "",
        "not to a section",
    ),
    (lint.coverage_leads_somewhere, COVERAGE, "*Done:*", "", "it has no mark"),
    (lint.coverage_leads_somewhere, COVERAGE, "*Reported* here", "*Reported*", "no link leads"),
    (
        lint.workflows_call_make,
        ".github/workflows/check.yml",
        "run: make test",
        "run: make test || true",
        "only make",
    ),
]


@pytest.mark.parametrize(("rule", "file", "there", "becomes", "message"), BREAKS)
def test_the_rule_catches_a_break(project, rule, file, there, becomes, message):
    path = project / file
    text = path.read_text(encoding="utf-8")
    assert there in text, f"{file} no longer has {there!r}"
    assert list(rule(project)) == []
    path.write_text(text.replace(there, becomes), encoding="utf-8")
    assert any(message in problem for problem in rule(project)), list(rule(project))


def test_every_rule_has_a_break():
    assert {rule for rule, *_ in BREAKS} == set(lint.RULES)
