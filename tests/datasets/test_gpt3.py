"""The table of GPT-3's accuracies, which is part of the package."""

from mirage import datasets


def test_the_table_is_complete():
    table = datasets.load_gpt3_arithmetic()
    assert len(table) == 10 * 3 * 8
    assert not table.isna().any().any()
    assert not table.duplicated(["task", "setting", "parameters"]).any()
    assert (table["items"] == 2000).all()


# Quoted in the text of Brown et al. (2020): few-shot 175B, and "the 13 billion parameter model … two digit
# addition and subtraction … about half the time".
def test_values_quoted_in_the_paper_are_there():
    few_shot = (
        datasets.load_gpt3_arithmetic().query("setting == 'few-shot'").set_index(["task", "parameters"])
    )
    quoted = {
        "2-digit addition": 100.0,
        "2-digit subtraction": 98.9,
        "3-digit addition": 80.4,
        "3-digit subtraction": 94.2,
        "2-digit multiplication": 29.2,
        "1-digit composite": 21.3,
    }
    for task, accuracy in quoted.items():
        assert few_shot.loc[(task, 175_000_000_000), "accuracy_percent"] == accuracy
    for task in ("2-digit addition", "2-digit subtraction"):
        assert 45 < few_shot.loc[(task, 13_000_000_000), "accuracy_percent"] < 60


def test_counts_are_whole_and_only_the_known_cell_is_not_a_multiple_of_one_item():
    table = datasets.load_gpt3_arithmetic()
    exact = table["accuracy_percent"] * table["items"] / 100
    odd = table[(exact - table["successes"]).abs() > 1e-6]
    assert odd[["task", "setting", "parameters"]].values.tolist() == [
        ["2-digit addition", "zero-shot", 6_700_000_000]
    ]
    assert (table["successes"] <= table["items"]).all()
