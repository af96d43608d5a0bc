"""Chromium, with nothing of it reaching out, and the application on a port of loopback."""

from __future__ import annotations

import os
import shutil
from threading import Thread
from typing import TYPE_CHECKING, cast

import pytest
from playwright.sync_api import sync_playwright
from werkzeug.serving import make_server

from api.http.app import create_app

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser

    from api.bootstrap import Tocsin

SWITCHES = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-domain-reliability",
    "--disable-sync",
    "--no-first-run",
    "--no-pings",
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",  # whatever else it asks for does not exist
)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Yield the system's Chromium, without a window."""
    chromium = shutil.which("chromium")
    assert chromium, "There is no Chromium: `make chromium` installs it."
    switches = [*SWITCHES, "--no-sandbox"] if os.geteuid() == 0 else list(SWITCHES)  # for root it has no sandbox
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=switches)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def address() -> Iterator[str]:
    """Yield where the application answers; pages that need no database need none here either."""
    server = make_server("127.0.0.1", 0, create_app(cast("Tocsin", object())), threaded=True)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()
