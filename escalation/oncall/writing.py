"""Layers and hours as people write them and facts keep them, in JSON: checked, and made into what turns are taken by.

A layer: `{"name", "rotation", "interval", "start": "2026-03-02T09:00", "participants", "restrictions", "turns",
"finish_window", "lengths"}`. Hours: `{"days": ["mon", "tue"], "from": "22:00", "to": "06:00"}`, in the schedule's zone;
where `to` is not later than `from`, they end on the following day. Pure.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any, TypeVar

from escalation.oncall.hours import window
from escalation.oncall.schedule import Hours, Layer, Rotation, Turns
from incidents.errors import InvalidField

if TYPE_CHECKING:
    from collections.abc import Sequence

W = TypeVar("W", bound=StrEnum)

Written = dict[str, Any]
"""A layer, or a window of hours, in JSON."""

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAY_SECONDS = 86_400
MOST_LAYERS = 20
MOST_PARTICIPANTS = 100
MOST_WINDOWS = 50
MOST_LENGTHS = 50
LONGEST_DAYS = 366
LONGEST = {Rotation.HOURLY: 24 * LONGEST_DAYS, Rotation.DAILY: LONGEST_DAYS, Rotation.WEEKLY: 52, Rotation.CUSTOM: 1}
"""Intervals, each in the unit of its rotation."""
EARLIEST_START = datetime(2000, 1, 1)  # noqa: DTZ001 - a wall clock in whatever zone
LATEST_START = timedelta(days=5 * 366)
"""How far ahead of now a layer may begin."""

START_FORMAT = "%Y-%m-%dT%H:%M"
_START = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}")
_TIME = re.compile(r"[0-2][0-9]:[0-5][0-9]")


def layers_of(written: Sequence[Written]) -> tuple[Layer, ...]:
    """Make the layers that checked JSON describes."""
    return tuple(_layer(each) for each in written)


def hours_of(written: Sequence[Written]) -> tuple[Hours, ...]:
    """Make the hours that checked JSON describes; those over midnight become two."""
    return tuple(
        hours
        for each in written
        for day in each["days"]
        for hours in window(WEEKDAYS.index(day), _seconds(each["from"]), _seconds(each["to"]))
    )


def checked_layers(written: Sequence[Written], at: datetime) -> list[Written]:
    """Check layers at an instant, and write out what was left out. InvalidField, by place."""
    if len(written) > MOST_LAYERS:
        raise InvalidField("layers", f"Give at most {MOST_LAYERS} layers.")
    return [_checked_layer(f"layers.{place}", each, at) for place, each in enumerate(written)]


def checked_hours(field: str, written: Sequence[Written]) -> list[Written]:
    """Check windows of hours, and write them out in one way. InvalidField, by place."""
    if len(written) > MOST_WINDOWS:
        raise InvalidField(field, f"Give at most {MOST_WINDOWS} windows.")
    return [_checked_window(f"{field}.{place}", each) for place, each in enumerate(written)]


def _layer(written: Written) -> Layer:
    restrictions = written["restrictions"]
    return Layer(
        rotation=Rotation(written["rotation"]),
        interval=written["interval"],
        start=datetime.strptime(written["start"], START_FORMAT),  # noqa: DTZ007 - a wall clock
        participants=tuple(written["participants"]),
        restrictions=None if restrictions is None else hours_of(restrictions),
        turns=Turns(written["turns"]),
        finish_window=written["finish_window"],
        lengths=tuple(written["lengths"]),
        name=written["name"],
    )


def _checked_layer(field: str, written: Written, at: datetime) -> Written:
    rotation = _one_of(f"{field}.rotation", Rotation, written.get("rotation"))
    restrictions = written.get("restrictions")
    return {
        "name": written.get("name") or "",
        "rotation": rotation.value,
        "interval": _interval(f"{field}.interval", rotation, written.get("interval", 1)),
        "start": _start(f"{field}.start", written.get("start"), at),
        "participants": _participants(f"{field}.participants", written.get("participants") or []),
        "restrictions": None if restrictions is None else checked_hours(f"{field}.restrictions", restrictions),
        "turns": _one_of(f"{field}.turns", Turns, written.get("turns", Turns.CALENDAR)).value,
        "finish_window": bool(written.get("finish_window")),
        "lengths": _lengths(f"{field}.lengths", rotation, written.get("lengths") or []),
    }


def _one_of(field: str, kind: type[W], value: object) -> W:
    try:
        return kind(str(value))
    except ValueError:
        raise InvalidField(field, f"Use one of: {', '.join(kind)}.") from None


def _interval(field: str, rotation: Rotation, interval: int) -> int:
    most = LONGEST[rotation]
    if not 1 <= interval <= most:
        right = "Leave it out: the lengths say it all." if rotation is Rotation.CUSTOM else f"Send 1 to {most}."
        raise InvalidField(field, right)
    return interval


def _lengths(field: str, rotation: Rotation, lengths: Sequence[int]) -> list[int]:
    if rotation is not Rotation.CUSTOM:
        if lengths:
            raise InvalidField(field, "Only `custom` rotations have lengths. Leave it out, or change the rotation.")
        return []
    if not 1 <= len(lengths) <= MOST_LENGTHS or not all(1 <= each <= LONGEST_DAYS for each in lengths):
        raise InvalidField(field, f"Give 1 to {MOST_LENGTHS} lengths, each of 1 to {LONGEST_DAYS} days.")
    return list(lengths)


def _start(field: str, written: object, at: datetime) -> str:
    try:
        start = datetime.strptime(str(written) if _START.fullmatch(str(written)) else "", START_FORMAT)  # noqa: DTZ007 - a wall clock
    except ValueError:
        raise InvalidField(field, "Send a date and time without an offset, such as 2026-03-02T09:00.") from None
    if not EARLIEST_START <= start <= at.astimezone(UTC).replace(tzinfo=None) + LATEST_START:
        raise InvalidField(field, "Send a date and time from the year 2000 on, at most five years ahead.")
    return start.strftime(START_FORMAT)


def _participants(field: str, people: Sequence[str]) -> list[str]:
    """Somebody may take several turns of a round."""
    if not 1 <= len(people) <= MOST_PARTICIPANTS:
        raise InvalidField(field, f"Give 1 to {MOST_PARTICIPANTS} people, in the order of their turns.")
    return list(people)


def _checked_window(field: str, written: Written) -> Written:
    days = list(written.get("days") or [])
    if not days or len(set(days)) < len(days) or not set(days) <= set(WEEKDAYS):
        raise InvalidField(f"{field}.days", f"Give each day once, of: {', '.join(WEEKDAYS)}.")
    opens, closes = (_time(f"{field}.{edge}", written.get(edge)) for edge in ("from", "to"))
    if opens in {DAY_SECONDS, closes}:
        right = "Send a time before 24:00 that is not `to`: a whole day is from 00:00 to 24:00."
        raise InvalidField(f"{field}.from", right)
    return {"days": sorted(days, key=WEEKDAYS.index), "from": written["from"], "to": written["to"]}


def _time(field: str, written: object) -> int:
    if not _TIME.fullmatch(str(written)) or (seconds := _seconds(str(written))) > DAY_SECONDS:
        raise InvalidField(field, "Send a time of day from 00:00 to 24:00, such as 09:00.")
    return seconds


def _seconds(time: str) -> int:
    """Give a time of day as seconds from midnight."""
    hour, _, minute = time.partition(":")
    return int(hour) * 3600 + int(minute) * 60
