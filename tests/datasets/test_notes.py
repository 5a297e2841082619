"""The note in place of a figure whose data are missing."""

import pytest
from markdown_it import MarkdownIt

from mirage import datasets
from mirage.datasets import notes

ERROR = datasets.DataUnavailable("lu2024", "/a_b/*c*/$d/<e>: there is no such file", "Do [this](x).")


@pytest.fixture
def shown(monkeypatch) -> list:
    """What is displayed, with its metadata."""
    calls = []
    monkeypatch.setattr(notes, "_missing", [])
    monkeypatch.setattr("IPython.display.display", lambda item, metadata: calls.append((item.data, metadata)))
    return calls


def test_missing_data_give_a_note_that_a_program_can_recognise(shown):
    with datasets.note_if_missing():
        raise ERROR
    ((_, metadata),) = shown
    assert metadata == {"mirage": {"missing": "lu2024"}}


def test_the_note_reads_as_the_error_does_whatever_signs_it_has(shown):
    with datasets.note_if_missing():
        raise ERROR
    (block, *others) = [token for token in MarkdownIt().parse(shown[0][0]) if token.type == "inline"]
    assert not others
    assert {part.type for part in block.children} == {"text", "strong_open", "strong_close"}
    text = "".join(part.content for part in block.children)
    assert text == (
        "Not shown. What stands here needs the data of Lu et al. (2024), which could not be had: "
        "/a_b/*c*/$d/<e>: there is no such file. Do [this](x)."
    )


def test_without_an_error_nothing_is_shown(shown):
    with datasets.note_if_missing():
        pass
    assert not shown


def test_a_block_that_builds_on_one_without_its_data_has_the_note_too(shown):
    with datasets.note_if_missing():
        raise ERROR
    with datasets.note_if_missing():
        raise NameError("name 'table' is not defined")
    first, second = shown
    assert first == second


ERRORS = [FileNotFoundError("file"), ValueError("value"), NameError("name"), KeyboardInterrupt()]


@pytest.mark.parametrize("error", ERRORS)
def test_other_errors_pass(shown, error):
    with pytest.raises(type(error)), datasets.note_if_missing():
        raise error
    assert not shown
