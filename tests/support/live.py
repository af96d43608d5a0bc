"""A Tocsin on a real port, with engine, sequencer and followers at work beside it, in production's time."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

from werkzeug.serving import make_server

from api.bootstrap import build
from api.http.app import create_app
from incidents.ledger.reach import RUNTIME
from tests.support.http import UNLIMITED

if TYPE_CHECKING:
    from collections.abc import Iterator

    from api.bootstrap import Tocsin

TURN_SECONDS = 0.05


@contextmanager
def live(url: str) -> Iterator[tuple[str, Tocsin]]:
    """Yield its address, and what its worker has, on a migrated database."""
    working, serving = build(url), build(url, role=RUNTIME, limit=UNLIMITED)
    server = make_server("127.0.0.1", 0, create_app(serving), threaded=True)
    ending = threading.Event()
    threads = [threading.Thread(target=server.serve_forever), threading.Thread(target=_work, args=(working, ending))]
    for thread in threads:
        thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", working
    finally:
        ending.set()
        server.shutdown()
        for thread in threads:
            thread.join()
        server.server_close()
        serving.close()
        working.close()


def _work(tocsin: Tocsin, ending: threading.Event) -> None:
    followers = tocsin.followers()
    while not ending.wait(TURN_SECONDS):
        tocsin.engine.run_once()
        tocsin.heartbeats.watch.run_once()
        tocsin.sequencer.run_until_idle()
        for follower in followers:
            follower.run_once()
