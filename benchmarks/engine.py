"""How punctual the engine is among very many armed deadlines, and how soon a declaration pages somebody.

Punctuality: with 1,000,000 armed deadlines (see armed.py), so many incidents fall due at each of ten seconds, spread
over 20 partnerships. Two processes run the engine as a worker does, and nothing else competes with PostgreSQL for the
two cores. Each incident costs a claim, reading its events, working out its clocks, and one transaction, shared by at
most 50 incidents of a partnership, that appends a fired rung with two pages. Lateness is the fact's `recorded_at`, the
moment at which the engine decided, less the due instant; the commit follows within the rest of its turn, whose length
is measured too. The rate is raised step by step; the highest is reported at which p99 lateness stays under a second.

From a declaration to its page: on the same database, idle but for this, a whole worker in a process of its own.
Incidents are declared one after the other; measured is from the return of the command, which is its commit, to the
first byte of the page at a webhook.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from statistics import median
from typing import TYPE_CHECKING

import click
from sqlalchemy import text

from api.bootstrap import build
from api.processes.worker import Worker
from benchmarks import armed as armed_deadlines
from benchmarks.database import fresh_database, server
from benchmarks.measure import Measure
from benchmarks.pager import Pager, listening
from benchmarks.processes import Barrier, side_by_side
from incidents.incidents import Asked
from incidents.opening import Report
from incidents.terms import Assessment

if TYPE_CHECKING:
    from collections.abc import Iterator

    from api.bootstrap import Tocsin

ARMED = 1_000_000
RATES = (300, 400, 500, 600, 800, 1000)
SECONDS = 10
LEAD = timedelta(seconds=4)
"""Time for the processes to start before the first incident falls due."""

GRACE_SECONDS = 5
PROCESSES = 2
PAGES = 200
REST_SECONDS = 0.1
LONGEST_WAIT_SECONDS = 10.0


def run(url: str, armed: int = ARMED) -> list[Measure]:
    """Arm the deadlines; page, one incident after the other; then let incidents fall due, faster and faster."""
    pager = Pager()
    tocsin = build(url)
    with listening(pager) as address:
        armed_deadlines.publish(tocsin, address)
        found = [Measure("armed deadlines", armed_deadlines.fill(tocsin, armed, _now() + timedelta(days=14)), "")]
        found += _pages(tocsin, pager)  # first, for what is fired below leaves pages that nobody sends
        found += _punctuality(tocsin)
    tocsin.close()
    return found


def _punctuality(tocsin: Tocsin) -> list[Measure]:
    kept: tuple[int, float, float] = (0, 0.0, 0.0)
    for rate in RATES:
        late, turn = _fall_due(tocsin, rate)
        if late >= 1:
            kept = kept if kept[0] else (0, late, turn)
            break
        kept = (rate, late, turn)
    rate, late, turn = kept
    return [
        Measure("incidents fired a second with p99 lateness < 1 s", rate, "/s", 300, at_least=True),
        Measure("p99 lateness at that rate", late, "s", 1),
        Measure("p99 of one turn of the engine", turn * 1000, "ms"),
    ]


def _fall_due(tocsin: Tocsin, rate: int) -> tuple[float, float]:
    """Let so many incidents fall due each second; give the p99 of their lateness, and of the engine's turns."""
    ready = timedelta(seconds=rate * SECONDS / 250)  # declaring them takes a while
    first = (_now() + ready + LEAD).replace(microsecond=0)
    dues = [first + timedelta(seconds=second) for second in range(SECONDS) for _ in range(rate)]
    expected = armed_deadlines.declare(tocsin, dues)
    if _now() > first - LEAD / 2:
        message = "declaring took longer than planned: the first ones are due already"
        raise RuntimeError(message)
    end = (dues[-1] - _now()).total_seconds() + GRACE_SECONDS
    turns = [turn for each in side_by_side(PROCESSES, _work, tocsin.url, time.time() + end) for turn in each]
    recorded = _fired(tocsin)
    late = [_lateness(due, recorded.get(stream)) for stream, due in expected.items()]
    return p99(late), p99(turns)


def _work(url: str, until: float, ready: Barrier) -> list[float]:
    """Run the engine as a worker does until a time; give how long each turn took that had something to do."""
    tocsin = build(url)
    turns = []

    def turn() -> int:
        began = time.monotonic()
        handled = tocsin.engine.run_once()
        if handled:
            turns.append(time.monotonic() - began)
        return handled

    worker = Worker(tocsin.listener(), {"engine": turn})
    ready.wait()
    threading.Timer(until - time.time(), worker.stop).start()
    worker.run()
    tocsin.close()
    return turns


def _fired(tocsin: Tocsin) -> dict[str, datetime]:
    """Read when the rungs were recorded, by stream."""
    query = text("""
        SELECT stream, convert_from(leaf, 'UTF8')::json ->> 'recorded_at' FROM events
        WHERE type = 'incident.rung_fired.v1'
    """)
    with tocsin.database.connect() as connection:
        return {stream: datetime.fromisoformat(at) for stream, at in connection.execute(query)}


def _lateness(due: datetime, recorded: datetime | None) -> float:
    """Give the seconds; what was not fired at all is late without end."""
    return float("inf") if recorded is None else (recorded - due).total_seconds()


def _pages(tocsin: Tocsin, pager: Pager) -> list[Measure]:
    with worker(tocsin.url):
        _page(tocsin, pager, 0)  # once the worker has connected and read the agreement
        waits = [_page(tocsin, pager, nth) for nth in range(PAGES)]
    return [
        Measure("from a declaration's commit to its page, p50", median(waits) * 1000, "ms"),
        Measure("from a declaration's commit to its page, p99", p99(waits) * 1000, "ms", 250),
    ]


def _page(tocsin: Tocsin, pager: Pager, nth: int) -> float:
    """Declare an incident; give the seconds until somebody's pager had it."""
    time.sleep(REST_SECONDS)
    partnership = armed_deadlines.partnerships()[nth % armed_deadlines.PARTNERSHIPS]
    report = Report("Card payments fail", "payments-api", assessment=Assessment(severity="S1"))
    incident = tocsin.incidents.declare(partnership, report, Asked(by="benchmark")).incident
    committed = time.monotonic()
    return pager.wait_for(incident.public_id, LONGEST_WAIT_SECONDS) - committed


@contextmanager
def worker(url: str) -> Iterator[None]:
    """Run `tocsin worker` in a process of its own."""
    environment = os.environ | {
        "TOCSIN_DATABASE_URL": url,
        "TOCSIN_LOG_LEVEL": "WARNING",
        "TOCSIN_OUTBOUND_ALLOW": "127.0.0.0/8",
    }
    process = subprocess.Popen([sys.executable, "-m", "api.cli", "worker"], env=environment)
    try:
        yield
    finally:
        process.terminate()
        process.wait(30)


def p99(values: list[float]) -> float:
    """Give the 99th percentile; without any values, a time without end."""
    return sorted(values)[min(len(values) - 1, int(len(values) * 0.99))] if values else float("inf")


def _now() -> datetime:
    return datetime.now(UTC)


@click.command()
@click.option("--armed", default=ARMED, show_default=True, help="Deadlines that are armed, and do not fall due.")
def main(armed: int) -> None:
    """Measure the engine alone."""
    with server() as server_url, fresh_database(server_url) as url:
        for measure in run(url, armed):
            click.echo(f"{measure.name:<52} {measure.value:>12,.2f} {measure.unit:<4} limit {measure.limit}")


if __name__ == "__main__":
    main()
