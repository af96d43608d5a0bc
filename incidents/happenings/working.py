"""What people say and decide as they work on an incident."""

from __future__ import annotations

from dataclasses import field
from typing import ClassVar

from incidents.happenings.base import Decision
from incidents.ledger.facts import FirstFact, FreeText


class Declared(FirstFact, Decision):
    """Somebody reported it, and it was classified under the agreement version it is pinned to."""

    WHOLE: ClassVar[bool] = True

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


class Classified(Decision):
    """Impact, urgency or flags were assessed again, and the agreement gave a severity."""

    impact: str | None
    urgency: str | None
    users_affected_pct: int | None
    flags: list[str]
    severity: str
    because: str


class SeverityChanged(Decision):
    """Somebody set another severity, with a reason."""

    severity: str
    reason: FreeText
    claim: int | None = field(default=None, kw_only=True)
    """The dispute for whose duration it holds: it is not confirmed yet."""


class Acknowledged(Decision):
    """Somebody has taken it; `side` is the party whose own ladder that answers (None: the ladder that all share)."""

    side: str | None = field(default=None, kw_only=True)


class Unacknowledged(Decision):
    """Whoever had taken it gave it back."""

    reason: FreeText | None
    side: str | None = field(default=None, kw_only=True)


class Assigned(Decision):
    """Somebody of a party has a role."""

    role: str
    assignee: str
    party: str


class Noted(Decision):
    """A note for those who work on it."""

    WHOLE: ClassVar[bool] = True

    text: FreeText


class UpdatePosted(Decision):
    """A status update, for one's own side or for the partner."""

    WHOLE: ClassVar[bool] = True

    text: FreeText
    audience: str


class ClockPaused(Decision):
    """Clocks stand still for a reason that the agreement lists."""

    reason: str
    clocks: list[str]
    note: FreeText | None
    evidence: FreeText | None = field(default=None, kw_only=True)


class ClockResumed(Decision):
    """A pause ended. `void`: it turned out to be none, and its time counts."""

    reason: str
    void: bool | None = field(default=None, kw_only=True)


class PauseVetoed(Decision):
    """Whoever may veto a pause did: it ends, and its time counts."""

    reason: str
    why: FreeText


class MilestoneReached(Decision):
    """Something came about that the agreement names (see escalation/agreement/moments.py)."""

    milestone: str
    evidence: FreeText | None
    text: FreeText | None


class Mitigated(Decision):
    """The users no longer feel it; the cause may remain."""

    text: FreeText | None


class Resolved(Decision):
    """It is over."""

    text: FreeText | None


class Reopened(Decision):
    """It was not over."""

    reason: FreeText


class Closed(Decision):
    """Both sides are done with it."""


class Cancelled(Decision):
    """It was a false alarm."""

    reason: FreeText


class MarkedDuplicate(Decision):
    """Another incident tells the same story."""

    of: str


class VisibilityChanged(Decision):
    """An earlier fact (`entry` is its version), or some of its fields, is now for these parties only; None: for all."""

    entry: int
    fields: list[str]
    to: list[str] | None
    reason: FreeText | None


class SubjectErased(Decision):
    """What people had written about it was erased, and its key with it: those fields are now unreadable for ever."""


class PageRequeued(Decision):
    """A delivery that had failed for good, after so many `tries` in all, is to be sent again; the rest as it failed."""

    delivery: str
    kind: str
    recipient: str
    channel: str
    tries: int
    party: str | None = field(default=None, kw_only=True)


class ReviewPublished(Decision):
    """Its review is there for both sides. `reference` says where."""

    reference: FreeText | None


class ActionAgreed(Decision):
    """A corrective or preventive action was agreed, with a priority of the agreement."""

    action: str
    priority: str
    text: FreeText


class ActionClosed(Decision):
    """An action was carried out."""

    action: str
    text: FreeText | None
