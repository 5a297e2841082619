"""What the pages found, as a table: against the files that it is made from."""

import json

import numpy as np

from mirage import datasets
from tools.project import FINDINGS


def test_the_table_has_every_finding_in_the_order_of_its_page():
    table = datasets.load_findings()
    assert list(table) == ["page", "finding", "sentence", "value", "low", "high"]
    files = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in FINDINGS.iterdir()}
    assert sorted(files) == table["page"].unique().tolist()
    for page, rows in table.groupby("page"):
        assert rows["finding"].tolist() == list(files[page])
        for row in rows.itertuples():
            recorded = files[page][row.finding]
            assert row.sentence == recorded["sentence"]
            numbers = [recorded.get("value"), *recorded.get("interval", [None, None])]
            np.testing.assert_array_equal([row.value, row.low, row.high], np.array(numbers, float))


def test_intervals_hold_their_value_or_what_chance_would_give():
    table = datasets.load_findings().dropna()
    assert len(table) > 20
    assert (table["low"] <= table["high"]).all()
    outside = table[(table["value"] < table["low"]) | (table["value"] > table["high"])]
    assert outside.empty, outside[["page", "finding"]]


def test_changing_the_table_does_not_change_the_next():
    table = datasets.load_findings()
    table["value"] = 0.0
    assert datasets.load_findings()["value"].nunique() > 50
