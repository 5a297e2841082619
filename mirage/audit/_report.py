"""The report of an audit: one HTML file that loads nothing and runs nothing."""

import base64
from collections import Counter
from pathlib import Path

import jinja2
import pandas as pd
from markupsafe import Markup

from mirage import __version__, _validate, page, words
from mirage.audit import _figure
from mirage.audit._audit import Audit
from mirage.audit._cases import LABELS, Case
from mirage.audit._verdicts import VERDICTS
from mirage.emergence.breaks import LEAST_SIZES, TELLING
from mirage.emergence.questions import QUESTIONS

__all__ = ["report"]

_KEYS = {name: key for key, name in VERDICTS.items()}
_LIMITS = {"version": __version__, "least": LEAST_SIZES, "telling": TELLING}


def report(result: Audit, *, command: str) -> str:
    """Return the page; see `mirage.audit.report`."""
    _validate.instance("result", result, Audit)
    _validate.instance("command", command, str)
    runs = [run for case in result.cases for run in case.runs]
    models = {run.model: run for run in runs}
    harnesses = Counter(f"{run.harness} {run.version}".strip() for run in runs)
    read = f"{len(runs)} runs of {len(models)} models on {len(result.cases)} cases"
    read += f" ({', '.join(f'{name}: {count}' for name, count in harnesses.items())})." if runs else "."
    cases = sorted(result.cases, key=lambda case: list(_KEYS).index(case.verdict))
    said = {"result": result, "command": command, "read": read, "models": models, "number": words.number}
    return _template().render(said | _LIMITS, cases=[(case, _about(case, result)) for case in cases])


def _template() -> jinja2.Template:
    """Return the template of the page; whatever is put into it is shown as safe text."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        finalize=lambda value: value if isinstance(value, Markup) else words.visible(value, 2000),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
    )
    return environment.get_template("report.html")


def _about(case: Case, result: Audit) -> dict[str, object]:
    """Return what the page shows of a case, beside what the case itself says."""
    image = base64.b64encode(page.svg(_figure.draw(case)).encode()).decode()
    examples = [pair for run in reversed(case.runs) for pair in run.examples][:3]
    answers = case.answers.answers() if case.answers else {}
    return {
        "name": _name(case),
        "key": _KEYS[case.verdict].replace(" ", "-"),
        "image": Markup(f"data:image/svg+xml;base64,{image}"),
        "alt": _figure.described(case),
        "examples": [[words.visible(text, blanks=True) for text in pair] for pair in examples],
        "answers": [[QUESTIONS[key], said] for key, said in answers.items()],
        "numbers": _numbers(case, result.table),
    }


def _name(case: Case) -> str:
    label = case.labels
    parts = [label["task"]] + [label["filter"]] * (label["filter"] != "none")
    return words.visible(", ".join(parts + [f"{label['shots']} shots"] * bool(label["shots"])))


def _numbers(case: Case, table: pd.DataFrame) -> tuple[list[str], list[list[object]]]:
    """Return names and rows of the table of a case."""
    for name, value in case.labels.items():
        table = table[table[name] == value]
    table = table.drop(columns=[*LABELS, "verdict"]).sort_values(["metric", "parameters"])
    rows = table.to_numpy().tolist()
    return list(table), [[f"{cell:.4g}" if isinstance(cell, float) else cell for cell in row] for row in rows]
