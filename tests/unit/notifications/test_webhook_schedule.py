from __future__ import annotations

from datetime import timedelta

import pytest

from notifications.webhooks.schedule import LONGEST_ASKED, LONGEST_REST, SHORTEST_REST, WAITS, again_at, opens_at
from tests.support.clock import NOON


def test_a_message_has_ten_tries_within_days() -> None:
    """Each wait is longer than the one before; together they are about three days."""
    waits = []
    tries = 1
    while (again := again_at(tries, None, NOON, 0.5)) is not None:
        waits.append(again - NOON)
        tries += 1
    assert tries == 10
    assert waits == sorted(waits)
    assert timedelta(days=3) < sum(waits, timedelta()) < timedelta(days=4)


@pytest.mark.parametrize(("chance", "share"), [(0.0, 0.8), (0.5, 1.0), (1.0, 1.2)])
def test_chance_spreads_what_failed_together(chance: float, share: float) -> None:
    """A fifth sooner or later, for messages and for receivers."""
    assert again_at(2, None, NOON, chance) == NOON + timedelta(seconds=WAITS[1] * share)
    assert opens_at(NOON, None, NOON, chance) == NOON + timedelta(seconds=SHORTEST_REST * share)


@pytest.mark.parametrize(("asked", "given"), [(600.0, 600.0), (1.0, 5.0), (1e9, LONGEST_ASKED)])
def test_a_rest_that_is_asked_for_is_given_up_to_a_day(asked: float, given: float) -> None:
    """It never makes a wait shorter."""
    assert again_at(1, asked, NOON, 0.5) == NOON + timedelta(seconds=given)
    assert opens_at(NOON, asked, NOON, 0.5) == NOON + timedelta(seconds=given)


@pytest.mark.parametrize(("failing", "rest"), [(0, 5.0), (30, 30.0), (240, 240.0), (86_400, LONGEST_REST)])
def test_a_receiver_rests_as_long_again_as_it_has_been_failing(failing: float, rest: float) -> None:
    """From seconds to minutes, and no longer: it is to be noticed soon that it is well again."""
    assert opens_at(NOON - timedelta(seconds=failing), None, NOON, 0.5) == NOON + timedelta(seconds=rest)
