"""Who holds the contacts that a partnership's agreement names.

The agreement says which functions there are; who has them now is no amendment. So it stands beside it, and each party
says it of its own contacts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from eventsourcing.domain import event

from incidents.errors import Refused
from incidents.ledger.facts import Fact, FirstFact, Record

if TYPE_CHECKING:
    from datetime import datetime


class NobodyNamed(Refused):
    """Nobody is named for that contact: it is reached as the agreement says."""

    code = "nobody_named"


@dataclass(frozen=True)
class Holder:
    """Who holds a contact for a party: `person:…`, `team:PARTY.NAME` or `schedule:PARTY.NAME`."""

    contact: str
    party: str
    holder: str
    since: datetime


class Holders(Record):
    """The holders of one partnership's contacts."""

    class Begun(FirstFact):
        """The first was named."""

    class HolderNamed(Fact):
        """A party named who holds one of its contacts from now on."""

        party: str
        contact: str
        holder: str

    class HolderRemoved(Fact):
        """Nobody is named for a contact any more: it is reached as the agreement says."""

        party: str
        contact: str

    def name(self, contact: str, party: str, holder: str, *, by: str, at: datetime) -> None:
        """Name who holds a contact; the same again changes nothing."""
        known = self.holders.get(contact)
        if known is None or (known.party, known.holder) != (party, holder):
            self.trigger_event(Holders.HolderNamed, party=party, contact=contact, holder=holder, by=by, at=at)

    def remove(self, contact: str, party: str, *, by: str, at: datetime) -> None:
        """Name nobody for a contact. NobodyNamed."""
        if contact not in self.holders:
            raise NobodyNamed
        self.trigger_event(Holders.HolderRemoved, party=party, contact=contact, by=by, at=at)

    @event(Begun)
    def __init__(self) -> None:
        """Begin with nobody."""
        self.holders: dict[str, Holder] = {}

    @event(HolderNamed)
    def _named(self, party: str, contact: str, holder: str, at: datetime) -> None:
        self.holders[contact] = Holder(contact, party, holder, at)

    @event(HolderRemoved)
    def _removed(self, contact: str) -> None:
        del self.holders[contact]


def stream_of(partnership: str) -> str:
    """Give the stream of a partnership's holders."""
    return f"{partnership}/holders"


def partnership_of_holders(holders: Holders) -> str:
    """Give the partnership whose holders these are."""
    return holders.id.partition("/")[0]
