"""A page as data: its figures, its answers, its findings."""

import base64
import io
import json
import re
import xml.etree.ElementTree as ET

import matplotlib.pyplot as plt
import nbformat
import numpy as np
import pandas as pd
import pytest
from nbclient import NotebookClient

from mirage import emergence, page, style

CAPTION = "The score rises with size, slowly & steadily."
ALT = 'A line that rises from "low" to <high> & back'


@pytest.fixture
def shown(monkeypatch):
    outputs = []
    monkeypatch.setattr(page, "display", outputs.append)
    page.start("my-page")
    return outputs


def drawn():
    figure, (above, below) = plt.subplots(2, 1)
    above.plot([1, 2, 3], [0.1, 0.4, 0.9], label="sums")
    above.axhline(0.5, label="half")
    above.vlines([1, 2, np.nan], [0, 0.3, np.nan], [0.2, 0.5, np.nan], label="intervals")
    above.set_title("Scores")
    below.scatter([5, 6], [7, 8], label="runs")
    below.bar([1, 2], [3, 4], label="counts")
    below.set_ylabel("Loss")
    return figure


def files(html: str) -> dict[str, bytes]:
    found = re.findall(r'(?:src|href)="data:[^;]+;base64,([^"]+)" data-file="([^"]+)"', html)
    return {name: base64.b64decode(content) for content, name in found}


def test_a_figure_has_number_caption_alt_text_size_and_files(shown):
    for _ in range(2):
        page.show(drawn(), CAPTION, alt=ALT)
    html = shown[1].data
    assert 'alt="A line that rises from &quot;low&quot; to &lt;high&gt; &amp; back"' in html
    assert "<strong>Figure 2.</strong> The score rises with size, slowly &amp; steadily." in html
    assert set(files(html)) == {"my-page-2.svg", "my-page-2.csv"} and not plt.get_fignums()
    picture = ET.fromstring(files(html)["my-page-2.svg"])
    width, height = (float(picture.get(side).removesuffix("pt")) for side in ("width", "height"))
    written = [int(re.search(rf'{side}="(\d+)"', html)[1]) for side in ("width", "height")]
    assert written == pytest.approx([width * 96 / 72, height * 96 / 72], abs=1)


def test_the_file_holds_what_is_drawn_and_no_guides(shown):
    page.show(drawn(), CAPTION, alt=ALT)
    table = pd.read_csv(io.BytesIO(files(shown[0].data)["my-page-1.csv"]))
    assert list(table) == ["panel", "series", "x", "y"] and "half" not in set(table["series"])
    points = {key: rows[["x", "y"]].to_numpy().tolist() for key, rows in table.groupby(["panel", "series"])}
    assert points["Scores", "sums"] == [[1, 0.1], [2, 0.4], [3, 0.9]]
    assert points["Scores", "intervals"] == [[1, 0], [1, 0.2], [2, 0.3], [2, 0.5]]
    assert points["Loss", "runs"] == [[5, 7], [6, 8]] and points["Loss", "counts"] == [[1, 3], [2, 4]]


def test_a_short_logarithmic_axis_has_several_numbers(shown):
    figure, axes = plt.subplots()
    axes.plot([1, 2], [0.3, 0.9])
    axes.set_yscale("log")
    page.show(figure, CAPTION, alt=ALT)
    labels = [label.get_text() for label in axes.get_yticklabels()]
    assert {"0.2", "0.5", "1"} <= set(labels)


def test_an_image_has_no_table(shown):
    figure, axes = plt.subplots()
    axes.imshow(np.eye(3))
    page.show(figure, CAPTION, alt=ALT)
    assert set(files(shown[0].data)) == {"my-page-1.svg"} and "CSV" not in shown[0].data


@pytest.mark.parametrize(
    ("text", "error"), [("", ValueError), ("too short a text", ValueError), (None, TypeError)]
)
@pytest.mark.parametrize("name", ["caption", "alt"])
def test_texts_that_say_nothing_are_refused(shown, name, text, error):
    with pytest.raises(error, match=f"{name} must"):
        page.show(drawn(), **({"caption": CAPTION, "alt": ALT} | {name: text}))
    plt.close("all")


def test_svg_is_the_same_at_every_run_and_closes_the_figure():
    style.use()
    assert page.svg(drawn()) == page.svg(drawn())
    assert not plt.get_fignums()


def test_the_four_answers_are_a_figure_and_a_table_of_every_curve(shown):
    curves = [
        emergence.Curve.from_counts([1e8, 1e9, 1e10], right, [50] * 3) for right in ([0, 5, 40], [1, 9, 30])
    ]
    asked = dict(zip(("sums", "products"), map(emergence.four_questions, curves), strict=True))
    page.four_answers(asked)
    figure, table = shown
    rows = [row.strip("| ").split(" | ") for row in table.data.splitlines()[2:]]
    assert [row[:2] for row in rows[:2]] == [["Smoothness", "sums"], ["Smoothness", "products"]]
    told = {(row[0].split(",")[0].lower(), row[1]): row[2] for row in rows}
    for name, found in asked.items():
        for key, words in found.answers().items():
            assert told[key, name] == words
    assert "Figure 1" in figure.data and asked["sums"].answers()["sharpness"].split(" (")[0] in figure.data
    shown.clear()
    page.four_answers({"sums": asked["sums"]})
    assert shown[1].data.startswith("| question | answer |\n|---|---|\n| Smoothness | ")


