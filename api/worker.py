"""The worker: what must happen by itself. One thread a part; each sleeps until a commit or a quarter of a second."""

from __future__ import annotations

import signal
import threading
from typing import TYPE_CHECKING

import structlog

from api.bootstrap import Tocsin, build
from incidents.ledger.wake import POLL_SECONDS, Listener
from notifications.sender import Sender
from notifications.terminal import Terminal
from notifications.webhook import Webhook

if TYPE_CHECKING:
    from collections.abc import Callable

    from api.settings import Settings

log = structlog.get_logger()

PARTS = ("sequencer", "engine", "sender")
AFTER_FAILURE_SECONDS = 1.0


def run(settings: Settings, *, only: str | None = None) -> None:
    """Work until SIGTERM or Ctrl-C. Any number of workers may run."""
    if settings.database_url is None:
        message = "a worker needs a database"
        raise ValueError(message)
    tocsin = build(settings.database_url, pool_size=settings.pool_size)
    worker = Worker(tocsin, [part for part in PARTS if only in {None, part}])
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: worker.stop())
    worker.run()
    tocsin.close()


class Worker:
    """Runs parts side by side, each in a loop that nothing but `stop` ends."""

    def __init__(self, tocsin: Tocsin, parts: list[str]) -> None:
        """Take what to work with, and which parts to run."""
        self._works = {part: _work(part, tocsin) for part in parts}
        self._listener: Listener = tocsin.listener()
        self._woken = {part: threading.Event() for part in parts}
        self._stopping = threading.Event()

    def run(self) -> None:
        """Run all parts until stopped; what is in hand is finished first."""
        threads = [threading.Thread(target=self._loop, args=(part,), name=part) for part in self._works]
        for thread in threads:
            thread.start()
        while not self._stopping.is_set():
            self._listener.wait()
            for event in self._woken.values():
                event.set()
        for thread in threads:
            thread.join()

    def stop(self) -> None:
        """End soon."""
        self._stopping.set()
        for event in self._woken.values():
            event.set()

    def _loop(self, part: str) -> None:
        while not self._stopping.is_set():
            self._woken[part].clear()
            try:
                done = self._works[part]()
            except Exception:
                log.exception("worker part failed; it goes on", part=part)
                self._stopping.wait(AFTER_FAILURE_SECONDS)
                continue
            if not done:
                self._woken[part].wait(POLL_SECONDS)


def _work(part: str, tocsin: Tocsin) -> Callable[[], int]:
    """Give what one part does in one turn: it returns how much it found to do."""
    if part == "sequencer":
        return tocsin.sequencer().run_once
    if part == "engine":
        return tocsin.engine.run_once
    channels = {channel.name: channel for channel in (Terminal(), Webhook())}
    return Sender(tocsin.ledger, tocsin.incidents, tocsin.book, channels, tocsin.clock).run_once
