"""What can happen to an incident: its facts, each a past participle.

A field that people write words into is FreeText: sealed, and open to erasure. Everything else must be an id, a name
from the agreement, a number, an instant or a flag. Names are stored for ever; a change of meaning is a new version.
"""

from __future__ import annotations

import typing
from dataclasses import field
from datetime import datetime  # noqa: TC003 - the catalogue reads the annotations at run time
from functools import cache
from typing import Any, ClassVar

from incidents.ledger.catalogue import snake
from incidents.ledger.facts import FirstFact, FreeText, Record, Sealed

WHOLE = "*"
"""Stands for all of a fact where a field could stand."""


class IncidentEvent(Record.Event):
    """Something that happened to an incident."""


class Decision(IncidentEvent):
    """Something that people, or programs for them, said or decided.

    `for_party` is whose they were (None: neither side's), `via` how it came in: api, slack, cli, import.
    `visible_to` names the parties that may see it; None: all.
    """

    WHOLE: ClassVar[bool] = False
    """Whether a restriction withholds all of it. Otherwise only its words: the state that it changes is shared."""

    for_party: str | None = field(default=None, kw_only=True)
    via: str | None = field(default=None, kw_only=True)
    visible_to: list[str] | None = field(default=None, kw_only=True)


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


class Acknowledged(Decision):
    """Somebody has taken it."""


class Unacknowledged(Decision):
    """Whoever had taken it gave it back."""

    reason: FreeText | None


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


class ClockResumed(Decision):
    """A pause ended."""

    reason: str


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


_NAMED = frozenset({"impact", "urgency", "users_affected_pct", "flags", "assignee", "pages", "recipient", "detail"})


@cache
def kind_of(happening: type[IncidentEvent]) -> str:
    """Give what a kind of fact is called in agreements: `noted`, `update_posted`."""
    return snake(happening.__name__)


@cache
def words_of(happening: type[IncidentEvent]) -> tuple[str, ...]:
    """Give the fields of a kind of fact that people write words into."""
    hints = typing.get_type_hints(happening, include_extras=True)
    return tuple(sorted(name for name, hint in hints.items() if Sealed in _parts(hint)))


@cache
def confidential(happening: type[IncidentEvent]) -> tuple[str, ...]:
    """Give the fields of a kind of fact that can be withheld; the others carry the state that clocks hang on."""
    hints = typing.get_type_hints(happening)
    return tuple(sorted({*words_of(happening), *(_NAMED & hints.keys())}))


def _parts(hint: object) -> set[object]:
    inner = (*typing.get_args(hint), *getattr(hint, "__metadata__", ()))
    return {hint, *(part for each in inner for part in _parts(each))} if inner else {hint}
