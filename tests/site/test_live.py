"""The exercises that run on the page, in a real browser that reaches nothing but the site."""

import json
import re

import nbformat
import pytest

from mirage import check
from tools import site
from tools.project import ROOT
from tools.site import live, serve

SOLUTION = re.compile(r"<details>.*?```python\n(.*?)```.*?</details>", re.DOTALL)
ENDED = "said => /^(Done|It stopped|Stopped|This needs|Python)/.test(said.textContent)"
WRONG = 12345.678


def exercises() -> dict[str, dict[str, tuple[str, str]]]:
    """Return, by page and exercise, what stands in the cell and in the folded solution below it."""
    found = {}
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        cells = nbformat.read(path, as_version=4).cells
        asked = {name: number for number, name in live._asked(cells)}
        found[path.stem] = {
            name: (cells[number].source, SOLUTION.search(cells[number + 1].source)[1])
            for name, number in asked.items()
        }
    return found


EXERCISES = exercises()


@pytest.fixture(scope="module", autouse=True)
def _there(address, missing):
    if not live.FOLDER.exists():
        if live.WHY.exists():
            pytest.skip(live.WHY.read_text(encoding="utf-8"))
        missing("the exercises do not run on the page: run 'make live' first")


@pytest.fixture
def opened(page):
    """Return a function that opens a page and the editor of one of its exercises."""

    def open_it(url: str, name: str):
        page.goto(url)
        return try_it(page, name)

    return open_it


def try_it(page, name: str):
    place = page.locator(f'.live[data-exercise="{name}"]')
    place.get_by_role("button", name="Try it here").click()
    place.locator(".cm-content").wait_for()
    return place


def write(place, code: str) -> None:
    place.locator(".cm-content").focus()
    place.page.keyboard.press("ControlOrMeta+a")
    place.page.keyboard.insert_text(code)


def run(place, code: str | None = None) -> str:
    """Run code, load what is asked for, and return what is shown."""
    if code is not None:
        write(place, code)
    place.get_by_role("button", name="Run").click()
    while True:
        place.page.wait_for_function(
            f"place => ({ENDED})(place.querySelector('.said'))", arg=place.element_handle()
        )
        loads = place.get_by_role("button", name=re.compile(r"Load \w+ \(\d+ MB\)"))
        if not loads.count():
            return " ".join(place.locator(".shown").inner_text().split())
        loads.click()


def plain(message: str) -> str:
    return " ".join(message.split())


@pytest.mark.parametrize("name", EXERCISES)
def test_every_exercise_is_judged_on_its_page_as_elsewhere(page, address, opened, name):
    page.set_default_timeout(300_000)
    page.goto(f"{address}notebooks/{name}.html")
    for exercise, (stub, solution) in EXERCISES[name].items():
        place = try_it(page, exercise)
        asks = stub[stub.index("check.answer") :]
        assert "○ not answered yet" in run(place), exercise
        is_function = isinstance(check.exercise(exercise), check.Function)
        wrong = f"lambda *given: {WRONG}" if is_function else f"{WRONG}"
        hint = check.answer(exercise, (lambda *given: WRONG) if is_function else WRONG).message
        assert plain(hint) in run(place, f'check.answer("{exercise}", {wrong})'), exercise
        assert run(place, f"{solution}\n\n{asks}").endswith("✔ right."), exercise
    assert page.faults == []


def first(page_name: str) -> str:
    return next(iter(EXERCISES[page_name]))


PAGE, EXERCISE = "toy-model", first("toy-model")


def test_nothing_is_loaded_before_the_click(page, address):
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{address}notebooks/{PAGE}.html")
    page.wait_for_load_state("networkidle")
    assert page.get_by_role("button", name="Try it here").count() == len(EXERCISES[PAGE])
    assert not any("/live/" in url for url in asked)


def test_an_endless_loop_is_stopped_and_python_starts_again(page, address, opened):
    page.set_default_timeout(120_000)
    place = opened(f"{address}notebooks/{PAGE}.html", EXERCISE)
    assert run(place, "print(6 * 7)") == "42"
    write(place, "while True:\n    print('x')")
    place.get_by_role("button", name="Run").click()
    place.locator(".shown", has_text="the rest is not shown").wait_for()
    place.get_by_role("button", name="Stop").click()
    assert place.locator(".said").inner_text() == "Stopped. The next run starts Python again."
    assert run(place, "np.arange(3)") == "array([0, 1, 2])"
    assert page.faults == []


