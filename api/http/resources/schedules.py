"""On-call schedules of one's own party: made, changed, retired. Those of other parties do not exist here."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from api.access.permissions import Scope
from api.http import openapi
from api.http.access import must_reach, principal, tocsin, viewer
from api.http.access_log import noted
from api.http.administration import manages, party_managed
from api.http.idempotency import replay_headers, request_key
from api.http.refusals import InvalidRequest, OtherParty
from api.http.resources.access_log import PARTNERSHIPS
from api.http.schedule_views import schedule_view
from api.http.schemas.fields import Body as NoFields
from api.http.schemas.schedules import SCHEDULE, LayersBody, ScheduleBody, ScheduleList, ScheduleSettings, ScheduleView
from escalation.changes import Sender
from escalation.oncall.book import Place
from escalation.oncall.settings import Settings
from incidents.errors import NotFound

if TYPE_CHECKING:
    from collections.abc import Mapping

    from api.http.resources.answers import Body, Shown
    from escalation.changes import Changed
    from escalation.oncall.record import OnCallSchedule

schedules = openapi.Blueprint(
    "schedules", __name__, url_prefix=PARTNERSHIPS, description="Who is on call: schedules, overrides, swaps."
)

PARTNERSHIP = (openapi.PARTNERSHIP_PARAMETER,)
SCHEDULE_PATH = (
    *PARTNERSHIP,
    {
        "name": "schedule",
        "in": "path",
        "required": True,
        "description": "The schedule, by its party and name; or by its id, which finds a retired one as well.",
        "schema": {"type": "string", "pattern": SCHEDULE},
        "example": "acme.first",
    },
)
REPLAYED = {"Idempotency-Replayed": "REPLAYED"}
EXAMPLE_PEOPLE = ("3b1e9f7c5a2d48608f4e6d7c9b0a1f23", "8c4d2e6f1a7b49c3b5d0e9f8a6c7b1d2")
"""Ann and Bob, members of acme wherever the examples are tried."""
_LAYERS = [
    {
        "name": "week-by-week",
        "rotation": "weekly",
        "start": "2026-03-02T09:00",
        "participants": list(EXAMPLE_PEOPLE),
    }
]
_id = re.compile("[0-9a-f]{32}")


@schedules.operation(
    "GET",
    "/<partnership>/schedules",
    "listSchedules",
    gives=ScheduleList,
    errors=openapi.READ_ERRORS,
    path=PARTNERSHIP,
    scope=Scope.INCIDENTS_READ,
)
def list_schedules(partnership: str) -> dict[str, Any]:
    """List the schedules of your party, each with who is on call now."""
    names, now = names_in(partnership), tocsin().clock.now()
    return {"items": [schedule_view(record, names, now) for record in readable(partnership)]}


@schedules.operation(
    "POST",
    "/<partnership>/schedules",
    "createSchedule",
    takes=ScheduleBody,
    gives=ScheduleView,
    status=HTTPStatus.CREATED,
    headers={"Location": "LOCATION", **REPLAYED},
    errors=openapi.WRITE_ERRORS,
    path=PARTNERSHIP,
    parameters=["Idempotency-Key"],
    scope=Scope.ONCALL_MANAGE,
    example={
        "body": {
            "party": "acme",
            "name": "first",
            "title": "First line",
            "tz": "Europe/Berlin",
            "warn": ["acme-duty"],
            "layers": _LAYERS,
        }
    },
)
def create(body: Body, partnership: str) -> Shown:
    """Make a schedule for your party. Ladders name it as `{schedule: acme.first}`; its name is for good."""
    party = party_managed(must_reach(partnership), body.get("party"))
    if party is None:
        raise InvalidRequest([{"field": "party", "message": "Say for which party."}])
    place = Place(partnership, party, body["name"])
    sender = Sender(principal().actor, party, request_key())
    view, headers = told(tocsin().schedules.create(place, _settings(body), body["layers"], sender))
    return view, {**headers, "Location": view["links"]["self"]}


@schedules.operation(
    "GET",
    "/<partnership>/schedules/<schedule>",
    "getSchedule",
    gives=ScheduleView,
    errors=openapi.READ_ERRORS,
    path=SCHEDULE_PATH,
    scope=Scope.INCIDENTS_READ,
)
def get(partnership: str, schedule: str) -> dict[str, Any]:
    """Read a schedule of your party."""
    record = found(partnership, schedule)
    return schedule_view(record, names_in(partnership), tocsin().clock.now())


@schedules.operation(
    "POST",
    "/<partnership>/schedules/<schedule>/settings",
    "changeScheduleSettings",
    takes=ScheduleSettings,
    gives=ScheduleView,
    headers=REPLAYED,
    errors=openapi.WRITE_ERRORS,
    path=SCHEDULE_PATH,
    parameters=["Idempotency-Key"],
    scope=Scope.ONCALL_MANAGE,
    example={"body": {"title": "First line, all week", "tz": "Europe/Berlin"}},
)
def change_settings(body: Body, partnership: str, schedule: str) -> Shown:
    """Give a schedule other settings, from now on; what is left out is taken away."""
    record, sender = managed(partnership, schedule)
    return told(tocsin().schedules.edit(record.id, _settings(body), sender))


@schedules.operation(
    "POST",
    "/<partnership>/schedules/<schedule>/layers",
    "changeScheduleLayers",
    takes=LayersBody,
    gives=ScheduleView,
    headers=REPLAYED,
    errors=openapi.WRITE_ERRORS,
    path=SCHEDULE_PATH,
    parameters=["Idempotency-Key"],
    scope=Scope.ONCALL_MANAGE,
    example={
        "body": {
            "layers": [
                *_LAYERS,
                {
                    "name": "office-hours",
                    "rotation": "daily",
                    "start": "2026-03-02T09:00",
                    "participants": [EXAMPLE_PEOPLE[1]],
                    "restrictions": [{"days": ["mon", "tue", "wed", "thu", "fri"], "from": "09:00", "to": "17:00"}],
                },
            ]
        }
    },
)
def change_layers(body: Body, partnership: str, schedule: str) -> Shown:
    """Put other layers in the place of a schedule's, from now on. What was, stays answerable for the past."""
    record, sender = managed(partnership, schedule)
    return told(tocsin().schedules.change_layers(record.id, body["layers"], sender))


