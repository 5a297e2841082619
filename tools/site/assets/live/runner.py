"""What runs a reader's code in the browser: first what it needs of the page, then the code itself.

Of the page's cells only the statements run that define, directly or by way of others, a name that the code
uses; they run once. Each run of a reader's code has a copy of what they left.
"""

import ast
import base64
import builtins
import contextlib
import io
import json
import linecache
import os
import symtable
import sys
import traceback
from collections.abc import Callable, Iterable, Iterator

__all__ = ["Missing", "Offers", "Runner", "needed"]

_NAME = "<your code>"
_AT_ONCE = "listcomp", "setcomp", "dictcomp", "genexpr"
_BLOCKS = ast.For | ast.While | ast.If | ast.With
os.environ["MPLBACKEND"] = "Agg"  # figures are drawn, and then shown by the page


class Missing(BaseException):
    """A library that the reader is asked about. No `except Exception` of a checker takes it for a mistake."""


class Offers:
    """Finds what is not loaded yet, last of all finders: libraries that the reader can have.

    Attributes
    ----------
    names : list of str
        The libraries.
    asked : str or None
        The one that was last looked for, also by a library that can do without it.
    """

    def __init__(self, names: list[str]) -> None:
        """Take the names of the libraries."""
        self.names, self.asked = names, None

    def find_spec(self, name: str, path: object = None, target: object = None) -> None:
        """Stop the run if the code, or the book's package, needs the library; else only note its name."""
        if name in self.names:
            self.asked = name
            if "site-packages" not in _importer() or "mirage" in _importer():
                raise Missing(name)


def _importer() -> str:
    frame = sys._getframe(2)
    while "importlib" in frame.f_code.co_filename:
        frame = frame.f_back
    return frame.f_code.co_filename


def needed(cells: list[str], code: str) -> list[ast.stmt]:
    """Return the statements of a page that code needs, in their order.

    Parameters
    ----------
    cells : list of str
        The page's cells above the code; those that are not Python (a `%magic`) are left out.
    code : str
        What the reader wrote.

    Returns
    -------
    list of ast.stmt
        Of an import only the names that are used.
    """
    page = [statement for cell in cells for statement in _statements(cell)]
    wanted = _used_in(ast.parse(code, _NAME).body)
    while True:
        found = _behind(page, wanted)
        # A function takes names as they are when it is called: what the page does with them below it matters.
        late = {name for statement in found for name in _used_in_functions(statement)}
        if late <= wanted:
            return found
        wanted |= late


def _behind(page: list[ast.stmt], wanted: set[str]) -> list[ast.stmt]:
    found = []
    for statement in reversed(page):
        statement = _import_of(statement, wanted)
        if wanted & _touched_by(statement):
            found.append(statement)
            wanted = wanted - _set_by(statement) | _used_by(statement)
    return found[::-1]


def _statements(cell: str) -> list[ast.stmt]:
    try:
        return ast.parse(cell).body
    except SyntaxError:
        return []


def _import_of(statement: ast.stmt, wanted: set[str]) -> ast.stmt:
    if isinstance(statement, ast.Import | ast.ImportFrom):
        kept = [each for each in statement.names if (each.asname or each.name.partition(".")[0]) in wanted]
        fields = {name: value for name, value in ast.iter_fields(statement) if name != "names"}
        statement = type(statement)(names=kept or statement.names, **fields)
    return ast.fix_missing_locations(statement)


def _tables(table: symtable.SymbolTable) -> Iterator[symtable.SymbolTable]:
    yield table
    for child in table.get_children():
        yield from _tables(child)


def _table(statement: ast.stmt) -> symtable.SymbolTable:
    return symtable.symtable(ast.unparse(ast.fix_missing_locations(statement)), _NAME, "exec")


def _used_by(statement: ast.stmt) -> set[str]:
    """Return the names that a statement takes from outside, also within the functions that it defines."""
    if isinstance(statement, _BLOCKS):
        parts = {"body": [ast.Pass()]} | ({"orelse": []} if hasattr(statement, "orelse") else {})
        head = type(statement)(**dict(ast.iter_fields(statement)) | parts)
        inside = _used_in(statement.body) | _used_in(getattr(statement, "orelse", []))
        return _used_by_simple(head) | inside - _touched_by(head)
    return _used_by_simple(statement)


def _used_in(statements: list[ast.stmt]) -> set[str]:
    wanted: set[str] = set()
    for statement in reversed(statements):
        wanted = wanted - _set_by(statement) | _used_by(statement)
    return wanted


def _used_by_simple(statement: ast.stmt) -> set[str]:
    top, *inner = _tables(_table(statement))
    names = {symbol.get_name() for symbol in top.get_symbols() if symbol.is_referenced()}
    if isinstance(statement, ast.AugAssign):
        names |= {_root(statement.target)}
    return (names | _from_outside(inner)) - set(dir(builtins))


def _used_in_functions(statement: ast.stmt) -> set[str]:
    _, *inner = _tables(_table(statement))
    return _from_outside(table for table in inner if table.get_name() not in _AT_ONCE) - set(dir(builtins))


