"""The senders that are killed: `tocsin worker --only sender` and `--only webhooks`, as the product runs them.

They are forked from a process that has imported everything: a hundred that each import it would take minutes.
"""

from __future__ import annotations

import os
import signal
import time
from dataclasses import dataclass, field
from datetime import timedelta
from multiprocessing import get_context
from typing import TYPE_CHECKING

from api.logs import configure_logging
from api.processes.process import die_with_parent
from api.processes.worker import run
from api.settings import Settings
from notifications.queue import queue as deliveries
from notifications.queue import retry
from notifications.webhooks import queue as messages

if TYPE_CHECKING:
    from collections.abc import Mapping
    from multiprocessing.process import BaseProcess
    from pathlib import Path

PARTS = ("sender", "webhooks")
HURRIED_LEASE_SECONDS = 4.0
"""Far longer than the sink takes at most."""
HURRIED_WAIT_SECONDS = 0.5
PATIENCE = 15.0
"""Seconds that they get to stop in at the end."""


@dataclass
class Victims:
    """Starts them, and kills them. `hurried`: what a kill hit, and what was refused, is tried again after seconds."""

    env: Mapping[str, str]
    log: Path
    hurried: bool
    running: list[BaseProcess] = field(default_factory=list)
    unexplained: list[str] = field(default_factory=list)
    """Ends that no kill of ours explains: defects."""

    def start(self) -> None:
        """Start one of each."""
        context = get_context("forkserver")
        context.set_forkserver_preload(["__main__", __name__])
        made = {part: (part, dict(self.env), str(self.log), self.hurried) for part in PARTS}
        self.running = [context.Process(target=_work, args=args, name=part) for part, args in made.items()]
        for process in self.running:
            process.start()

    def kill(self) -> float:
        """Kill all at once; give when, by the monotonic clock. None of them does anything any more from then on."""
        at = time.monotonic()
        for process in self.running:
            process.kill()
        self._joined(-signal.SIGKILL)
        return at

    def stop(self) -> None:
        """End all as an operator would."""
        for process in self.running:
            process.terminate()
        self._joined(0)

    def _joined(self, expected: int) -> None:
        for process in self.running:
            process.join(PATIENCE)
            if process.exitcode != expected:
                self.unexplained.append(f"{process.name} ended with {process.exitcode}, not {expected}")
                process.kill()
        self.running = []


def _work(part: str, env: Mapping[str, str], log: str, hurried: bool) -> None:  # noqa: FBT001 - a process takes no named ones
    """Be a worker of one part."""
    die_with_parent(signal.SIGKILL, os.getppid())
    descriptor = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    for standard in (1, 2):
        os.dup2(descriptor, standard)
    if hurried:
        deliveries.LEASE = messages.LEASE = timedelta(seconds=HURRIED_LEASE_SECONDS)
        retry.FIRST_WAIT = HURRIED_WAIT_SECONDS
    os.environ.update(env)
    settings = Settings.read()
    configure_logging(settings.log_level, settings.log_format)
    run(settings, only=part)
