"""Who has it in hand: what ends that, and how the ladder then goes on where it stood."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from escalation.agreement.model.ladders import DEFAULT_WAIT
from incidents import happenings as h
from tests.support.clocked import moment
from tests.support.laddered import Laddered, laddered
from tests.support.rungs import rounds
from tests.support.staffed import Staffed

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from incidents.incident import Incident

STEPS = """
S1:
  - {when: opened, to: duty, wait: PT10S}
  - {when: unanswered, to: boss, wait: PT20S}
  - {when: unanswered, to: partner, wait: PT5S}
"""
EXPIRING = STEPS + "acknowledgement: {expires_after: {S1: PT30S}}"
PERSON = "person:" + "a" * 32


class Held(Laddered):
    """An incident with the commands of whoever has it in hand."""

    def say(self, at: float, act: Callable[[Incident, dict[str, Any]], None], party: str = "acme") -> None:
        """Let somebody of a party do something."""

        def said(it: Incident, when: datetime) -> None:
            act(it, {"by": "key:1", "at": when, "for_party": party})

        self.do(at, said)

    def snooze(self, at: float, until: float) -> None:
        """Want no reminder until a second."""
        self.say(at, lambda it, said: it.snooze(moment(until), "x", self.terms, **said))

    def wake(self, at: float) -> None:
        """End the snooze."""
        self.say(at, lambda it, said: it.wake(self.terms, **said))

    def escalate(self, at: float, rung: int | None = None) -> None:
        """Have a rung told now."""
        self.say(at, lambda it, said: it.escalate(rung, None, self.terms, **said))

    def reassign(self, at: float, to: str) -> None:
        """Make it somebody else's."""
        self.say(at, lambda it, said: it.reassign(to, None, self.terms, **said))

    def take(self, at: float, party: str) -> None:
        """Take it for a party."""
        self.say(at, lambda it, said: it.acknowledge(self.terms, **said), party)


def staffed() -> Staffed:
    """Give a staff of one."""
    staff = Staffed()
    staff.add("a" * 32)
    return staff


def held(steps: str = STEPS) -> Held:
    """Give an incident that was taken at second 12, when the second step had been told."""
    case = Held(laddered(steps), staffed())
    case.paged(range(12))
    case.acknowledge(12)
    return case


# --- going on where it stood -----------------------------------------------------------------------------------------


def test_given_back_it_goes_on_where_it_stood() -> None:
    """Whoever was paged last is paged again, as the next round; then the chain goes on from there."""
    case = held()
    case.turn(99)
    case.unacknowledge(100)
    assert case.next() == 100
    assert case.paged(range(100, 130)) == [(100, ["boss"]), (120, ["partner"])]
    assert rounds(case)[2:] == [(1, 1, "resumed"), (2, 0, "unanswered")]


def test_taken_before_anybody_was_told() -> None:
    """The report is told once somebody has it; given back, whoever it told is paged."""
    case = Held(laddered(STEPS))
    case.acknowledge(0)
    case.turn(0)
    case.unacknowledge(50)
    assert case.paged(range(50, 65)) == [(50, ["duty"]), (60, ["boss"])]


def test_a_clock_that_was_stopped_since_pages_nobody_again() -> None:
    """Of what was paged the last that is still wanted is told again: the question, not the clock that was met."""
    steps = STEPS + "  - {when: {clock: acknowledge, at: 100%}, to: partner}\n"
    case = Held(laddered(steps.replace("PT10S", "PT40S") + "acknowledgement: {expires_after: {S1: PT5S}}"))
    assert case.paged(range(12)) == [(0, ["duty"]), (10, ["partner"])]
    case.acknowledge(12)
    assert case.paged(range(12, 30)) == [(17, ["duty"])]


def test_a_clock_that_still_runs_pages_again() -> None:
    """Whoever was paged for half of the resolve clock is paged once more, though the rung has no repeats."""
    steps = "S1: [{when: opened, notify: duty}, {when: {clock: resolve, at: 50%}, to: boss}]"
    case = Held(laddered(steps + "\nacknowledgement: {expires_after: {S1: PT5S}}"))
    assert case.paged(range(55)) == [(50, ["boss"])]
    case.acknowledge(55)
    assert case.paged(range(55, 90)) == [(60, ["boss"])]
    assert rounds(case)[-1] == (1, 1, "resumed")


def test_who_was_only_informed_is_so_again() -> None:
    """Where nobody was to be paged, it is told again all the same: an incident in nobody's hands is not silent."""
    case = Held(laddered("S1: [{when: opened, notify: duty}]"))
    case.turn(0)
    case.acknowledge(5)
    case.unacknowledge(10)
    assert case.informed(range(10, 30)) == [(10, ["duty"])]


# --- expiry and snooze -----------------------------------------------------------------------------------------------


