"""Migrations: running incidents that move to another version of their agreement (clock rule 3). Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from escalation.book import refusals

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

MOST = 500
"""Incidents that one migration moves at most: they all move in one transaction."""
MOST_OPEN = 20
"""Migrations that a party proposed, and that wait at once: they never lapse."""


@dataclass
class Migration:
    """A proposal to move incidents, and who has signed it.

    Attributes:
        number: What it is called: the version of the fact that proposed it.
        incidents: Those that are to move, by public id.
        needs: The parties that must sign.
        proposed_for: The party that proposed it; None: the operator.
        moved: Those that did move; None: it was not carried out.
    """

    number: int
    to_version: int
    incidents: tuple[str, ...]
    needs: tuple[str, ...]
    proposed_for: str | None
    proposed_at: datetime
    signed: dict[str, datetime] = field(default_factory=dict)
    withdrawn: bool = False
    moved: tuple[str, ...] | None = None
    carried_out_at: datetime | None = None

    @property
    def awaited(self) -> tuple[str, ...]:
        """The parties that still have to sign."""
        return tuple(party for party in self.needs if party not in self.signed) if not self.withdrawn else ()

    @property
    def stage(self) -> str:
        """Say how it stands: proposed, withdrawn or carried_out."""
        if self.withdrawn:
            return "withdrawn"
        return "proposed" if self.moved is None else "carried_out"

    def must_be_open(self) -> None:
        """Refuse what was withdrawn or carried out. NotProposed."""
        if self.withdrawn or self.moved is not None:
            raise refusals.NotProposed(stage=self.stage)

    def lacks_signature(self, party: str) -> bool:
        """Say whether a party has not signed it yet. NotASigner; NotProposed."""
        if party not in self.needs:
            raise refusals.NotASigner(signers=list(self.needs))
        if party in self.signed:
            return False
        self.must_be_open()
        return True


def check_few(migrations: Iterable[Migration], party: str | None) -> None:
    """Refuse that a party, or the operator, proposes yet another one. TooManyOpen."""
    waiting = [each for each in migrations if each.stage == "proposed" and each.proposed_for == party]
    if len(waiting) >= MOST_OPEN:
        raise refusals.TooManyOpen(most=MOST_OPEN)
