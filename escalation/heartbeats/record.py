"""A heartbeat as its facts tell it: whose it is, what it is to do, and which silence was told.

Its stream is `heartbeat/<id>`, in the operator's log; its first fact says to which partnership and party it belongs.
When it calls, no fact says: a row does (tables.py).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from eventsourcing.domain import event

from escalation.heartbeats import happenings
from escalation.heartbeats.settings import Settings, check
from incidents.errors import Refused
from incidents.ledger.facts import Record
from incidents.ledger.sealing import ERASED, Hidden

if TYPE_CHECKING:
    from datetime import datetime

STREAM = "heartbeat/"


class HeartbeatRemoved(Refused):
    """That heartbeat is removed: nothing more can be done with it."""

    code = "heartbeat_removed"


class HeartbeatPaused(Refused):
    """That heartbeat is paused already."""

    code = "heartbeat_paused"


class HeartbeatNotPaused(Refused):
    """That heartbeat is not paused."""

    code = "heartbeat_not_paused"


@dataclass(frozen=True, slots=True)
class Silence:
    """A silence that was told: since when, and what came of it, an incident (by its id) or a refusal."""

    since: datetime
    incident: str | None = None
    refusal: str | None = None


class Heartbeat(Record):
    """Another system's sign of life, as a party of a partnership set it up."""

    # --- what can happen (each told in happenings.py) ----------------------------------------------------------------

    Made = happenings.Made
    Edited = happenings.Edited
    AddressChanged = happenings.AddressChanged
    Paused = happenings.Paused
    Resumed = happenings.Resumed
    Removed = happenings.Removed
    Missed = happenings.Missed
    DeclarationRefused = happenings.DeclarationRefused
    HeardAgain = happenings.HeardAgain
    SubjectErased = happenings.SubjectErased

    # --- what may be asked -------------------------------------------------------------------------------------------

    @property
    def public_id(self) -> str:
        """The id that clients use; it is no secret."""
        return self.id.removeprefix(STREAM)

    @property
    def actor(self) -> str:
        """What facts call it where it opens an incident."""
        return f"heartbeat:{self.public_id}"

    def edit(self, settings: Settings, *, by: str, at: datetime) -> None:
        """Give it other settings; the same again changes nothing. InvalidField; HeartbeatRemoved."""
        self._must_be_there()
        check(settings)
        if settings != self.settings:
            self.trigger_event(Heartbeat.Edited, **settings.values(), by=by, at=at)

    def change_address(self, secret_hash: str, *, by: str, at: datetime) -> None:
        """Give it another address. HeartbeatRemoved."""
        self._must_be_there()
        self.trigger_event(Heartbeat.AddressChanged, secret_hash=secret_hash, by=by, at=at)

    def pause(self, *, by: str, at: datetime) -> None:
        """Let its silence mean nothing. HeartbeatPaused; HeartbeatRemoved."""
        self._must_be_there()
        if self.paused_at is not None:
            raise HeartbeatPaused
        self.trigger_event(Heartbeat.Paused, by=by, at=at)

    def resume(self, *, by: str, at: datetime) -> None:
        """Let it count again, from now on. HeartbeatNotPaused; HeartbeatRemoved."""
        self._must_be_there()
        if self.paused_at is None:
            raise HeartbeatNotPaused
        self.trigger_event(Heartbeat.Resumed, by=by, at=at)

    def remove(self, *, by: str, at: datetime) -> None:
        """Let it be no more. HeartbeatRemoved."""
        self._must_be_there()
        self.trigger_event(Heartbeat.Removed, by=by, at=at)

    def miss(self, since: datetime, incident: str, *, at: datetime) -> None:
        """Record which incident a silence opened, unless that is on record."""
        if self.silence != Silence(since, incident):
            self.trigger_event(Heartbeat.Missed, since=since, incident=incident, by=self.actor, at=at)

    def refuse(self, since: datetime, why: str, *, at: datetime) -> None:
        """Record why a silence opened no incident, unless that is on record."""
        if self.silence != Silence(since, refusal=why):
            self.trigger_event(Heartbeat.DeclarationRefused, since=since, why=why, by=self.actor, at=at)

    def hear(self, silence: Silence, heard_at: datetime, *, at: datetime) -> None:
        """Record that a silence is over, unless that is on record."""
        if self.silence == silence:
            self.trigger_event(Heartbeat.HeardAgain, since=silence.since, heard_at=heard_at, by=self.actor, at=at)

    def forget(self, *, by: str, at: datetime) -> None:
        """Record that its title was erased (see ledger/erasure.py)."""
        self.trigger_event(Heartbeat.SubjectErased, by=by, at=at)

    def _must_be_there(self) -> None:
        if self.removed_at is not None:
            raise HeartbeatRemoved

    # --- what changes ------------------------------------------------------------------------------------------------

    @event(happenings.Made)
    def __init__(  # noqa: PLR0913, PLR0917 - `@event` hands the first fact's fields over by name
        self,
        partnership: str,
        party: str,
        name: str,
        secret_hash: str,
        service: str,
        impact: str,
        urgency: str,
        interval_seconds: int,
        grace_seconds: int,
        resolves: bool,  # noqa: FBT001 - as above
        title: str | Hidden | None,
        by: str,
        at: datetime,
    ) -> None:
        """Begin to count."""
        self.partnership, self.party, self.name = partnership, party, name
        self.secret_hash = secret_hash
        self.settings = Settings(service, impact, urgency, interval_seconds, grace_seconds, resolves, title)
        self.made_by, self.made_at, self.counts_from = by, at, at
        self.paused_at: datetime | None = None
        self.removed_at: datetime | None = None
        self.silence: Silence | None = None

    @event(happenings.Edited)
    def _edited(  # noqa: PLR0913, PLR0917 - as above
        self,
        service: str,
        impact: str,
        urgency: str,
        interval_seconds: int,
        grace_seconds: int,
        resolves: bool,  # noqa: FBT001 - as above
        title: str | Hidden | None,
    ) -> None:
        self.settings = Settings(service, impact, urgency, interval_seconds, grace_seconds, resolves, title)

    @event(happenings.AddressChanged)
    def _address_changed(self, secret_hash: str) -> None:
        self.secret_hash = secret_hash

    @event(happenings.Paused)
    def _paused(self, at: datetime) -> None:
        self.paused_at, self.silence = at, None

    @event(happenings.Resumed)
    def _resumed(self, at: datetime) -> None:
        self.paused_at, self.counts_from, self.silence = None, at, None

    @event(happenings.Removed)
    def _removed(self, at: datetime) -> None:
        self.removed_at = at

    @event(happenings.Missed)
    def _missed(self, since: datetime, incident: str) -> None:
        self.silence = Silence(since, incident)

    @event(happenings.DeclarationRefused)
    def _declaration_refused(self, since: datetime, why: str) -> None:
        self.silence = Silence(since, refusal=why)

    @event(happenings.HeardAgain)
    def _heard_again(self) -> None:
        self.silence = None

    @event(happenings.SubjectErased)
    def _erased(self) -> None:
        self.settings = replace(self.settings, title=self.settings.title and ERASED)
