"""The look ahead on ladders: it says what then is told, as long as nobody answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from escalation.engine.upcoming import Coming, upcoming
from incidents import happenings as h
from tests.support.clocked import Clocked, moment, the_agreement
from tests.support.laddered import Laddered, laddered

if TYPE_CHECKING:
    from collections.abc import Iterable

STEPS = """
S1:
  - {when: opened, to: duty, wait: PT10S, repeat_every: PT4S, max_repeats: 1}
  - {when: unanswered, to: boss, wait: PT20S}
  - {when: unanswered, to: partner, wait: PT5S}
  - {when: {unacknowledged: PT50S}, to: duty, wait: PT5S}
exhausted: {hand_to: boss}
"""


def ahead(case: Clocked, at: float) -> list[Coming]:
    """Look ahead at a second."""
    return upcoming(case.incident, case.version, moment(at))


def steps_of(found: Iterable[Coming]) -> list[tuple[float, int | None, str, bool]]:
    """Give second, rung, reason, and whether it is an estimate."""
    return [((each.at - moment(0)).total_seconds(), each.rung, each.why, each.expected) for each in found]


def test_before_anything_was_told() -> None:
    """The first rounds are known; what follows a step that nobody answers is an estimate."""
    assert steps_of(ahead(Laddered(laddered(STEPS)), 0)) == [
        (0, 0, "opened", False),
        (14, 1, "unanswered", True),
        (34, 2, "unanswered", True),
        (50, 3, "unacknowledged", False),
        (55, None, "exhausted", True),
    ]


@pytest.mark.parametrize("now", [0, 3, 5, 20, 40, 52])
def test_what_is_expected_comes_about(now: int) -> None:
    """An engine that nobody interrupts tells it then."""
    case = Laddered(laddered(STEPS))
    case.paged(range(now + 1))
    expected = {(at, rung) for at, rung, _, _ in steps_of(ahead(case, now))}
    before = case.incident.version
    case.paged(range(now + 1, 70))
    told: dict[int | None, float] = {}
    for fact in case.incident.history[before:]:
        if isinstance(fact, h.RungFired | h.LadderExhausted):
            told.setdefault(getattr(fact, "rung", None), (fact.at - moment(0)).total_seconds())
    assert {(at, rung) for rung, at in told.items()} == expected


def test_while_somebody_has_it_only_clocks_go_on() -> None:
    """The contract's clocks do not ask who has it."""
    case = Laddered(laddered(STEPS + "default: [{when: {clock: any, at: 100%}, to: boss}]"))
    case.turn(0)
    case.acknowledge(1)
    assert ahead(case, 1) == []
    other = Laddered(laddered("S1: [{when: opened, to: duty}, {when: {clock: resolve, at: 50%}, to: boss}]"))
    other.turn(0)
    other.acknowledge(1)
    assert steps_of(ahead(other, 1)) == [(50, 1, "clock", False)]


def test_where_a_ladder_goes_on_is_known() -> None:
    """Given back, whoever was paged last comes first, and the steps after that are estimates."""
    case = Laddered(laddered(STEPS))
    case.paged(range(15))
    case.acknowledge(15)
    case.unacknowledge(40)
    assert steps_of(ahead(case, 40))[:2] == [(40, 1, "resumed", False), (60, 2, "unanswered", True)]


def test_an_estimate_is_never_past() -> None:
    """While the engine is late, the steps after the next count from now."""
    found = steps_of(ahead(Laddered(laddered(STEPS)), 100))
    assert found[:2] == [(0, 0, "opened", False), (50, 3, "unacknowledged", False)]
    assert (114, 1, "unanswered", True) in found


def test_nothing_comes_of_what_is_over_or_another_systems() -> None:
    """Neither is on a ladder."""
    case = Laddered(laddered(STEPS))
    case.cancel(1)
    imported: dict[str, Any] = {"source": "other", "source_id": "1"}
    assert ahead(case, 1) == ahead(Clocked(the_agreement(), **imported), 1) == []
