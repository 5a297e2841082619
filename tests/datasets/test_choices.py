"""The options of four tests, against the published files and the numbers that their papers print."""

import gzip
import json
import re

import pytest

from mirage import datasets

# Clark et al. (2018), Table 1; Mihaylov et al. (2018), Table 4 (4,957, 500, 500); Talmor et al. (2019):
# 9,741 and 1,221 items of the random split.
ITEMS = {
    ("ARC-Challenge", "train"): 1119,
    ("ARC-Challenge", "validation"): 299,
    ("ARC-Challenge", "test"): 1172,
    ("ARC-Easy", "train"): 2251,
    ("ARC-Easy", "validation"): 570,
    ("ARC-Easy", "test"): 2376,
    ("OpenBookQA", "train"): 4957,
    ("OpenBookQA", "validation"): 500,
    ("OpenBookQA", "test"): 500,
    ("CommonsenseQA", "train"): 9741,
    ("CommonsenseQA", "validation"): 1221,
}


@pytest.fixture(scope="module")
def table(published):
    return datasets.load_choices()


def test_the_items_are_as_many_as_published_and_each_has_one_answer(table):
    items = table.groupby(["set", "split", "item"])
    assert items.size().groupby(level=[0, 1]).size().to_dict() == ITEMS
    assert items["right"].sum().eq(1).all()
    assert set(items.size()) == {3, 4, 5}
    assert table.loc[table["set"] == "CommonsenseQA"].groupby(["split", "item"]).size().eq(5).all()
    assert items["position"].agg(list).map(lambda p: p == [*range(len(p))]).all()


@pytest.mark.parametrize("name", ["arc_challenge/test", "openbookqa/val", "csqa/val"])
def test_options_and_answers_are_those_of_the_file(table, published, name):
    """Read line by line: an option's line begins with the letter that the line of the file continues with."""
    sets = {"arc_challenge": "ARC-Challenge", "openbookqa": "OpenBookQA", "csqa": "CommonsenseQA"}
    folder, split = name.split("/")
    rows = table[(table["set"] == sets[folder]) & (table["split"] == {"val": "validation"}.get(split, split))]
    path = published / "choices" / folder / f"{split}_mc_5shot" / "requests.jsonl.gz"
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        asked = [json.loads(line) for line in lines]
    assert len(asked) == len(rows)
    for row, line in zip(rows.itertuples(index=False), asked, strict=True):
        letter = line["request"]["continuation"].strip()
        (*_, text) = re.findall(rf"^ {letter}\. (.*)$", line["doc"]["query"], re.MULTILINE)
        assert (row.item, row.position, row.option) == (line["doc_id"], line["idx"], text)
        assert row.right == (line["idx"] == line["label"])


def test_no_option_holds_a_line_of_another_or_is_empty(table):
    assert table["option"].str.strip().str.len().gt(0).all()
    assert not table["option"].str.contains(r"\n|^Answer:", regex=True).any()


def test_changing_a_table_does_not_change_the_next(table):
    mine = datasets.load_choices()
    mine["option"] = ""
    assert datasets.load_choices()["option"].equals(table["option"])