def test_an_error_is_shown_with_its_line(address, opened):
    place = opened(f"{address}notebooks/{PAGE}.html", EXERCISE)
    place.page.set_default_timeout(120_000)
    assert run(place, "x = 1\ndef f(:\n    pass") == "Line 2: def f(: SyntaxError: invalid syntax"
    assert place.locator(".said").inner_text() == "It stopped with an error."


def test_an_answer_stays_in_this_browser_until_it_is_reset_and_can_be_taken_along(page, address, opened):
    page.set_default_timeout(120_000)
    url = f"{address}notebooks/{PAGE}.html"
    place = opened(url, EXERCISE)
    answer = f'factor = np.sqrt(4)\ncheck.answer("{EXERCISE}", factor)'
    run(place, answer)
    place = opened(url, EXERCISE)
    assert place.locator(".cm-line").all_inner_texts() == answer.splitlines()
    with page.expect_download() as download:
        place.get_by_role("button", name="Download").click()
    notebook = nbformat.read(download.value.path(), as_version=4)
    nbformat.validate(notebook)
    code = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    assert "import numpy as np" in code[1] and code[-1] == answer
    place.get_by_role("button", name="Reset").click()
    place = opened(url, EXERCISE)
    assert place.locator(".cm-line").all_inner_texts()[0] == EXERCISES[PAGE][EXERCISE][0].splitlines()[0]
    assert json.loads(page.evaluate("JSON.stringify(Object.keys(localStorage))")).count(EXERCISE) == 0


@pytest.mark.parametrize("design", ["light", "dark"])
def test_the_editor_is_accessible_also_on_a_phone(page, address, opened, violations, design):
    page.emulate_media(color_scheme=design)
    page.set_viewport_size({"width": 390, "height": 844})
    page.set_default_timeout(120_000)
    place = opened(f"{address}notebooks/{PAGE}.html", EXERCISE)
    run(place, 'for i in range(2):  # a comment\n    print("text", i)')
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_it_runs_from_the_keyboard_alone(page, address, opened):
    page.set_default_timeout(120_000)
    place = opened(f"{address}notebooks/{PAGE}.html", EXERCISE)
    write(place, "2 + 3")
    page.keyboard.press("Shift+Enter")
    place.locator(".shown", has_text="5").wait_for()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Run"


def test_it_works_below_a_sub_path(page, opened, tmp_path):
    page.set_default_timeout(120_000)
    (tmp_path / "mirage-book").symlink_to(site.HTML)
    with serve.serving(tmp_path) as address:
        assert run(opened(f"{address}mirage-book/notebooks/{PAGE}.html", EXERCISE), "1 + 1") == "2"


def test_from_a_file_it_says_why_not_and_leads_to_colab(page):
    page.goto((site.HTML / "notebooks" / f"{PAGE}.html").as_uri())
    place = page.locator(f'.live[data-exercise="{EXERCISE}"]')
    place.get_by_role("button", name="Try it here").click()
    assert "opened from a file cannot start Python" in place.inner_text()
    assert "colab" in place.locator("a").get_attribute("href")


def test_a_library_that_is_not_what_was_pinned_is_not_used(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(live, "_CACHE", tmp_path)
    monkeypatch.setattr(live.pooch, "retrieve", lambda *_, **__: (_ for _ in ()).throw(OSError("no network")))
    monkeypatch.setattr(
        live, "_from_mirror", lambda names: [(tmp_path / each).write_bytes(b"x") for each in names]
    )
    entry = {"file_name": "numpy.whl", "sha256": "0" * 64}
    with pytest.raises(live.Unavailable, match=r"numpy\.whl has not the sum"):
        live._libraries({"info": {"version": "0"}, "packages": {"numpy": entry}})


def test_without_a_source_one_line_says_so_and_the_build_goes_on(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(live, "WHY", tmp_path / "why" / "missing.txt")
    monkeypatch.setattr(live, "_NPM", tmp_path)
    monkeypatch.setenv("PATH", "")
    assert live.main() == 0
    (line,) = capsys.readouterr().out.splitlines()
    assert "npm, which comes with Node.js, is not installed" in line
