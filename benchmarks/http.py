"""Declarations over HTTP per second with 2 gunicorn workers, as a share of a bare Flask route's (at least 0.5).

Both are served with our gunicorn settings (2 workers of 8 threads) on the same PostgreSQL and take turns. The load
comes from one process over 16 connections that are kept alive. No worker process runs beside.
"""

from __future__ import annotations

import json
import os
from contextlib import contextmanager
from http.client import HTTPConnection
from statistics import median
from typing import TYPE_CHECKING

from api.bootstrap import build
from api.processes import process
from api.processes.listener import listen
from api.processes.serve import web_command
from benchmarks.example import PARTNERSHIP, SERVICE, publish
from benchmarks.load import Load, Posts, drive
from benchmarks.measure import Measure
from benchmarks.processes import side_by_side
from benchmarks.rows import stream_of_last_receipt

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

HOST, PATH = "127.0.0.1", "/v1/incidents"
WORKERS, THREADS, CONNECTIONS = 2, 8, 16
ROUNDS, SECONDS, WARM_UP_SECONDS = 5, 4.0, 1.0
START_SECONDS, STOP_SECONDS = 60.0, 10.0
BODY = json.dumps(
    {
        "partnership": PARTNERSHIP,
        "service": SERVICE,
        "title": "Card payments fail in all shops",
        "description": "Since 09:12 every payment by card is declined with code 91. Cash works. Three partners called.",
        "impact": "critical",
        "urgency": "immediate",
    }
).encode()


def run(url: str) -> list[Measure]:
    """Let ours and the bare route take turns; give the medians of the rounds."""
    publish(url)
    tocsin = build(url)
    headers = {"Authorization": f"Bearer {tocsin.keys.issue('benchmark', by='benchmark').token}"}
    tocsin.close()
    with served(url, []) as our_port:
        ours = Posts(HOST, our_port, PATH, headers, BODY)
        _load(ours, seconds=0.5, warm_up=0.0)
        sample = {"TOCSIN_BENCH_STREAM": stream_of_last_receipt(url)}
        with served(url, ["benchmarks.bare:app"], sample) as bare_port:
            bare = Posts(HOST, bare_port, PATH, headers, BODY)
            rounds = [(_load(ours), _load(bare)) for _ in range(ROUNDS)]
    return _measures(rounds)


@contextmanager
def served(url: str, app: list[str], env: Mapping[str, str] = {}) -> Iterator[int]:
    """Serve with our gunicorn settings, ours or another app; yield the port."""
    settings = {
        "TOCSIN_DATABASE_URL": url,
        "TOCSIN_WEB_WORKERS": str(WORKERS),
        "TOCSIN_WEB_THREADS": str(THREADS),
        "TOCSIN_LOG_LEVEL": "WARNING",
        "TOCSIN_RATE_PER_SECOND": "100000",
        "TOCSIN_RATE_BURST": "1000000",
    }
    with listen(HOST, 0) as listener:
        command = [*web_command(listener), *app]
        server = process.spawn(command, env={**os.environ, **settings, **env}, pass_fds=[listener.fileno()])
        try:
            port = int(listener.getsockname()[1])
            _wait_for_an_answer(port)
            yield port
        finally:
            server.terminate()
            process.end(server, STOP_SECONDS)


def _wait_for_an_answer(port: int) -> None:
    """Wait until the server has started: any answer will do. TimeoutError."""
    connection = HTTPConnection(HOST, port, timeout=START_SECONDS)
    connection.request("GET", "/")
    connection.getresponse().read()
    connection.close()


def _load(posts: Posts, seconds: float = SECONDS, warm_up: float = WARM_UP_SECONDS) -> Load:
    [load] = side_by_side(1, drive, posts, CONNECTIONS, seconds, warm_up)
    return load


def _measures(rounds: list[tuple[Load, Load]]) -> list[Measure]:
    found = []
    for name, loads in (("declare", [ours for ours, _ in rounds]), ("bare route", [bare for _, bare in rounds])):
        found += [
            Measure(name, median(load.rate for load in loads), "requests/s"),
            Measure(f"{name}, p50", median(load.percentile(0.50) for load in loads) * 1000, "ms"),
            Measure(f"{name}, p99", median(load.percentile(0.99) for load in loads) * 1000, "ms"),
        ]
    return [
        *found,
        Measure("declare as a share of bare", median(a.rate / b.rate for a, b in rounds), "", 0.5, at_least=True),
        Measure("load generator's share of a core", max(load.busy for pair in rounds for load in pair), ""),
    ]
