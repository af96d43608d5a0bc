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
from datetime import UTC, datetime
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

if TYPE_CHECKING:
    from collections.abc import Iterator

    from api.bootstrap import Tocsin

PROCESSES, THREADS = 2, 8
ROUNDS, SECONDS, WARM_UP_SECONDS = 3, 6.0, 1.0
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
    stream = _command(tocsin)
    tocsin.close()
    return stream


def _write(url: str, ready: Barrier) -> int:
    """Write with all threads of one process; give how many commands were committed in the measured time."""
    tocsin = build(url, pool_size=THREADS)
    ready.wait()
    start = time.monotonic() + WARM_UP_SECONDS
    with ThreadPoolExecutor(THREADS) as threads:
        counts = list(threads.map(lambda _: sum(_committed(tocsin, start, start + SECONDS)), range(THREADS)))
    tocsin.close()
    return sum(counts)


def _committed(tocsin: Tocsin, start: float, end: float) -> Iterator[bool]:
    """Write until the end; for each command say whether its commit lies in the measured time."""
    while (now := time.monotonic()) < end:
        _command(tocsin)
        yield start <= now and time.monotonic() < end


def _command(tocsin: Tocsin) -> str:
    with tocsin.ledger.command() as command:
        incident = _declared(command.recorded_at)
        incident.tell(Incident.RungFired, command.recorded_at, **_rung())
        tocsin.ledger.save(incident, request=RequestKey("benchmark", uuid4().hex, FINGERPRINT))
    return incident.id


def _declared(at: datetime) -> Incident:
    return Incident._create(  # noqa: SLF001 - the library's own way to create with a given id
        Incident.Declared,
        id=f"{PARTNERSHIP}/incident/{uuid4().hex}",
        number=random.getrandbits(48),
        title="Card payments fail in all shops",
        description="Since 09:12 every payment by card is declined with code 91. Cash works. Three partners called.",
        service=SERVICE,
        agreement_version=1,
        impact="critical",
        urgency="immediate",
        users_affected_pct=40,
        flags=[],
        severity="S1",
        because="matrix: impact critical, urgency immediate",
        source=None,
        source_id=None,
        by="benchmark",
        at=at.astimezone(UTC),
    )


def _rung() -> dict[str, Any]:
    pages = [
        {
            "delivery": uuid4().hex,
            "recipient": recipient,
            "channel": "terminal",
            "destination": recipient,
            "urgency": urgency,
        }
        for urgency, recipient in enumerate(("acme-duty", "globex-ops"))
    ]
    return {"ladder": "S1", "rung": 0, "clock": None, "cycle": 1, "round": 0, "pages": pages}
