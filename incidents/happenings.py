"""What can happen to an incident: its facts, each a past participle.

A field that people write words into is FreeText: sealed, and open to erasure. Everything else must be an id, a name
from the agreement, a number, an instant or a flag. Names are stored for ever; a change of meaning is a new version.
"""

from __future__ import annotations

from datetime import datetime  # noqa: TC003 - the catalogue reads the annotations at run time
from typing import Any, ClassVar

from incidents.ledger.facts import FirstFact, FreeText, Record


class IncidentEvent(Record.Event):
    """Something that happened to an incident."""


class Declared(FirstFact, IncidentEvent):
    """Somebody reported it, and it was classified under the agreement version it is pinned to."""

    number: int
    title: FreeText
    description: FreeText | None
    service: str
    agreement_version: int
    impact: str | None
    urgency: str | None
    users_affected_pct: int | None
    flags: list[str]
    severity: str
    because: str
    source: str | None
    source_id: str | None


class Classified(IncidentEvent):
    """Impact, urgency or flags were assessed again, and the agreement gave a severity."""

    impact: str | None
    urgency: str | None
    users_affected_pct: int | None
    flags: list[str]
    severity: str
    because: str


class SeverityChanged(IncidentEvent):
    """Somebody set another severity, with a reason."""

    severity: str
    reason: FreeText


class Acknowledged(IncidentEvent):
    """Somebody has taken it."""


class Unacknowledged(IncidentEvent):
    """Whoever had taken it gave it back."""

    reason: FreeText | None


class Assigned(IncidentEvent):
    """Somebody of a party has a role."""

    role: str
    assignee: str
    party: str


class Noted(IncidentEvent):
    """A note for those who work on it."""

    text: FreeText


class UpdatePosted(IncidentEvent):
    """A status update, for one's own side or for the partner."""

    text: FreeText
    audience: str


class ClockPaused(IncidentEvent):
    """Clocks stand still for a reason that the agreement lists."""

    reason: str
    clocks: list[str]
    note: FreeText | None


class ClockResumed(IncidentEvent):
    """A pause ended."""

    reason: str


class Mitigated(IncidentEvent):
    """The users no longer feel it; the cause may remain."""

    text: FreeText | None


class Resolved(IncidentEvent):
    """It is over."""

    text: FreeText | None


class Reopened(IncidentEvent):
    """It was not over."""

    reason: FreeText


class Closed(IncidentEvent):
    """Both sides are done with it."""


class Cancelled(IncidentEvent):
    """It was a false alarm."""

    reason: FreeText


class MarkedDuplicate(IncidentEvent):
    """Another incident tells the same story."""

    of: str


class SubjectErased(IncidentEvent):
    """What people had written about it was erased, and its key with it: those fields are now unreadable for ever."""


class SystemEvent(IncidentEvent):
    """What the engine or a sender says; people decide nothing by it."""

    SYSTEM: ClassVar[bool] = True


class ClockWarned(SystemEvent):
    """A share of a clock's target is used up. `late` when higher shares were passed at the same time (rule 7)."""

    clock: str
    cycle: int
    percent: int
    late: bool


class ClockBreached(SystemEvent):
    """A clock ran over: `breached_at` is the last instant at which it was still met (rule 8)."""

    clock: str
    cycle: int
    breached_at: datetime
    detected_at: datetime


class ClockCorrected(SystemEvent):
    """A breach on record was none: a fact that was reported late had stopped the clock in time (rule 13)."""

    clock: str
    cycle: int


class PauseExpired(SystemEvent):
    """A pause reached its agreed limit; the fact's `at` is when."""

    reason: str


class RungFired(SystemEvent):
    """A rung of the ladder was reached. `pages`: delivery, recipient, channel, via (an address by name), urgency."""

    ladder: str
    rung: int
    clock: str | None
    cycle: int
    round: int
    pages: list[dict[str, Any]]


class RungSkipped(SystemEvent):
    """A rung was reached and nobody could be told, so the ladder went on at once."""

    ladder: str
    rung: int
    clock: str | None
    cycle: int
    round: int
    why: str


class PageSent(SystemEvent):
    """A delivery left, and the channel took it. `kind` is page, notice, or taken: somebody else has come."""

    delivery: str
    kind: str
    recipient: str
    channel: str
    tries: int


class PageFailed(SystemEvent):
    """A delivery could not be made, for good."""

    delivery: str
    kind: str
    recipient: str
    channel: str
    tries: int
    detail: str


class PageWithdrawn(SystemEvent):
    """A page was no longer needed when its turn came. `tries` before may have reached the recipient unseen."""

    delivery: str
    kind: str
    recipient: str
    channel: str
    tries: int
    why: str
