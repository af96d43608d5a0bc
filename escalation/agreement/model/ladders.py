"""Ladders: who hears of an incident as long as nobody answers. Durations are whole seconds."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

OPENED = "opened"
"""A rung's `when`: the report."""
UNACKNOWLEDGED = "unacknowledged"
"""So long after the report (`after`), unless somebody has it in hand then."""
UNANSWERED = "unanswered"
"""The rung before was told, and nobody has answered for as long as it waits (its `wait`)."""
SEVERITY_CHANGED = "severity_changed"
"""The severity has become another one, that of this ladder."""
ANY = "any"
"""Whatever clock reaches the share."""
SILENT = "silent"
"""Whatever clock of a target that repeats, the update cadence, has been overdue for so long (`after`).

Every other word is the name of a clock. No target and no notification has a name that stands here.
"""

ANSWERED_BY_ACKNOWLEDGING = frozenset({OPENED, UNACKNOWLEDGED, UNANSWERED, SEVERITY_CHANGED})
"""What a rung may hang on that asks who takes it, rather than what a clock measures."""

DEFAULT_WAIT = 15 * 60
"""How long a rung waits for an answer, unless it says otherwise."""


class Reach(StrEnum):
    """How a rung reaches those whom it pages."""

    ALL = "all"
    """All of them at once."""
    ONE_AT_A_TIME = "one_at_a_time"
    """The first, and after each wait without an answer the next."""
    ROUND_ROBIN = "round_robin"
    """One of them: each incident begins with the one after whom the last one began with; then as one at a time."""


@dataclass(frozen=True, slots=True)
class Condition:
    """When a rung counts at all (`only`); an empty one is no condition.

    Attributes:
        severities: The incident's severity is among them when the rung is reached.
        services: The incident's service is among them.
        during: The name of a calendar that is open when the rung is reached.
        outside: The name of a calendar that is closed then.
    """

    severities: frozenset[str] = frozenset()
    services: frozenset[str] = frozenset()
    during: str | None = None
    outside: str | None = None


@dataclass(frozen=True, slots=True)
class Rung:
    """One step of a ladder (spec.ladders).

    Attributes:
        index: Its place in the ladder, from 0.
        when: `opened`, `unacknowledged`, `unanswered`, `severity_changed`, `any`, `silent`, or the name of a clock.
        percent: The share of the target at which it fires; None where it hangs on no clock.
        page: Whom it pages, who must answer (the document's `to`); names as in crew/staff.py.
        notify: Whom it only informs.
        repeat_every: Seconds after which it pages again; None: never.
        max_repeats: How often it pages again at most.
        after: With `unacknowledged` seconds since the report; with a clock seconds of counted time past the share
            (the document's `silent_for`: `silent`, at 100 %, and so long after).
        wait: Seconds for which it waits for an answer, before a rung that hangs on `unanswered`.
        reach: Whether it pages all at once, or one after the other.
        only: When it counts at all.
    """

    index: int
    when: str
    percent: int | None
    page: tuple[str, ...]
    notify: tuple[str, ...]
    repeat_every: int | None = None
    max_repeats: int = 0
    after: int = 0
    wait: int = DEFAULT_WAIT
    reach: Reach = Reach.ALL
    only: Condition = field(default_factory=Condition)


@dataclass(frozen=True, slots=True)
class QuietHours:
    """When rungs wait for a calendar's next opening (spec.ladders.quiet_hours)."""

    severities: frozenset[str]
    calendar: str


@dataclass(frozen=True, slots=True)
class Exhausted:
    """What follows when a ladder's rungs were all told, and nobody has answered (spec.ladders.exhausted).

    Attributes:
        repeat: How often it begins again from its first rung that pages.
        hand_to: Who is paged when that has not helped either.
    """

    repeat: int = 0
    hand_to: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Acknowledging:
    """How long an acknowledgement holds while nothing is heard (spec.ladders.acknowledgement), in seconds.

    `expires_after`: by severity; one that is not there holds for good.
    """

    expires_after: Mapping[str, int] = field(default_factory=dict)
