"""Every target by the moments it names, as stories in seconds: workaround, review, actions, and clocks of one's own."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from escalation.agreement.model import Target
from incidents import happenings as h
from incidents.incident import Incident
from tests.support.clocked import Clocked, agreed, moment, open_between, rung
from tests.support.eventful import Eventful

DAY = 86_400


def clock(
    name: str,
    starts: str,
    until: str,
    within: dict[str, int],
    **more: Any,  # noqa: ANN401 - the fields of Target
) -> Target:
    """Give a target between two moments, around the clock."""
    values: dict[str, Any] = {"pausable": frozenset(), "repeats": False, "warn_at": ()} | more
    return Target(name, (starts,), until, within, dict.fromkeys(within, "always"), **values)


WORKAROUND = clock("workaround", "reported", "workaround_in_place", {"S1": 50, "S2": 80})
REVIEW = clock("review_due", "resolved", "pir_published", {"S1": 300}, warn_at=(50,))
ACTION = clock("action_due", "pir_published", "action_closed", {"high": 100, "low": 400}, per_action=True)
REPLY = clock("reply", "request_sent_to_client", "client_replied", {"S1": 40, "S2": 40}, duty_of="client", repeats=True)
AGREEMENT = agreed(targets={each.name: each for each in (WORKAROUND, REVIEW, ACTION, REPLY)}, ladders={})


# --- workaround ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("answer", ["mitigate", "resolve"])
def test_a_workaround_is_met_by_mitigating_or_by_resolving(answer: str) -> None:
    """Who resolves without a workaround needs none any more."""
    case = Clocked(AGREEMENT)
    assert case.due("workaround", 10) == 50
    getattr(case, answer)(45)
    assert (case.state("workaround", 60), case.reading("workaround", 60).stopped_at) == ("met", moment(45))


def test_a_workaround_goes_on_if_it_was_reopened_before_there_was_one() -> None:
    """Rule 4: the resolution had answered it, and was none; a workaround that was found stays found."""
    case, found = Clocked(AGREEMENT), Clocked(AGREEMENT)
    found.mitigate(20)
    for each in (case, found):
        each.resolve(30)
        each.reopen(100)
    assert (case.state("workaround", 100), case.due("workaround", 100)) == ("running", 120)
    assert found.state("workaround", 100) == "met"


# --- review ----------------------------------------------------------------------------------------------------------


def test_a_review_is_due_from_the_resolution_until_it_is_published() -> None:
    """It begins when the incident is over, and its warning and breach are told then."""
    case = Eventful(AGREEMENT)
    case.turn(60)
    assert "review_due" not in {reading.clock for reading in case.readings(60)}
    case.resolve(60)
    case.turn(60)
    assert (case.due("review_due", 60), case.next()) == (360, 210)
    assert case.turns(210, 360, 361) == [(210, "ClockWarned"), (361, "ClockBreached")]
    case.review(400)
    assert (case.state("review_due", 400), case.next()) == ("breached", None)


def test_reopening_takes_the_review_back_and_the_next_resolution_asks_for_it_anew() -> None:
    """What it followed was no resolution: its clock is cancelled, also where the review was published already."""
    for published in (True, False):
        case = Eventful(AGREEMENT)
        case.resolve(60)
        if published:
            case.review(70)
        case.reopen(80)
        assert case.state("review_due", 80) == ("met" if published else "cancelled")
        case.resolve(90)
        assert (case.state("review_due", 90), case.due("review_due", 90)) == ("running", 390)


def test_what_outlives_the_incident_pages_on_its_own_clock() -> None:
    """A rung on any clock hangs on the review too, when nothing else is owed; the opening is told no more."""
    case = Eventful(replace(AGREEMENT, ladders={"S1": (rung("opened"), rung("any", 100, index=1))}))
    case.resolve(5)
    assert case.turns(5, 304) == [(304, "ClockWarned")]
    assert case.turns(305) == [(305, "RungFired")]
    assert [(fact.clock, fact.rung) for fact in case.told(h.RungFired)] == [("review_due", 1)]


def test_a_withdrawn_incident_owes_no_review_and_no_action() -> None:
    """A false alarm has nothing to follow up."""
    case = Eventful(AGREEMENT)
    case.cancel(5)
    assert case.next() is None
    assert {reading.state for reading in case.readings(500)} == {"cancelled"}


# --- actions ---------------------------------------------------------------------------------------------------------


def test_each_action_has_a_clock_of_its_priority_from_the_publication_or_the_agreement_on_it() -> None:
    """The later of the two; its cycle is the agreement's version, so that two of one instant are told apart."""
    case = Eventful(AGREEMENT)
    case.resolve(10)
    first, second = case.agree(20, "patch", "high"), case.agree(20, "train", "low")
    assert "action_due" not in {reading.clock for reading in case.readings(20)}
    case.review(30)
    third = case.agree(50, "test", "high")
    case.carry_out(100, "patch")
    found = [reading for reading in case.readings(200) if reading.clock == "action_due"]
    assert [(each.about, each.cycle, each.severity, each.state, each.due_at) for each in found] == [
        ("patch", first, "high", "met", moment(130)),
        ("train", second, "low", "running", moment(430)),
        ("test", third, "high", "breached", moment(150)),
    ]


def test_an_action_is_followed_by_its_priority_whatever_the_severity() -> None:
    """A change of severity retargets the review, and no action."""
    case = Eventful(AGREEMENT)
    case.agree(5, "patch", "high")
    case.resolve(10)
    case.review(20)
    case.tell(30, Incident.SeveritySettled, claim=1, severity="S2")
    assert (case.reading("action_due", 30).severity, case.due("action_due", 30)) == ("high", 120)


