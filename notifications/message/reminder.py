"""The message of a reminder. Pure.

It is about what both parties see (escalation/engine/reminders.py), so nothing in it depends on who reads it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from escalation.engine.ahead import kind_of
from escalation.engine.reminders import Reminding
from notifications.message.dated import Dated

if TYPE_CHECKING:
    from datetime import datetime

    from notifications.message.reader import Reader
    from notifications.queue.delivery import Delivery


@dataclass(frozen=True)
class Reminder(Dated):
    """A reminder, the same for every channel.

    `record` is the stream that reminds, as events name it; `title` says in a sentence what is coming, `why` what kind
    of reminder it is and when it is due. `tz` is the zone in which its reader is to be told times, and `to` what the
    reader is called.
    """

    kind: str
    reminder: str
    about: str | None
    partnership: str
    record: str
    title: str
    why: str
    due_at: datetime | None
    at: datetime
    sent_at: datetime
    link: str
    tz: str
    to: str


def reminder_of(delivery: Delivery, record: Reminding, now: datetime, base_url: str, reader: Reader) -> Reminder:
    """Make the message of a delivery, of the record as it stands. LookupError where it did not cause it."""
    cause = reminded_by(delivery, record)
    return Reminder(
        kind=record.MESSAGE_KIND,
        reminder=cause.reminder,
        about=cause.about,
        partnership=record.partnership,
        record=record.id,
        title=record.subject(cause),
        why=_why(cause, now),
        due_at=cause.due_at,
        at=cause.timestamp,
        sent_at=now,
        link=f"{base_url}/v1/{record.path}",
        tz=reader.tz,
        to=reader.name,
    )


def reminded_by(delivery: Delivery, record: Reminding) -> Reminding.Reminded:
    """Find the fact that caused a delivery. LookupError where the record has no such fact."""
    for fact in record.history:
        if isinstance(fact, Reminding.Reminded) and fact.originator_version == delivery.version:
            return fact
    message = f"{record.id} has no reminder {delivery.version}"
    raise LookupError(message)


def _why(cause: Reminding.Reminded, now: datetime) -> str:
    what = kind_of(cause.reminder).replace("_", " ").capitalize()
    of = f" of {cause.about}" if cause.about else ""
    due = f", due {cause.due_at:%Y-%m-%d %H:%M} UTC{_left(cause.due_at - now)}" if cause.due_at else ""
    return f"{what}{of}{due}"


def _left(time: timedelta) -> str:
    """Say how much time is left, in whole days; to the hour, for what takes seconds to send has lost no day."""
    if time <= timedelta():
        return ""
    days = round(time / timedelta(hours=1)) // 24
    return f", in {days} day{'' if days == 1 else 's'}" if days else ", in less than a day"
