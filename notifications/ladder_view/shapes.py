"""What the ladders of an incident look like to a reader. Rungs and rounds count from 0, durations are whole seconds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime


@dataclass(frozen=True)
class PageTold:
    """A page or notice of a round, and what became of it.

    Attributes:
        recipient: A contact, a webhook or `person:…`; of another party's person the name under which they were called.
        name: What a person of the reader's own party is called.
        called: The name under which a person was called.
        party: The party of a person.
        urgency: `page` or `notice`.
        outcome: `waiting`, `sent`, `failed` or `withdrawn`.
        at: When that was so; of one that waits, when its turn comes.
        why: Why it failed or was withdrawn; of one that waits, until when, and what for.
    """

    recipient: str | None
    name: str | None
    called: str | None
    party: str | None
    channel: str
    urgency: str
    outcome: str
    at: datetime
    why: str | None


@dataclass(frozen=True)
class RoundTold:
    """A round that was told.

    Attributes:
        entry: The version of the fact that told it.
        clock, cycle, round: Its place, as `incident.rung_fired` has them.
        because: Why, in one word, where no clock and no report brought it (as in `incident.rung_fired`).
        why: Why, in words.
        skipped: Why it reached nobody (`no_one_to_reach`, `no_one_on_call`); None: it did.
        pages: Those who were told; None where that is withheld.
        withheld: Why.
    """

    entry: int
    clock: str | None
    cycle: int
    round: int
    at: datetime
    because: str | None
    why: str
    skipped: str | None
    pages: tuple[PageTold, ...] | None
    withheld: str | None


@dataclass(frozen=True)
class When:
    """What a rung hangs on, as the agreement says it: a word or a clock, a share of it, seconds after; and in words."""

    hangs_on: str
    percent: int | None
    after: int
    text: str


@dataclass(frozen=True)
class Only:
    """When a rung counts at all (agreement: `only`), names in their alphabet; what is empty is no condition."""

    severities: tuple[str, ...]
    services: tuple[str, ...]
    during: str | None
    outside: str | None


@dataclass(frozen=True)
class RungView:
    """A rung, what was told of it, and how it stands.

    `state`: `told`, `skipped`, `to_come`, `answered` (it asks who takes the incident, and somebody has), or
    `not_applicable`: it does not count here, or not now.
    """

    rung: int
    when: When
    page: tuple[str, ...]
    notify: tuple[str, ...]
    reach: str
    wait: int
    repeat_every: int | None
    max_repeats: int
    only: Only
    state: str
    rounds: tuple[RoundTold, ...]


@dataclass(frozen=True)
class EndTold:
    """An end of a ladder that nobody answered: for which time, whether it began again, and to whom it was handed."""

    entry: int
    at: datetime
    times: int
    again: bool
    pages: tuple[PageTold, ...] | None
    withheld: str | None


@dataclass(frozen=True)
class LadderView:
    """A ladder. `current`: it acts now; otherwise it did, under another severity."""

    ladder: str
    side: str | None
    current: bool
    rungs: tuple[RungView, ...]
    ends: tuple[EndTold, ...]


@dataclass(frozen=True)
class SideView:
    """Who has the incident in hand for a side (None: all that have no ladder of their own), and until when."""

    side: str | None
    ladder: str
    acknowledged_by: str | None
    acknowledged_at: datetime | None
    expires_at: datetime | None
    snoozed_until: datetime | None


@dataclass(frozen=True)
class Whom:
    """Whom a name would reach now: `people` by id and name; None where that is another party's to know."""

    called: str
    urgency: str
    people: tuple[Person, ...] | None


@dataclass(frozen=True)
class Person:
    """Somebody who would be reached: a person, or a contact or webhook, which has no name of its own."""

    recipient: str
    name: str | None


@dataclass(frozen=True)
class NextView:
    """What comes next, if nobody answers; most of it as in escalation/engine/upcoming.py.

    `deferred_by`: `quiet_hours` or `maintenance`, whose end it waits for. `rung` None: the end of the ladder.
    """

    at: datetime
    ladder: str
    rung: int | None
    clock: str | None
    round: int
    because: str
    expected: bool
    deferred_by: str | None
    whom: tuple[Whom, ...]


@dataclass(frozen=True)
class Ladders:
    """All ladders of an incident as of an instant."""

    as_of: datetime
    sides: tuple[SideView, ...]
    ladders: tuple[LadderView, ...]
    next: tuple[NextView, ...]
