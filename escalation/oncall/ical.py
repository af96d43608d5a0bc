"""A schedule's turns as a calendar that programs subscribe to (RFC 5545, with the properties of RFC 7986). Pure.

An event's UID follows from its schedule and its start alone, so that a program that reads again moves and renames what
it has, and shows nothing twice.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from icalendar import Calendar, Event

from escalation.oncall.reports import gaps

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from escalation.oncall.record import OnCallSchedule
    from escalation.oncall.schedule import Shift

BEHIND, AHEAD = timedelta(weeks=4), timedelta(weeks=26)
LOOKED_BACK = timedelta(days=400)
"""How far back the true start of a turn is looked for that began before the calendar does."""
READ_AGAIN = timedelta(hours=1)
NOBODY, SOMEBODY = "Nobody is on call", "somebody"
MEDIA_TYPE = "text/calendar"


@dataclass(frozen=True)
class Turn:
    """An event: when, and what is written on it."""

    begun: datetime
    start: datetime
    end: datetime
    summary: str


def calendar(record: OnCallSchedule, now: datetime, names: Mapping[str, str | None], person: str | None) -> bytes:
    """Write a schedule's turns, from 4 weeks back to 26 weeks ahead; of one person, or all with the gaps to come.

    Args:
        record: The schedule.
        now: The present.
        names: What people are called, by id; None once erased.
        person: Whose turns alone are wanted; None: everybody's.

    """
    found = Calendar()
    title = f"On call: {record.label}"
    found.add("prodid", "-//Tocsin//On call//EN")
    found.add("version", "2.0")
    found.add("name", title)
    found.add("x-wr-calname", title)
    found.add("refresh-interval", READ_AGAIN, parameters={"VALUE": "DURATION"})
    for turn in turns(record, now, names, person):
        found.add_component(_event(record, turn))
    return bytes(found.to_ical())


def turns(record: OnCallSchedule, now: datetime, names: Mapping[str, str | None], person: str | None) -> Iterator[Turn]:
    """Give the events of a schedule."""
    start, end = now - BEHIND, now + AHEAD
    shifts = record.final(max(record.created_at, start - LOOKED_BACK), end)
    for shift in shifts:
        if shift.end > start and shift.people and person in {None, *shift.people}:
            yield Turn(shift.start, max(shift.start, start), shift.end, _summary(record, shift, names))
    if person is None:
        to_come = [shift for shift in shifts if shift.end > now]
        for gap in gaps(to_come, record.definition.must_cover, record.definition.schedule.tz):
            yield Turn(gap.start, max(gap.start, start), gap.end, f"{NOBODY}: {record.label}")


def _summary(record: OnCallSchedule, shift: Shift, names: Mapping[str, str | None]) -> str:
    return f"{', '.join(names.get(each) or SOMEBODY for each in shift.people)}: {record.label}"


def _event(record: OnCallSchedule, turn: Turn) -> Event:
    event = Event()
    event.add("uid", f"{record.public_id}-{turn.begun:%Y%m%dT%H%M%SZ}@tocsin")
    event.add("dtstamp", record.history[-1].timestamp.replace(microsecond=0))
    event.add("sequence", record.version)
    event.add("dtstart", turn.start)
    event.add("dtend", turn.end)
    event.add("summary", turn.summary)
    event.add("transp", "TRANSPARENT")
    return event
