"""Clock rules 1, 2 and 4 as stories in seconds: what severity and reopening do to clocks."""

from __future__ import annotations

import gc
from datetime import timedelta

from escalation.clocks import order
from escalation.clocks.acts import ACTS
from escalation.clocks.course import course_of
from incidents import happenings as h
from tests.support.clocked import Clocked, agreed, moment, open_between, open_once, target

DAY = 86_400


def test_every_fact_that_moves_clocks_has_an_act() -> None:
    """The two tables name the same facts, and none of the engine's own but the end of a pause."""
    assert set(ACTS) == set(order._TURNS)  # noqa: SLF001 - they must not drift apart
    engine = {kind for kind in ACTS if issubclass(kind, h.SystemEvent)}
    assert engine == {h.PauseExpired, h.SeveritySettled, h.ClaimLapsed, h.AgreementMigrated}
    assert order.kind_of(Clocked().incident.history[0]) is h.Declared


def test_parts_of_a_second_are_cut_off() -> None:
    """Rule 1: a stop within the second in which the target is used up still meets it; the next second does not."""
    met, late = Clocked(at=0.9), Clocked(at=0.9)
    met.acknowledge(10.999)
    late.acknowledge(11)
    assert (met.reading("acknowledge", 12).counted, met.state("acknowledge", 12)) == (10, "met")
    assert (late.reading("acknowledge", 12).counted, late.state("acknowledge", 12)) == (11, "breached")


def test_used_up_at_the_close_is_due_there_and_safe_until_the_opening() -> None:
    """Rule 1: no counted time passes while it is closed."""
    resolve = target("resolve", {"S1": 100}, "shop")
    case = Clocked(agreed(calendars={"shop": open_between((0, 100), (500, 900))}, targets={"resolve": resolve}))
    case.resolve(499)
    assert (case.due("resolve", 499), case.state("resolve", 499)) == (100, "met")
    assert case.reading("resolve", 499).last_safe_at == moment(500)


def test_used_up_at_the_last_close_of_all_there_is_no_last_safe_instant() -> None:
    """Rule 11: where the calendar never opens again, nothing makes the clock late any more."""
    case = Clocked(
        agreed(calendars={"once": open_once(100)}, targets={"resolve": target("resolve", {"S1": 100}, "once")})
    )
    reading = case.reading("resolve", DAY)
    assert (reading.due_at, reading.last_safe_at, reading.state) == (moment(100), None, "running")


def test_a_course_is_freed_as_soon_as_nobody_holds_it() -> None:
    """Every command works one out: nothing of it refers in a circle, which only the garbage collector would find."""
    case = Clocked(severity="S2")
    case.pause(10)
    case.severity(20, "S1")
    gc.collect()
    gc.disable()
    try:
        course_of(case.incident, case.version)
        assert gc.collect() == 0
    finally:
        gc.enable()


# --- rule 2: severity changed ----------------------------------------------------------------------------------------


def test_what_was_counted_stays_when_severity_changes() -> None:
    """Rule 2: 60 of 200 s are used up; of the new target of 100 s, 40 remain."""
    case = Clocked(severity="S2")
    case.severity(60, "S1")
    assert case.due("resolve", 60) == 100
    case.severity(70, "S2")
    assert case.due("resolve", 70) == 200


def test_due_is_never_before_the_change() -> None:
    """Rule 2: 150 s are more than the new target of 100 s: due at the change, breached right after it."""
    case = Clocked(severity="S2")
    case.severity(150, "S1")
    assert case.due("resolve", 150) == 150
    assert case.state("resolve", 150) == "running"
    assert case.reading("resolve", 151).breached_at == moment(150)


def test_a_breach_stays_when_the_target_grows() -> None:
    """Rule 2: recorded or not, what had run over before the change stays breached."""
    for recorded in (True, False):
        case = Clocked()
        if recorded:
            case.turn(101)
        case.severity(110, "S2")
        reading = case.reading("resolve", 120)
        assert (reading.state, reading.breached_at) == ("breached", moment(100))
        assert case.due("resolve", 120) == 200


def test_the_same_severity_again_changes_nothing() -> None:
    """Rule 2: due stays where it was, though somebody assessed the incident again after it."""
    case = Clocked()
    case.classify(150, "high")
    assert case.due("resolve", 150) == 100


def test_classifying_again_retargets_too() -> None:
    """Rule 2: whichever way the severity was found."""
    case = Clocked()
    case.classify(50, "low")
    assert (case.due("resolve", 50), case.reading("resolve", 50).severity) == (200, "S2")


