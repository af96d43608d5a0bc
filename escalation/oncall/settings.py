"""What a schedule is beside its layers, and its overrides as people should know them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from escalation.calendars.zones import UnknownZoneError, zone
from escalation.oncall.schedule import Override
from escalation.oncall.writing import Written, checked_hours
from incidents.errors import InvalidField

if TYPE_CHECKING:
    from datetime import datetime

    from incidents.ledger.sealing import Hidden

MOST_WARNED = 20


@dataclass(frozen=True, slots=True)
class Settings:
    """What people set.

    Attributes:
        title: What people call the schedule.
        tz: The zone of its handoffs and hours.
        warn: Names of addressees who hear of gaps; none: the party's leading contacts.
        must_cover: Hours in which somebody must be on call, as writing.py has them; None: always; empty: never.
    """

    title: str | Hidden | None
    tz: str
    warn: tuple[str, ...] = ()
    must_cover: tuple[Written, ...] | None = None

    def values(self) -> dict[str, Any]:
        """Give them as facts have them."""
        return {
            "title": self.title,
            "tz": self.tz,
            "warn": list(self.warn),
            "must_cover": None if self.must_cover is None else list(self.must_cover),
        }


@dataclass(frozen=True)
class KnownOverride:
    """An override: people, or nobody, who are on call during [start, end); why, and by whose word since when.

    `removed_at` is when it was taken back; None: it was not.
    """

    number: int
    start: datetime
    end: datetime
    people: tuple[str, ...]
    reason: str | Hidden | None
    added_by: str
    added_at: datetime
    removed_at: datetime | None = None

    @cached_property
    def override(self) -> Override:
        """Itself, as schedules are computed with it: one for all definitions in which it stands."""
        return Override(self.start, self.end, self.people, str(self.number))

    def stood(self, at: datetime) -> bool:
        """Say whether it was on record at an instant, and neither over nor taken back."""
        return self.added_at <= at < self.end and (self.removed_at is None or at < self.removed_at)


def checked(settings: Settings) -> Settings:
    """Check settings, and write their hours in one way. InvalidField."""
    try:
        zone(settings.tz)
    except UnknownZoneError as error:
        raise InvalidField("tz", error.message) from None
    if len(settings.warn) > MOST_WARNED or len(set(settings.warn)) < len(settings.warn):
        raise InvalidField("warn", f"Give at most {MOST_WARNED} names, each once.")
    hours = settings.must_cover
    covered = None if hours is None else tuple(checked_hours("must_cover", hours))
    return Settings(settings.title, settings.tz, settings.warn, covered)
