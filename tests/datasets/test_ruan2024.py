"""The scores of Ruan et al. (2024), against the published files read line by line."""

import csv
import math

import pytest

from mirage import datasets

pytestmark = pytest.mark.usefixtures("published")


@pytest.fixture(scope="module")
def table():
    return datasets.load_ruan2024()


def lines(published, name):
    with (published / "ruan2024" / f"base_llm_{name}_eval.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def scores(table):
    keys = table[["model", "task", "metric"]].itertuples(False, None)
    return dict(zip(keys, table["score"], strict=True))


def test_every_score_of_the_benchmarks_is_there(table, published):
    found = {key[:2]: score for key, score in scores(table[table["shots"].isna()]).items()}
    wanted = {
        (line["Model"], task): float(line[task])
        for line in lines(published, "benchmark")
        for task in list(line)[5:]
        if line[task]
    }
    assert found == pytest.approx(wanted, rel=1e-14)
    assert len({model for model, _ in found}) == 148


def test_every_score_of_the_other_tasks_is_there(table, published):
    spelled = {"accuracy": "acc", "exact_match": "exact_match", "bleu": "bleu"}
    found = {
        (model, f"{task}_2_{spelled[metric]}"): score
        for (model, task, metric), score in scores(table[table["shots"] == 2]).items()
    }
    wanted = {
        (line["Model"], column): float(line[column])
        for line in lines(published, "emergent_capability")
        for column in list(line)[1:]
        if line[column]
    }
    assert found == pytest.approx(wanted, rel=1e-14)


def test_sizes_and_compute_are_those_of_the_file_but_for_one_correction(table, published):
    models = table.groupby("model")[["family", "parameters", "training_flops"]].first()
    wrong = []
    for line in lines(published, "benchmark"):
        found = models.loc[line["Model"]]
        assert found["family"] == line["Model Family"]
        assert found["parameters"] == pytest.approx(float(line["Model Size (B)"]) * 1e9, rel=1e-12)
        published_flops = float(line["FLOPs (1E21)"] or "nan") * 1e21
        if found["training_flops"] != pytest.approx(published_flops, rel=1e-12, nan_ok=True):
            wrong.append((line["Model"], line["Pretraining Data Size (T)"]))
    assert wrong == [("cerebras/btlm-3b-8k-base", "627.0")]  # trillions of tokens
    # 3 billion parameters and 627 billion tokens
    assert models.loc["cerebras/btlm-3b-8k-base", "training_flops"] == pytest.approx(6 * 3e9 * 627e9)


def test_the_number_of_items_is_the_smallest_that_makes_every_score_whole(table):
    for task in ("arithmetic_2da", "arithmetic_3ds", "arithmetic_2dm", "word_unscrambling", "parsinlu_qa"):
        rows = table[table["task"] == task].dropna(subset="items")
        (items,) = set(rows["items"])
        fits = [n for n in range(1, int(items) + 1) if _whole(rows["score"], n)]
        assert fits == [items]


def _whole(scores, items):
    return all(math.isclose(score * items, round(score * items), abs_tol=1e-6) for score in scores)


def test_the_models_tested_in_another_way_have_no_items(table):
    odd = table[(table["shots"] == 2) & (table["task"] != "parsinlu_qa") & (table["metric"] != "bleu")]
    unknown = odd[odd["items"].isna()]
    assert set(unknown["model"]) == {"Qwen/Qwen-72B", "Qwen/Qwen1.5-72B"}
    assert _whole(unknown["score"], 500)
    others = odd[odd["items"].notna()].groupby("model")["score"]
    assert not any(_whole(scores, 500) for _, scores in others)
    known = scores(table)
    assert known["Qwen/Qwen1.5-72B", "ipa_transliterate", "exact_match"] == pytest.approx(0.008, rel=1e-14)
    assert known["Qwen/Qwen1.5-32B", "ipa_transliterate", "exact_match"] == pytest.approx(0.286, abs=0.001)
