"""Projections: rows that are written in a command's own transaction and can be rebuilt from its facts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy import Table

    from incidents.ledger.facts import Fact, Record
    from incidents.ledger.pipeline import Write


class Projection(Protocol):
    """Rows derived from records.

    `writes` must give the same rows whether it is shown a stream's facts one by one or all at once:
    then the replay check can rebuild them. It does no I/O.
    """

    @property
    def table(self) -> Table:
        """Where the rows are."""

    @property
    def compared(self) -> Sequence[str]:
        """The columns that a replay check compares; the key's among them."""

    def writes(self, record: Record, new: Sequence[Fact]) -> Iterable[Write]:
        """Give what `new` facts of `record` (already applied to it) change; nothing for other kinds of record."""
