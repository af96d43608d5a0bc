"""What people say of how they are reached: for themselves, the same in all their partnerships."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from flask import Response

from api.access.permissions import Anybody
from api.http import openapi
from api.http.access import principal, tocsin
from api.http.crew_views import absence_view, profile_view
from api.http.idempotency import replay_headers, request_key
from api.http.resources.me import me
from api.http.schemas.fields import Body as NoFields
from api.http.schemas.people import (
    MAX_ABSENCE,
    ContactRules,
    Describing,
    Leaving,
    OwnAbsenceList,
    OwnAbsenceView,
    ProfileView,
)
from escalation.changes import Sender
from escalation.crew.profile import Leave
from escalation.crew.staff import PERSON, Step
from incidents.errors import Refused

if TYPE_CHECKING:
    from api.http.resources.answers import Body, Shown
    from escalation.changes import Changed
    from escalation.crew.profile import Profile

REPLAYED = {"Idempotency-Replayed": "REPLAYED"}
_READ_ERRORS = (*openapi.READ_ERRORS, HTTPStatus.CONFLICT)
ABSENCE = {
    "name": "absence",
    "in": "path",
    "required": True,
    "description": "The absence's number.",
    "schema": {"type": "integer", "minimum": 1, "maximum": MAX_ABSENCE},
    "example": 1,
}
HOLIDAY = {"starts_at": "2026-08-03T00:00:00+02:00", "ends_at": "2026-08-17T00:00:00+02:00", "note": "In the mountains"}


class NoProfile(Refused):
    """A key is nobody whom pages reach. Sign in as a person, or show a service's access token."""

    code = "no_profile"


@me.operation("GET", "/profile", "getMyProfile", gives=ProfileView, errors=_READ_ERRORS, scope=Anybody.KNOWN)
def get_profile() -> dict[str, Any]:
    """Read how you are reached: your time zone, your languages, your contact rules."""
    person = myself()
    return profile_view(person, tocsin().crew.profiles.of(person))


@me.operation(
    "POST",
    "/profile",
    "describeMe",
    takes=Describing,
    gives=ProfileView,
    headers=REPLAYED,
    errors=openapi.WRITE_ERRORS,
    parameters=["Idempotency-Key"],
    scope=Anybody.KNOWN,
    example={"body": {"tz": "Europe/Berlin", "languages": ["de", "en"]}},
)
def describe(body: Body) -> Shown:
    """Say where you live and what you speak. Messages to you tell times in your zone."""
    person = myself()
    return _told(tocsin().crew.profiles.describe(person, body.get("tz"), body["languages"], by_me()))


@me.operation(
    "POST",
    "/contact-rules",
    "setMyContactRules",
    takes=ContactRules,
    gives=ProfileView,
    headers=REPLAYED,
    errors=openapi.WRITE_ERRORS,
    parameters=["Idempotency-Key"],
    scope=Anybody.KNOWN,
    example={"body": {"high": [{"via": "terminal"}, {"via": "terminal", "after": 300}], "low": [{"via": "terminal"}]}},
)
def set_rules(body: Body) -> Shown:
    """Say in which ways you are paged and informed, one after the other.

    A webhook is one that an agreement gives to your party: in partnerships whose agreement does not, that step is left
    out.
    """
    person = myself()
    high, low = (tuple(Step(**step) for step in body[field]) for field in ("high", "low"))
    return _told(tocsin().crew.profiles.change_rules(person, high, low, by_me()))


@me.operation("GET", "/absences", "listMyAbsences", gives=OwnAbsenceList, errors=_READ_ERRORS, scope=Anybody.KNOWN)
def list_absences() -> dict[str, Any]:
    """List when you are away: what is not over yet."""
    profile = tocsin().crew.profiles.of(myself())
    return {"items": [] if profile is None else [absence_view(each) for each in profile.ahead(tocsin().clock.now())]}


@me.operation(
    "POST",
    "/absences",
    "addMyAbsence",
    takes=Leaving,
    gives=OwnAbsenceView,
    status=HTTPStatus.CREATED,
    headers=REPLAYED,
    errors=openapi.WRITE_ERRORS,
    parameters=["Idempotency-Key"],
    scope=Anybody.KNOWN,
    example={"body": HOLIDAY},
)
def add_absence(body: Body) -> Shown:
    """Say when you are away. Nobody is paged while they are away, also where a schedule says that they are on call."""
    return added(myself(), body)


@me.operation(
    "POST",
    f"/absences/<int(min=1, max={MAX_ABSENCE}):absence>/remove",
    "removeMyAbsence",
    takes=NoFields,
    gives=None,
    status=HTTPStatus.NO_CONTENT,
    headers=REPLAYED,
    errors=openapi.WRITE_ERRORS,
    path=(ABSENCE,),
    parameters=["Idempotency-Key"],
    scope=Anybody.KNOWN,
    example={"body": {}},
)
def remove_absence(_body: Body, absence: int) -> Response:
    """Say that you are not away after all, or back already."""
    return removed(myself(), absence)


def myself() -> str:
    """Give the id of the person who sends this request. NoProfile."""
    if not principal().actor.startswith(PERSON):
        raise NoProfile
    return principal().actor.removeprefix(PERSON)


def by_me() -> Sender:
    """Give who changes a profile: for no party, for it is the person's own."""
    return Sender(principal().actor, request=request_key())


def added(person: str, body: Body, within: str | None = None) -> Shown:
    """Add an absence of somebody, which others say in a partnership or they themselves (None); answer with it."""
    leave = Leave(body["starts_at"], body["ends_at"], body.get("note"), within)
    change = tocsin().crew.profiles.add_absence(person, leave, by_me())
    absences = change.record.absences
    return absence_view(absences[max(absences)]), dict(replay_headers(replayed=change.replayed))


def removed(person: str, absence: int, within: str | None = None) -> Response:
    """Take an absence of somebody back; others (`within` a partnership) only what was said there by others."""
    change = tocsin().crew.profiles.remove_absence(person, absence, by_me(), within)
    return Response(status=HTTPStatus.NO_CONTENT, headers=dict(replay_headers(replayed=change.replayed)))


def _told(change: Changed[Profile]) -> Shown:
    return profile_view(change.record.person, change.record), dict(replay_headers(replayed=change.replayed))
