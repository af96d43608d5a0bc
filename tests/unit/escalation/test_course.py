"""Clock rules 2 to 8 and 13 as stories in seconds: what facts do to clocks."""

from __future__ import annotations

from datetime import timedelta

import pytest

from escalation import order
from escalation.course import _ACTS
from incidents import happenings as h
from tests.support.clock import NOON
from tests.support.clocked import Clocked, agreed, moment, open_between, open_once, rule, target

DAY = 86_400


def test_every_fact_that_moves_clocks_has_an_act() -> None:
    """The two tables name the same facts, and none of the engine's own but the end of a pause."""
    assert set(_ACTS) == set(order._TURNS)  # noqa: SLF001 - they must not drift apart
    assert [kind for kind in _ACTS if issubclass(kind, h.SystemEvent)] == [h.PauseExpired]
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


# --- rule 5: pauses --------------------------------------------------------------------------------------------------


def test_pauses_are_a_union_and_stop_only_what_the_agreement_lists() -> None:
    """Rule 5: two reasons at once take their time out once; acknowledge goes on."""
    case = Clocked()
    case.pause(10, "free")
    case.pause(20, "window")
    case.resume(30, "window")
    case.resume(40, "free")
    assert case.reading("resolve", 50).counted == 20
    assert case.reading("acknowledge", 50).counted == 50


def test_a_limit_ends_each_pause() -> None:
    """Rule 5: max_each of 50 s; the time after it counts, though nobody resumed."""
    case = Clocked()
    case.pause(10, "waiting")
    assert case.state("resolve", 59) == "paused"
    assert (case.state("resolve", 60), case.due("resolve", 60)) == ("running", 150)
    assert case.reading("resolve", 60).pauses[0].until == moment(60)


def test_a_limit_in_total_ends_the_last_pause_early() -> None:
    """Rule 5: max_total of 30 s, of which the first pause used 20."""
    case = Clocked()
    case.pause(10, "window")
    case.resume(30, "window")
    case.pause(50, "window")
    assert case.reading("resolve", 100).pauses[1].until == moment(60)
    assert case.reading("resolve", 100).counted == 70


def test_a_limit_is_counted_time_in_the_calendar_as_it_changes() -> None:
    """Rules 2 and 5: ten seconds of a shop's time under S1, then ten of any time under S2."""
    calendars = {"shop": open_between((0, 20), (60, 70))}
    resolve = target("resolve", {"S1": 1000, "S2": 1000}, {"S1": "shop", "S2": "always"})
    case = Clocked(agreed(calendars=calendars, targets={"resolve": resolve}, pauses=rule("free", each=20)))
    case.pause(10)
    case.severity(40, "S2")
    assert case.reading("resolve", 100).pauses[0].until == moment(50)


def test_a_limit_is_counted_from_the_pause_on() -> None:
    """Rules 2 and 5: whether severity changed before the pause, or after its limit had ended it."""
    before, after = Clocked(), Clocked()
    before.severity(10, "S2")
    for case in (before, after):
        case.pause(30, "waiting")
    after.severity(90, "S2")
    for case in (before, after):
        assert case.reading("resolve", 100).pauses[0].until == moment(80)


def test_a_limit_in_total_is_used_up_by_the_periods_before() -> None:
    """Rule 5: of 30 s in total the first update period used 20, so the second may be paused for 10."""
    case = Clocked(agreed(pauses=rule("waiting", total=30)))
    case.update(5)
    case.pause(10, "waiting")
    case.resume(30, "waiting")
    case.update(40)
    case.pause(50, "waiting")
    first, second = (reading for reading in case.readings(80) if reading.clock == "update")
    assert [pause.until for pause in first.pauses] == [moment(30)]
    assert [pause.until for pause in second.pauses] == [moment(60)]


def test_a_running_pause_survives_a_severity_change() -> None:
    """Rule 5: the pause goes on under the new target."""
    case = Clocked()
    case.pause(10)
    case.severity(20, "S2")
    case.resume(50)
    assert (case.reading("resolve", 60).counted, case.due("resolve", 60)) == (20, 240)


def test_what_holds_at_creation_counts() -> None:
    """Rule 5: a new update period begins paused, and the pause's limit does not begin anew."""
    case = Clocked()
    case.update(5)
    case.pause(10, "waiting")
    case.update(30)
    reading = case.reading("update", 40)
    assert (reading.state, reading.counted, reading.pauses[0].start) == ("paused", 0, moment(30))
    assert case.due("update", 40) == 60 + 30


def test_resolving_ends_pauses() -> None:
    """Rule 5: after a reopening nothing is paused but the time it was closed."""
    case = Clocked()
    case.pause(10)
    case.resolve(20)
    case.reopen(50)
    assert (case.state("resolve", 60), case.reading("resolve", 60).counted) == ("running", 20)


def test_a_pause_reported_late_does_not_delete_a_breach() -> None:
    """Rule 5: it would have to be excused, with authority."""
    case = Clocked()
    case.turn(101)
    case.pause(110, was=50)
    assert case.turns(110) == []
    assert (case.state("resolve", 110), case.reading("resolve", 110).counted) == ("breached", 50)


# --- rule 6: respond and update --------------------------------------------------------------------------------------


@pytest.mark.parametrize("answer", ["update", "mitigate", "resolve"])
def test_a_response_is_what_the_partner_sees(answer: str) -> None:
    """Respond is met by the first update for the partner, the mitigation or the resolution."""
    case = Clocked()
    case.update(5, audience="internal")
    assert case.state("respond", 10) == "running"
    getattr(case, answer)(15)
    assert (case.state("respond", 15), case.reading("respond", 15).stopped_at) == ("met", moment(15))


def test_no_update_clock_runs_while_a_response_is_owed() -> None:
    """Rule 6: it begins with the response, and anew with each update for the partner."""
    case = Clocked()
    assert "update" not in {reading.clock for reading in case.readings(10)}
    case.mitigate(15)
    assert case.due("update", 15) == 45
    case.update(40)
    case.update(50, audience="internal")
    updates = [reading for reading in case.readings(50) if reading.clock == "update"]
    assert [(update.state, update.counted) for update in updates] == [("met", 25), ("running", 10)]


def test_the_cadence_begins_with_the_severity_where_no_response_is_owed() -> None:
    """Rule 6: S3 asks for none."""
    assert Clocked(severity="S3").due("update", 0) == 100


def test_an_update_clock_waits_for_a_response_that_a_new_severity_asks_for() -> None:
    """Rule 6: it stands still from the change to S1 until the mitigation."""
    case = Clocked(severity="S3")
    case.severity(10, "S1")
    assert (case.state("update", 15), case.state("respond", 15)) == ("paused", "running")
    case.mitigate(20)
    assert (case.state("update", 20), case.due("update", 20)) == ("running", 40)


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
    corrected = [owed.values for owed in case.turn(70) if owed.happening is h.ClockCorrected]
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