@schedules.operation(
    "POST",
    "/<partnership>/schedules/<schedule>/retire",
    "retireSchedule",
    takes=NoFields,
    gives=ScheduleView,
    headers=REPLAYED,
    errors=openapi.WRITE_ERRORS,
    path=SCHEDULE_PATH,
    parameters=["Idempotency-Key"],
    scope=Scope.ONCALL_MANAGE,
    example={"body": {}},
)
def retire(_body: Body, partnership: str, schedule: str) -> Shown:
    """Let nobody be on call by a schedule any more. Its name is free again; its id still finds what it was."""
    record, sender = managed(partnership, schedule)
    return told(tocsin().schedules.retire(record.id, sender))


def readable(partnership: str) -> list[OnCallSchedule]:
    """Give the schedules that exist for the sender."""
    reader = viewer(partnership)
    return [each for each in tocsin().schedules.listed(partnership) if reader.is_among((each.party,))]


def found(partnership: str, schedule: str) -> OnCallSchedule:
    """Find a schedule that exists for the sender, by its name or id. NotFound; Forbidden."""
    reader, book = viewer(partnership), tocsin().schedules
    party, _, name = schedule.rpartition(".")
    if _id.fullmatch(schedule):
        record = book.found_by_id(partnership, schedule)
    elif reader.is_among((party,)):
        record = book.found(Place(partnership, party, name))
    else:
        raise NotFound
    if not reader.is_among((record.party,)):
        raise NotFound
    noted(partnership, f"schedule {record.label}")
    return record


def managed(partnership: str, schedule: str) -> tuple[OnCallSchedule, Sender]:
    """Give a schedule with who changes it. NotFound; OtherParty for those who see it all the same."""
    record = found(partnership, schedule)
    if not manages(must_reach(partnership), record.party):
        raise OtherParty
    return record, Sender(principal().actor, record.party, request_key())


def names_in(partnership: str) -> Mapping[str, str | None]:
    """Give what the active members of a partnership are called, by id."""
    return {each.person: each.name for each in tocsin().crew.roll.members(partnership)}


def told(change: Changed[OnCallSchedule]) -> Shown:
    """Answer with a schedule as a request left it."""
    record = change.record
    view = schedule_view(record, names_in(record.partnership), tocsin().clock.now())
    return view, dict(replay_headers(replayed=change.replayed))


def _settings(body: Body) -> Settings:
    hours = body.get("must_cover")
    covered = None if hours is None else tuple(hours)
    return Settings(body.get("title"), body["tz"], tuple(body["warn"]), covered)
