"""Execute a notebook with papermill: `python -m tools.run IN.ipynb OUT.ipynb`.

The result appears only when every cell has run, so an interrupted build goes on where it stopped.
"""

import os
import sys
import time
from pathlib import Path

import nbformat
import papermill

from mirage import page
from tools.project import ROOT


def main() -> int:
    """Execute one notebook."""
    source, target = Path(sys.argv[1]), Path(sys.argv[2])
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_suffix(".part.ipynb")
    findings = ROOT / "build" / "findings"
    findings.mkdir(parents=True, exist_ok=True)
    os.environ[page.FOLDER] = str(findings)
    began = time.monotonic()
    try:
        executed = papermill.execute_notebook(
            source,
            part,
            cwd=ROOT / "notebooks",
            kernel_name="python3",
            execution_timeout=600,
            progress_bar=sys.stderr.isatty(),
            request_save_on_cell_execute=False,  # the whole file, each time
        )
    except papermill.PapermillExecutionError as error:
        print(f"{source}: a cell failed. The notebook up to there is {part}.\n{error}", file=sys.stderr)
        return 1
    os.replace(part, target)
    print(f"ran {source} in {time.monotonic() - began:.0f} s")
    if missing := _missing(executed):
        again = "the notes on the page say how to have them; then run 'make clean' and 'make book'"
        print(f"{source}: without {', '.join(missing)}, which could not be had; {again}")
    return 0


def _missing(notebook: nbformat.NotebookNode) -> list[str]:
    """Return the data sets in whose place the notebook shows a note."""
    outputs = (output for cell in notebook.cells for output in cell.get("outputs", []))
    notes = (output.get("metadata", {}).get("mirage", {}) for output in outputs)
    return sorted({note["missing"] for note in notes if "missing" in note})


if __name__ == "__main__":
    sys.exit(main())
