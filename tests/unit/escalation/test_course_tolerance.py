"""What is tolerated of an incident, as stories in seconds (agreement: tolerance.per_incident)."""

from __future__ import annotations

from typing import Any

import pytest

from escalation.agreement.model import ClockRules, Tolerance, Tolerated
from incidents import happenings as h
from incidents.incident import Incident
from tests.support.clocked import Clocked, agreed, moment, open_between, target, the_agreement
from tests.support.eventful import Eventful

DEVIATED, BREACHED = Incident.ClockDeviated.__name__, Incident.ClockBreached.__name__


def tolerant(
    clock: str = "resolve",
    *,
    seconds: int | None = None,
    percent: int | None = None,
    never: tuple[str, ...] = (),
    **more: Any,  # noqa: ANN401 - the fields of Tolerance
) -> Tolerance:
    """Tolerate something of one clock."""
    return Tolerance(per_incident=(Tolerated(frozenset({clock}), seconds, percent, frozenset(never)),), **more)


TEN_PERCENT = agreed(
    tolerance=tolerant(percent=10),
    ladders={},
    targets={
        "acknowledge": target("acknowledge", {}),
        "respond": target("respond", {}),
        "update": target("update", {}),
    },
)


def test_what_overruns_within_its_tolerance_is_a_deviation_and_past_it_a_breach() -> None:
    """Told one after the other, each with the last instant at which it was not so."""
    case = Clocked(TEN_PERCENT)
    assert case.next() == 101
    assert case.turns(100, 101, 110, 111) == [(101, DEVIATED), (111, BREACHED)]
    assert case.told(h.ClockDeviated)[0].deviated_at == moment(100)
    reading = case.reading("resolve", 120)
    assert (reading.state, reading.deviated_at, reading.breached_at) == ("breached", moment(100), moment(110))
    assert case.next() is None


def test_stopped_within_its_tolerance_it_stays_a_deviation() -> None:
    """The clock was not met, and not breached."""
    case = Clocked(TEN_PERCENT)
    case.turn(105)
    case.resolve(110)
    reading = case.reading("resolve", 500)
    assert (reading.state, reading.deviated_at, reading.breached_at) == ("deviation", moment(100), None)
    assert (reading.detected_at, case.next()) == (moment(105), None)


def test_an_engine_that_comes_late_tells_the_breach_alone() -> None:
    """Of what is past at once only the last is told."""
    assert Clocked(TEN_PERCENT).turns(500) == [(500, BREACHED)]


@pytest.mark.parametrize(("length", "percent", "last"), [(99, 10, 108), (9, 10, 9), (100, 1, 101), (19, 10, 20)])
def test_a_share_is_cut_to_whole_seconds(length: int, percent: int, last: int) -> None:
    """Integers only: what counted * 100 ≤ target * (100 + percent) holds for is tolerated."""
    shop = agreed(
        tolerance=tolerant(percent=percent), targets={"resolve": target("resolve", {"S1": length})}, ladders={}
    )
    assert Clocked(shop).reading("resolve", 500).breached_at == moment(last)


def test_tolerated_time_is_counted_time() -> None:
    """Ten seconds after the close of a shop are ten seconds after its opening."""
    shop = agreed(
        tolerance=tolerant(seconds=10),
        calendars={"shop": open_between((0, 100), (500, 900))},
        targets={"resolve": target("resolve", {"S1": 100}, "shop")},
        ladders={},
    )
    reading = Clocked(shop).reading("resolve", 600)
    assert (reading.deviated_at, reading.breached_at) == (moment(500), moment(510))


def test_nothing_is_tolerated_of_a_severity_that_is_named() -> None:
    """never_for: each overrun is a breach."""
    shop = agreed(tolerance=tolerant(percent=10, never=("S1",)), ladders={})
    assert Clocked(shop).reading("resolve", 105).state == "breached"
    assert Clocked(shop, severity="S2").reading("resolve", 205).state == "deviation"


def test_the_worst_confirmed_severity_says_what_is_tolerated() -> None:
    """Once S1 and lowered to S2: judged as S1. S1 for the time of a dispute that came to S2: as S2."""
    shop = agreed(tolerance=tolerant(percent=10, never=("S1",)), ladders={})
    lowered, disputed = Eventful(shop), Eventful(shop, severity="S2")
    lowered.severity(10, "S2")
    claim = disputed.claim(10, "severity", "S1", standing="S2", meanwhile="S1")
    disputed.tell(10, Incident.SeverityChanged, severity="S1", reason="x", claim=claim)
    disputed.decide(20, claim, "S2")
    disputed.tell(20, Incident.SeverityChanged, severity="S2", reason="x")
    assert (lowered.state("resolve", 210), disputed.state("resolve", 210)) == ("breached", "deviation")


