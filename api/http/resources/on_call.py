"""Who is on call: at an instant, over a span, and what is to be put right ahead."""

from __future__ import annotations

from datetime import datetime, timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from api.access.permissions import Scope
from api.http import openapi
from api.http.access import tocsin
from api.http.resources.schedules import PARTNERSHIP, SCHEDULE_PATH, found, names_in, readable, schedules
from api.http.schedule_views import on_call_view, person_view, shift_view, span_view
from api.http.schemas.on_call import AtQuery, FinalView, OnCallList, OnCallView, ProblemsView, SpanQuery
from escalation.oncall.problems import problems
from escalation.oncall.swaps import Span
from incidents.errors import InvalidField

if TYPE_CHECKING:
    from api.http.examples import Example
    from api.http.resources.answers import Body
    from escalation.oncall.record import OnCallSchedule

_QUERY_ERRORS = (*openapi.READ_ERRORS, HTTPStatus.UNPROCESSABLE_ENTITY)
USUAL_SPAN = timedelta(days=28)
LONGEST_SPAN = timedelta(days=400)
LONGEST_LOOK = timedelta(days=100)
"""How long a time all schedules of a party are compared over."""
FURTHEST = timedelta(days=5 * 366)
"""How far ahead anybody may ask."""
_SPAN: Example = {"query": {"from": "2026-03-23T00:00:00+01:00", "to": "2026-03-30T00:00:00+02:00"}}
_AT: Example = {"query": {"at": "2026-03-27T18:00:00Z"}}


@schedules.operation(
    "GET",
    "/<partnership>/on-call",
    "listOnCall",
    takes=AtQuery,
    gives=OnCallList,
    errors=_QUERY_ERRORS,
    path=PARTNERSHIP,
    scope=Scope.INCIDENTS_READ,
    example=_AT,
)
def list_on_call(query: Body, partnership: str) -> dict[str, Any]:
    """Say who is on call for each schedule of your party, now or at any instant, of the past too."""
    records, names, at = readable(partnership), names_in(partnership), _instant(query)
    return {"items": [on_call_view(record, names, at) for record in records]}


@schedules.operation(
    "GET",
    "/<partnership>/schedules/<schedule>/on-call",
    "getOnCall",
    takes=AtQuery,
    gives=OnCallView,
    errors=_QUERY_ERRORS,
    path=SCHEDULE_PATH,
    scope=Scope.INCIDENTS_READ,
    example=_AT,
)
def get_on_call(query: Body, partnership: str, schedule: str) -> dict[str, Any]:
    """Say who is on call, now or at any instant: for the past by what stood then, for what is to come by what stands.

    A change of the schedule acts from its own instant on.
    """
    return on_call_view(found(partnership, schedule), names_in(partnership), _instant(query))


@schedules.operation(
    "GET",
    "/<partnership>/schedules/<schedule>/final",
    "getFinalSchedule",
    takes=SpanQuery,
    gives=FinalView,
    errors=_QUERY_ERRORS,
    path=SCHEDULE_PATH,
    scope=Scope.INCIDENTS_READ,
    example=_SPAN,
)
def get_final(query: Body, partnership: str, schedule: str) -> dict[str, Any]:
    """Say who is on call over a time of at most 400 days: what comes of layers, overrides and swaps, without a hole."""
    record, names, span = found(partnership, schedule), names_in(partnership), _span(query, LONGEST_SPAN)
    return {
        "schedule": record.label,
        "tz": record.settings.tz,
        "shifts": [shift_view(shift, names) for shift in record.final(span.start, span.end)],
    }


@schedules.operation(
    "GET",
    "/<partnership>/schedules/<schedule>/problems",
    "listProblems",
    takes=SpanQuery,
    gives=ProblemsView,
    errors=_QUERY_ERRORS,
    path=SCHEDULE_PATH,
    scope=Scope.INCIDENTS_READ,
    example=_SPAN,
)
def list_problems(query: Body, partnership: str, schedule: str) -> dict[str, Any]:
    """Say what is to be put right over a time of at most 100 days.

    Hours in which nobody is on call and somebody must be, people who are on call for several schedules of the party at
    once, and people who are on call while they are away, or who have left.
    """
    record, names, span = found(partnership, schedule), names_in(partnership), _span(query, LONGEST_LOOK)
    others = tocsin().schedules.listed(partnership, record.party)
    seen = problems(record, others, span, _absences(record, tocsin().clock.now()))
    return {
        "schedule": record.label,
        "gaps": [span_view(each) for each in seen.gaps],
        "double_bookings": [
            span_view(each) | {"person": person_view(each.person, names), "schedules": each.schedules}
            for each in seen.double_bookings
        ],
        "not_there": [
            span_view(each) | {"person": person_view(each.person, names), "why": each.why} for each in seen.not_there
        ],
    }


def _absences(record: OnCallSchedule, now: datetime) -> dict[str, list[Span]]:
    """Give when each active member of a schedule's party is away."""
    return {
        each.known.person: [Span(away.starts_at, away.ends_at) for away in each.away]
        for each in tocsin().crew.directory.everybody(record.partnership, now)
        if each.known.party == record.party
    }


def _instant(query: Body) -> datetime:
    now = tocsin().clock.now()
    at: datetime = query.get("at", now)
    if at > now + FURTHEST:
        raise InvalidField("at", "Give an instant that is at most five years ahead.")
    return at


def _span(query: Body, longest: timedelta) -> Span:
    """Read a time. InvalidField where it is turned around, too long, or too far ahead."""
    now = tocsin().clock.now()
    start: datetime = query.get("start", now)
    end: datetime = query.get("end") or min(start, now + FURTHEST) + USUAL_SPAN
    if not start < end <= start + longest:
        raise InvalidField("to", f"Give an instant after `from`, at most {longest.days} days.")
    if end > now + FURTHEST:
        raise InvalidField("to", "Give an instant that is at most five years ahead.")
    return Span(start, end)