def _from_outside(tables: Iterable[symtable.SymbolTable]) -> set[str]:
    symbols = (symbol for table in tables for symbol in table.get_symbols())
    return {symbol.get_name() for symbol in symbols if symbol.is_global() and symbol.is_referenced()}


def _touched_by(statement: ast.stmt) -> set[str]:
    """Return the names that a statement sets, or whose parts it sets (`table["x"] = 1`)."""
    stores = (node for node in ast.walk(statement) if isinstance(node, ast.Subscript | ast.Attribute))
    roots = {_root(node) for node in stores if isinstance(node.ctx, ast.Store)}
    symbols = _table(statement).get_symbols()
    return roots | {each.get_name() for each in symbols if each.is_assigned() or each.is_imported()}


def _root(node: ast.expr) -> str:
    while isinstance(node, ast.Subscript | ast.Attribute):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""


def _set_by(statement: ast.stmt) -> set[str]:
    """Return the names whose value before a statement no longer matters after it."""
    if isinstance(statement, ast.FunctionDef | ast.ClassDef):
        return {statement.name}
    if isinstance(statement, ast.Import | ast.ImportFrom):
        return {each.asname or each.name.partition(".")[0] for each in statement.names}
    if isinstance(statement, ast.Assign):
        parts = (part for target in statement.targets for part in ast.walk(target))
        return {part.id for part in parts if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store)}
    return set()


class Runner:
    """The state of one page: what its statements have left, and which of them have run.

    Parameters
    ----------
    offers : list of str
        Libraries that can be had after a question.
    tell : callable
        Is given a line of progress.
    """

    def __init__(self, offers: list[str], tell: Callable[[str], None]) -> None:
        """Begin with nothing."""
        self._offers, self._tell = Offers(offers), tell
        self._left: dict = {"__name__": "__main__"}
        self._done: set[str] = set()
        sys.meta_path.append(self._offers)

    def run(self, cells: list[str], code: str) -> str:
        """Run code, and return as JSON what came of it.

        Parameters
        ----------
        cells : list of str
            The page's cells above the code.
        code : str
            What the reader wrote.

        Returns
        -------
        str
            `value` and `figures` to show; or `error`; or `missing`, a library to ask about. With `above`, the
            code of the page that ran before.
        """
        self._offers.asked = None
        try:
            above = needed(cells, code)
            self._prepare(above)
            value = self._run(code)
            figures = list(_figures())
        except Missing as missing:
            return json.dumps({"missing": str(missing)})
        except BaseException as error:
            if isinstance(error, ImportError) and self._offers.asked:
                return json.dumps({"missing": self._offers.asked})
            return json.dumps({"error": _told(error, self._offers.names)})
        return json.dumps({"value": value, "figures": figures, "above": "\n".join(map(ast.unparse, above))})

    def _prepare(self, statements: list[ast.stmt]) -> None:
        waiting = [each for each in statements if ast.unparse(each) not in self._done]
        if waiting:
            self._tell(f"Running what this needs of the page: {len(waiting)} steps …")
        for statement in waiting:
            with contextlib.redirect_stdout(io.StringIO()):
                exec(compile(ast.Module([statement], []), "<the page>", "exec"), self._left)
            self._done.add(ast.unparse(statement))

    def _run(self, code: str) -> str:
        """Run the reader's code, and return what its last line shows."""
        self._tell("Running …")
        linecache.cache[_NAME] = (len(code), None, code.splitlines(keepends=True), _NAME)
        tree, space = ast.parse(code, _NAME), dict(self._left)
        last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
        exec(compile(tree, _NAME, "exec"), space)
        value = eval(compile(ast.Expression(last.value), _NAME, "eval"), space) if last else None
        shown = getattr(value, "_repr_markdown_", value.__repr__)
        return "" if value is None else shown()


def _told(error: BaseException, offers: list[str]) -> str:
    """Return what went wrong, with the lines of the reader's code in which it did."""
    if isinstance(error, SyntaxError) and error.filename == _NAME:
        return f"Line {error.lineno}: {(error.text or '').strip()}\n{type(error).__name__}: {error.msg}"
    frames = traceback.extract_tb(error.__traceback__)
    lines = [f"Line {frame.lineno}: {frame.line}" for frame in frames if frame.filename == _NAME]
    if frames and not lines and frames[-1].filename != __file__:
        lines = ["In what this needs of the page:"]
    lines += map(str.strip, traceback.format_exception_only(error))
    if isinstance(error, ModuleNotFoundError):
        lines.append(f"Here there are NumPy, {', '.join(offers)} and mirage; in Colab there is more.")
    return "\n".join(lines)


def _figures() -> Iterator[dict[str, str]]:
    """Draw the figures that the code has left open, each with a text, and close them."""
    if "matplotlib.pyplot" in sys.modules:
        plt = sys.modules["matplotlib.pyplot"]
        for number in plt.get_fignums():
            file, figure = io.BytesIO(), plt.figure(number)
            figure.savefig(file, format="png", bbox_inches="tight")
            axes = (" by ".join(filter(None, [each.get_ylabel(), each.get_xlabel()])) for each in figure.axes)
            yield {
                "image": base64.b64encode(file.getvalue()).decode(),
                "text": "; ".join(filter(None, axes)) or "its axes have no labels",
            }
        plt.close("all")
