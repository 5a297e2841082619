"""Pictures and tables that `page.show` put inside a notebook, where a file could get lost, become files."""

import base64
import os
import re
from pathlib import Path

from sphinx.application import Sphinx

FOLDER = "_figures"
_INSIDE = re.compile(r'"data:[\w/+]+;base64,([\w/+=]+)" data-file="([\w.-]+)"')


def mend(text: str, page: Path, app: Sphinx) -> str:
    """Write what stands inside a page into files, and point to them."""
    folder = Path(app.outdir) / FOLDER

    def written(match: re.Match) -> str:
        folder.mkdir(exist_ok=True)
        target = folder / match[2]
        target.write_bytes(base64.b64decode(match[1]))
        return f'"{Path(os.path.relpath(target, page.parent)).as_posix()}"'

    return _INSIDE.sub(written, text)
