"""Events rebuilt into projections per second (at least 10,000), by one process: what `tocsin replay --check` does.

The record: incidents with twelve facts each, of which five carry sealed text; some are still open. Filling the scratch
tables is measured with reading, unsealing, and applying the events; so is the comparison at the end.
"""

from __future__ import annotations

import time
from datetime import timedelta
from statistics import median
from typing import TYPE_CHECKING
from uuid import uuid4

from api.bootstrap import build
from benchmarks.example import PARTNERSHIP, SERVICE, publish
from benchmarks.measure import Measure
from incidents.incident import Incident
from incidents.ledger.rebuild import check
from incidents.opening import Report, opened
from incidents.terms import Assessment

if TYPE_CHECKING:
    from datetime import datetime

    from api.bootstrap import Tocsin
    from incidents.ledger.rebuild import FollowedProjection
    from incidents.terms import Terms

INCIDENTS = 2_500
ROUNDS = 3
AT_ONCE = 50
"""Incidents that are recorded in one transaction."""

MINUTE = timedelta(minutes=1)
BY = "key:benchmark"


def run(url: str) -> list[Measure]:
    """Fill the record, then check it: the tables that commands write, and those that followers keep as well."""
    publish(url)
    tocsin = build(url)
    _record(tocsin)
    rates = [(_rate(tocsin), _rate(tocsin, tocsin.attainment)) for _ in range(ROUNDS)]
    tocsin.close()
    return [
        Measure("events rebuilt and compared", median(own for own, _ in rates), "events/s", 10_000, at_least=True),
        Measure("the same, followers' tables as well", median(all_of_it for _, all_of_it in rates), "events/s"),
    ]


def _rate(tocsin: Tocsin, *followed: FollowedProjection) -> float:
    """Check once; give how many events a second were rebuilt and compared."""
    began = time.perf_counter()
    checked = check(tocsin.ledger, followed)
    seconds = time.perf_counter() - began
    if checked.differences:
        message = f"the rebuilt tables differ from the live ones: {checked.differences[0]}"
        raise AssertionError(message)
    return checked.events / seconds


def _record(tocsin: Tocsin) -> None:
    """Record the incidents, many in one transaction each."""
    terms = tocsin.book.pinned(PARTNERSHIP, 1)
    for _ in range(INCIDENTS // AT_ONCE):
        with tocsin.ledger.command() as command:
            incidents = [_declared(tocsin, terms, command.recorded_at - 60 * MINUTE) for _ in range(AT_ONCE)]
            for nth, incident in enumerate(incidents):
                _live(incident, terms, command.recorded_at - 55 * MINUTE, over=bool(nth % 5))
            tocsin.ledger.save(*incidents)


def _declared(tocsin: Tocsin, terms: Terms, at: datetime) -> Incident:
    report = Report(
        title="Card payments fail in all shops",
        service=SERVICE,
        description="Since 09:12 every payment by card is declined with code 91. Cash works. Three partners called.",
        assessment=Assessment(severity="S1"),
    )
    [number] = tocsin.incidents.numbers(1)
    return opened(PARTNERSHIP, number, report, terms, by=BY, at=at)


def _live(incident: Incident, terms: Terms, at: datetime, *, over: bool) -> None:
    """Let twelve facts come to an incident, or eight if it is not over."""
    pages = [_page("acme-duty"), _page("acme-ops")]
    incident.tell(Incident.RungFired, at, ladder="S1", rung=0, clock=None, cycle=1, round=0, pages=pages)
    for page in pages:
        incident.tell(
            Incident.PageSent,
            at,
            delivery=page["delivery"],
            kind="page",
            recipient=page["recipient"],
            channel="terminal",
            tries=1,
        )
    incident.acknowledge(terms, by=BY, at=at + MINUTE)
    incident.assign("commander", "person:17", "acme", terms, by=BY, at=at + 2 * MINUTE)
    incident.note("The issuer's gateway answers with timeouts since its release.", by=BY, at=at + 3 * MINUTE)
    incident.post_update("We work on it with the issuer.", "partner", by=BY, at=at + 4 * MINUTE)
    if over:
        incident.change_severity("S2", "Two of three acquirers work again.", terms, by=BY, at=at + 5 * MINUTE)
        incident.mitigate("Traffic goes through the second acquirer.", by=BY, at=at + 6 * MINUTE)
        incident.resolve("The issuer took its release back.", by=BY, at=at + 7 * MINUTE)
        incident.close(by=BY, at=at + 8 * MINUTE)


def _page(recipient: str) -> dict[str, str | int]:
    return {
        "delivery": uuid4().hex,
        "recipient": recipient,
        "channel": "terminal",
        "via": "terminal",
        "urgency": 0,
    }
