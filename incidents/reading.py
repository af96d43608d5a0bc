"""Reading incidents: as they stand or stood, and as a viewer may see them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from incidents.disclosure import folded, shown
from incidents.errors import InvalidField, NotFound
from incidents.incident import Incident
from incidents.ledger.moments import check_past, sequenced_version, version_at

if TYPE_CHECKING:
    from datetime import datetime

    from incidents.disclosure import Viewer
    from incidents.ledger.ledger import Ledger
    from incidents.terms import Agreements


@dataclass(frozen=True)
class Moment:
    """Which state is asked for: that after a version, or that of an instant; neither: as it stands."""

    version: int | None = None
    as_of: datetime | None = None

    @property
    def past(self) -> bool:
        """Whether a state of its own is asked for, which stays the same."""
        return self.version is not None or self.as_of is not None


NOW = Moment()


@dataclass(frozen=True)
class Seen:
    """An incident at a moment: as its viewer may see it, and `whole`, for clocks, which both sides share.

    `final`: nothing recorded later can change this answer; a restriction or an erasure can still take from it.
    """

    incident: Incident
    whole: Incident
    final: bool


class Reading:
    """Reads incidents for viewers."""

    def __init__(self, ledger: Ledger, agreements: Agreements) -> None:
        """Take the ledger, and where terms are found."""
        self._ledger = ledger
        self._agreements = agreements

    def incident(self, stream: str, viewer: Viewer, moment: Moment = NOW) -> Seen:
        """Read an incident. NotFound where there is, or was, none for this viewer; InvalidField for a wrong moment."""
        now = self._ledger.get(Incident, stream)
        past = self._at(now, moment)
        terms = self._agreements.pinned(now.partnership, past.agreement_version)
        seen = shown(past, viewer, terms, now=now if past is not now else None)
        if seen is None:
            raise NotFound
        return Seen(seen, past, final=moment.past and self._is_final(stream, moment))

    def _at(self, now: Incident, moment: Moment) -> Incident:
        version = moment.version
        if moment.as_of is not None:
            check_past(moment.as_of, self._ledger.clock.now())
            version = version_at(self._ledger.recorder.reading, now.id, moment.as_of)
            if version is None:
                raise NotFound
        if version is None or version == now.version:
            return now
        if version > now.version:
            raise InvalidField("at_version", f"It has not come that far. Its newest version is {now.version}.")
        return folded(now.history[:version])

    def _is_final(self, stream: str, moment: Moment) -> bool:
        if moment.version is None:
            return True
        return moment.version <= sequenced_version(self._ledger.recorder.reading, stream)
