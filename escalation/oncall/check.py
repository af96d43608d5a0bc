"""Which schedules can be computed, and for which instants."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from escalation.calendars.calendar_rules import DAY, DAYS
from escalation.calendars.zones import UnknownZoneError, zone
from escalation.oncall.schedule import Rotation
from incidents.errors import InvalidField

if TYPE_CHECKING:
    from escalation.oncall.schedule import Hours, Layer, Schedule

YEARS = range(1900, 2200)
"""As of calendars: a typing error in a year must not cost minutes."""
EARLIEST, LATEST = (datetime(year, 1, 1, tzinfo=UTC) for year in (YEARS.start, YEARS.stop))
LONGEST = {Rotation.HOURLY: 24 * 36_525, Rotation.DAILY: 36_525, Rotation.WEEKLY: 5218, Rotation.CUSTOM: 1}
"""The longest shift in its unit, a hundred years; the `interval` of a custom rotation counts for nothing."""


def check(schedule: Schedule) -> None:
    """Refuse a schedule that cannot be computed. What computes but has nobody is let pass.

    Raises:
        InvalidField: the zone, a layer's start, interval, lengths or restrictions, or an override's start or end; the
            field is named from the schedule on, such as `layers[0].interval`.

    """
    try:
        zone(schedule.tz)
    except UnknownZoneError as error:
        raise InvalidField("tz", f"tz: {error.message}") from error
    for nth, layer in enumerate(schedule.layers):
        _check_layer(layer, f"layers[{nth}]")
    for nth, override in enumerate(schedule.overrides):
        check_instant(override.start, f"overrides[{nth}].start")
        check_instant(override.end, f"overrides[{nth}].end")


def check_instant(at: datetime, field: str) -> None:
    """Refuse an instant that nothing is computed for.

    Raises:
        InvalidField: it is not in the years 1900 to 2199.

    """
    if not EARLIEST <= at < LATEST:
        raise outside_the_years(field)


def outside_the_years(field: str) -> InvalidField:
    """What to raise for an instant that nothing is computed for."""
    return InvalidField(field, f"{field}: must be in the years {YEARS.start} to {YEARS.stop - 1} (UTC).")


def _check_layer(layer: Layer, field: str) -> None:
    if layer.start.year not in YEARS or layer.start.tzinfo or layer.start.microsecond:
        wanted = f"a local time in whole seconds, without an offset, in the years {YEARS.start} to {YEARS.stop - 1}"
        raise InvalidField(f"{field}.start", f"{field}.start: must be {wanted}.")
    longest = LONGEST[layer.rotation]
    if not 1 <= layer.interval <= longest:
        raise InvalidField(f"{field}.interval", f"{field}.interval: must be from 1 to {longest} ({layer.rotation}).")
    _check_lengths(layer, f"{field}.lengths")
    for nth, hours in enumerate(layer.restrictions or ()):
        _check_hours(hours, f"{field}.restrictions[{nth}]")


def _check_lengths(layer: Layer, field: str) -> None:
    if layer.rotation is not Rotation.CUSTOM:
        if layer.lengths:
            raise InvalidField(field, f"{field}: only a custom rotation has lengths. Leave them out.")
    elif not layer.lengths or min(layer.lengths) < 1 or sum(layer.lengths) > LONGEST[Rotation.DAILY]:
        wanted = "one or more days for each shift, a hundred years at most in all"
        raise InvalidField(field, f"{field}: must be {wanted}, such as [5, 2].")


def _check_hours(hours: Hours, field: str) -> None:
    if hours.weekday not in range(len(DAYS)) or not 0 <= hours.start < hours.end <= DAY:
        raise InvalidField(field, f"{field}: must be hours of one weekday that end after they begin, by 24:00.")
