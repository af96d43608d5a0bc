"""Who has an incident in hand, who is asked to come, and what the ladder does where nobody answers.

`side` is the party whose own ladder is meant (agreement: ladders.parties); None: the ladder that all share.
"""

from __future__ import annotations

from dataclasses import field
from datetime import datetime  # noqa: TC003 - the catalogue reads the annotations at run time
from typing import Any, ClassVar

from incidents.happenings.base import Decision, SystemEvent
from incidents.ledger.facts import FreeText  # noqa: TC001 - the catalogue reads the annotations at run time


class Snoozed(Decision):
    """Whoever has it wants no reminder until an instant; the contract's clocks, and what hangs on them, go on."""

    until: datetime
    reason: FreeText
    side: str | None = field(default=None, kw_only=True)


class SnoozeEnded(Decision):
    """Somebody ended the snooze before its time; it is still in hand."""

    side: str | None = field(default=None, kw_only=True)


class Escalated(Decision):
    """Somebody wants a rung (its place in the ladder, from 0) told now: it is in nobody's hand until that answers."""

    ladder: str
    rung: int
    reason: FreeText | None
    side: str | None = field(default=None, kw_only=True)


class Reassigned(Decision):
    """It is to be somebody else's: `to` is an addressee. It is in nobody's hand until they answer."""

    NAMES: ClassVar[frozenset[str]] = frozenset({"to"})

    to: str
    reason: FreeText | None
    side: str | None = field(default=None, kw_only=True)


class ResponderAsked(Decision):
    """Somebody is asked to come and help: `whom` is an addressee. The request goes by this fact's version."""

    whom: str
    text: FreeText | None


class ResponderAccepted(Decision):
    """Whoever was asked comes. `request` is the version of the fact that asked."""

    request: int


class ResponderDeclined(Decision):
    """Whoever was asked does not come."""

    request: int
    reason: FreeText | None


class ParentLinked(Decision):
    """It is part of a larger incident (`parent` is its public id): what is done there holds here as well."""

    WHOLE: ClassVar[bool] = True

    parent: str


class ParentUnlinked(Decision):
    """It goes its own way again."""

    WHOLE: ClassVar[bool] = True

    parent: str


class ChildLinked(Decision):
    """Another incident (its public id) is part of this one."""

    WHOLE: ClassVar[bool] = True

    child: str


class ChildUnlinked(Decision):
    """That incident goes its own way again."""

    WHOLE: ClassVar[bool] = True

    child: str


class DuplicateMerged(Decision):
    """Another incident (its public id) turned out to tell the same story as this one."""

    WHOLE: ClassVar[bool] = True

    duplicate: str


class AcknowledgementExpired(SystemEvent):
    """Nothing was heard of whoever had taken it, for as long as agreed: the ladder goes on where it stood."""

    side: str | None


class SnoozeExpired(SystemEvent):
    """The snooze is over, and so is the acknowledgement: the ladder goes on where it stood."""

    side: str | None


class LadderExhausted(SystemEvent):
    """All rungs of a ladder were told, and nobody has answered.

    `again`: it begins again from its first rung that pages. `pages` as in RungFired: those to whom it is handed at its
    end (agreement: ladders.exhausted.hand_to).
    """

    ladder: str
    times: int
    again: bool
    pages: list[dict[str, Any]]
