from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import pytest

from escalation.crew.own import OwnStaff
from escalation.crew.staff import NOBODY
from incidents.incidents import Asked, Incidents
from incidents.ledger.facts import Record
from incidents.ledger.ledger import Ledger
from incidents.ledger.receipts import RequestKey
from incidents.refusals import AlreadyAcknowledged
from tests.support.paging import House

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

R = TypeVar("R", bound=Record)


class OvertakenLedger(Ledger):
    """A ledger in which something else is carried out after a request was looked up, and before it is decided."""

    meanwhile: Callable[[], object] | None = None

    def get(self, kind: type[R], stream: str, *, version: int | None = None, as_of: datetime | None = None) -> R:
        """Let the other go first, once."""
        other, self.meanwhile = self.meanwhile, None
        if other is not None:
            other()
        return super().get(kind, stream, version=version, as_of=as_of)


def overtaken(house: House, meanwhile: Callable[[], object]) -> Incidents:
    """Give use cases that are overtaken once."""
    known = house.ledger
    ledger = OvertakenLedger(known.engine, known.catalogue, known.clock, known.projections)
    ledger.meanwhile = meanwhile
    return Incidents(ledger, house.agreements, OwnStaff(NOBODY))


@pytest.fixture
def house(database_url: str) -> Iterator[House]:
    """Yield incidents on a real database."""
    house = House(database_url)
    yield house
    house.engine.dispose()


def test_a_request_that_is_sent_twice_at_once_has_the_same_answer(house: House) -> None:
    """The second meets what the first has done, and gets the first's answer instead of a refusal."""
    stream = house.declare()
    asked = Asked(by="key:1", request=RequestKey("key:1", "take-it", "f"))
    slow = overtaken(house, lambda: house.incidents.acknowledge(stream, asked))

    answer = slow.acknowledge(stream, asked)

    assert answer.incident.version == 2
    assert house.incidents.get(stream).version == 2


def test_a_request_with_a_revision_that_is_sent_twice_at_once_has_the_same_answer(house: House) -> None:
    """The second is not stale because of its own first sending."""
    stream = house.declare()
    asked = Asked(by="key:1", revision=1, request=RequestKey("key:1", "note-it", "f"))
    slow = overtaken(house, lambda: house.incidents.note(stream, "Once.", asked))

    assert slow.note(stream, "Once.", asked).incident.version == 2
    assert house.incidents.get(stream).version == 2


def test_another_request_that_was_faster_refuses_as_ever(house: House) -> None:
    """Only the same request's receipt turns a refusal into an answer."""
    stream = house.declare()
    slow = overtaken(house, lambda: house.incidents.acknowledge(stream, Asked(by="key:2")))

    with pytest.raises(AlreadyAcknowledged):
        slow.acknowledge(stream, Asked(by="key:1", request=RequestKey("key:1", "take-it", "f")))
