from __future__ import annotations

import pytest

from incidents import happenings as h
from incidents.incident import Incident
from tests.support.clocked import moment
from tests.support.laddered import Laddered, laddered
from tests.support.rungs import lose, rounds, settle
from tests.support.staffed import Staffed

OPENED_THEN_CLOCKS = """
S1:
  - {when: opened, to: duty}
  - {when: {clock: resolve, at: 50%}, to: boss, repeat_every: PT10S, max_repeats: 1}
  - {when: {clock: resolve, at: 80%}, to: partner}
exhausted: {hand_to: duty}
"""
OPENED_THEN_TIME = """
S1:
  - {when: opened, to: duty}
  - {when: {unacknowledged: PT60S}, to: boss, wait: PT20S}
  - {when: unanswered, to: partner, wait: PT5S}
exhausted: {hand_to: duty}
"""


def fail(case: Laddered, at: float) -> None:
    """Let every page of the last round fail for good."""
    lose(case, at, Incident.PageFailed, detail="HTTP 404")


def test_the_rung_of_a_clock_is_told_before_its_time() -> None:
    """At once and not again at its own time; what repeats on it still does."""
    case = Laddered(laddered(OPENED_THEN_CLOCKS))
    case.turn(0)
    fail(case, 3)
    assert case.next() == 3
    assert case.paged(range(3, 100)) == [(3, ["boss"]), (60, ["boss"]), (80, ["partner"])]
    assert rounds(case) == [(0, 0, None), (1, 0, "undelivered"), (1, 1, None), (2, 0, None)]


def test_it_goes_on_until_a_page_arrives_or_the_ladder_ends() -> None:
    """Each failure moves it one rung on; after the last it is handed over, at once."""
    case = Laddered(laddered(OPENED_THEN_CLOCKS))
    case.turn(0)
    told = []
    for second in (3, 7, 8):
        fail(case, second)
        told += case.paged(range(second, second + 1))
    assert told == [(3, ["boss"]), (7, ["partner"]), (8, ["duty"])]
    assert isinstance(case.incident.history[-1], h.LadderExhausted)


def test_a_late_engine_tells_it_once() -> None:
    """Also where its own time has come meanwhile."""
    case = Laddered(laddered(OPENED_THEN_CLOCKS))
    case.turn(0)
    fail(case, 3)
    assert case.paged([55]) == [(55, ["boss"])]


def test_time_without_an_acknowledgement_is_not_waited_for() -> None:
    """And what hangs on that rung being unanswered counts from then."""
    case = Laddered(laddered(OPENED_THEN_TIME))
    case.turn(0)
    fail(case, 4)
    assert case.paged(range(4, 200)) == [(4, ["boss"]), (24, ["partner"]), (29, ["duty"])]
    assert rounds(case) == [(0, 0, None), (1, 0, "undelivered"), (2, 0, "unanswered")]


def test_within_a_chain_the_record_says_so_too() -> None:
    """The next step is told for the failure, not for want of an answer."""
    steps = "S1: [{when: opened, to: duty, wait: PT60S}, {when: unanswered, to: boss, wait: PT60S}]"
    case = Laddered(laddered(steps))
    case.turn(0)
    fail(case, 2)
    assert case.paged(range(2, 50)) == [(2, ["boss"])]
    assert rounds(case)[-1] == (1, 0, "undelivered")


def test_whoever_is_left_of_a_round_is_waited_for() -> None:
    """One page of two that arrives is enough."""
    case = Laddered(laddered(OPENED_THEN_CLOCKS.replace("to: duty}\n", "to: [duty, partner]}\n", 1)))
    case.turn(0)
    [fired] = case.told(h.RungFired)
    settle(case, 2, fired.pages[:1], Incident.PageFailed, detail="HTTP 404")
    assert case.paged(range(2, 49)) == []


def test_what_somebody_has_in_hand_is_not_moved_on_for_a_page_that_asked_who_takes_it() -> None:
    """The page failed after the acknowledgement."""
    case = Laddered(laddered(OPENED_THEN_CLOCKS))
    case.turn(0)
    case.acknowledge(1)
    fail(case, 3)
    assert case.paged(range(3, 50)) == []


@pytest.mark.parametrize("acknowledged", [True, False])
def test_what_a_clock_asks_for_is_moved_on_whoever_has_it(*, acknowledged: bool) -> None:
    """The contract's clocks are not stopped by an acknowledgement."""
    case = Laddered(laddered(OPENED_THEN_CLOCKS))
    case.turn(0)
    if acknowledged:
        case.acknowledge(1)
    case.turn(50)
    fail(case, 52)
    assert (52, ["partner"]) in case.paged(range(52, 80))


def test_nobody_on_call_at_a_clocks_rung_moves_it_on_as_well() -> None:
    """Somebody is named, so somebody is to be told now."""
    staff = Staffed(shifts={"acme.first": [(moment(-9), ())]})
    case = Laddered(laddered(OPENED_THEN_CLOCKS.replace("to: boss", "to: {schedule: acme.first}")), staff)
    assert case.paged(range(56)) == [(0, ["duty"]), (50, ["partner"])]


def test_a_rung_that_names_nobody_at_all_costs_nobody_their_time() -> None:
    """Nobody was named, so nothing failed: the next is told when its clock says so."""
    case = Laddered(laddered(OPENED_THEN_CLOCKS.replace("to: boss", "to: vacant")))
    assert case.paged(range(90)) == [(0, ["duty"]), (80, ["partner"])]