def test_whatever_its_holder_does_puts_off_the_end_of_an_acknowledgement() -> None:
    """Thirty seconds after the last thing that they decided; what others do does not count."""
    case = held(EXPIRING)
    assert case.next() == 21
    case.update(30)
    case.do(40, lambda it, when: it.note("x", by="key:2", at=when))
    assert case.paged(range(31, 62)) == [(60, ["boss"])]
    assert [fact.at for fact in case.told(h.AcknowledgementExpired)] == [moment(60)]


def test_the_acknowledge_clock_stays_met_when_an_acknowledgement_expires() -> None:
    """No new cycle of it begins, as when it is given back."""
    case = held(EXPIRING)
    case.paged(range(12, 50))
    assert [reading.clock for reading in case.readings(50)].count("acknowledge") == 1


def test_a_snooze_holds_off_everything_but_clocks() -> None:
    """While it lasts nothing expires; at its end whoever was paged last is paged again."""
    steps = STEPS + "  - {when: {clock: resolve, at: 50%}, to: partner}\n"
    case = held(steps + "acknowledgement: {expires_after: {S1: PT30S}}")
    case.snooze(15, 90)
    assert case.paged(range(15, 95)) == [(50, ["partner"]), (90, ["partner"])]
    assert [fact.at for fact in case.told(h.SnoozeExpired)] == [moment(90)]
    assert case.told(h.AcknowledgementExpired) == []
    assert case.incident.acknowledged_by is None


def test_whoever_is_woken_has_it_still() -> None:
    """The acknowledgement expires so long after that."""
    case = held(EXPIRING)
    case.snooze(15, 90)
    case.wake(60)
    assert case.paged(range(60, 95)) == [(90, ["boss"])]
    assert case.told(h.SnoozeExpired) == []


def test_reopening_does_not_find_an_acknowledgement_expired() -> None:
    """It begins to count anew."""
    case = held(EXPIRING)
    case.resolve(20)
    case.turn(500)
    case.reopen(1000)
    case.paged(range(1000, 1040))
    assert [fact.at for fact in case.told(h.AcknowledgementExpired)] == [moment(1030)]


# --- reopened --------------------------------------------------------------------------------------------------------


def test_reopened_in_nobodys_hands_it_goes_on_where_it_stood() -> None:
    """Never taken: whoever was paged last hears of it once more, and so on to the ladder's end."""
    case = Held(laddered(STEPS + "exhausted: {hand_to: duty}"))
    case.paged(range(12))
    case.resolve(12)
    assert case.paged(range(12, 100)) == []
    case.reopen(100)
    assert case.next() == 100
    assert case.paged(range(100, 130)) == [(100, ["boss"]), (120, ["partner"]), (125, ["duty"])]
    assert rounds(case)[2:] == [(1, 1, "resumed"), (2, 0, "unanswered")]


def test_reopened_after_the_acknowledgement_expired_it_goes_on() -> None:
    """An acknowledgement that had ended before the resolution promises nothing."""
    case = held(EXPIRING)
    assert case.paged(range(12, 43)) == [(42, ["boss"])]
    case.resolve(43)
    case.reopen(60)
    assert case.paged(range(60, 90)) == [(60, ["boss"]), (80, ["partner"])]


def test_reopened_after_its_end_a_ladder_comes_to_it_again() -> None:
    """It had been handed over; whoever got it may have taken it for done."""
    case = Held(laddered(STEPS + "exhausted: {hand_to: duty}"))
    assert case.paged(range(40))[-1] == (35, ["duty"])
    case.resolve(40)
    case.reopen(60)
    assert case.paged(range(60, 90)) == [(60, ["partner"]), (65, ["duty"])]
    assert [fact.times for fact in case.told(h.LadderExhausted)] == [1, 1]


def test_reopened_whoever_it_was_reassigned_to_is_not_waited_for() -> None:
    """They did not answer before it was over."""
    case = held()
    case.reassign(40, PERSON)
    assert case.paged([40]) == [(40, [PERSON])]
    case.resolve(41)
    case.reopen(60)
    assert case.paged(range(60, 90)) == [(60, ["boss"]), (80, ["partner"])]


def test_reopened_each_side_goes_on_that_had_it_not_in_hand() -> None:
    """The client had taken it for itself; the provider had not."""
    case = Held(laddered(STEPS + "parties: {globex: {S1: [{when: opened, to: partner}]}}"))
    case.paged(range(3))
    case.take(3, "globex")
    case.resolve(4)
    case.reopen(60)
    assert case.paged(range(60, 65)) == [(60, ["duty"])]
    other = Held(case.agreement)
    other.paged(range(3))
    other.take(3, "acme")
    other.resolve(4)
    other.reopen(60)
    assert other.paged(range(60, 65)) == [(60, ["partner"])]


