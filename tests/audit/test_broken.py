"""Faulty and hostile logs: one clear line each, the rest is read, and no error is raised."""

import json
import os
import shutil
import zipfile

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mirage import logs

TOLD = {  # the folder, rows that are read of the file, part of the line
    "samples_cut": (119, "line 120: no JSON"),
    "deep": (120, "nested too deep"),
    "empty_samples": (None, "the file is empty"),
    "gold_outside": (119, "right answer 7 of 4 options"),
    "item_twice": (120, "item 0 stands twice"),
    "key_missing": (119, "line 6: 'filtered_resps' is missing"),
    "latin1_answer": (119, "line 5: no UTF-8"),
    "likelihood_above_0": (119, "line 3: log-likelihood"),
    "likelihood_minus_infinity": (119, "line 3: log-likelihood"),
    "likelihood_nan": (119, "line 3: log-likelihood"),
    "no_results": (None, "without the results file"),
    "no_samples": (None, "run again with --log_samples"),
    "not_a_zip": (None, "no sound zip file"),
    "one_choice": (119, "right answer 0 of 1 options"),
    "other_json": (None, "'results' is missing"),
    "response_null": (119, "no text but null"),
    "results_cut": (None, "no JSON"),
    "size_nonsense": (120, "model_num_parameters is -1"),
    "utf16": (None, "no UTF-8"),
    "empty_folder": (None, "no evaluation log was found"),
}
SOUND = {  # what looks odd, and is not wrong
    "blank_lines",
    "byte_order_mark",
    "hostile_names",
    "hostile_text",
    "latin1",
    "lone_surrogate",
    "long_answer",
    "nan_in_row",
    "response_number",
    "target_list",
    "target_number",
}


def test_every_broken_log_is_in_the_list(samples):
    (samples / "broken" / "empty_folder").mkdir(exist_ok=True)
    assert {path.name for path in (samples / "broken").iterdir()} == TOLD.keys() | SOUND


@pytest.mark.parametrize("name", sorted(TOLD))
def test_a_fault_is_told_in_one_line(samples, name):
    rows, said = TOLD[name]
    found = logs.read(samples / "broken" / name)
    telling = [line for line in found.unread if said in line]
    assert len(telling) == 1
    assert all("\n" not in line and len(line) < 500 for line in found.unread)
    read = [run.items.size for run in found.runs if run.path.endswith(".jsonl")]
    assert read == ([rows] if rows else [])


@pytest.mark.parametrize("name", sorted(SOUND))
def test_what_only_looks_odd_is_read_whole(samples, name):
    found = logs.read(samples / "broken" / name)
    assert [run.items.size for run in found.runs if run.path.endswith(".jsonl")] == [120]
    assert all("only totals" in line for line in found.unread)


def test_several_right_answers_count(samples):
    (run,) = (run for run in logs.read(samples / "broken" / "target_list").runs if run.path.endswith("l"))
    assert run.scores["edit_distance"][5] == min(run.scores["edit_distance"][5], 4)


@pytest.mark.parametrize(
    ("name", "log"),
    [
        ("full-log_x.json", {"model": {"model_family": "a", "model_name": "b"}, "queries": []}),
        ("results_x.json", {"results": {}, "configs": {}}),
    ],
)
def test_a_log_without_a_task_is_told(tmp_path, name, log):
    (tmp_path / name).write_text(json.dumps(log | {"task": {"task_name": "c"}}))
    (line,) = logs.read(tmp_path).unread
    assert f"{name}: no answer in this log" in line


@pytest.mark.parametrize("suffix", [".eval", ".zip"])
@pytest.mark.parametrize("fault", ["password", "damage"])
def test_an_archive_that_cannot_be_unpacked_is_told(tmp_path, fault, suffix):
    path = tmp_path / f"log{suffix}"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("header.json", b'{"a": 1}' * 500)
    data = bytearray(path.read_bytes())
    if fault == "password":  # a flag, here and in the directory at the end
        data[6] |= 1
        data[data.find(b"PK\1\2") + 8] |= 1
    else:
        begins = 30 + len("header.json")
        data[begins + 9 : begins + 25] = b"?" * 16
    path.write_bytes(bytes(data))
    (line,) = logs.read(path).unread
    assert "no sound zip file" in line


