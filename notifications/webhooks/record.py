"""A webhook subscription as its facts tell it: where to, what of, who paused it, why it was disabled.

Its stream is `webhook/<id>`, in the operator's log; its first fact says to which partnership and party it belongs. What
it is signed with is in no fact (secrets.py), nor is what was sent (tables.py).
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, ClassVar

from eventsourcing.domain import event

from escalation.engine.reminders import Occasion, Reminding
from incidents.errors import InvalidField, Refused
from incidents.ledger.facts import FirstFact, FreeText
from incidents.ledger.sealing import ERASED, Hidden
from notifications.webhooks.log import host_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from escalation.crew.reaching import Calling

STREAM = "webhook/"
ACTIVE, PAUSED, DISABLED, REMOVED = "active", "paused", "disabled", "removed"
STATES = (ACTIVE, PAUSED, DISABLED, REMOVED)
SILENT, GONE = "silent", "gone"
"""Why it was disabled: nothing got through for so long; or its receiver answered 410 Gone."""
KEPT = timedelta(days=30)
"""How long messages are kept: in the log once they are finished, and waiting for a receiver that takes none."""
OVERLAP = timedelta(hours=24)
"""How long the secret before a rotation is good beside the new one, where nobody says otherwise."""
LONGEST_OVERLAP = timedelta(days=7)
NOTICE = "webhook_disabled"
_WHY = {SILENT: "nothing has got through for days", GONE: "its receiver answered 410 Gone"}


class SubscriptionRemoved(Refused):
    """That webhook is removed: nothing more can be done with it. Make another one."""

    code = "webhook_removed"


class NotInThatState(Refused):
    """Only an active webhook is paused or pinged, only a paused one resumed, only a disabled one enabled."""

    code = "webhook_state"


@dataclass(frozen=True)
class Settings:
    """Where to, what people call it, and what of: words as the feed takes them; none: all but records of reads."""

    url: str | Hidden
    name: str | Hidden
    types: tuple[str, ...] = ()


class Subscription(Reminding):
    """What happens in a partnership, told to another system of a party: what that party may see of it."""

    # --- what can happen ---------------------------------------------------------------------------------------------

    class Event(Reminding.Event):
        """Something that happened to it."""

    class Created(FirstFact):
        """A party made it. `begins_at` is the first index of the partnership's log that it tells."""

        partnership: str
        party: str
        url: FreeText
        name: FreeText
        types: list[str]
        begins_at: int

    class Edited(Event):
        """It goes there, is called that and tells of these types, from the next message on."""

        url: FreeText
        name: FreeText
        types: list[str]

    class SecretRotated(Event):
        """A new secret began; the one before it is good until `old_until`, and any older one no more."""

        old_until: datetime

    class Paused(Event):
        """Its owner wants nothing sent for now; it waits."""

    class Resumed(Event):
        """What waited is sent, and what comes."""

    class Disabled(Event):
        """It was given up for now, as long as nobody enables it: `why` is `silent` or `gone`."""

        SYSTEM: ClassVar[bool] = True

        why: str

    class Enabled(Event):
        """What waited since is sent, and what comes."""

    class Pinged(Event):
        """Its owner tries it out with a message of no event."""

        message: str

    class Redelivered(Event):
        """So many messages are to be sent again: one, or those of events that came about in [since, until)."""

        messages: int
        message: str | None
        since: datetime | None
        until: datetime | None
        only_failed: bool

    class Removed(Event):
        """It tells nothing any more, for ever."""

    class SubjectErased(Event):
        """What people wrote in it was erased, its address too: it is removed by that."""

    # --- what may be asked -------------------------------------------------------------------------------------------

    @property
    def public_id(self) -> str:
        """The id that clients use."""
        return self.id.removeprefix(STREAM)

    @property
    def partnership(self) -> str:
        """The partnership that it belongs to."""
        return self._partnership

    @property
    def path(self) -> str:
        """Where people read it, beneath `/v1/`."""
        return f"partnerships/{self.partnership}/webhooks/{self.public_id}"

    def subject(self, reminded: Reminding.Reminded) -> str:  # noqa: ARG002 - the port's
        """Say which is disabled, by its host alone: the rest of an address may be secret."""
        host = host_of(self.settings.url) if isinstance(self.settings.url, str) else ""
        why = _WHY.get(self.state_why or "", "")
        return (
            f"{self.party}'s webhook to {host} is disabled: {why}. Events wait for {KEPT.days} days; enable it once its"
            " receiver works"
        )

    def wants(self, reminded: Reminding.Reminded) -> bool:
        """Say whether it is disabled still, as it was then."""
        return self.state == DISABLED and reminded.due_at == self._let_go_at

    def edit(self, settings: Settings, *, by: str, at: datetime) -> None:
        """Give it other settings; the same again changes nothing. SubscriptionRemoved."""
        self._must_be_there()
        if settings != self.settings:
            self.trigger_event(Subscription.Edited, **_values(settings), by=by, at=at)

    def rotate(self, old_until: datetime, *, by: str, at: datetime) -> None:
        """Record that a new secret begins. SubscriptionRemoved; InvalidField."""
        self._must_be_there()
        if old_until > at + LONGEST_OVERLAP:
            most = int(LONGEST_OVERLAP.total_seconds())
            raise InvalidField("overlap_seconds", f"The old secret can go on for at most {most} seconds.")
        self.trigger_event(Subscription.SecretRotated, old_until=old_until, by=by, at=at)

    def pause(self, *, by: str, at: datetime) -> None:
        """Let nothing be sent for now. SubscriptionRemoved; NotInThatState."""
        self._must_be(ACTIVE)
        self.trigger_event(Subscription.Paused, by=by, at=at)

    def resume(self, *, by: str, at: datetime) -> None:
        """Go on with what waits. SubscriptionRemoved; NotInThatState."""
        self._must_be(PAUSED)
        self.trigger_event(Subscription.Resumed, by=by, at=at)

    def enable(self, *, by: str, at: datetime) -> None:
        """Go on with what waits. SubscriptionRemoved; NotInThatState."""
        self._must_be(DISABLED)
        self.trigger_event(Subscription.Enabled, by=by, at=at)

    def disable(self, why: str, calling: Calling, owners: Iterable[str], *, by: str) -> None:
        """Give it up for now, and tell its owners; nothing unless it is active."""
        if self.state == ACTIVE:
            self.trigger_event(Subscription.Disabled, why=why, by=by, at=calling.at)
            self.remind(Occasion(NOTICE, None, self._let_go_at), calling, notify=owners)

    def ping(self, message: str, *, by: str, at: datetime) -> None:
        """Record that it is tried out. SubscriptionRemoved; NotInThatState."""
        self._must_be(ACTIVE)
        self.trigger_event(Subscription.Pinged, message=message, by=by, at=at)

    def redeliver(self, asked: Redelivery, messages: int, *, by: str, at: datetime) -> None:
        """Record that so many messages are to be sent again. SubscriptionRemoved."""
        self._must_be_there()
        self.trigger_event(Subscription.Redelivered, messages=messages, **asdict(asked), by=by, at=at)

    def remove(self, *, by: str, at: datetime) -> None:
        """Let it tell nothing any more. SubscriptionRemoved."""
        self._must_be_there()
        self.trigger_event(Subscription.Removed, by=by, at=at)

    def forget(self, *, by: str, at: datetime) -> None:
        """Record that what people wrote in it was erased (see ledger/erasure.py)."""
        self.trigger_event(Subscription.SubjectErased, by=by, at=at)

    def _must_be_there(self) -> None:
        if self.state == REMOVED:
            raise SubscriptionRemoved

    def _must_be(self, state: str) -> None:
        self._must_be_there()
        if self.state != state:
            raise NotInThatState(state=self.state)

    @property
    def _let_go_at(self) -> datetime:
        """When the first of what waits since its last change is let go."""
        return self.state_at + KEPT

    # --- what changes ------------------------------------------------------------------------------------------------

    @event(Created)
    def __init__(  # noqa: PLR0913, PLR0917 - `@event` hands the first fact's fields over by name
        self,
        partnership: str,
        party: str,
        url: str | Hidden,
        name: str | Hidden,
        types: list[str],
        begins_at: int,
        by: str,
        at: datetime,
    ) -> None:
        """Begin active."""
        self._partnership, self.party, self.begins_at = partnership, party, begins_at
        self.settings = Settings(url, name, tuple(types))
        self.made_by, self.made_at = by, at
        self.old_secret_until: datetime | None = None
        self._become(ACTIVE, at)

    @event(Edited)
    def _edited(self, url: str | Hidden, name: str | Hidden, types: list[str]) -> None:
        self.settings = Settings(url, name, tuple(types))

    @event(SecretRotated)
    def _rotated(self, old_until: datetime) -> None:
        self.old_secret_until = old_until

    @event(Paused)
    def _paused(self, at: datetime) -> None:
        self._become(PAUSED, at)

    @event(Resumed)
    def _resumed(self, at: datetime) -> None:
        self._become(ACTIVE, at)

    @event(Disabled)
    def _disabled(self, why: str, at: datetime) -> None:
        self._become(DISABLED, at, why)

    @event(Enabled)
    def _enabled(self, at: datetime) -> None:
        self._become(ACTIVE, at)

    @event(Removed)
    def _removed(self, at: datetime) -> None:
        self._become(REMOVED, at)

    @event(SubjectErased)
    def _erased(self, at: datetime) -> None:
        self.settings = Settings(ERASED, ERASED, self.settings.types)
        self._become(REMOVED, at)

    def _become(self, state: str, at: datetime, why: str | None = None) -> None:
        self.state, self.state_at, self.state_why = state, at, why


@dataclass(frozen=True)
class Redelivery:
    """What is to be sent again: one message, or those of events in [since, until), of them the failed ones alone."""

    message: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    only_failed: bool = False


def _values(settings: Settings) -> dict[str, object]:
    return {"url": settings.url, "name": settings.name, "types": list(settings.types)}