def test_the_last_severity_says_it_where_that_is_agreed() -> None:
    """judged_at_severity: final."""
    case = Clocked(agreed(tolerance=tolerant(percent=10, never=("S1",), judged_at="final"), ladders={}))
    case.severity(10, "S2")
    assert case.state("resolve", 210) == "deviation"


def test_a_worse_severity_makes_no_earlier_time_a_breach() -> None:
    """Raised while it deviates: it is over the new target from the change on, and breached then."""
    case = Clocked(agreed(tolerance=tolerant(percent=10, never=("S1",)), ladders={}), severity="S2")
    case.severity(210, "S1")
    reading = case.reading("resolve", 211)
    assert (reading.state, reading.breached_at) == ("breached", moment(210))


def test_repeated_deviations_make_a_breach_of_the_last() -> None:
    """The fact says so, with the others; the deviation is none any more."""
    case = Eventful(TEN_PERCENT)
    case.turn(105)
    case.resolve(108)
    times: dict[str, Any] = {"breached_at": moment(100), "detected_at": moment(120)}
    case.tell(120, Incident.ClockBreached, clock="resolve", cycle=1, **times, repeated=["a", "b"])
    assert (case.state("resolve", 120), case.reading("resolve", 120).breached_at) == ("breached", moment(100))


def test_a_deviation_that_was_none_is_corrected() -> None:
    """Rule 13: it was resolved before, as it turned out."""
    case = Clocked(TEN_PERCENT)
    case.turn(105)
    case.resolve(120, was=95)
    assert case.turns(120, 121) == [(120, "ClockCorrected")]
    assert (case.state("resolve", 121), case.next()) == ("met", None)


def test_a_breach_that_was_a_deviation_is_corrected_and_told_as_such() -> None:
    """Rule 13: it was resolved past its target, but within what is tolerated."""
    case = Clocked(TEN_PERCENT)
    case.turn(101)
    case.turn(115)
    case.resolve(120, was=105)
    assert case.turns(120) == [(120, "ClockCorrected"), (120, DEVIATED)]
    assert (case.state("resolve", 120), case.owed(120)) == ("deviation", [])


def test_an_excused_deviation_is_excused() -> None:
    """Nobody is held to it."""
    case = Eventful(TEN_PERCENT)
    case.turn(105)
    case.grant(106, "pause", "free", start=20, until=60, clocks=["resolve"])
    assert case.state("resolve", 107) == "excused"


# --- retarget.min_remaining_on_raise ---------------------------------------------------------------------------------


def raised(least: int, at: float) -> Clocked:
    """Raise an incident from S2 (200 s) to S1 (100 s)."""
    rules = ClockRules((), 5, 0, min_remaining_on_raise=least)
    case = Clocked(agreed(clock_rules=rules), severity="S2")
    case.severity(at, "S1")
    return case


@pytest.mark.parametrize(
    ("least", "at", "due"), [(30, 20, 100), (30, 90, 120), (0, 150, 150), (30, 190, 200), (30, 250, 250)]
)
def test_a_raise_leaves_at_least_what_is_agreed_and_no_more_than_there_was(least: int, at: int, due: int) -> None:
    """The shorter target holds, but some time remains: of the old target, no more than that had left."""
    assert raised(least, at).due("resolve", at) == due


def test_a_pause_is_no_time_that_a_raise_would_have_to_leave() -> None:
    """Of 90 s that passed 60 counted, so the shorter target has more left than it must."""
    rules = ClockRules((), 5, 0, min_remaining_on_raise=30)
    case = Clocked(agreed(clock_rules=rules), severity="S2")
    case.pause(10)
    case.resume(40)
    case.severity(90, "S1")
    assert case.due("resolve", 90) == 130


def test_a_milder_severity_has_its_own_target() -> None:
    """Only a worse one leaves something at least."""
    rules = ClockRules((), 5, 0, min_remaining_on_raise=500)
    case = Clocked(agreed(clock_rules=rules))
    case.severity(50, "S2")
    assert (case.due("resolve", 50), the_agreement().clock_rules.min_remaining_on_raise) == (200, 0)
