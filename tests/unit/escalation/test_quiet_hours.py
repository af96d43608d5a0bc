"""Quiet hours: rungs of milder severities wait for a calendar's next opening (agreement: ladders.quiet_hours)."""

from __future__ import annotations

import pytest

from escalation.agreement.model import QuietHours
from incidents import happenings as h
from tests.support.clocked import Clocked, agreed, open_between, open_once, rung

LADDER = (rung("opened", every=5, most=3), rung("resolve", 10, index=1))


def quiet(severity: str, *, once: bool = False) -> Clocked:
    """Begin an incident while a shop is closed; it opens after 60 s, or was never to open again."""
    shop = open_once(0 + 1) if once else open_between((-100, -50), (60, 900))
    agreement = agreed(
        calendars={"shop": shop},
        quiet_hours=QuietHours(frozenset({"S2"}), "shop"),
        ladders={"S1": LADDER, "S2": LADDER},
    )
    return Clocked(agreement, severity, at=2)


@pytest.mark.parametrize(("severity", "told"), [("S1", [2, 7, 12, 17]), ("S2", [60])])
def test_what_would_ring_at_night_waits_for_the_morning(severity: str, told: list[int]) -> None:
    """All its rounds are then one; a severity that is not named rings at once."""
    case = quiet(severity)
    case.turns(*range(100))
    fired = [(fact.timestamp.second + 60 * fact.timestamp.minute) for fact in case.told(h.RungFired) if fact.rung == 0]
    assert fired == told


def test_breaches_do_not_wait() -> None:
    """They are facts of the record, and wake nobody."""
    case = quiet("S2")
    assert (23, "ClockBreached") in case.turns(23)


def test_the_deadline_row_waits_as_well() -> None:
    """The first instant is the opening, but for what is true before."""
    case = quiet("S2")
    case.acknowledge(3)
    case.update(3)
    assert case.next() == 60


def test_a_calendar_that_never_opens_again_tells_nobody() -> None:
    """Nothing is owed for ever."""
    case = quiet("S2", once=True)
    case.acknowledge(3)
    case.update(3)
    assert case.told(h.RungFired) == []
    assert "RungFired" not in [name for _, name in case.turns(10_000)]
