"""Pages that are sent again after they had failed for good: a ladder waits for whoever may get them yet."""

from __future__ import annotations

from incidents import happenings as h
from incidents.incident import Incident
from tests.support.laddered import Laddered, laddered
from tests.support.rungs import lose

STEPS = """
S1:
  - {when: opened, to: duty, wait: PT10S}
  - {when: unanswered, to: boss, wait: PT20S}
"""


def failed() -> Laddered:
    """Give an incident whose first page could not be delivered: its ladder is to move on at once."""
    case = Laddered(laddered(STEPS))
    case.turn(0)
    lose(case, 2, Incident.PageFailed, detail="HTTP 503")
    assert case.next() == 2
    return case


def requeue(case: Laddered, at: float) -> None:
    """Have the page of the first round sent again."""
    [told] = case.told(h.RungFired)[0].pages
    case.do(at, lambda it, when: it.requeue(told["delivery"], by="key:1", at=when, for_party="acme"))


def test_a_page_that_has_another_chance_is_waited_for_as_if_it_had_not_failed() -> None:
    """The step waits from when it was told: whoever gets it may answer."""
    case = failed()
    requeue(case, 3)
    assert case.next() == 10
    assert case.paged(range(3, 12)) == [(10, ["boss"])]


def test_a_page_that_fails_again_is_lost_again() -> None:
    """The ladder moves on from that failure."""
    case = failed()
    requeue(case, 3)
    lose(case, 6, Incident.PageFailed, detail="HTTP 503")
    assert case.next() == 6
    assert case.paged(range(6, 12)) == [(6, ["boss"])]


def test_what_the_ladder_has_done_meanwhile_stays_done() -> None:
    """The next step was told before the page was sent again: nobody is called back, and nobody is told twice."""
    case = failed()
    assert case.paged(range(2, 5)) == [(2, ["boss"])]
    requeue(case, 5)
    assert [people for _, people in case.paged(range(5, 21))] == []
