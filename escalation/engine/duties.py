"""What records owe as time goes by: the port through which the engine serves every kind of record alike."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from incidents.ledger.facts import Record

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

R = TypeVar("R", bound=Record)


class Duties(Protocol[R]):
    """What one kind of record owes. Both answers follow from the same facts, so that they cannot disagree."""

    @property
    def kind(self) -> type[R]:
        """The records that they are of."""

    def next_instant(self, record: R) -> datetime | None:
        """Give the next instant at which something untold could become true, which may be past; None: never."""

    def tell(self, record: R, now: datetime) -> None:
        """Append to the record what is true at `now` and not yet told.

        What has been told must no longer be owed: the engine comes back as long as `next_instant` is past.
        """


def duties_of(every: Iterable[Duties[Any]], record: Record) -> Duties[Any] | None:
    """Find the duties of a record by its kind; None: as time goes by it owes nothing."""
    return next((duties for duties in every if isinstance(record, duties.kind)), None)
