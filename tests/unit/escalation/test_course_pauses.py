"""Clock rules 5 and 6 as stories in seconds: pauses, responses and the cadence of updates."""

from __future__ import annotations

import pytest

from tests.support.clocked import Clocked, agreed, moment, open_between, rule, target

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
