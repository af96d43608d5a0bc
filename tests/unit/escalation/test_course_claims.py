"""Clock rules 5, 13 and 14 as stories in seconds: pauses that were none, what bodies grant, and older times."""

from __future__ import annotations

import pytest

from escalation.agreement.model import Exclusion, PauseRule
from incidents import happenings as h
from incidents.incident import Incident
from tests.support.clocked import agreed, moment, open_between, rule
from tests.support.eventful import Eventful

DELAY = Exclusion("delay", excuses=False, targets=("update", "resolve"), authority="board")
FORCE = Exclusion("force", excuses=True, authority="board")
AGREEMENT = agreed(exclusions={"delay": DELAY, "force": FORCE}, ladders={})


# --- rule 5: pauses that were none -----------------------------------------------------------------------------------


def test_a_vetoed_pause_ends_and_its_time_counts() -> None:
    """Rule 5: whoever may strike it out takes its time back, also after it ended."""
    for resumed in (True, False):
        case = Eventful(AGREEMENT)
        case.pause(10)
        if resumed:
            case.resume(40)
        case.tell(60, Incident.PauseVetoed, reason="free", why="x")
        assert (case.reading("resolve", 70).counted, case.due("resolve", 70)) == (70, 100)
        assert case.reading("resolve", 70).pauses == ()


def test_a_veto_strikes_out_the_pause_that_runs() -> None:
    """Rule 5: not one for the same reason that a body granted meanwhile, for time that has passed."""
    case = Eventful(AGREEMENT)
    case.pause(40)
    case.grant(50, "pause", "free", start=10, until=20, clocks=["resolve"])
    case.tell(60, Incident.PauseVetoed, reason="free", why="x")
    reading = case.reading("resolve", 70)
    assert (reading.state, reading.counted, reading.due_at) == ("running", 60, moment(110))


def test_a_void_pause_was_none() -> None:
    """Rule 5: the fault came back, so that the time in which it was watched counts; what ran over by it is told."""
    case = Eventful(AGREEMENT)
    case.pause(10)
    case.turn(120)
    case.tell(120, Incident.ClockResumed, reason="free", void=True)
    assert case.turns(120) == [(120, "ClockBreached")]
    assert case.told(h.ClockBreached)[-1].breached_at == moment(100)


def test_a_void_pause_uses_up_no_limit() -> None:
    """Rule 5: of 30 s in total the next pause has all."""
    case = Eventful(AGREEMENT)
    case.pause(10, "window")
    case.tell(30, Incident.ClockResumed, reason="window", void=True)
    case.pause(40, "window")
    assert case.reading("resolve", 90).pauses[0].until == moment(70)


def test_a_limit_counts_in_the_calendar_that_the_agreement_names() -> None:
    """Rule 5: 20 s of a shop's time, though the clock itself runs around the clock."""
    limited = {"free": PauseRule("free", "free", max_each=20, counts_in="shop")}
    case = Eventful(agreed(calendars={"shop": open_between((0, 20), (60, 900))}, pauses=limited))
    case.pause(10)
    assert case.reading("resolve", 90).pauses[0].until == moment(70)


def test_acknowledge_and_respond_are_never_paused() -> None:
    """Rule 5: whatever a fact says."""
    case = Eventful(AGREEMENT)
    case.tell(2, Incident.ClockPaused, reason="free", clocks=["acknowledge", "respond", "resolve"], note=None)
    assert [case.state(clock, 5) for clock in ("acknowledge", "respond", "resolve")] == ["running", "running", "paused"]


# --- rule 5: pauses that a body grants -------------------------------------------------------------------------------


def test_a_pause_that_was_granted_in_time_acts_from_when_it_was_claimed_to_begin() -> None:
    """Rule 5: from 20 to 50 s, though the body took until 60 s."""
    case = Eventful(AGREEMENT)
    case.decide(60, case.claim(30, "pause", "free", start=20, until=50, clocks=["resolve"]))
    reading = case.reading("resolve", 70)
    assert (reading.counted, reading.due_at) == (40, moment(130))


def test_a_pause_that_was_granted_after_the_breach_excuses_it() -> None:
    """Rule 5: it never deletes it; the record keeps the breach with both its times."""
    case = Eventful(AGREEMENT)
    case.turn(101)
    case.decide(120, case.claim(110, "pause", "free", start=20, until=60, clocks=["resolve"]))
    reading = case.reading("resolve", 125)
    assert (reading.state, reading.breached_at, reading.detected_at) == ("excused", moment(100), moment(101))
    assert case.owed(125) == []


def test_what_excuses_a_breach_does_so_no_longer_than_its_own_time() -> None:
    """Rule 5: with 40 s taken out the clock would have run over after 140 s."""
    case = Eventful(AGREEMENT)
    case.turn(101)
    case.grant(120, "pause", "free", start=20, until=60, clocks=["resolve"])
    assert [case.state("resolve", at) for at in (140, 141)] == ["excused", "breached"]


def test_a_claim_that_was_refused_changes_nothing() -> None:
    """Nor does one that nobody has decided."""
    case = Eventful(AGREEMENT)
    refused, _ = (case.claim(30, "pause", "free", start=20, until=50, clocks=["resolve"]) for _ in range(2))
    case.decide(40, refused, "refused")
    assert case.due("resolve", 60) == 100


def test_a_silent_body_may_have_granted_it() -> None:
    """A claim that lapses as granted is granted from then on."""
    case = Eventful(AGREEMENT)
    claim = case.claim(30, "exclusion", "delay", start=20, until=50, clocks=["resolve"])
    case.tell(60, Incident.ClaimLapsed, claim=claim, outcome="granted")
    assert case.due("resolve", 60) == 130


