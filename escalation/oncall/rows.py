"""The projection of schedules: one row each, by which a party's schedules are found."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy.dialects.postgresql import insert as upsert

from escalation.oncall.feed import CalendarFeed
from escalation.oncall.record import OnCallSchedule
from escalation.oncall.tables import calendar_feeds, schedules
from incidents.ledger.pipeline import Write

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from incidents.ledger.facts import Fact, Record

_schedule = upsert(schedules)
_WRITE_SCHEDULE = _schedule.on_conflict_do_update(
    index_elements=[schedules.c.stream], set_={"retired_at": _schedule.excluded.retired_at}
)
_feed = upsert(calendar_feeds)
_WRITE_FEED = _feed.on_conflict_do_update(
    index_elements=[calendar_feeds.c.stream], set_={"revoked_at": _feed.excluded.revoked_at}
)


class ScheduleRows:
    """One row a schedule. The name of a retired one is free again."""

    table = schedules
    compared = tuple(column.name for column in schedules.c)

    def writes(self, record: Record, new: Sequence[Fact]) -> Iterable[Write]:
        """Give the schedule's row."""
        if isinstance(record, OnCallSchedule) and new:
            row = {
                "stream": record.id,
                "partnership": record.partnership,
                "party": record.party,
                "name": record.name,
                "created_at": record.created_at,
                "retired_at": record.retired_at,
            }
            yield Write(_WRITE_SCHEDULE, [row])


class FeedRows:
    """One row a calendar feed, with the hash of its secret."""

    table = calendar_feeds
    compared = tuple(column.name for column in calendar_feeds.c)

    def writes(self, record: Record, new: Sequence[Fact]) -> Iterable[Write]:
        """Give the feed's row."""
        if isinstance(record, CalendarFeed) and new:
            row = {
                "stream": record.id,
                "partnership": record.partnership,
                "party": record.party,
                "schedule": record.schedule,
                "secret_hash": record.secret_hash,
                "person": record.person,
                "made_by": record.made_by,
                "made_at": record.made_at,
                "revoked_at": record.revoked_at,
            }
            yield Write(_WRITE_FEED, [row])
