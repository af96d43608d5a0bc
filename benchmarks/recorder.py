"""Commands recorded per second by 16 writers, as a share of what pgbench inserts of the same rows (at least 0.35).

A command here is an incident that is declared and whose first rung fires: a receipt, two events with their
disclosures, a stream key, a pending row, a state row, a deadline and two deliveries, in one transaction. Ours are
written by the ledger, from the facts to the commit, by 2 processes of 8 threads: what `tocsin serve` answers HTTP with.
pgbench runs 16 clients with prepared statements over the rows that one of our commands left. Both take turns.
"""

from __future__ import annotations

import random
import time
from concurrent.futures import ThreadPoolExecutor
from statistics import median
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from api.bootstrap import build
from benchmarks import pgbench
from benchmarks.example import PARTNERSHIP, SERVICE, publish
from benchmarks.measure import Measure
from benchmarks.processes import Barrier, side_by_side
from incidents.incident import Incident
from incidents.ledger.receipts import RequestKey, fingerprint
from incidents.opening import Report, opened
from incidents.terms import Assessment

if TYPE_CHECKING:
    from collections.abc import Iterator

    from api.bootstrap import Tocsin
    from incidents.terms import Terms

PROCESSES, THREADS = 2, 8
ROUNDS, SECONDS, WARM_UP_SECONDS = 5, 4.0, 3.0
REPORT = Report(
    title="Card payments fail in all shops",
    service=SERVICE,
    description="Since 09:12 every payment by card is declined with code 91. Cash works. Three partners called.",
    assessment=Assessment(impact="critical", urgency="immediate", users_affected_pct=40),
)
FINGERPRINT = fingerprint("POST", "/v1/incidents", "{}")


def run(url: str) -> list[Measure]:
    """Let ours and pgbench take turns; give the median of the rounds."""
    publish(url)
    script = pgbench.script_of(url, _one_command(url))
    rounds = [
        (
            sum(side_by_side(PROCESSES, _write, url)) / SECONDS,
            pgbench.rate(url, script, clients=PROCESSES * THREADS, seconds=int(SECONDS)),
        )
        for _ in range(ROUNDS)
    ]
    return [
        Measure("commands by 16 writers", median(ours for ours, _ in rounds), "commands/s"),
        Measure("pgbench, 16 clients, same rows", median(theirs for _, theirs in rounds), "commands/s"),
        Measure("share of pgbench", median(ours / theirs for ours, theirs in rounds), "", 0.35, at_least=True),
    ]


def _one_command(url: str) -> str:
    """Record one command; give its stream."""
    tocsin = build(url)
    stream = _command(tocsin, _terms(tocsin))
    tocsin.close()
    return stream


def _terms(tocsin: Tocsin) -> Terms:
    return tocsin.book.in_force(PARTNERSHIP, tocsin.clock.now())


def _write(url: str, ready: Barrier) -> int:
    """Write with all threads of one process; give how many commands were committed in the measured time."""
    tocsin = build(url, pool_size=THREADS)
    terms = _terms(tocsin)
    ready.wait()
    start = time.monotonic() + WARM_UP_SECONDS
    with ThreadPoolExecutor(THREADS) as threads:
        counts = list(threads.map(lambda _: sum(_committed(tocsin, terms, start, start + SECONDS)), range(THREADS)))
    tocsin.close()
    return sum(counts)


def _committed(tocsin: Tocsin, terms: Terms, start: float, end: float) -> Iterator[bool]:
    """Write until the end; for each command say whether its commit lies in the measured time."""
    while (now := time.monotonic()) < end:
        _command(tocsin, terms)
        yield start <= now and time.monotonic() < end


def _command(tocsin: Tocsin, terms: Terms) -> str:
    with tocsin.ledger.command() as command:
        number = random.getrandbits(48)
        incident = opened(PARTNERSHIP, number, REPORT, terms, by="benchmark", at=command.recorded_at)
        incident.tell(Incident.RungFired, command.recorded_at, **_rung())
        tocsin.ledger.save(incident, request=RequestKey("benchmark", uuid4().hex, FINGERPRINT))
    return incident.id


def _rung() -> dict[str, Any]:
    pages = [
        {
            "delivery": uuid4().hex,
            "recipient": recipient,
            "channel": "terminal",
            "via": "terminal",
            "urgency": urgency,
        }
        for urgency, recipient in enumerate(("acme-duty", "globex-ops"))
    ]
    return {"ladder": "S1", "rung": 0, "clock": None, "cycle": 1, "round": 0, "pages": pages}
