"""What each side's answer does to the clocks: it stops what that side owes, and starts no cycle when it runs out."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from incidents.incident import Incident
from incidents.ledger.command import Command, in_command
from tests.support.answered import answered, two_sided
from tests.support.claimed import CLIENT, PROVIDER, Claimed
from tests.support.clocked import moment, the_agreement

if TYPE_CHECKING:
    from collections.abc import Callable

    from incidents.happenings import SystemEvent


def states(case: Claimed, at: float) -> tuple[str, str]:
    """Read the clocks of who takes it: the provider's, and the client's own."""
    return case.state("acknowledge", at), case.state("confirm", at)


def cycles(case: Claimed, at: float, clock: str) -> int:
    """Count the cycles of a clock so far."""
    return len([reading for reading in case.readings(at) if reading.clock == clock])


@pytest.mark.parametrize(
    ("party", "expected"),
    [(PROVIDER, ("met", "running")), (CLIENT, ("running", "met")), (None, ("met", "running"))],
)
def test_an_answer_stops_what_its_side_owes(party: str | None, expected: tuple[str, str]) -> None:
    """Who answers for all others does not answer for the party with a ladder of its own, nor that one for them."""
    case = answered()
    case.act(2, "acknowledge", party=party)
    assert states(case, 3) == expected


def test_with_one_ladder_one_answer_stops_all() -> None:
    """Whoever owes a clock: as it is where no party has a ladder of its own."""
    case = answered(replace(two_sided(), ladders=the_agreement().ladders))
    case.act(2, "acknowledge", party=PROVIDER)
    assert states(case, 3) == ("met", "met")


def test_what_others_owe_too_is_answered_by_either_side() -> None:
    """Only what the party with its own ladder owes alone waits for that party."""
    both = replace(two_sided().targets["confirm"], duty_of="signatory")
    agreement = two_sided()
    parties = {name: replace(party, role="signatory") for name, party in agreement.parties.items()}
    shared = replace(agreement, parties=parties, targets={**agreement.targets, "confirm": both})
    for party in (PROVIDER, CLIENT):
        case = answered(shared)
        case.act(2, "acknowledge", party=party)
        assert case.state("confirm", 3) == "met"


@pytest.mark.parametrize(("party", "again"), [(PROVIDER, (2, 1)), (CLIENT, (1, 2))])
def test_what_is_given_back_is_asked_anew_of_that_side(party: str, again: tuple[int, int]) -> None:
    """A new cycle, for the first one was answered; the other side's stays met."""
    case = answered()
    for each in (PROVIDER, CLIENT):
        case.act(2, "acknowledge", party=each)
    case.act(4, "unacknowledge", None, party=party)
    assert (cycles(case, 5, "acknowledge"), cycles(case, 5, "confirm")) == again


@pytest.mark.parametrize(
    "ends",
    [
        lambda case: told(case, Incident.AcknowledgementExpired),
        lambda case: told(case, Incident.SnoozeExpired),
        lambda case: case.act(4, "escalate", None, None),
        lambda case: case.act(4, "reassign", "boss", None),
    ],
)
def test_no_other_end_of_an_answer_asks_anew(ends: Callable[[Claimed], None]) -> None:
    """It was acknowledged in time, and stays so: only who gives it back says that it was not."""
    case = answered()
    case.act(2, "acknowledge")
    ends(case)
    assert case.incident.taken == {}
    assert cycles(case, 30, "acknowledge") == 1
    assert case.state("acknowledge", 30) == "met"
    case.act(31, "acknowledge")
    assert cycles(case, 40, "acknowledge") == 1


def told(case: Claimed, happening: type[SystemEvent]) -> None:
    """Let the engine tell that the provider's side has it in hand no more."""
    with in_command(Command(moment(4))):
        case.incident.tell(happening, moment(4), side=None)


def test_answers_of_one_side_are_in_order_whatever_the_other_reports() -> None:
    """A late report is held back by what its own side decided before, and by nothing of the other's."""
    case = answered()
    case.act(2, "acknowledge", party=CLIENT)
    case.act(8, "unacknowledge", None, party=CLIENT)
    case.do(9, lambda it, at: it.acknowledge(case.terms, by="key:1", at=at, for_party=PROVIDER), was=3)
    assert case.reading("acknowledge", 10).stopped_at == moment(3)
    case.do(10, lambda it, at: it.acknowledge(case.terms, by="key:1", at=at, for_party=CLIENT), was=3)
    assert case.reading("confirm", 11).stopped_at == moment(8)
