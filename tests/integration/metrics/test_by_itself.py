"""Parts that run by themselves: a worker serves its own metrics, `web` those of its processes."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import httpx
import psutil
import pytest
from click.testing import CliRunner

from api.cli import main
from tests.support.scraped import Scraped

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


pytestmark = pytest.mark.processes

WITHIN = 90.0
"""Seconds: far more than anything here takes, for a machine that is busy."""

PARTS = 5
"""Threads that a worker has once it works."""


def test_a_worker_by_itself_serves_what_it_counts(database_url: str, tmp_path: Path) -> None:
    """On this machine alone, without a key; nothing of what the database tells."""
    port = free_port()
    with running(["worker"], tmp_path, database_url, TOCSIN_METRICS_PORT=str(port)) as worker:
        scrape = Scraped(answered(f"http://127.0.0.1:{port}/metrics"))
        assert scrape.value("tocsin_deliveries_total", channel="email", outcome="failed") == 0
        assert scrape.value("tocsin_engine_lateness_seconds_count") == 0
        assert "tocsin_database_up" not in scrape.names
        assert "tocsin_worker_part_failures_total" not in scrape.names
        [listening] = [each for each in psutil.Process(worker.pid).net_connections() if each.status == "LISTEN"]
        assert listening.laddr == ("127.0.0.1", port)
        until(lambda: psutil.Process(worker.pid).num_threads() > PARTS)
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(WITHIN) == 0


def test_a_worker_serves_nothing_unless_told(database_url: str, tmp_path: Path) -> None:
    """It opens no port."""
    with running(["worker"], tmp_path, database_url) as worker:
        process = psutil.Process(worker.pid)
        until(lambda: process.num_threads() > PARTS)
        assert [each for each in process.net_connections() if each.status == "LISTEN"] == []


def test_a_port_that_is_taken_is_one_line(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """It says which setting to change."""
    monkeypatch.setenv("TOCSIN_DATABASE_URL", database_url)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        monkeypatch.setenv("TOCSIN_METRICS_PORT", str(taken.getsockname()[1]))
        result = CliRunner().invoke(main, ["worker", "--only", "followers"])
    assert (result.exit_code, len(result.stderr.splitlines())) == (2, 1)
    assert "TOCSIN_METRICS_PORT" in result.stderr


def test_web_counts_in_all_its_processes_and_cleans_up(database_url: str, tmp_path: Path) -> None:
    """Whatever directory its environment names, it has one of its own, which is gone in the end."""
    made = subprocess.run(
        [sys.executable, "-m", "api.cli", "key", "create", "prometheus", "--scope", "metrics:read"],
        env=os.environ | {"TOCSIN_DATABASE_URL": database_url},
        capture_output=True,
        text=True,
        check=True,
    )
    own = {"TOCSIN_PORT": "0", "TOCSIN_WEB_WORKERS": "2", "PROMETHEUS_MULTIPROC_DIR": str(tmp_path / "not there")}
    with running(["web"], tmp_path, database_url, **own) as web:
        assert web.stdout
        address = re.search(r"http://\S+", web.stdout.readline())
        assert address
        for _ in range(20):
            answered(f"{address[0]}/healthz")
        headers = {"Authorization": f"Bearer {made.stdout.strip()}"}
        scrape = Scraped(httpx.get(f"{address[0]}/metrics", headers=headers, timeout=WITHIN).text)
        assert scrape.value("tocsin_http_requests_total", operation="isAlive", status="200") == 20
        assert len(list((tmp_path / "data" / "metrics").iterdir())) == 1
        web.send_signal(signal.SIGTERM)
        web.wait(WITHIN)
    assert list((tmp_path / "data" / "metrics").iterdir()) == []


@contextmanager
def running(
    arguments: list[str], directory: Path, database_url: str, **settings: str
) -> Iterator[subprocess.Popen[str]]:
    """Run a command of `tocsin` for a block."""
    env = os.environ | {"TOCSIN_DATABASE_URL": database_url, "TOCSIN_DATA_DIR": str(directory / "data")} | settings
    with subprocess.Popen(
        [sys.executable, "-m", "api.cli", *arguments],
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    ) as process:
        try:
            yield process
        finally:
            process.terminate()


def answered(url: str) -> str:
    """GET it as soon as somebody answers, on a connection of its own."""
    found: list[str] = []

    def answers() -> bool:
        try:
            found[:] = [httpx.get(url, timeout=WITHIN).raise_for_status().text]
        except httpx.TransportError:
            return False
        return True

    until(answers)
    return found[0]


def until(condition: Callable[[], bool]) -> None:
    """Wait for something."""
    deadline = time.monotonic() + WITHIN
    while not condition():
        assert time.monotonic() < deadline, "it did not come about in time"
        time.sleep(0.1)


def free_port() -> int:
    """Give a port that nobody has."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])
