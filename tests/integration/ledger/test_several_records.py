"""Several records in one commit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from incidents.ledger.ledger import Ledger
from incidents.ledger.tables import pending
from tests.support.doors import Door, catalogue, hang

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy import Engine

    from incidents.ledger.facts import Fact, Record
    from incidents.ledger.pipeline import Write
    from tests.support.clock import MovedClock


class Asked:
    """A projection without rows, which remembers what it was asked about."""

    table = pending
    compared = ()

    def __init__(self) -> None:
        """Begin unasked."""
        self.about: list[str] = []

    def writes(self, record: Record, new: Sequence[Fact]) -> Iterable[Write]:
        """Remember it."""
        del new
        self.about.append(record.id)
        return ()


def test_rows_are_written_in_one_order_whatever_the_order_of_the_records(runtime: Engine, clock: MovedClock) -> None:
    """Two commands that change the same two records lock their rows alike: neither waits for the other for ever."""
    asked = Asked()
    ledger = Ledger(runtime, catalogue(), clock, [asked])
    streams = sorted(hang(ledger) for _ in range(2))
    for order in (streams, streams[::-1]):
        asked.about.clear()
        with ledger.command() as command:
            doors = [ledger.get(Door, stream) for stream in order]
            for door in doors:
                door.paint("red", command.recorded_at)
            ledger.save(*doors)
        assert asked.about == streams
