"""The scores of Lu et al. (2024), against the published file read line by line."""

import csv
import re
import statistics

import numpy as np
import pytest

from mirage import datasets

pytestmark = pytest.mark.usefixtures("published")


@pytest.fixture(scope="module")
def table():
    return datasets.load_lu2024()


@pytest.fixture(scope="module")
def lines(published):
    with (published / "lu2024" / "evaluation_scores.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


COLUMNS = {
    "exact_match_accuracy": "exact_match",
    "exact_match_f1": "exact_match_f1",
    "bert_score_accuracy": "bert_score_accuracy",
    "bert_score_f1": "bert_score_f1",
    "edit_distance": "edit_distance",
    "single_bert_score": "bert_score",
}


MAKERS = "^models--|^(Rachneet|EleutherAI|togethercomputer|google|tiiuae|chavinlo)/"


def plain(model):
    """Return the letters and digits of a name, of the file's or of ours."""
    name = re.sub(MAKERS, "", model).replace("alpaca-native", "alpaca-7b")  # tuned from LLaMA 7B
    return re.sub("[^a-z0-9]", "", name.lower())


def test_every_score_of_the_file_is_there_once(table, lines):
    wanted = {}
    for line in lines:
        task = line["filename"].split("/")[0]
        key = (plain(line["model"]), task, line["prompt_type"], int(line["number_of_shots"]), line["seed"])
        for column, metric in COLUMNS.items():
            if float(line[column]) != -100:
                wanted[*key, metric] = (float(line[column]), int(line["number_of_data"]))
    keys = table[["model", "task", "prompt", "shots", "seed", "metric"]]
    keys = keys.assign(model=keys["model"].map(plain)).itertuples(False, None)
    found = dict(zip(keys, zip(table["score"], table["items"], strict=True), strict=True))
    assert found.keys() == wanted.keys()
    np.testing.assert_allclose([found[key] for key in wanted], list(wanted.values()), rtol=1e-14)


def test_seeds_are_text_and_nothing_is_missing_but_what_nobody_knows(table):
    assert set(table["seed"]) == {"2266", "105", "86379", "None"}
    unknown = table["parameters"].isna()
    assert set(table.loc[unknown, "model"]) == {"code", "GPT-4"}
    assert (table["instruction_tuned"].isna() == unknown).all()
    assert table["model"].nunique() == 24 and table["task"].nunique() == 23
    assert table["training_flops"].isna().all()


# Table 1 of the paper: in each pair, the tuned model has the family and the size of the other.
PAIRS = {
    "GPT-2 Alpaca": "GPT-2",
    "GPT-2 XL Alpaca": "GPT-2 XL",
    "GPT-JT 6B v1": "GPT-J 6B",
    "text-davinci-001": "davinci",
    "text-davinci-003": "davinci",
    "Flan-T5 small": "T5 small",
    "Flan-T5 large": "T5 large",
    "Falcon 7B Instruct": "Falcon 7B",
    "Falcon 40B Instruct": "Falcon 40B",
}


def test_sizes_and_instruction_tuning(table):
    models = table.groupby("model")[["family", "parameters", "instruction_tuned"]].first()
    for tuned, base in PAIRS.items():
        assert models.loc[base].tolist() == [*models.loc[tuned, ["family", "parameters"]], False]
        assert models.loc[tuned, "instruction_tuned"]
        if stated := re.search(r"(\d+)B", base):
            assert models.loc[base, "parameters"] == pytest.approx(float(stated[1]) * 1e9, rel=0.15)


# Means over seeds in percent, closed prompts, no examples: gpt2, gpt2-xl, gpt-j, davinci; then the items.
CHECKED = {
    "hindu_knowledge": ([38.8, 29.8, 27.6, 54.7], 170),
    "strategyqa": ([51.3, 50.4, 47.8, 54.0], 2285),
    "misconceptions": ([46.6, 48.1, 46.6, 50.9], 214),
    "nonsense_words_grammar": ([22.2, 27.4, 21.5, 37.8], 45),
    "fact_checker": ([50.3, 49.7, 62.1, 54.4], 6607),
    "social_iqa": ([34.5, 40.0, 40.0, 39.5], 1949),
    "english_proverbs": ([21.8, 48.3, 36.8, 17.2], 29),
    "modified_arithmetic": ([14.1, 11.8, 33.3, 23.6], 995),
}


@pytest.mark.parametrize("task", CHECKED)
def test_the_main_scores_are_those_of_the_main_figures(table, task):
    rows = datasets.load_lu2024_main().query("task == @task and setting == 'zero-shot'").set_index("model")
    found = rows.loc[["GPT-2", "GPT-2 XL", "GPT-J 6B", "davinci"], "score"]
    means, items = CHECKED[task]
    np.testing.assert_allclose(100 * found, means, atol=0.051)
    assert set(rows["items"]) == {items}
    assert set(rows["metric"]) == {"exact_match" if task == "modified_arithmetic" else "bert_score_accuracy"}


def test_the_main_scores_hold_each_model_once_a_task_and_setting(table):
    main = datasets.load_lu2024_main()
    closed = table.query("prompt == 'closed'")
    assert not main.duplicated(["model", "task", "setting"]).any()
    assert main["task"].nunique() == 22 and main["model"].nunique() == 23
    assert main.dropna(subset="baseline")["task"].nunique() == 19  # Table 4 of the paper
    one = closed.query("model == 'GPT-2' and task == 'codenames' and metric == 'exact_match' and shots == 5")
    row = main.query("model == 'GPT-2' and task == 'codenames' and setting == 'few-shot'").iloc[0]
    assert row["seeds"] == len(one) == 3
    assert row["seed_sd"] == pytest.approx(statistics.stdev(one["score"]))


@pytest.mark.parametrize(("metric", "prompt"), [("exact_match", "closed"), ("exact_match", "closed-adv")])
def test_other_markings_are_means_of_the_files_own_lines(lines, metric, prompt):
    found = datasets.load_lu2024_main(metric, prompt).set_index(["model", "task", "setting"])["score"]
    for model, task, shots in (("GPT-2", "hindu_knowledge", "0"), ("davinci", "rhyming", "5")):
        chosen = {
            line["run_id"]: float(line["exact_match_accuracy"])
            for line in lines
            if (plain(line["model"]), line["filename"].split("/")[0]) == (plain(model), task)
            and (line["prompt_type"], line["number_of_shots"]) == (prompt, shots)
        }
        setting = "zero-shot" if shots == "0" else "few-shot"
        assert found[model, task, setting] == pytest.approx(statistics.mean(chosen.values()))


def test_other_words_than_those_are_refused():
    with pytest.raises(ValueError, match="metric must be one of bert_score_accuracy, exact_match"):
        datasets.load_lu2024_main("edit_distance")
    with pytest.raises(ValueError, match="prompt must be one of closed, closed-adv"):
        datasets.load_lu2024_main(prompt="open")
