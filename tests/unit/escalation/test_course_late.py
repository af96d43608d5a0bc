"""Clock rules 8, 11 and 13 as stories in seconds: the order of facts, and what is reported late."""

from __future__ import annotations

from datetime import timedelta

import pytest

from incidents import happenings as h
from tests.support.clock import NOON
from tests.support.clocked import Clocked, agreed, moment, open_once, rule, target

# --- rule 8: order ---------------------------------------------------------------------------------------------------


def test_in_one_instant_a_stop_is_judged_by_the_target_before_the_change() -> None:
    """Rule 8: stop comes before retarget, whichever was recorded first."""
    case = Clocked(severity="S2")
    case.severity(15, "S1")
    case.acknowledge(15)
    assert (case.state("acknowledge", 20), case.reading("acknowledge", 20).target) == ("met", 20)


def test_in_one_second_decisions_keep_their_order() -> None:
    """Rule 8: what was taken, given back and taken again in one second, paused or reopened, is so in the end."""
    case = Clocked()
    case.acknowledge(0)
    case.unacknowledge(0)
    case.acknowledge(0)
    assert [reading.state for reading in case.readings(50) if reading.clock == "acknowledge"] == ["met", "met"]
    case.pause(60)
    case.resume(60)
    case.pause(60)
    assert case.state("resolve", 61) == "paused"
    case.resolve(70)
    case.reopen(70)
    case.resolve(70)
    assert case.state("resolve", 80) == "met"


def test_given_back_begins_a_new_acknowledgement() -> None:
    """The first was met and stays so; the new one has the whole target."""
    case = Clocked()
    case.acknowledge(5)
    case.unacknowledge(50)
    found = [(reading.cycle, reading.state) for reading in case.readings(50) if reading.clock == "acknowledge"]
    assert (found, case.due("acknowledge", 50)) == ([(1, "met"), (3, "running")], 60)


@pytest.mark.parametrize("end", ["cancel", "duplicate"])
def test_what_is_withdrawn_is_owed_nothing(end: str) -> None:
    """Clocks are cancelled, except that what ran over before stays breached."""
    case = Clocked()
    getattr(case, end)(15)
    assert {reading.clock: reading.state for reading in case.readings(500)} == {
        "acknowledge": "breached",
        "respond": "cancelled",
        "resolve": "cancelled",
    }
    assert case.turns(15) == [(15, "ClockBreached")]
    assert case.next() is None


def test_resolving_answers_everything() -> None:
    """A resolution that nobody acknowledged before meets the acknowledgement, too."""
    case = Clocked()
    case.resolve(9)
    assert {reading.state for reading in case.readings(50)} == {"met"}


# --- rule 13: reported late ------------------------------------------------------------------------------------------


def test_an_acknowledgement_reported_late_corrects_the_breach() -> None:
    """Rule 13: the breach was told and stays told; that it was none is an event of its own, told once."""
    case = Clocked()
    case.turn(11)
    assert case.state("acknowledge", 12) == "breached"
    case.acknowledge(40, was=9)
    case.mitigate(40, was=15)
    reading = case.reading("acknowledge", 40)
    assert (reading.state, reading.breached_at, reading.detected_at) == ("met", None, None)
    assert case.turns(40, 41) == [(40, "ClockCorrected")]
    assert len(case.told(h.ClockBreached)) == 1


def test_an_acknowledgement_that_was_too_late_corrects_nothing() -> None:
    """Rule 13: it was so after the due instant, whenever it was reported."""
    case = Clocked()
    case.turn(11)
    case.acknowledge(40, was=11)
    case.mitigate(40, was=15)
    assert case.turns(40) == []
    reading = case.reading("acknowledge", 40)
    assert (reading.state, reading.stopped_at, reading.detected_at) == ("breached", moment(11), moment(11))


def test_a_corrected_clock_may_still_run_over() -> None:
    """Rules 4 and 13: resolved in time, as it turned out; reopened, it runs over after all."""
    case = Clocked()
    case.turn(101)
    case.resolve(110, was=90)
    case.turn(110)
    case.reopen(200)
    assert (case.state("resolve", 205), case.due("resolve", 205)) == ("running", 210)
    assert [name for _, name in case.turns(211) if name == "ClockBreached"] == ["ClockBreached"]
    assert case.told(h.ClockBreached)[-1].breached_at == moment(210)
    assert (case.state("resolve", 211), case.owed(211)) == ("breached", [])


def test_a_breach_may_turn_out_to_have_been_another() -> None:
    """Rule 13: resolved before the breach on record, but after one under a severity that was reported late as well."""
    case = Clocked(severity="S2")
    case.turn(201)
    case.severity(210, "S1", was=50)
    case.resolve(220, was=150)
    told = [(owed.happening.__name__, owed.values["clock"]) for owed in case.turn(220)]
    assert told == [("ClockCorrected", "resolve"), ("ClockBreached", "resolve")]
    assert (case.reading("resolve", 220).breached_at, case.owed(220)) == (moment(100), [])


