"""A schedule as its owner wrote it down: layers of turns, and overrides. All that is computed from it is elsewhere.

People are named by whatever the caller calls them. Nothing here knows what they are: an id, or a letter in a case.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime  # noqa: TC003 - whoever reads the annotations resolves them
from enum import StrEnum


class Rotation(StrEnum):
    """The unit of a shift's length (on-call rule 1)."""

    HOURLY = "hourly"
    """Real hours, counted from the start."""
    DAILY = "daily"
    """Local dates: the handoff keeps its time of day."""
    WEEKLY = "weekly"
    """Seven local dates: the handoff keeps its weekday and time of day."""
    CUSTOM = "custom"
    """Shifts of unequal length, in days, one after the other (`lengths`)."""


class Turns(StrEnum):
    """What a turn passes with (on-call rule 4)."""

    CALENDAR = "calendar"
    """Every shift uses up a turn, also one that lies wholly outside the restrictions."""
    WORKED = "worked"
    """A shift in which the layer has no hour uses up none."""


@dataclass(frozen=True, slots=True)
class Hours:
    """Hours of one weekday (0: Monday) in the schedule's zone, in seconds from local midnight: [start, end).

    `end` is 86,400 at most. A window over midnight is two of these.
    """

    weekday: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Layer:
    """Turns that people take (on-call rules 1 to 4).

    Attributes:
        rotation: The unit of a shift's length.
        interval: The length of a shift in that unit; 1 with `custom`.
        start: The first handoff, as a wall clock in the schedule's zone shows it: naive.
        participants: Who takes turns, in their order; the first one's begins at `start`.
        restrictions: The hours in which the layer has anybody; None: always.
        turns: What a turn passes with.
        finish_window: Whether a window of restrictions that runs over a handoff is finished by whoever began it.
        lengths: With `custom` alone: lengths of shifts in days, one after the other, and again from the first.
        name: What people call it.
    """

    rotation: Rotation
    interval: int
    start: datetime
    participants: tuple[str, ...]
    restrictions: tuple[Hours, ...] | None = None
    turns: Turns = Turns.CALENDAR
    finish_window: bool = False
    lengths: tuple[int, ...] = ()
    name: str = ""


@dataclass(frozen=True, slots=True)
class Override:
    """What replaces everything during [start, end) (on-call rule 3): aware instants; no people is nobody."""

    start: datetime
    end: datetime
    people: tuple[str, ...]
    id: str = ""


@dataclass(frozen=True, slots=True)
class Schedule:
    """Layers, a later one before an earlier one, and overrides, a later one before an earlier one, in a zone."""

    tz: str
    layers: tuple[Layer, ...]
    overrides: tuple[Override, ...] = ()


@dataclass(frozen=True, slots=True)
class Shift:
    """People on call during [start, end), aware instants in UTC; nobody is a gap.

    `layer` is the index of the layer that gave them, `override` the id of the override; both None: nothing did.
    `swap` is the number of the last swap that put somebody in another's place.
    """

    start: datetime
    end: datetime
    people: tuple[str, ...]
    layer: int | None = None
    override: str | None = None
    swap: int | None = None
