"""The application behind a real address, for a real browser."""

import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask
from playwright.sync_api import Browser, expect, sync_playwright
from werkzeug.serving import make_server

CHROMIUM = shutil.which("chromium")
NO_BROWSER = "needs a browser: apt-get install chromium fonts-noto-cjk"
PATIENCE_MS = 120_000


@contextmanager
def served(app: Flask) -> Iterator[str]:
    """The address it answers at, on a port of its own, until the end of the block."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser without a window; what is awaited on its pages may take long on a busy machine."""
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        found.on("context", lambda context: context.set_default_timeout(PATIENCE_MS))
        yield found
        found.close()
