"""The report of an audit: one HTML file that loads nothing and runs nothing."""

import base64
import html
from collections import Counter
from importlib.resources import files

from mirage import __version__, _validate, page, words
from mirage.audit import _figure
from mirage.audit._audit import Audit
from mirage.audit._cases import LABELS, Case
from mirage.audit._verdicts import VERDICTS
from mirage.emergence.breaks import LEAST_SIZES, TELLING
from mirage.emergence.questions import QUESTIONS

__all__ = ["report"]

_POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
_METHODS = (
    "All answers were scored again; intervals are 95% (of shares of independent items, Wilson's).",
    "A step is searched for in the gentlest score there is: the likelihood of the right answers, the log "
    "score of the options, or the edit distance, with Holm's correction over all that is searched here.",
    f"It needs {LEAST_SIZES} sizes; with fewer than {TELLING}, one unusual model looks like a step.",
    "“The metric” and “nothing sharp” are said only where a step would have been found: one by a factor of "
    "four, or (of edit distances) of half of the range.",
    "The log-likelihoods are those that the logs hold; a share that the metric explains is that of the rise "
    "between the two sizes that are named, and rests on a smooth trend of the loss across sizes.",
    "Nothing here says that an ability is absent: it says what these items, prompts and sizes could show.",
)


class _Markup(str):
    """Text that is HTML already; all other text is escaped."""


def report(result: Audit, *, command: str) -> str:
    """Return the page; see `mirage.audit.report`."""
    _validate.instance("result", result, Audit)
    _validate.instance("command", command, str)
    order = list(VERDICTS.values())
    cases = sorted(result.cases, key=lambda case: order.index(case.verdict))
    style = files("mirage.audit").joinpath("report.css").read_text(encoding="utf-8")
    head = _tag(
        "head",
        _Markup(f'<meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="{_POLICY}">'),
        _Markup('<meta name="viewport" content="width=device-width, initial-scale=1">'),
        *(_tag("title", "Audit of evaluation logs"), _tag("style", _Markup(style))),
    )
    parts = [_tag("h1", "Audit of evaluation logs"), _read(result, command), _verdicts(cases)]
    parts += [_case(k, case, result) for k, case in enumerate(cases, 1)]
    unread = (
        _tag("ul", *(_tag("li", line) for line in result.unread)) if result.unread else _tag("p", "Nothing.")
    )
    parts += [_tag("h2", "Not read, and why"), unread]
    parts += [_tag("h2", "Methods and limits"), _tag("ul", *(_tag("li", line) for line in _METHODS))]
    return "<!DOCTYPE html>\n" + _tag("html", head, _tag("body", _tag("main", *parts)), lang="en")


def _tag(name: str, *children: object, **attributes: str) -> _Markup:
    """Return an element; what is no markup is shown as safe text."""
    inside = "".join(c if isinstance(c, _Markup) else html.escape(words.visible(c, 2000)) for c in children)
    given = "".join(
        f' {key.rstrip("_")}="{html.escape(words.visible(value, 10**7))}"'
        for key, value in attributes.items()
    )
    return _Markup(f"<{name}{given}>{inside}</{name}>" if name != "img" else f"<img{given}>")


def _table(names: list[str], rows: list[list[object]]) -> _Markup:
    head = _tag("tr", *(_tag("th", name, scope="col") for name in names))
    body = [_tag("tr", *(_tag("td", cell) for cell in row)) for row in rows]
    return _tag("div", _tag("table", _tag("thead", head), _tag("tbody", *body)), class_="wide", tabindex="0")


def _read(result: Audit, command: str) -> _Markup:
    runs = [run for case in result.cases for run in case.runs]
    harnesses = Counter(f"{run.harness} {run.version}".strip() for run in runs)
    models = {
        run.model: (run.family, words.number(run.parameters), run.parameters_from, run.seed) for run in runs
    }
    said = f"{len(runs)} runs of {len(models)} models on {len(result.cases)} cases"
    said += f" ({', '.join(f'{name}: {n}' for name, n in harnesses.items())})." if runs else "."
    made = f"mirage {__version__}, seed {result.rng}" + f", by {command}" * bool(command)
    sizes = _table(
        ["model", "family", "parameters", "from", "seed"], [[m, *about] for m, about in models.items()]
    )
    models = _tag("details", _tag("summary", "Models, and where their sizes are from"), sizes)
    return _tag("section", _tag("h2", "What was read"), _tag("p", said), _tag("p", made), models)


def _verdicts(cases: list[Case]) -> _Markup:
    rows = [
        [
            _link(k, case),
            f"{case.runs[0].family} in {case.runs[0].source}",
            len(case.runs),
            _verdict(case),
            case.because,
        ]
        for k, case in enumerate(cases, 1)
    ]
    table = _table(["case", "family and source", "runs", "verdict", "because"], rows)
    return _tag("section", _tag("h2", "Verdicts"), table, class_="verdicts")


def _name(case: Case) -> str:
    label = case.labels
    more = f", {label['filter']}" * (label["filter"] != "none") + f", {label['shots']} shots" * bool(
        label["shots"]
    )
    return words.visible(f"{label['task']}{more}")


def _link(number: int, case: Case) -> _Markup:
    return _tag("a", _name(case), href=f"#case-{number}")


def _verdict(case: Case) -> _Markup:
    key = next(key for key, name in VERDICTS.items() if name == case.verdict)
    return _tag("strong", case.verdict, class_=key.replace(" ", "-"))


def _case(number: int, case: Case, result: Audit) -> _Markup:
    image = base64.b64encode(page.svg(_figure.draw(case)).encode()).decode()
    parts = [
        _tag("h2", _name(case)),
        _tag(
            "p", ", ".join(f"{name} {case.labels[name]}" for name in LABELS if name != "task"), class_="small"
        ),
        _tag("p", _verdict(case), ": ", case.because, "."),
        _tag("p", "What would overturn it: ", case.overturn),
        _tag(
            "img",
            src=f"data:image/svg+xml;base64,{image}",
            alt=_figure.described(case),
            width="768",
            height="278",
        ),
    ]
    if case.artefact:
        pairs = [list(map(_quoted, pair)) for run in reversed(case.runs) for pair in run.examples][:3]
        parts.append(_table(["right answer", "answer that counts as wrong"], pairs))
    if case.answers is not None:
        answers = case.answers.answers().items()
        parts.append(_table(["question", "answer"], [[QUESTIONS[key], said] for key, said in answers]))
    table = result.table
    for name, value in case.labels.items():
        table = table[table[name] == value]
    table = table.drop(columns=[*LABELS, "verdict"]).sort_values(["metric", "parameters"])
    rows = [
        [f"{cell:.4g}" if isinstance(cell, float) else cell for cell in row]
        for row in table.to_numpy().tolist()
    ]
    parts.append(_tag("details", _tag("summary", "Numbers by size"), _table(list(table), rows)))
    paths = [_tag("li", run.path) for run in case.runs]
    parts.append(_tag("details", _tag("summary", "Files"), _tag("ul", *paths)))
    return _tag("section", *parts, id=f"case-{number}")


def _quoted(text: str) -> _Markup:
    return _tag("code", words.visible(text, blanks=True))