# --- by hand ---------------------------------------------------------------------------------------------------------


def test_a_rung_that_is_escalated_to_is_told_at_once_and_goes_on_from_there() -> None:
    """What was told before goes no further."""
    case = Held(laddered(STEPS))
    case.turn(0)
    case.escalate(3, 1)
    assert case.paged(range(3, 60)) == [(3, ["boss"]), (23, ["partner"])]
    by_hand = next(fact for fact in case.incident.history if isinstance(fact, h.Escalated))
    assert [fact.cycle for fact in case.told(h.RungFired)] == [1, *[by_hand.originator_version] * 2]
    assert rounds(case)[1:] == [(1, 0, "escalated"), (2, 0, "unanswered")]


@pytest.mark.parametrize("wanted", [1, None])
def test_a_rung_that_is_escalated_to_is_told_also_outside_its_hours(wanted: int | None) -> None:
    """Somebody asks for it now; the ladder must not fall silent for the hours that it has by itself."""
    steps = STEPS.replace("to: boss, wait", "to: boss, only: {during: shop}, wait")

    def closed(spec: dict[str, Any]) -> None:
        spec["calendars"]["shop"] = {"tz": "UTC", "hours": {"daily": [["01:00", "02:00"]]}}

    case = Held(laddered(steps, closed))
    case.turn(0)
    case.acknowledge(2)
    case.escalate(3, wanted)
    assert case.paged(range(3, 60)) == [(3, ["boss"]), (23, ["partner"])]


def test_what_is_escalated_is_in_nobodys_hands() -> None:
    """Whoever had it is not asked whether they still do."""
    case = held()
    case.escalate(40)
    assert case.incident.acknowledged_by is None
    assert case.paged(range(40, 50)) == [(40, ["partner"])]


def test_whoever_it_is_reassigned_to_is_asked_and_then_the_ladder_goes_on() -> None:
    """A quarter of an hour later, where it stood."""
    case = held()
    case.reassign(40, PERSON)
    asked = 40 + DEFAULT_WAIT
    assert case.paged(range(40, 80)) == [(40, [PERSON])]
    assert case.next() == 101
    case.turn(101)
    assert case.paged([asked - 1, asked]) == [(asked, ["boss"])]
    assert [(fact.ladder, fact.because) for fact in case.told(h.RungFired)][2:] == [
        ("asked", "asked"),
        ("S1", "resumed"),
    ]


def test_whoever_it_is_reassigned_to_takes_it() -> None:
    """Then nobody else hears of it."""
    case = held()
    case.reassign(40, PERSON)
    case.turn(40)
    case.acknowledge(41)
    assert case.paged([42, 40 + 2 * DEFAULT_WAIT]) == []


@pytest.mark.parametrize("to", ["vacant", PERSON])
def test_the_ladder_does_not_wait_for_whoever_cannot_be_reached(to: str) -> None:
    """It goes on at once."""
    case = held()
    case.staff.people.clear()
    case.reassign(40, to)
    assert case.paged(range(40, 45)) == [(40, ["boss"])]


def test_a_responder_is_asked_once() -> None:
    """Whoever has it still has it; once answered the request is told no more."""
    case = held()
    case.say(20, lambda it, said: it.ask_responder(PERSON, None, case.terms, **said))
    case.say(21, lambda it, said: it.ask_responder("boss", None, case.terms, **said))
    request = case.incident.version
    case.say(22, lambda it, said: it.decline_request(request, None, case.terms, **said))
    assert case.paged(range(22, 60)) == [(22, [PERSON])]
    assert case.incident.acknowledged_by == "key:1"


# --- sides -----------------------------------------------------------------------------------------------------------


def test_a_party_with_a_ladder_of_its_own_answers_for_itself() -> None:
    """Its taking it quiets its own ladder, not the other, and the other way round."""
    own = "parties: {globex: {default: [{when: opened, to: partner, repeat_every: PT8S, max_repeats: 3}]}}"
    case = Held(laddered(STEPS + own))
    assert case.paged(range(9)) == [(0, ["duty"]), (0, ["partner"]), (8, ["partner"])]
    case.take(9, "globex")
    assert case.paged(range(9, 20)) == [(10, ["boss"])]
    case.take(20, "acme")
    case.say(25, lambda it, said: it.unacknowledge(None, case.terms, **said), "globex")
    assert case.paged(range(25, 80)) == [(25, ["partner"]), (33, ["partner"])]


def test_an_incident_that_does_not_exist_for_a_party_is_not_on_its_ladder() -> None:
    """Nobody there hears of it."""
    agreement = laddered(STEPS + "parties: {globex: {default: [{when: opened, to: partner}]}}")
    case = Laddered(agreement)
    case.incident.visible_to = ["acme"]
    assert case.paged([0]) == [(0, ["duty"])]
