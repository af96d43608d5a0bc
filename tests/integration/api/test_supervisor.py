from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from api.processes import supervisor
from api.processes.supervisor import Service, StopRequested, stop_on_signals
from api.startup_errors import ServiceStopped

if TYPE_CHECKING:
    from collections.abc import Iterator

SLEEP = [sys.executable, "-c", "import time; time.sleep(60)"]
FAIL = [sys.executable, "-c", "raise SystemExit(3)"]
STUBBORN = [
    sys.executable,
    "-c",
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(flush=True); time.sleep(60)",
]


@pytest.fixture
def sleeper() -> Iterator[Service]:
    """Yield a service that runs until it is told to stop."""
    service = Service("sleeper", SLEEP, os.environ)
    yield service
    if service.child is not None:
        service.child.kill()
        service.child.wait()


def test_a_service_that_keeps_ending_ends_the_others(sleeper: Service) -> None:
    """After too many ends within a minute the error names the service and its exit code, and nothing runs on."""
    failing = Service("web", FAIL, os.environ, ends=[time.monotonic()] * 10)
    with pytest.raises(ServiceStopped, match=r"^The web process keeps ending \(exit code 3\)"):
        supervisor.run([sleeper, failing], check=lambda: None)
    assert sleeper.child
    assert sleeper.child.returncode == -signal.SIGTERM


def test_what_check_raises_ends_the_services(sleeper: Service) -> None:
    """The caller's own reason to end is obeyed as a signal is."""

    def check() -> None:
        if sleeper.child is not None:
            raise ServiceStopped("the database is gone")

    with pytest.raises(ServiceStopped, match="the database is gone"):
        supervisor.run([sleeper], check)
    assert sleeper.child
    assert sleeper.child.returncode == -signal.SIGTERM


def test_a_service_that_does_not_stop_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Patience has an end."""
    monkeypatch.setattr(supervisor, "_PATIENCE", 0.2)
    with subprocess.Popen(STUBBORN, stdout=subprocess.PIPE, start_new_session=True) as child:
        assert child.stdout
        child.stdout.readline()
        service = Service("stubborn", STUBBORN, os.environ, child=child)

        def check() -> None:
            raise StopRequested

        with pytest.raises(StopRequested):
            supervisor.run([service], check)
        assert child.returncode == -signal.SIGKILL


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_the_second_signal_does_not_disturb_the_end(number: signal.Signals) -> None:
    """Only the first counts, and afterwards the handlers are what they were."""
    before = signal.getsignal(number)
    cleaned = []

    def interrupted() -> None:
        with stop_on_signals():
            try:
                signal.raise_signal(number)
            finally:
                signal.raise_signal(number)
                cleaned.append(True)

    with pytest.raises(StopRequested):
        interrupted()
    assert cleaned
    assert signal.getsignal(number) is before
