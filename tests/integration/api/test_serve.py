from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import httpx
import psutil
import pytest

from api.postgres.cluster import recorded_server

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

pytestmark = pytest.mark.processes

SERVE = [sys.executable, "-m", "api.cli", "serve"]
ENDS_WITHIN = 20.0  # seconds: far more than it takes, for a machine that is busy


@dataclass
class Serving:
    """A `tocsin serve` that runs in a process of its own."""

    process: subprocess.Popen[str]
    url: str

    def family(self) -> list[psutil.Process]:
        """Return every process that it has started, and those that they have."""
        return psutil.Process(self.process.pid).children(recursive=True)

    def member(self, words: str) -> psutil.Process | None:
        """Return the live child whose command line contains the words."""
        children = [child for child in psutil.Process(self.process.pid).children() if not is_gone(child)]
        return next((child for child in children if words in " ".join(child.cmdline())), None)

    def is_healthy(self) -> bool:
        """Ask it over HTTP."""
        return httpx.get(f"{self.url}/healthz", timeout=ENDS_WITHIN).is_success


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Callable[[], Serving]]:
    """Yield a function that starts `tocsin serve` on the test's own data, and waits until it answers."""
    started: list[subprocess.Popen[str]] = []

    def start() -> Serving:
        process = command(tmp_path, TOCSIN_PORT="0")
        started.append(process)
        assert process.stdout
        for line in process.stdout:
            if found := re.search(r"Tocsin answers at (\S+)", line):
                return Serving(process, found[1])
        raise AssertionError(errors_of(tmp_path))

    yield start
    for process in started:
        process.kill()
        process.communicate()


def command(directory: Path, **settings: str) -> subprocess.Popen[str]:
    """Start `tocsin serve` in a session of its own, as a terminal would."""
    with (directory / "errors").open("w") as errors:  # a pipe that nobody reads would fill up and block it
        return subprocess.Popen(
            SERVE,
            env=environment(directory, settings),
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            start_new_session=True,
        )


def refusal(directory: Path, **settings: str) -> str:
    """Return the one line with which `tocsin serve` ends at once, with exit code 2."""
    env = environment(directory, settings)
    result = subprocess.run(SERVE, env=env, capture_output=True, text=True, check=False, timeout=ENDS_WITHIN)
    assert (result.returncode, result.stdout, len(result.stderr.splitlines())) == (2, "", 1)
    return result.stderr


def environment(directory: Path, settings: dict[str, str]) -> dict[str, str]:
    """Return our environment, with the test's own data directory and settings."""
    return os.environ | {"TOCSIN_DATA_DIR": str(directory / "data")} | settings


def errors_of(directory: Path) -> str:
    """Return what the last `tocsin serve` started with this directory has written to standard error."""
    return (directory / "errors").read_text()


def wait_until(condition: Callable[[], bool]) -> None:
    """Wait for the condition, and fail if it does not come about."""
    deadline = time.monotonic() + ENDS_WITHIN
    while not condition():
        assert time.monotonic() < deadline, "it did not come about in time"
        time.sleep(0.05)


def is_gone(process: psutil.Process) -> bool:
    """Whether it has ended; one that nobody has asked for its exit code yet has, too."""
    try:
        return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_one_signal_ends_all_of_it(serve: Callable[[], Serving], number: signal.Signals) -> None:
    """It answers; after the signal (to the whole group, as a terminal sends it) no process is left, exit code 0."""
    serving = serve()
    assert serving.is_healthy()
    family = serving.family()
    assert len(family) > 5
    os.killpg(serving.process.pid, number)
    assert serving.process.wait(ENDS_WITHIN) == 0
    assert all(is_gone(member) for member in family)


def test_kill_9_leaves_no_child_and_a_second_start_works(serve: Callable[[], Serving]) -> None:
    """The kernel tells the children; the next start needs no help."""
    serving = serve()
    assert serving.is_healthy()
    family = serving.family()
    serving.process.kill()
    assert serve().is_healthy()
    wait_until(lambda: all(is_gone(member) for member in family))


@pytest.mark.parametrize("words", ["gunicorn", "api.cli worker"])
def test_a_process_that_dies_is_started_again(serve: Callable[[], Serving], words: str) -> None:
    """The port stays open meanwhile, so that a request waits rather than fails."""
    serving = serve()
    assert serving.is_healthy()
    victim = serving.member(words)
    assert victim
    offspring = victim.children(recursive=True)
    victim.kill()
    wait_until(lambda: is_gone(victim))
    assert serving.is_healthy()
    wait_until(lambda: serving.member(words) is not None)
    wait_until(lambda: all(is_gone(member) for member in offspring))


def test_a_database_that_dies_ends_all_of_it_with_a_reason(serve: Callable[[], Serving], tmp_path: Path) -> None:
    """Nothing pretends to work without its record: exit code 1, and a line that names the log."""
    serving = serve()
    family = serving.family()
    server = recorded_server(tmp_path / "data" / "postgres")
    assert server
    os.kill(server.pid, signal.SIGKILL)
    assert serving.process.wait(ENDS_WITHIN) == 1
    assert "The embedded PostgreSQL has stopped" in errors_of(tmp_path)
    wait_until(lambda: all(is_gone(member) for member in family))


def test_a_port_in_use_is_said_before_anything_starts(tmp_path: Path) -> None:
    """One line, exit code 2, and not even a data directory."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        assert "TOCSIN_PORT" in refusal(tmp_path, TOCSIN_PORT=str(taken.getsockname()[1]))
    assert not (tmp_path / "data").exists()


def test_data_in_use_is_said(serve: Callable[[], Serving], tmp_path: Path) -> None:
    """A second `serve` on the same data ends with one line and exit code 2; the first goes on."""
    serving = serve()
    assert "TOCSIN_DATA_DIR" in refusal(tmp_path, TOCSIN_PORT="0")
    assert serving.is_healthy()
