"""Several tries at the same sums, against one member's own table."""

import pandas as pd

from mirage import datasets
from tools.project import ROOT


def test_counts_are_those_of_a_members_table():
    folder = ROOT / "mirage" / "data" / "arithmetic"
    items = pd.read_parquet(folder / "items.parquet")
    member = pd.read_parquet(folder / "mixed-96-2.parquet").query("sample > 0")
    asked = items[(items["family"] == "mixed") & (items["task"] == "addition")]
    member = member.merge(asked[["row", "target"]], on="row")
    right = (member["prediction"] == member["target"]).groupby(member["row"]).sum()
    table = datasets.load_arithmetic_tries()
    sizes = datasets.load_arithmetic_runs().query("family == 'mixed'")["parameters"].unique()
    assert set(table["parameters"]) <= set(sizes)
    found = [rows.set_index("row")["right"] for _, rows in table.query("seed == 2").groupby("parameters")]
    assert any(one.index.equals(right.index) and (one == right).all() for one in found)
    assert (table["tries"] == 20).all() and (table["first"] <= table["right"]).all()
    assert table.groupby(["parameters", "seed"])["row"].nunique().eq(500).all()