def test_findings_are_shown_and_written(shown, tmp_path, monkeypatch):
    monkeypatch.setenv(page.FOLDER, str(tmp_path))
    page.find("width", "The curve is 1.5 decades wide.", 1.5, (1.2, np.inf))
    page.find("step", "We cannot tell whether it has a step of -0.5 (-1 to 3-fold).")
    written = json.loads((tmp_path / "my-page.json").read_text(encoding="utf-8"))
    assert written == {
        "width": {"sentence": "The curve is 1.5 decades wide.", "value": 1.5, "interval": [1.2, None]},
        "step": {"sentence": "We cannot tell whether it has a step of −0.5 (−1 to 3-fold)."},
    }
    assert [output.data for output in shown] == [finding["sentence"] for finding in written.values()]
    with pytest.raises(ValueError, match="name must be new on the page; got 'step' again"):
        page.find("step", "Again, we cannot tell whether there is one.")
    page.start("other")
    page.find("step", "On another page the name may come again.")
    assert [path.name for path in tmp_path.iterdir()] != []


def test_without_a_folder_nothing_is_written(shown, tmp_path, monkeypatch):
    monkeypatch.delenv(page.FOLDER, raising=False)
    monkeypatch.chdir(tmp_path)
    page.find("width", "The curve is 1.5 decades wide.", 1.5)
    assert not list(tmp_path.iterdir())


TOP = """
import matplotlib.pyplot as plt
from mirage import page
page.start("my-page")
page.in_short("second thing", "first thing", figure=True)
"""
BELOW = """
page.find("first thing", "The first of the findings is one.", 1)
page.find("not at the top", "This one is not repeated above.")
page.show(plt.figure(), "A figure that stays in its place.", alt="An empty figure below the others")
page.show(plt.figure(), "A figure for the first screen.", alt="An empty figure at the top", at_top=True)
page.find("second thing", "The second of the findings is two.", 2)
"""


def test_the_first_screen_shows_what_later_cells_find(tmp_path):
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in (TOP, BELOW)])
    top, below = NotebookClient(notebook, kernel_name="python3").execute().cells
    said, figure = (output["data"] for output in top.outputs)
    assert said["text/markdown"] == (
        "The second of the findings is two.\n\nThe first of the findings is one."
    )
    assert "Figure 1.</strong> A figure for the first screen." in figure["text/html"]
    texts = [
        str(output["data"].get("text/html", output["data"].get("text/markdown"))) for output in below.outputs
    ]
    assert len(texts) == 4 and "Figure 2.</strong> A figure that stays" in "".join(texts)
    assert not any("first screen" in text for text in texts)


def test_tables_have_real_minus_signs():
    columns = '{"a-1": [-0.5, float("-inf")], "b": ["x-1", "-2 (-3 to 4)"]}'
    made = f'import pandas as pd\npd.DataFrame({columns}, ["gpt-2", "-1"])'
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in (TOP, made)])
    (table,) = NotebookClient(notebook, kernel_name="python3").execute().cells[1].outputs
    cells = re.findall("<t[hd]>(.*?)</t[hd]>", table["data"]["text/html"])
    assert cells == ["", "a-1", "b", "gpt-2", "−0.5", "x-1", "−1", "−inf", "−2 (−3 to 4)"]


def test_the_first_screen_refuses_what_it_cannot_show(shown):
    with pytest.raises(TypeError, match="names must be those of findings"):
        page.in_short()
    with pytest.raises(TypeError, match="names must be those of findings"):
        page.in_short("shift", 3)
    with pytest.raises(ValueError, match="at_top needs in_short"):
        page.show(drawn(), CAPTION, alt=ALT, at_top=True)


def test_predictions_say_what_was_measured_and_which_failed(shown):
    page.predictions(
        {
            "held": (0.5, 0, 1),
            "at its end": (2, 2, 2),
            "too low": (-0.125, -0.1, np.inf),
            "below": (3, -np.inf, 4),
        }
    )
    first, *table = shown[0].data.splitlines()
    assert first == "1 of 4 predictions failed: too low."
    assert table[3:] == [
        "| held | 0 to 1 | 0.5 | yes |",
        "| at its end | 2 | 2 | yes |",
        "| too low | −0.1 or more | −0.125 | no |",
        "| below | 4 or less | 3 | yes |",
    ]
    page.predictions({"held": (0.5, 0, 1)})
    assert shown[1].data.startswith("0 of 1 predictions failed.\n\n|")


@pytest.mark.parametrize(
    ("made", "message"),
    [
        ({}, "made must map names"),
        ({"a": (1, 3, 2)}, r"made\['a'\] must have its low end first; got 3, then 2"),
        ({"a": (np.nan, 0, 2)}, r"made\['a'\] must .*; got nan"),
    ],
)
def test_predictions_refuse_what_is_none(made, message):
    with pytest.raises((TypeError, ValueError), match=message):
        page.predictions(made)
