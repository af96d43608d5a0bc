from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TYPE_CHECKING

import pytest

from notifications.queue.queue import LEASE
from tests.support.paging import House, page
from tests.support.sending import claim

if TYPE_CHECKING:
    from collections.abc import Iterator

    from notifications.queue.delivery import Delivery

CLAIMERS = 4


@pytest.fixture
def house(database_url: str) -> Iterator[House]:
    """Yield incidents and deliveries on a database of their own."""
    made = House(database_url)
    yield made
    made.engine.dispose()


def test_claims_at_the_same_moment_never_share_a_lane(house: House) -> None:
    """Each of several processes may see a lane free; only one of them gets it, in every round."""
    stream = house.declare()
    house.fire(stream, *(page(f"person-{n}", destination=f"https://lane-{n % 5}.example") for n in range(100)))
    together = Barrier(CLAIMERS)

    def claim_one(_: int) -> list[Delivery]:
        together.wait()
        return claim(house.engine, house.clock.now(), most=3)

    with ThreadPoolExecutor(CLAIMERS) as pool:
        for _ in range(10):
            claimed = [delivery for found in pool.map(claim_one, range(CLAIMERS)) for delivery in found]
            assert Counter(delivery.destination for delivery in claimed) == {
                f"https://lane-{n}.example": 1 for n in range(5)
            }
            house.clock.move(seconds=LEASE.total_seconds())


def test_no_more_are_claimed_than_can_be_sent_and_pages_come_before_notices(house: House) -> None:
    """With one place free, the page goes; the notice that waited longer does not."""
    stream = house.declare()
    house.fire(stream, page("globex-ops", urgency=1))
    house.clock.move(seconds=1)
    house.fire(stream, page("acme-duty"))
    claimed = claim(house.engine, house.clock.now())
    assert [delivery.recipient for delivery in claimed] == ["acme-duty"]


def test_what_is_not_due_yet_is_left(house: House) -> None:
    """The Clock decides, not the database's own time."""
    house.fire(house.declare(), page())
    earlier = house.clock.now()
    assert claim(house.engine, earlier.replace(hour=11)) == []
    assert claim(house.engine, earlier) != []
