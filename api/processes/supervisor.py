"""Keeps the processes of `tocsin serve` running, and ends them together."""

from __future__ import annotations

import signal
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NoReturn

import structlog

from api.processes import process
from api.startup_errors import ServiceStopped

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from types import FrameType

_WINDOW = 60.0  # seconds: what happened longer ago does not count against a service
_MOST_RESTARTS = 10  # within the window
_FIRST_DELAY, _LONGEST_DELAY = 0.1, 5.0  # seconds before a restart: doubled with each
_PATIENCE = 10.0  # seconds to stop in
_POLL = 0.1  # seconds

_log = structlog.get_logger(__name__)


class StopRequested(BaseException):
    """Somebody asked us to end (Ctrl-C, SIGTERM, a closed terminal). Like KeyboardInterrupt, no error."""


@contextmanager
def stop_on_signals() -> Iterator[None]:
    """Turn the first SIGINT, SIGTERM or SIGHUP into `StopRequested`, and ignore others while that is being obeyed."""
    wanted = [signal.SIGINT, signal.SIGTERM]
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # else we were started by nohup
        wanted.append(signal.SIGHUP)

    def stop(_number: int, _frame: FrameType | None) -> NoReturn:
        for number in wanted:
            signal.signal(number, signal.SIG_IGN)
        raise StopRequested

    before = {number: signal.signal(number, stop) for number in wanted}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def restart_delay(ends: Sequence[float], now: float) -> float | None:
    """Return the seconds to wait before another start, given when the service ended so far; None: give it up."""
    recent = sum(1 for end in ends if now - end <= _WINDOW)
    if recent > _MOST_RESTARTS:
        return None
    return min(_FIRST_DELAY * 2.0 ** (recent - 1), _LONGEST_DELAY)


@dataclass
class Service:
    """A process that must run for as long as we do."""

    name: str
    argv: Sequence[str]
    env: Mapping[str, str]
    pass_fds: Sequence[int] = ()
    ends: list[float] = field(default_factory=list)
    child: subprocess.Popen[bytes] | None = None
    start_at: float = 0.0

    def tend(self, now: float) -> None:
        """Start it if it is due, and notice if it has ended.

        Raises:
            ServiceStopped: it ends again and again.
        """
        if self.child is None:
            if now >= self.start_at:
                self.child = process.spawn(self.argv, env=self.env, pass_fds=self.pass_fds)
        elif self.child.poll() is not None:
            self._plan_restart(self.child, now)

    def _plan_restart(self, child: subprocess.Popen[bytes], now: float) -> None:
        process.end(child, patience=0)  # what it started itself must not run beside its successor
        self.child = None
        self.ends.append(now)
        ending, delay = _ending(child.returncode), restart_delay(self.ends, now)
        if delay is None:
            raise ServiceStopped(f"The {self.name} process keeps ending ({ending}); the lines above say why.")
        _log.warning("process ended, starting it again", process=self.name, ending=ending, delay=delay)
        self.start_at = now + delay


def run(services: Sequence[Service], check: Callable[[], None]) -> NoReturn:
    """Keep the services running until an exception ends it (`StopRequested`, `ServiceStopped`); then stop them all.

    `check` is called every round, and may raise to end it too.
    """
    try:
        while True:
            check()
            for service in services:
                service.tend(time.monotonic())
            time.sleep(_POLL)
    finally:
        _stop([service.child for service in services if service.child is not None])


def _stop(children: Sequence[subprocess.Popen[bytes]]) -> None:
    for child in children:
        child.send_signal(signal.SIGTERM)
    deadline = time.monotonic() + _PATIENCE
    for child in children:
        process.end(child, max(0.0, deadline - time.monotonic()))


def _ending(code: int) -> str:
    return f"killed by {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
