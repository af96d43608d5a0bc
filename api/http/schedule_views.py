"""Schedules as clients see them. Pure."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from api.http.crew_views import PARTNERSHIPS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from escalation.oncall.problems import NotThere
    from escalation.oncall.record import OnCallSchedule
    from escalation.oncall.reports import DoubleBooking
    from escalation.oncall.schedule import Shift
    from escalation.oncall.settings import KnownOverride
    from escalation.oncall.swaps import Span, Swap


LOOKED_AHEAD = timedelta(days=31)
"""How far ahead the end of a shift is looked for."""


def person_view(person: str, names: Mapping[str, str | None]) -> dict[str, Any]:
    """Show somebody."""
    return {"person": person, "name": names.get(person)}


def people_view(people: Iterable[str], names: Mapping[str, str | None]) -> list[dict[str, Any]]:
    """Show several."""
    return [person_view(person, names) for person in people]


def span_view(spanned: Span | Shift | KnownOverride | DoubleBooking | NotThere) -> dict[str, Any]:
    """Show when something is."""
    return {"starts_at": spanned.start, "ends_at": spanned.end}


def schedule_view(record: OnCallSchedule, names: Mapping[str, str | None], now: datetime) -> dict[str, Any]:
    """Show a schedule."""
    itself = f"{PARTNERSHIPS}/{record.partnership}/schedules/{record.label}"
    return {
        "schedule": record.label,
        "id": record.public_id,
        "party": record.party,
        "name": record.name,
        "title": _words(record.settings.title),
        "tz": record.settings.tz,
        "warn": list(record.settings.warn),
        "must_cover": record.settings.must_cover,
        "layers": record.layers,
        "on_call": people_view(record.on_call(now), names),
        "created_at": record.created_at,
        "retired_at": record.retired_at,
        "links": {
            "self": itself,
            **{part: f"{itself}/{part}" for part in ("on-call", "final", "problems", "overrides", "swaps")},
        },
    }


def override_view(override: KnownOverride, names: Mapping[str, str | None]) -> dict[str, Any]:
    """Show an override."""
    return {
        "override": override.number,
        **span_view(override),
        "people": people_view(override.people, names),
        "reason": _words(override.reason),
        "added_by": override.added_by,
        "added_at": override.added_at,
    }


def swap_view(swap: Swap, names: Mapping[str, str | None]) -> dict[str, Any]:
    """Show a swap."""
    return {
        "swap": swap.number,
        "giver": person_view(swap.giver, names),
        "taker": person_view(swap.taker, names),
        "give": span_view(swap.give),
        "take": None if swap.take is None else span_view(swap.take),
        "state": swap.state.value,
        "proposed_at": swap.proposed_at,
        "settled_at": swap.settled_at,
    }


def on_call_view(record: OnCallSchedule, names: Mapping[str, str | None], at: datetime) -> dict[str, Any]:
    """Show who is on call at an instant, until when, and who follows."""
    people = record.on_call(at)
    until, following = None, people
    for shift in record.final(at, at + LOOKED_AHEAD):
        if shift.people != people:
            until, following = shift.start, shift.people
            break
    return {
        "schedule": record.label,
        "at": at,
        "people": people_view(people, names),
        "until": until,
        "following": people_view(following, names),
    }


def shift_view(shift: Shift, names: Mapping[str, str | None]) -> dict[str, Any]:
    """Show a shift."""
    return {
        **span_view(shift),
        "people": people_view(shift.people, names),
        "layer": shift.layer,
        "override": None if shift.override is None else int(shift.override),
        "swap": shift.swap,
    }


def feed_view(feed: Any, names: Mapping[str, str | None]) -> dict[str, Any]:  # noqa: ANN401 - a feed, or its row
    """Show an address, without its secret."""
    return {
        "feed": (feed.id if hasattr(feed, "id") else feed.stream).rpartition("/")[2],
        "person": None if feed.person is None else person_view(feed.person, names),
        "made_by": feed.made_by,
        "made_at": feed.made_at,
        "revoked_at": feed.revoked_at,
    }


def _words(text: object) -> str | None:
    """Give what somebody wrote; None once it is erased."""
    return text if isinstance(text, str) else None
