"""Serve the built site on this machine, compressed as by a web host: `python -m tools.site.serve [PORT]`."""

import contextlib
import functools
import gzip
import io
import sys
import threading
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from tools.site import HTML

__all__ = ["TEXT", "Handler", "packed", "serving"]

TEXT = {".html", ".css", ".js", ".svg", ".json", ".txt", ".xml", ".wasm"}


class Handler(SimpleHTTPRequestHandler):
    """Answers with compressed texts, and keeps the connection."""

    protocol_version = "HTTP/1.1"

    def send_head(self) -> io.BufferedIOBase | None:
        """Send the head of an answer, and return what follows it."""
        path = Path(self.translate_path(self.path))
        path = path / "index.html" if path.is_dir() and self.path.endswith("/") else path
        if not path.is_file() or path.suffix not in TEXT or "gzip" not in self.headers["Accept-Encoding"]:
            return super().send_head()
        changed = self.date_time_string(path.stat().st_mtime)
        if self.headers["If-Modified-Since"] == changed:
            self.send_response(304)
            self.end_headers()
            return None
        body = packed(path, path.stat().st_mtime_ns)
        self.send_response(200)
        self.send_header("Last-Modified", changed)
        self.send_header("Content-Type", self.guess_type(path))
        self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        return io.BytesIO(body)

    def log_message(self, *arguments) -> None:
        """Say nothing of each request."""


@functools.lru_cache(maxsize=256)
def packed(path: Path, changed: int) -> bytes:
    """Return a file compressed, again if it has changed since."""
    return gzip.compress(path.read_bytes())


@contextlib.contextmanager
def serving(folder: Path, port: int = 0, handler: type[Handler] = Handler) -> Iterator[str]:
    """Serve a folder as long as the context is open, and give its address."""
    answers = functools.partial(handler, directory=folder)
    with ThreadingHTTPServer(("127.0.0.1", port), answers) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


if __name__ == "__main__":
    with serving(HTML, int(sys.argv[1]) if len(sys.argv) > 1 else 8000) as address:
        print(f"The book is at {address} (Ctrl+C ends this).", flush=True)
        with contextlib.suppress(KeyboardInterrupt):
            threading.Event().wait()
