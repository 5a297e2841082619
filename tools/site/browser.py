"""The browser that prints, tests and measures the site."""

import os
import shutil

__all__ = ["FLAGS", "NAMES", "executable"]

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
FLAGS = [  # nothing but this machine is reached
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
    *"--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-sync".split(),
    *"--disable-background-networking --disable-component-update".split(),
]


def executable() -> str | None:
    """Return the browser that CHROME names, or the first that is installed."""
    return os.environ.get("CHROME") or next(filter(None, map(shutil.which, NAMES)), None)
