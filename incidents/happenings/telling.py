"""What the engine and the sender say of an incident."""

from __future__ import annotations

from dataclasses import field
from datetime import datetime  # noqa: TC003 - the catalogue reads the annotations at run time
from typing import Any

from incidents.happenings.base import SystemEvent


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
    repeated: list[str] | None = field(default=None, kw_only=True)
    """The incidents (public ids) whose deviations, with this one, make a breach (agreement: turns_into_breach)."""


class ClockDeviated(SystemEvent):
    """A clock ran over by no more than is tolerated: `deviated_at` is the last instant at which it was still met."""

    clock: str
    cycle: int
    deviated_at: datetime
    detected_at: datetime


class ClockCorrected(SystemEvent):
    """A breach or deviation on record was none: a fact reported late had stopped the clock in time (rule 13)."""

    clock: str
    cycle: int


class PauseExpired(SystemEvent):
    """A pause reached its agreed limit; the fact's `at` is when."""

    reason: str


class RungFired(SystemEvent):
    """A rung of the ladder was reached.

    `pages`: delivery, recipient (a contact, a webhook, or `person:…`), channel, via (an address by name), urgency. Of a
    person also `party`, and `called`: the name under which the rung reached them. `after`, where it is given, are the
    seconds for which that way of reaching somebody waits.
    """

    ladder: str
    rung: int
    clock: str | None
    cycle: int
    round: int
    pages: list[dict[str, Any]]
    of: int | None = field(default=None, kw_only=True)
    """How many there are whom the rung pages one at a time; None: it pages all whom it names at once."""
    because: str | None = field(default=None, kw_only=True)
    """Why this round, where no clock and no opening brought it: see `because` in docs/ladders.md."""


class RungSkipped(SystemEvent):
    """A rung was reached and nobody could be told, so the ladder went on at once.

    `why`: `no_one_to_reach`, or `no_one_on_call`, where it names a schedule; then `pages` warn whoever owns that.
    """

    ladder: str
    rung: int
    clock: str | None
    cycle: int
    round: int
    why: str
    pages: list[dict[str, Any]] | None = field(default=None, kw_only=True)
    because: str | None = field(default=None, kw_only=True)


class PageSent(SystemEvent):
    """A delivery left, and the channel took it. `kind` is page, notice, or taken: somebody else has come.

    `party` is that of a person, here and below; a contact is of whose the agreement says.
    """

    delivery: str
    kind: str
    recipient: str
    channel: str
    tries: int
    party: str | None = field(default=None, kw_only=True)


class PageFailed(SystemEvent):
    """A delivery could not be made, for good."""

    delivery: str
    kind: str
    recipient: str
    channel: str
    tries: int
    detail: str
    party: str | None = field(default=None, kw_only=True)


class PageWithdrawn(SystemEvent):
    """A page was no longer needed when its turn came. `tries` before may have reached the recipient unseen."""

    delivery: str
    kind: str
    recipient: str
    channel: str
    tries: int
    why: str
    party: str | None = field(default=None, kw_only=True)


class AgreementMigrated(SystemEvent):
    """Both sides moved it to another version of their agreement, which acts from now on (clock rule 3)."""

    agreement_version: int
