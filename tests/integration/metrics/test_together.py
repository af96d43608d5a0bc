"""The processes of a `tocsin serve` count together: two that answer HTTP, and the worker."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import httpx
import psutil
import pytest

from tests.support.http import OURS, agreement_text, declaration
from tests.support.scraped import Scraped

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

pytestmark = pytest.mark.processes

WITHIN = 90.0
"""Seconds: far more than anything here takes, for a machine that is busy."""


class Serving:
    """A `tocsin serve` in a process of its own, asked with the first key that it printed."""

    def __init__(self, directory: Path, **settings: str) -> None:
        """Start it, and wait until it answers."""
        self.data = directory / "data"
        with (directory / "errors").open("w") as errors:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "api.cli", "serve"],
                env=os.environ
                | {"TOCSIN_DATA_DIR": str(self.data), "TOCSIN_PORT": "0", "TOCSIN_WEB_WORKERS": "2"}
                | settings,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
                start_new_session=True,
            )
        assert self.process.stdout
        said = ""
        for line in self.process.stdout:
            said += line
            if found := re.search(r"Tocsin answers at (\S+)", line):
                self.url = found[1]
                break
        key = re.search(r"tocsin_\S+", said)
        assert key, (directory / "errors").read_text()
        self.client = httpx.Client(base_url=self.url, headers={"Authorization": f"Bearer {key[0]}"}, timeout=WITHIN)
        try:
            self.until(lambda: self.ask("/healthz"))
        except AssertionError:
            self.close()
            raise

    def ask(self, path: str) -> bool:
        """GET on a connection of its own, so that either process may answer; say whether it was a success."""
        try:
            return self.client.get(path, headers={"Connection": "close"}).is_success
        except httpx.TransportError:
            return False

    def scrape(self) -> Scraped:
        """Read the metrics."""
        answer = self.client.get("/metrics", headers={"Connection": "close"})
        assert answer.status_code == 200, answer.text
        return Scraped(answer.text)

    def scraped(self, enough: Callable[[Scraped], bool]) -> Scraped:
        """Scrape until there is enough."""
        found: list[Scraped] = []

        def looks() -> bool:
            found[:] = [self.scrape()]
            return enough(found[0])

        self.until(looks)
        return found[0]

    def until(self, condition: Callable[[], bool]) -> None:
        """Wait for something."""
        deadline = time.monotonic() + WITHIN
        while not condition():
            assert time.monotonic() < deadline, "it did not come about in time"
            time.sleep(0.1)

    def processes(self, words: str) -> list[psutil.Process]:
        """Give the live processes whose command line has some words, the youngest last."""
        family = psutil.Process(self.process.pid).children(recursive=True)
        alive = [each for each in family if each.status() != psutil.STATUS_ZOMBIE]
        return sorted((p for p in alive if words in " ".join(p.cmdline())), key=psutil.Process.create_time)

    def close(self) -> None:
        """End it, if nobody has."""
        self.client.close()
        self.process.terminate()
        self.process.wait()
        if self.process.stdout:
            self.process.stdout.close()


@pytest.fixture
def serving(tmp_path: Path, database_url: str) -> Iterator[Serving]:
    """Yield one on data of its own, in an environment where a worker by itself would serve its metrics."""
    with socket.create_server(("127.0.0.1", 0)) as taken:  # the worker of a `serve` does not want it
        port = str(taken.getsockname()[1])
        served = Serving(tmp_path, TOCSIN_DATABASE_URL=database_url, TOCSIN_METRICS_PORT=port)
        yield served
        served.close()


def test_what_processes_count_adds_up_and_outlives_them(serving: Serving) -> None:
    """Requests of both web processes and what the worker did; a kill loses nothing, and leaves nothing in progress."""
    for _ in range(40):
        assert serving.ask("/v1/me")
    assert serving.scrape().value("tocsin_http_requests_total", operation="getMe", status="200") == 40
    _page_somebody(serving)
    found = serving.scraped(lambda each: each.total("tocsin_deliveries_total", outcome="sent") > 0)
    sent = found.total("tocsin_deliveries_total", outcome="sent")
    assert found.total("tocsin_page_wait_seconds_count") > 0
    assert (found.value("tocsin_engine_lateness_seconds_count") or 0) > 0
    serving.scraped(lambda each: each.value("tocsin_http_requests_in_progress") == 1)  # the scrape itself

    directory = next((serving.data / "metrics").iterdir())
    master, *workers = serving.processes("gunicorn")
    [worker] = serving.processes("api.cli worker")
    with serving.client.stream("GET", f"/v1/events/stream?partnership={OURS}") as stream:
        assert stream.is_success
        serving.scraped(lambda each: each.value("tocsin_http_requests_in_progress") == 2)
        for process in (*workers, worker, master):
            process.kill()
    serving.until(lambda: len(serving.processes("gunicorn")) == 3 and serving.ask("/healthz"))
    serving.until(lambda: serving.processes("api.cli worker") not in ([], [worker]))

    found = serving.scraped(lambda each: each.value("tocsin_http_requests_in_progress") == 1)
    assert found.value("tocsin_http_requests_total", operation="getMe", status="200") == 40
    assert serving.ask("/v1/me")
    found = serving.scrape()
    assert found.value("tocsin_http_requests_total", operation="getMe", status="200") == 41
    assert found.total("tocsin_deliveries_total", outcome="sent") >= sent
    live = {process.pid for process in (*serving.processes("gunicorn"), *serving.processes("api.cli worker"))}
    assert {int(file.stem.rpartition("_")[2]) for file in directory.glob("gauge_live*")} <= live
    serving.close()
    assert not directory.exists()


def _page_somebody(serving: Serving) -> None:
    """Publish the demo's agreement and declare an incident whose ladder begins at once."""
    published = serving.client.post(
        "/v1/agreements", content=agreement_text(), headers={"Content-Type": "application/yaml"}
    )
    assert published.status_code == 201, published.text
    declared = serving.client.post("/v1/incidents", json=declaration())
    assert declared.status_code == 201, declared.text