@pytest.mark.parametrize("link", ["file", "loop"])
def test_links_out_of_the_folder_are_not_followed(samples, tmp_path, link):
    inside = tmp_path / "inside"
    inside.mkdir()
    target = next((samples / "lm_eval" / "v0.4.13").rglob("results_*.json"))
    os.symlink(
        target if link == "file" else inside, inside / ("results_x.json" if link == "file" else "loop")
    )
    found = logs.read(inside)
    assert not found.runs
    assert ("leads elsewhere" in found.unread[0]) == (link == "file")


@pytest.mark.parametrize("harness", ["lm-eval", "helm"])
def test_a_link_beside_a_log_is_not_followed_either(samples, tmp_path, harness):
    outside, inside = tmp_path / "outside", tmp_path / "inside"
    if harness == "lm-eval":
        shutil.copytree(samples / "lm_eval" / "v0.4.13" / "mirror-6.9k-s1", outside)
        real, linked = outside.glob("results_*.json"), outside.glob("samples_*.jsonl")
    else:
        shutil.copytree(next((samples / "helm").rglob("scenario_state.json")).parent, outside)
        real, linked = outside.glob("scenario_state.json"), outside.glob("run_spec.json")
    inside.mkdir()
    for path in real:
        shutil.copy(path, inside)
    for path in linked:
        (inside / path.name).symlink_to(path)
    found = logs.read(inside)
    assert not found.runs
    assert any("leads elsewhere" in line for line in found.unread)


@pytest.fixture(scope="module")
def lines(samples):
    """Return lines of each kind of task, with the results file that goes with them."""
    folder = samples / "lm_eval" / "v0.4.13" / "mirror-6.9k-s1"
    (results,) = folder.glob("results_*.json")
    stamp = results.stem.removeprefix("results_")
    kinds = {
        task: (folder / f"samples_{task}_{stamp}.jsonl") for task in ("recall", "recall_mc", "recall_ll")
    }
    return (
        results.read_bytes(),
        stamp,
        {task: path.read_bytes().splitlines()[:3] for task, path in kinds.items()},
    )


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.just("9" * 400),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=5,
)


@st.composite
def mutations(draw, lines):
    """Return some lines: with bytes changed, or with a value that is not what it should be."""
    changed = []
    for _ in range(100):
        line = lines[draw(st.integers(0, len(lines) - 1))]
        if draw(st.booleans()):
            at = draw(st.integers(0, len(line) - 1))
            cut = draw(st.integers(0, 4))
            changed.append(line[:at] + draw(st.binary(max_size=3)) + line[at + cut :])
        else:
            row = json.loads(line)
            row[draw(st.sampled_from(sorted(row)))] = draw(values)
            changed.append(json.dumps(row).encode("utf-8", "surrogatepass"))
    return b"\n".join(changed)


@pytest.mark.parametrize("task", ["recall", "recall_mc", "recall_ll"])
@settings(max_examples=34, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_ten_thousand_changed_lines_raise_nothing(lines, task, tmp_path_factory, data):
    results, stamp, kinds = lines
    folder = tmp_path_factory.mktemp("changed")
    (folder / f"results_{stamp}.json").write_bytes(results)
    (folder / f"samples_{task}_{stamp}.jsonl").write_bytes(data.draw(mutations(kinds[task])))
    found = logs.read(folder)
    assert all("\n" not in line and len(line) < 500 for line in found.unread)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_other_logs_that_are_changed_raise_nothing(samples, tmp_path_factory, data):
    names = ["helm/**/scenario_state.json", "bigbench/**/full-log_*11k.json", "inspect/json/*.json"]
    path = sorted(samples.glob(data.draw(st.sampled_from(names))))[0]
    log = json.loads(path.read_bytes())
    at, key, steps = log, None, []
    for _ in range(data.draw(st.integers(1, 7))):  # a place somewhere in the log
        keys = sorted(at) if isinstance(at, dict) else range(min(len(at), 3)) if isinstance(at, list) else ()
        if not keys:
            break
        key = data.draw(st.sampled_from(list(keys)))
        steps.append((at, key))
        at = at[key]
    place, key = steps[-1]
    place[key] = data.draw(values)
    folder = tmp_path_factory.mktemp("changed")
    (folder / path.name).write_text(json.dumps(log), encoding="utf-8", errors="replace")
    if path.name == "scenario_state.json":
        (folder / "run_spec.json").write_bytes(path.with_name("run_spec.json").read_bytes())
    found = logs.read(folder)
    assert found.runs or found.unread
