"""Times at the edges of the calendar: refused in words, or worked with, and never too much for the server."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from incidents.happenings import ClockBreached
from tests.support.agreeing import PARTIES, PARTNERSHIP
from tests.support.bodies import Bodies
from tests.support.http import wrong_fields

if TYPE_CHECKING:
    from tests.support.http import Site

FIRST, LAST = "1970-01-01T00:00:00Z", "9999-12-31T23:59:59Z"
SOON = "2026-05-02T02:00:00Z"
CHANGE = {"kind": "deprecation", "services": ["reporting"], "text": "v1 ends"}
HELD = {"what": "Penetration test", "issued_at": "2026-01-01T00:00:00Z"}
DELAY = {"kind": "exclusion", "name": "client_caused_delay", "reason": "Their access was locked"}
YEARS = timedelta(days=3650)


@pytest.fixture
def bodies(site: Site) -> Bodies:
    """Give two parties under the worked example, whose dates are those of Berlin."""
    return Bodies(site)


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("/v1/notices", {**CHANGE, "starts_at": LAST}, "starts_at"),
        ("/v1/notices", {**CHANGE, "starts_at": SOON, "ends_at": LAST}, "ends_at"),
        ("/v1/certificates", {**HELD, "expires_at": LAST}, "expires_at"),
        ("/v1/contract-disputes", {"subject": "x", "about": "other", "happened_at": LAST}, "happened_at"),
    ],
)
def test_records_beside_the_agreement_know_no_far_future(
    bodies: Bodies, path: str, body: dict[str, Any], field: str
) -> None:
    """Reminders of it would lie past the last day that there is."""
    assert wrong_fields(bodies["acme"].post(path, {"partnership": PARTNERSHIP, **body})) == [field]


@pytest.mark.parametrize(
    ("what", "body", "field"),
    [
        ("claims", {**DELAY, "start": FIRST}, "start"),
        ("claims", {**DELAY, "start": "2026-03-02T11:00:00Z", "until": LAST}, "until"),
        ("claims", {"kind": "backdating", "entry": 1, "start": FIRST, "reason": "x"}, "start"),
        ("aware", {"occurred_at": FIRST}, "occurred_at"),
        ("aware", {"occurred_at": LAST}, "occurred_at"),
        ("milestone", {"milestone": "fix_deployed", "occurred_at": LAST}, "occurred_at"),
    ],
)
def test_what_is_said_of_an_incident_lies_near(bodies: Bodies, what: str, body: dict[str, Any], field: str) -> None:
    """Further away is a slip of the pen."""
    assert wrong_fields(bodies.post("acme", what, body)) == [field]


def test_ten_years_are_granted_and_counted(bodies: Bodies) -> None:
    """An exclusion of ten years, then a report of ten years ago: both are worked with, and each breach is told once."""
    bodies.turn(hours=2)
    now = bodies.site.clock.now()
    start, until = now - timedelta(hours=1), now + YEARS
    bodies.vote(bodies.claim(**DELAY, start=start.isoformat(), until=until.isoformat())["number"], "granted", *PARTIES)
    assert bodies.clock("resolve")["state"] == "paused"
    was = now - YEARS
    older = bodies.claim(kind="backdating", entry=1, start=was.isoformat())
    bodies.vote(older["number"], "granted", *PARTIES)
    bodies.turn(hours=1)
    clock = bodies.clock("resolve")
    assert (clock["state"], clock["started_at"]) == ("breached", f"{was:%Y-%m-%dT%H:%M:%S.%fZ}")
    breached = [(fact.clock, fact.cycle) for fact in bodies.history() if isinstance(fact, ClockBreached)]
    assert ("resolve", 1) in breached
    assert len(breached) == len(set(breached))
