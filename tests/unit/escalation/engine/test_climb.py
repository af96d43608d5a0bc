"""Rungs that hang on clocks: they go on whoever has it in hand, and find somebody else where their people are gone."""

from __future__ import annotations

from dataclasses import replace

import pytest

from escalation.agreement.model import ClockRules, Exclusion, LegalNotification, Window
from incidents import happenings as h
from incidents.incident import Incident
from tests.support.clocked import agreed, moment
from tests.support.eventful import Eventful
from tests.support.laddered import Laddered, laddered
from tests.support.rungs import gone, lose, rounds
from tests.support.staffed import Staffed

HALF = "S1: [{when: {clock: resolve, at: 50%}, to: boss, repeat_every: PT10S, max_repeats: 3}]"
TEAM = "S1: [{when: {clock: resolve, at: 50%}, to: {team: acme.payments}, reach: one_at_a_time, wait: PT5S}]"
PLANNED = Exclusion(
    "planned", excuses=False, targets=("respond",), windows=(Window("FREQ=DAILY", 43_200 - 60, 80, "UTC"),)
)
"""Until second 20 of the incident."""


def team() -> Staffed:
    """Give a staff of two, a team of acme."""
    staff = Staffed(teams={"acme.payments": ("ann", "bob")})
    staff.add("ann")
    staff.add("bob")
    return staff


def test_whoever_has_it_is_asked_for_what_the_clock_measures() -> None:
    """An acknowledgement does not stop the contract's clocks, nor what repeats on them."""
    case = Laddered(laddered(HALF))
    case.acknowledge(1)
    assert case.paged(range(90)) == [(50, ["boss"]), (60, ["boss"]), (70, ["boss"]), (80, ["boss"])]


def test_a_round_on_which_the_ladder_goes_on_is_told_once() -> None:
    """It is due by its clock, too, by the time at which the engine looks."""
    case = Laddered(laddered(HALF))
    case.paged(range(51))
    case.acknowledge(52)
    case.unacknowledge(55)
    assert case.paged(range(61, 65)) == [(61, ["boss"])]
    assert rounds(case) == [(0, 0, None), (0, 1, "resumed")]


@pytest.mark.parametrize(("taken", "paged"), [(99, ["ann", "bob"]), (52, ["ann"])])
def test_one_after_the_other_until_somebody_has_it(taken: int, paged: list[str]) -> None:
    """The second is asked after the wait, unless somebody has answered by then."""
    case = Laddered(laddered(TEAM), team())
    found = case.paged(range(taken))
    case.acknowledge(taken)
    found += case.paged(range(taken, 100))
    assert [each for _, [each] in found] == [f"person:{each}" for each in paged]


def test_one_after_the_other_at_once_where_a_page_fails() -> None:
    """Nobody waits for whom it never reached."""
    case = Laddered(laddered(TEAM), team())
    case.paged(range(51))
    lose(case, 52, Incident.PageFailed, detail="x")
    assert case.paged(range(52, 60)) == [(52, ["person:bob"])]


def test_a_clock_finds_somebody_else_for_those_who_are_gone() -> None:
    """Whoever is there now is paged in their place: that is the next round, and the one after it has its own time."""
    case = Laddered(laddered(HALF.replace("boss", "{schedule: acme.first}")), team())
    case.staff.shifts["acme.first"] = [(moment(0), ("ann",)), (moment(51), ("bob",))]
    case.paged(range(51))
    gone(case, 51)
    assert case.paged(range(51, 75)) == [(51, ["person:bob"]), (70, ["person:bob"])]
    assert rounds(case) == [(0, 0, None), (0, 1, "gone"), (0, 2, None)]


def test_the_law_finds_somebody_else_as_well() -> None:
    """The last rung that was told is told again; the next one has its own time."""
    client = LegalNotification("tell-client", "gdpr-33-2", "provider", "client.dpo", 100, "always")
    case = Eventful(
        agreed(notifications={"tell-client": client}, clock_rules=ClockRules((50,), 5, 0), targets={}, ladders={})
    )
    case.aware(0, "acme")
    case.turn(50)
    gone(case, 51)
    assert case.next() == 51
    case.turn(51)
    case.turn(100)
    assert rounds(case) == [(0, 0, None), (0, 1, "gone"), (1, 0, None)]


def test_planned_maintenance_holds_back_what_asks_who_takes_it() -> None:
    """The step waits for the window's end, and the one after it for that; what hangs on a clock does not wait."""
    asking = "{when: opened, to: duty, wait: PT5S}, {when: unanswered, to: boss}"
    agreement = laddered(f"S1: [{asking}, {{when: {{clock: resolve, at: 10%}}, to: partner}}]")
    case = Laddered(replace(agreement, exclusions={"planned": PLANNED}))
    assert case.paged(range(40)) == [(10, ["partner"]), (20, ["duty"]), (25, ["boss"])]
    assert case.told(h.LadderExhausted) == []
