"""Instants as other systems write them: ISO, day-first, month-first, or by a pattern; with an offset or without. Pure.

Of a time that the zone showed twice the first counts; one that it never showed has the old offset (clock rule 9).
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache
from typing import TYPE_CHECKING

from api.importing.errors import Unusable

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import tzinfo

_TIME = (
    r",?[T\s]\s*(?P<hour>\d{1,2}):(?P<minute>\d\d)(:(?P<second>\d\d)([.,](?P<fraction>\d{1,9}))?)?"
    r"\s*(?P<offset>[Zz]|[+-]\d\d(:?\d\d)?)?"
)
FORMS = {
    name: re.compile(date + _TIME, re.ASCII)
    for name, date in {
        "iso": r"(?P<year>\d{4})(?P<mark>[-/.])(?P<month>\d{1,2})(?P=mark)(?P<day>\d{1,2})",
        "day-first": r"(?P<day>\d{1,2})(?P<mark>[-/.])(?P<month>\d{1,2})(?P=mark)(?P<year>\d{4})",
        "month-first": r"(?P<month>\d{1,2})(?P<mark>[-/.])(?P<day>\d{1,2})(?P=mark)(?P<year>\d{4})",
    }.items()
}
"""The named forms: date and time of day; seconds, fractions and offset may be missing."""


class Instants:
    """Reads instants in the forms of one log."""

    def __init__(self, forms: Sequence[str], local: tzinfo | None) -> None:
        """Take names of FORMS or strptime patterns, tried in order, and the zone of what has no offset."""
        self._forms = tuple(forms)
        self._local = local
        # A row's report and its neighbours' are mostly the same text.
        self.read = lru_cache(maxsize=4096)(self._read)

    def _read(self, text: str) -> datetime:
        """Give the instant in UTC. Unusable."""
        for form in self._forms:
            try:
                found = _by_name(FORMS[form], text) if form in FORMS else datetime.strptime(text, form)  # noqa: DTZ007 - the offset is looked at below
                if found is not None:
                    return self._placed(found, text).astimezone(UTC)
            except (ValueError, OverflowError):
                continue
        raise Unusable(f"'{text[:40]}' is no instant of the form {' or '.join(self._forms)}")

    def _placed(self, found: datetime, text: str) -> datetime:
        if found.tzinfo is not None:
            return found
        if self._local is None:
            raise Unusable(f"'{text}' has no offset: name the log's time zone in the mapping (times.zone)")
        return found.replace(tzinfo=self._local)


def _by_name(form: re.Pattern[str], text: str) -> datetime | None:
    match = form.fullmatch(text)
    if match is None:
        return None
    part = match.groupdict()
    return datetime(
        int(part["year"]),
        int(part["month"]),
        int(part["day"]),
        int(part["hour"]),
        int(part["minute"]),
        int(part["second"] or 0),
        int((part["fraction"] or "").ljust(6, "0")[:6]),
        tzinfo=_offset(part["offset"]),
    )


def _offset(text: str | None) -> timezone | None:
    if text is None:
        return None
    if text in "Zz":
        return UTC
    hours, minutes = int(text[1:3]), int(text[3:].lstrip(":") or 0)
    return timezone(timedelta(hours=hours, minutes=minutes) * (-1 if text[0] == "-" else 1))
