"""The four questions, asked of the evaluation logs of any harness: in Python, or as a command.

`audit(read(paths))` reads logs, scores them again, and says of every task and family whether its curve is an
artefact of prompt or filter, too short, below what the items can show, sharp only in the metric, or sharp in
the loss too. `report` makes a page of it; `compare` sets two models side by side on the same items. On the
command line: `python -m mirage.audit --help`.
"""

from mirage import _validate
from mirage.audit._audit import Audit, audit, compare
from mirage.audit._cases import Case
from mirage.logs import Logs, read, sample_logs

__all__ = ["Audit", "Case", "Logs", "audit", "compare", "draw", "read", "report", "sample_logs"]


def draw(case: Case) -> object:
    """Draw what the harness counts as right over the sizes, and beside it the gentlest score.

    Parameters
    ----------
    case : Case
        As `audit` returns it in `cases`.

    Returns
    -------
    matplotlib.figure.Figure
        Two panels, with 95% intervals.

    Raises
    ------
    TypeError
        If it is no case.

    Examples
    --------
    >>> draw("recall")
    Traceback (most recent call last):
    ...
    TypeError: case must be a Case; got 'recall'
    """
    _validate.instance("case", case, Case)
    from mirage.audit import _figure  # with all that draws

    return _figure.draw(case)


def report(result: Audit, *, command: str = "") -> str:
    """Return the report of an audit as one HTML page, which runs nothing and loads nothing.

    Parameters
    ----------
    result : Audit
        As `audit` returns it.
    command : str
        The command that made it, to be shown.

    Returns
    -------
    str

    Raises
    ------
    TypeError
        If an argument is of another kind.

    Examples
    --------
    >>> report(audit(Logs((), ()))).startswith("<!DOCTYPE html>")
    True
    """
    from mirage.audit import _report  # with all that draws

    return _report.report(result, command=command)
