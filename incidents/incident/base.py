"""What all parts of an incident share: its identity, its status, and the guards that ask for it."""

from __future__ import annotations

from datetime import datetime  # noqa: TC003 - the library reads the annotations of what changes at run time
from typing import TYPE_CHECKING, NotRequired, TypedDict

from incidents import happenings, refusals
from incidents.ledger.facts import Record, partnership_of

if TYPE_CHECKING:
    from collections.abc import Collection

ACTIVE = frozenset({"open", "acknowledged", "mitigated"})


class Said(TypedDict):
    """By whom something is said, and when it was so; for which party, by which way in, for whose eyes (None: all)."""

    by: str
    at: datetime
    for_party: NotRequired[str | None]
    via: NotRequired[str | None]
    visible_to: NotRequired[list[str] | None]


class IncidentBase(Record):
    """Part of an incident. Each part is a mixin in three bands; `Incident` puts them together."""

    Event = happenings.IncidentEvent

    status: str
    service: str
    severity: str
    source: str | None
    reported_at: datetime
    visible_to: list[str] | None
    """The parties for whom the incident exists; None: all."""

    @property
    def partnership(self) -> str:
        """The partnership whose incident it is."""
        return partnership_of(self.id)

    @property
    def public_id(self) -> str:
        """The id that clients use."""
        return self.id.rsplit("/", 1)[1]

    @property
    def imported(self) -> bool:
        """Whether it is another system's history: it pages nobody, and asks nobody's consent."""
        return self.source is not None

    @property
    def active(self) -> bool:
        """Whether somebody still has to do something."""
        return self.status in ACTIVE

    @property
    def withdrawn(self) -> bool:
        """Whether it turned out to be none: a false alarm, or a duplicate."""
        return self.status in {"cancelled", "duplicate"}

    def _must_be_active(self) -> None:
        if not self.active:
            raise refusals.NotActive(status=self.status)

    def _must_page(self) -> None:
        """Refuse what would page somebody where nobody is paged. NotActive; PagesNobody."""
        self._must_be_active()
        if self.imported:
            raise refusals.PagesNobody

    def _must_exist_for(self, parties: Collection[str]) -> None:
        """Refuse to page somebody for whom there is no such incident. AddresseeCannotSee."""
        if blind := [] if self.visible_to is None else sorted(set(parties) - set(self.visible_to)):
            raise refusals.AddresseeCannotSee(parties=blind)

    def _must_not_be_withdrawn(self) -> None:
        if self.withdrawn:
            raise refusals.Withdrawn(status=self.status)