def test_an_update_reported_late_renumbers_no_period() -> None:
    """Rule 13: what was told of a period still names it; the late update's own period is put in before it."""
    case = Clocked()
    case.update(5)
    case.update(30)
    case.turn(61)
    [before] = [fact.cycle for fact in case.told(h.ClockBreached) if fact.clock == "update"]
    case.update(70, was=20)
    found = [reading for reading in case.readings(70) if reading.clock == "update"]
    updates = [(reading.cycle, reading.counted, reading.state) for reading in found]
    assert updates == [(2, 15, "met"), (case.incident.version, 10, "met"), (before, 40, "breached")]


def test_a_breach_of_a_period_that_never_was_is_corrected() -> None:
    """Rule 13: it was resolved before the update that began the period."""
    case = Clocked()
    case.update(5)
    case.update(30)
    case.turn(61)
    case.resolve(70, was=20)
    corrected = [owed.values for owed in case.turn(70) if issubclass(owed.happening, h.ClockCorrected)]
    assert corrected == [{"clock": "update", "cycle": 3}]
    assert case.next() is None


@pytest.mark.parametrize(
    ("verbs", "states"),
    [
        ([("pause", 50, 50), ("resume", 60, 40)], {"resolve": "running"}),
        ([("resolve", 50, 50), ("reopen", 60, 40)], {"resolve": "running"}),
        ([("acknowledge", 5, 5), ("unacknowledge", 8, 3)], {"acknowledge": "running"}),
        ([("resolve", 50, 50), ("reopen", 60, 60), ("pause", 70, 55)], {"resolve": "paused"}),
        (
            [("acknowledge", 5, 5), ("resolve", 50, 50), ("reopen", 60, 60), ("unacknowledge", 65, 30)],
            {"acknowledge": "running"},
        ),
        ([("pause", 30, 30), ("resolve", 50, 20), ("reopen", 60, 60)], {"resolve": "running"}),
        ([("acknowledge", 5, 5), ("unacknowledge", 50, 50), ("resolve", 60, 40)], {"acknowledge": "met"}),
    ],
)
def test_a_decision_never_acts_before_the_one_it_answers(
    verbs: list[tuple[str, int, int]], states: dict[str, str]
) -> None:
    """Rule 13: whatever times are reported, the clocks end as the incident does."""
    case = Clocked()
    for verb, at, was in verbs:
        getattr(case, verb)(at, was=was)
    end = verbs[-1][1]
    assert {clock: case.state(clock, end) for clock in states} == states


def test_the_last_severity_decided_is_the_one_that_holds() -> None:
    """Rule 13: a change reported late acts no earlier than the change that it follows."""
    case = Clocked()
    case.severity(50, "S2")
    case.severity(60, "S1", was=40)
    assert case.incident.severity == case.reading("resolve", 60).severity == "S1"


# --- rule 11, and histories of others --------------------------------------------------------------------------------


def test_a_calendar_without_further_open_time_is_never_due() -> None:
    """Rule 11: the clock says that it has no due instant, and all others go on."""
    shop = agreed(
        calendars={"once": open_once(30)}, targets={"resolve": target("resolve", {"S1": 100}, "once", (20, 50))}
    )
    case = Clocked(shop)
    reading = case.reading("resolve", 90)
    assert (reading.state, reading.counted, reading.due_at, reading.last_safe_at) == ("running", 30, None, None)
    assert [warning.at for warning in reading.warnings] == [moment(20), None]
    assert (11, "ClockBreached") in case.turns(11)


def test_a_pause_whose_limit_no_calendar_reaches_goes_on() -> None:
    """Rules 5 and 11: it has no end yet, and nothing fails."""
    resolve = target("resolve", {"S1": 100}, "once")
    shop = agreed(calendars={"once": open_once(30)}, targets={"resolve": resolve}, pauses=rule("free", each=60))
    case = Clocked(shop)
    case.pause(10)
    assert case.reading("resolve", 20).pauses[0].until is None
    assert case.turns(5000)


def test_an_imported_incident_has_clocks_and_owes_nothing() -> None:
    """Rule 13: another system's history is read as of its own times, and nobody is told."""
    case = Clocked(source="servicenow", source_id="INC1")
    case.resolve(90)
    assert (case.state("acknowledge", 200), case.state("resolve", 200)) == ("breached", "met")
    assert case.owed(500) == []
    assert case.next() is None


def test_readings_begin_with_their_clocks() -> None:
    """A clock that begins later is not there yet."""
    case = Clocked(at=3)
    assert case.readings(2) == []
    assert {reading.started_at for reading in case.readings(3)} == {NOON + timedelta(seconds=3)}
