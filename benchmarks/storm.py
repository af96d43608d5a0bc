"""How long a page waits in a storm: 500 incidents a minute, all of them for one person.

Incidents are declared through the use cases, evenly over a minute; a whole worker runs in a process of its own. Each
incident pages the same webhook, so all pages share one lane, in which one is in flight at a time: the hardest case, for
pages to many go out side by side. Measured is from the instant at which a page was owed, which is when its rung fired,
to its first byte at the receiver. The engine's own delay before that is in the benchmark `engine`.
"""

from __future__ import annotations

import time
from statistics import median
from typing import TYPE_CHECKING

from sqlalchemy import select

from api.bootstrap import build
from benchmarks import armed as agreements
from benchmarks.engine import p99, worker
from benchmarks.measure import Measure
from benchmarks.pager import Pager, listening
from incidents.incidents import Asked
from incidents.opening import Report
from incidents.terms import Assessment
from notifications.queue.delivery import PAGE
from notifications.queue.tables import deliveries

if TYPE_CHECKING:
    from api.bootstrap import Tocsin

A_MINUTE = 500
SECONDS = 60.0
LONGEST = 10.0
"""Seconds that a page may wait."""
PATIENCE = 120.0
"""Seconds after the last declaration in which every page must have come."""


def run(url: str) -> list[Measure]:
    """Let the storm blow for a minute; give how long pages waited."""
    pager, tocsin = Pager(), build(url)
    with listening(pager) as address, worker(url):
        agreements.publish(tocsin, address)
        pager.wait_for(_declare(tocsin, 0), PATIENCE)  # once the worker has connected and read the agreement
        declared = _storm(tocsin)
        came = {incident: pager.wait_for(incident, PATIENCE) for incident in declared}
    waits = [came[incident] - owed for incident, owed in _owed(tocsin).items() if incident in came]
    tocsin.close()
    return [
        Measure("incidents declared in a minute, one lane for all", len(waits), "", A_MINUTE, at_least=True),
        Measure("wait of a page, p50", median(waits) * 1000, "ms"),
        Measure("wait of a page, p99", p99(waits) * 1000, "ms"),
        Measure("longest wait of a page", max(waits), "s", LONGEST),
    ]


def _storm(tocsin: Tocsin) -> list[str]:
    """Declare incidents, each at its time; give their public ids."""
    began = time.monotonic()
    declared = []
    for nth in range(A_MINUTE):
        time.sleep(max(0.0, began + nth * SECONDS / A_MINUTE - time.monotonic()))
        declared.append(_declare(tocsin, nth))
    if time.monotonic() - began > SECONDS * 1.05:
        message = "declaring took longer than a minute: this was no storm"
        raise RuntimeError(message)
    return declared


def _declare(tocsin: Tocsin, nth: int) -> str:
    partnership = agreements.partnerships()[nth % agreements.PARTNERSHIPS]
    report = Report("Card payments fail", "payments-api", assessment=Assessment(severity="S1"))
    return tocsin.incidents.declare(partnership, report, Asked(by="benchmark")).incident.public_id


def _owed(tocsin: Tocsin) -> dict[str, float]:
    """Give when each page was owed, in seconds of this process's monotonic clock, by incident."""
    since = time.time() - time.monotonic()
    query = select(deliveries.c.stream, deliveries.c.owed_at).where(deliveries.c.kind == PAGE)
    with tocsin.database.connect() as connection:
        rows = connection.execute(query).all()
    return {stream.rpartition("/")[2]: owed_at.timestamp() - since for stream, owed_at in rows}