def test_an_action_without_a_target_for_its_priority_has_no_clock() -> None:
    """The agreement says nothing of it."""
    case = Eventful(AGREEMENT)
    case.resolve(10)
    case.review(20)
    case.agree(30, "paint", "none")
    assert "action_due" not in {reading.clock for reading in case.readings(30)}


# --- clocks of one's own ---------------------------------------------------------------------------------------------


def test_a_clock_of_the_clients_begins_with_each_request_and_ends_with_the_reply() -> None:
    """Its party owes it; each request has a cycle."""
    case = Eventful(AGREEMENT)
    case.milestone(10, "request_sent_to_client")
    case.milestone(20, "request_sent_to_client")
    assert (case.due("reply", 20), case.reading("reply", 20).duty_of) == (50, ("globex",))
    case.milestone(30, "client_replied")
    case.milestone(100, "request_sent_to_client")
    found = [(reading.state, reading.due_at) for reading in case.readings(110) if reading.clock == "reply"]
    assert found == [("met", moment(50)), ("running", moment(140))]


def test_a_clock_that_does_not_repeat_runs_once() -> None:
    """The second request has none."""
    once = replace(REPLY, repeats=False)
    case = Eventful(agreed(targets={"reply": once}))
    for at in (10, 100):
        case.milestone(at, "request_sent_to_client")
        case.milestone(at + 5, "client_replied")
    assert len([reading for reading in case.readings(200) if reading.clock == "reply"]) == 1


def test_what_nobody_answered_is_cancelled_by_the_resolution_unless_it_is_reopened() -> None:
    """Nobody needs the reply any more: it was not met. Reopened in time, the question stands again."""
    case = Eventful(AGREEMENT)
    case.milestone(10, "request_sent_to_client")
    case.resolve(30)
    assert case.state("reply", 30) == "cancelled"
    case.reopen(100)
    assert (case.state("reply", 100), case.due("reply", 100)) == ("running", 120)


def test_a_reply_while_it_is_over_leaves_nothing_to_go_on() -> None:
    """The question was answered, though nobody waited for it."""
    case = Eventful(AGREEMENT)
    case.milestone(10, "request_sent_to_client")
    case.resolve(30)
    case.milestone(50, "client_replied")
    case.reopen(100)
    assert case.state("reply", 110) == "cancelled"


def test_the_provider_of_the_service_owes_what_nobody_is_named_for() -> None:
    """Whom the agreement says to provide it."""
    assert Clocked(AGREEMENT).reading("resolve", 1).duty_of == ("acme",)


# --- business days (rule 10) -----------------------------------------------------------------------------------------

OFFICE = open_between((-3 * 3600, 5 * 3600))
"""From 9 to 17 o'clock every day; the incident is of noon."""
CLOSE = 5 * 3600
BY_DAYS = replace(REVIEW, within={}, by={"S1": 2}, calendar={"S1": "office"}, warn_at=(50,))
DAYS = agreed(calendars={"office": OFFICE}, targets={"review_due": BY_DAYS}, ladders={})


def test_business_days_end_with_the_close_of_business_of_the_last_and_leave_the_first_date_out() -> None:
    """Rule 10: resolved on Monday, due at the close of Wednesday, and late right after it."""
    case = Eventful(DAYS)
    case.resolve(60)
    reading = case.reading("review_due", 60 + DAY)
    assert (reading.target, reading.by, reading.counted) == (None, 2, 0)
    assert (reading.due_at, reading.last_safe_at) == (moment(2 * DAY + CLOSE), moment(2 * DAY + CLOSE))
    assert [warning.at for warning in reading.warnings] == [moment(DAY + CLOSE)]
    assert case.reading("review_due", DAY + CLOSE).counted == 1
    assert case.state("review_due", 2 * DAY + CLOSE) == "running"
    assert case.reading("review_due", 2 * DAY + CLOSE + 1).breached_at == moment(2 * DAY + CLOSE)


def test_an_extension_gives_an_action_until_the_close_of_its_new_date() -> None:
    """What was granted in time moves the due instant, to the close of business of that date, never nearer."""
    action = replace(ACTION, within={}, by={"high": 2}, calendar={"high": "office"})
    case = Eventful(agreed(calendars={"office": OFFICE}, targets={"action_due": action}, ladders={}))
    case.agree(5, "patch", "high")
    case.resolve(10)
    case.review(20)
    case.grant(DAY, "extension", "patch", until=5 * DAY, clocks=["action_due"])
    assert case.due("action_due", DAY) == 5 * DAY + CLOSE
    case.grant(2 * DAY, "extension", "patch", until=DAY, clocks=["action_due"])
    assert case.due("action_due", 2 * DAY) == 5 * DAY + CLOSE


def test_an_extension_of_counted_time_moves_the_due_instant_there() -> None:
    """Another action's extension moves nothing."""
    case = Eventful(AGREEMENT)
    case.agree(5, "patch", "high")
    case.resolve(10)
    case.review(20)
    case.grant(30, "extension", "other", until=900, clocks=["action_due"])
    assert case.due("action_due", 30) == 120
    case.grant(40, "extension", "patch", until=500, clocks=["action_due"])
    assert case.due("action_due", 40) == 500


def test_an_extension_granted_too_late_excuses_what_was_done_by_then() -> None:
    """The breach stays on record; past the new date it is a breach again."""
    case = Eventful(AGREEMENT)
    case.agree(5, "patch", "high")
    case.resolve(10)
    case.review(20)
    claim = case.claim(100, "extension", "patch", until=500, clocks=["action_due"])
    case.turn(130)
    case.decide(200, claim)
    assert (case.state("action_due", 300), case.state("action_due", 501)) == ("excused", "breached")
    assert case.reading("action_due", 300).breached_at == moment(120)