def test_the_engine_ends_no_pause_that_a_body_granted() -> None:
    """Its limit ends it on the clocks alone: nobody began it by a fact that could be told to have ended."""
    case = Eventful(AGREEMENT)
    case.grant(20, "pause", "waiting", start=20, clocks=["resolve"])
    assert case.reading("resolve", 80).pauses[0].until == moment(70)
    assert "PauseExpired" not in [name for _, name in case.turns(80)]


# --- rule 14: exclusions ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("granted", [15, 60])
def test_an_exclusion_known_ahead_or_granted_while_the_clock_runs_stops_it(granted: float) -> None:
    """Rule 14: as a pause, under its own name, on the targets that it names."""
    case = Eventful(AGREEMENT)
    case.grant(granted, "exclusion", "delay", start=20, until=50, clocks=["resolve"])
    reading = case.reading("resolve", 70)
    assert (reading.due_at, [pause.reason for pause in reading.pauses]) == (moment(130), ["delay"])
    assert case.reading("acknowledge", 70).pauses == ()


def test_an_exclusion_and_a_pause_at_once_take_their_time_out_once() -> None:
    """Rules 5 and 14: a union."""
    case = Eventful(AGREEMENT)
    case.pause(30)
    case.resume(60)
    case.grant(70, "exclusion", "delay", start=20, until=50, clocks=["resolve"])
    assert case.due("resolve", 70) == 140


def test_an_exclusion_that_was_granted_after_a_breach_excuses_it() -> None:
    """Rule 14: whether the engine had told the breach or not."""
    for told in (True, False):
        case = Eventful(AGREEMENT)
        if told:
            case.turn(105)
        case.grant(110, "exclusion", "delay", start=20, until=50, clocks=["resolve"])
        assert (case.state("resolve", 115), case.reading("resolve", 115).breached_at) == ("excused", moment(100))


def test_what_cannot_be_paused_cannot_be_stopped_either() -> None:
    """Rule 14: acknowledge runs on, whatever is granted."""
    case = Eventful(AGREEMENT)
    case.grant(5, "exclusion", "delay", start=1, until=500, clocks=["acknowledge", "resolve"])
    assert (case.due("acknowledge", 8), case.state("acknowledge", 8)) == (10, "running")


def test_what_excuses_leaves_the_clock_as_it_is() -> None:
    """Rule 14: force majeure takes no time out; the breach of a clock that ran meanwhile is excused, on record."""
    case = Eventful(AGREEMENT)
    case.grant(50, "exclusion", "force", start=40, clocks=["acknowledge", "resolve"])
    assert case.due("resolve", 60) == 100
    case.turn(101)
    assert len(case.told(h.ClockBreached)) == 3
    assert [case.state(clock, 101) for clock in ("acknowledge", "respond", "resolve")] == [
        "breached",  # before it began
        "breached",  # not named
        "excused",
    ]


@pytest.mark.parametrize("granted", [50, 110])
def test_what_excuses_does_so_for_as_long_as_it_lasted(granted: float) -> None:
    """Rule 14: ten seconds of force majeure excuse ten seconds, not whatever ran over at any later time."""
    case = Eventful(AGREEMENT)
    case.grant(granted, "exclusion", "force", start=20, until=30, clocks=["resolve"])
    assert [case.state("resolve", at) for at in (110, 111)] == ["excused", "breached"]
    assert case.due("resolve", 111) == 100


def test_what_excuses_and_what_stops_the_clock_add_up() -> None:
    """Rule 14: 20 s are taken out of the clock, so that it runs over after 120 s, and 10 s more are excused."""
    case = Eventful(AGREEMENT)
    case.grant(40, "exclusion", "force", start=20, until=30, clocks=["resolve"])
    case.grant(70, "exclusion", "delay", start=40, until=60, clocks=["resolve"])
    assert [case.state("resolve", at) for at in (120, 121, 130, 131)] == ["running", "excused", "excused", "breached"]


# --- rule 13: older times that a body accepts ------------------------------------------------------------------------


def test_a_fact_whose_older_time_was_accepted_acts_then() -> None:
    """Rule 13: what was told is not unsaid; that it was none is told as well."""
    case = Eventful(AGREEMENT)
    case.turn(11)
    case.acknowledge(15)
    claim = case.claim(18, "backdating", None, entry=case.incident.version, start=9, decision="backdate_fact")
    assert case.state("acknowledge", 18) == "breached"
    case.decide(19, claim)
    assert (case.state("acknowledge", 19), case.reading("acknowledge", 19).stopped_at) == ("met", moment(9))
    assert case.turns(19) == [(19, "ClockCorrected")]


def test_an_older_time_still_lies_after_the_decision_that_it_answers() -> None:
    """Rule 13: nobody takes what was not given back yet."""
    case = Eventful(AGREEMENT)
    case.acknowledge(5)
    case.unacknowledge(30)
    case.acknowledge(50)
    case.grant(60, "backdating", None, entry=case.incident.version, start=2)
    assert case.reading("acknowledge", 60).stopped_at == moment(30)


def test_readings_of_the_past_do_not_know_what_was_granted_later() -> None:
    """The same at any past instant: what was on record then says the same for ever."""
    case = Eventful(agreed(exclusions={"delay": DELAY}, pauses=rule("free")))
    before = case.readings(70)
    case.grant(80, "exclusion", "delay", start=20, until=50, clocks=["resolve"])
    del case.incident.history[1:]
    assert case.readings(70) == before
