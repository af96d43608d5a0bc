"""Services as clients see them: whether their support is there now, and when it is again."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from api.http.crew_views import service_view
from escalation.agreement.model import Service, Support, SupportChannel
from escalation.calendars.calendar import Calendar, CalendarRules
from tests.support.clock import NOON
from tests.support.clocked import open_between, the_agreement

if TYPE_CHECKING:
    from datetime import datetime

MINUTE = timedelta(minutes=1)
OPEN = open_between((0, 3600))
"""From noon to one o'clock, each day."""
OVER = Calendar(CalendarRules("UTC", ((),) * 7, exceptions={NOON.date(): ((0, 3600),)}))
"""Open on that one day alone, until one in the morning."""


def supported(support: Support | None, calendar: Calendar = OPEN, at: datetime = NOON) -> dict[str, Any]:
    """Show a service with a support, at noon unless an instant is given."""
    agreement = replace(the_agreement(), calendars={"desk": calendar})
    service = Service("payments", "acme", ("globex",), depends_on=("gateway",), support=support)
    return service_view(service, agreement, at)


def test_a_service_says_how_it_is_supported() -> None:
    """Its channels in their order, its hours and its languages; nothing where nothing was agreed upon."""
    channels = (SupportChannel("phone", "+49 89 1"), SupportChannel("email", "help@acme.example"))
    shown = supported(Support(channels, "desk", ("de", "en")))
    assert shown["support"] == {
        "channels": [{"kind": "phone", "address": "+49 89 1"}, {"kind": "email", "address": "help@acme.example"}],
        "hours": {"calendar": "desk", "tz": "UTC", "open": True, "opens_at": None},
        "languages": ["de", "en"],
    }
    assert (shown["provided_by"], shown["used_by"], shown["depends_on"]) == ("acme", ["globex"], ["gateway"])
    assert supported(None)["support"] is None
    assert supported(Support(channels))["support"] == shown["support"] | {"hours": None, "languages": []}


@pytest.mark.parametrize(
    ("at", "opens_at"), [(NOON - MINUTE, NOON), (NOON + 59 * MINUTE, None), (NOON + 60 * MINUTE, NOON + 1440 * MINUTE)]
)
def test_support_says_when_it_opens_again(at: datetime, opens_at: datetime | None) -> None:
    """Nothing while it is open."""
    hours = supported(Support(hours="desk"), at=at)["support"]["hours"]
    assert (hours["open"], hours["opens_at"]) == (opens_at is None, opens_at)


def test_support_that_never_opens_again_says_so() -> None:
    """No opening is shown, and nothing fails."""
    shown = supported(Support(hours="desk"), OVER)
    assert shown["support"] == {
        "channels": [],
        "hours": {"calendar": "desk", "tz": "UTC", "open": False, "opens_at": None},
        "languages": [],
    }
