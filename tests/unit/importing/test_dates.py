from __future__ import annotations

from datetime import UTC, datetime

import pytest

from api.importing.dates import Instants
from api.importing.errors import Unusable
from escalation.calendars.zones import zone

BERLIN = zone("Europe/Berlin")


@pytest.mark.parametrize(
    ("form", "written"),
    [
        ("iso", "2025-03-04T09:05:00+01:00"),
        ("iso", "2025-03-04 08:05Z"),
        ("iso", "2025/03/04 09:05:00.000"),
        ("iso", "2025-03-04T03:05:00-0500"),
        ("day-first", "04-03-2025 09:05"),
        ("day-first", "4.3.2025, 9:05:00"),
        ("month-first", "03/04/2025 09:05"),
        ("%d %b %Y %I:%M %p", "04 Mar 2025 09:05 AM"),
        ("%Y-%m-%d %H:%M %z", "2025-03-04 09:05 +0100"),
    ],
)
def test_one_instant_is_read_however_it_is_written(form: str, written: str) -> None:
    """What has no offset is read in the log's zone; the result is in UTC."""
    assert Instants([form], BERLIN).read(written) == datetime(2025, 3, 4, 8, 5, tzinfo=UTC)


def test_forms_are_tried_in_their_order() -> None:
    """A log that mixes forms is read by the first that fits."""
    instants = Instants(["day-first", "iso"], UTC)
    assert instants.read("2025-03-04 09:05") == instants.read("04-03-2025 09:05")


@pytest.mark.parametrize(
    "written", ["31-02-2016 09:00", "04-13-2025 09:05", "yesterday", "04-03-2025", "04-03-25 09:05", ""]
)
def test_what_is_no_instant_is_unusable(written: str) -> None:
    """A date that does not exist, one without a time of day, and words are refused, never guessed."""
    with pytest.raises(Unusable, match="no instant"):
        Instants(["day-first"], UTC).read(written)


def test_an_instant_without_offset_needs_a_zone() -> None:
    """The reason tells where to name it."""
    with pytest.raises(Unusable, match=r"times\.zone"):
        Instants(["iso"], None).read("2025-03-04T09:05")


def test_a_time_that_the_zone_showed_twice_is_the_first() -> None:
    """Clock rule 9: in an overlap the first, in a gap the old offset."""
    instants = Instants(["iso"], BERLIN)
    assert instants.read("2025-10-26 02:30") == datetime(2025, 10, 26, 0, 30, tzinfo=UTC)
    assert instants.read("2025-03-30 02:30") == datetime(2025, 3, 30, 1, 30, tzinfo=UTC)