def test_a_clock_without_a_target_stands_still_until_it_has_one() -> None:
    """Rule 2: S3 has no target to resolve; the 60 s counted at S1 stay, whatever is closed and reopened."""
    case = Clocked()
    case.severity(60, "S3")
    assert (case.state("resolve", 70), case.due("resolve", 70)) == ("paused", None)
    case.resolve(80)
    assert case.state("resolve", 80) == "cancelled"
    case.reopen(90)
    assert (case.state("resolve", 95), case.reading("resolve", 300).counted) == ("paused", 60)
    case.severity(100, "S1")
    assert (case.state("resolve", 100), case.due("resolve", 100)) == ("running", 140)


def test_a_target_that_held_for_no_time_breaches_nothing() -> None:
    """Rule 2: raised and lowered within one second, 11 s are more than the target that nobody was held to."""
    case = Clocked(severity="S2")
    case.severity(11, "S1")
    case.severity(11, "S3")
    assert case.state("acknowledge", 50) == "paused"
    assert "ClockBreached" not in [name for _, name in case.turns(50)]


def test_a_clock_begins_when_a_severity_first_asks_for_it() -> None:
    """Rule 2: at S3 nobody owed an acknowledgement, so nothing was counted before the change to S1."""
    case = Clocked(severity="S3")
    assert [reading.clock for reading in case.readings(50)] == ["update"]
    case.severity(50, "S1")
    assert case.due("acknowledge", 50) == 60
    assert case.due("resolve", 50) == 150


def test_what_was_done_before_is_not_asked_for_by_a_new_severity() -> None:
    """Rules 2 and 6: taken and answered at S3, it owes neither an acknowledgement nor a response at S1."""
    case = Clocked(severity="S3")
    case.acknowledge(5)
    case.update(10)
    case.severity(20, "S1")
    assert {reading.clock for reading in case.readings(20)} == {"update", "resolve"}


# --- rule 4: reopened ------------------------------------------------------------------------------------------------


def test_reopened_in_time_the_same_clock_goes_on() -> None:
    """Rule 4: closed time is a pause; acknowledge and respond stay met."""
    case = Clocked()
    case.acknowledge(5)
    case.mitigate(15)
    case.resolve(30)
    assert case.state("resolve", 50) == "met"
    case.reopen(130)
    assert (case.reading("resolve", 140).counted, case.due("resolve", 140)) == (40, 200)
    assert [(reading.clock, reading.state) for reading in case.readings(140)] == [
        ("acknowledge", "met"),
        ("respond", "met"),
        ("resolve", "running"),
        ("update", "running"),
    ]


def test_the_update_period_goes_on_too_unless_it_was_answered() -> None:
    """Rules 4 and 6: 10 of its 30 s are used up; an update while it was closed begins a new period."""
    goes_on, answered = Clocked(), Clocked()
    for case in (goes_on, answered):
        case.update(10)
        case.resolve(20)
    answered.update(50)
    for case in (goes_on, answered):
        case.reopen(100)
    assert goes_on.due("update", 100) == 120
    assert answered.due("update", 100) == 130


def test_the_window_is_counted_in_local_dates() -> None:
    """Rules 4 and 10: P5D from Monday noon ends with Saturday in Berlin, at 23:00 UTC."""
    last = (timedelta(days=5, hours=11) - timedelta(seconds=1)).total_seconds()
    for at, cycles in ((last, 1), (last + 1, 2)):
        case = Clocked()
        case.resolve(10)
        case.reopen(at)
        found = [reading for reading in case.readings(at) if reading.clock == "resolve"]
        assert len(found) == cycles
        assert (found[0].state, found[-1].state) == (("met", "running") if cycles > 1 else ("running", "running"))
        assert found[-1].counted == (0 if cycles > 1 else 10)


def test_a_new_cycle_is_linked_to_the_reopening() -> None:
    """Rule 4: its number is the version of the fact that began it."""
    case = Clocked()
    case.resolve(10)
    case.reopen(10 * DAY)
    assert case.reading("resolve", 10 * DAY).cycle == case.incident.version == 3


def test_reopening_follows_the_severity_that_was_set_meanwhile() -> None:
    """Rules 2 and 4: a change reported late, of when it was closed, acts from the reopening on."""
    case = Clocked()
    case.resolve(30)
    case.reopen(100)
    case.severity(110, "S2", was=50)
    assert (case.reading("resolve", 110).severity, case.due("resolve", 110)) == ("S2", 270)
