"""Teams of one's own party. Those of other parties do not exist here."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from api.access.permissions import Scope
from api.http import openapi
from api.http.access import must_reach, principal, tocsin, viewer
from api.http.access_log import noted
from api.http.administration import manages, party_managed
from api.http.crew_views import by_person, team_view
from api.http.idempotency import replay_headers, request_key
from api.http.refusals import InvalidRequest, OtherParty
from api.http.resources.people import PARTNERSHIP, people
from api.http.resources.profile import REPLAYED
from api.http.schemas.fields import Body as NoFields
from api.http.schemas.teams import OF_A_PARTY, TeamBody, TeamList, TeamMembers, TeamTitle, TeamView
from escalation.changes import Sender
from escalation.crew.teams import Place
from incidents.errors import NotFound

if TYPE_CHECKING:
    from api.http.resources.answers import Body, Shown
    from escalation.changes import Changed
    from escalation.crew.team import Team

_TEAM = (
    *PARTNERSHIP,
    {
        "name": "team",
        "in": "path",
        "required": True,
        "description": "The team, by its party and name.",
        "schema": {"type": "string", "pattern": OF_A_PARTY},
        "example": "acme.payments",
    },
)
_PAYMENTS = {"party": "acme", "name": "payments", "title": "Payments platform", "members": []}


@people.operation(
    "GET",
    "/<partnership>/teams",
    "listTeams",
    gives=TeamList,
    errors=openapi.READ_ERRORS,
    path=PARTNERSHIP,
    scope=Scope.INCIDENTS_READ,
)
def list_teams(partnership: str) -> dict[str, Any]:
    """List the teams of your party."""
    reader = viewer(partnership)
    found = [row for row in tocsin().crew.teams.listed(partnership) if reader.is_among((row.party,))]
    members = by_person(tocsin().crew.roll.members(partnership))
    return {"items": [team_view(row, members) for row in found]}


@people.operation(
    "POST",
    "/<partnership>/teams",
    "createTeam",
    takes=TeamBody,
    gives=TeamView,
    status=HTTPStatus.CREATED,
    headers={"Location": "LOCATION", **REPLAYED},
    errors=openapi.WRITE_ERRORS,
    path=PARTNERSHIP,
    parameters=["Idempotency-Key"],
    scope=Scope.ONCALL_MANAGE,
    example={"body": _PAYMENTS},
)
def create(body: Body, partnership: str) -> Shown:
    """Form a team of people of your party. Ladders name it as `{team: acme.payments}`."""
    party = party_managed(must_reach(partnership), body.get("party"))
    if party is None:
        raise InvalidRequest([{"field": "party", "message": "Say for which party."}])
    place = Place(partnership, party, body["name"])
    sender = Sender(principal().actor, party, request_key())
    change = tocsin().crew.teams.create(place, body.get("title"), body["members"], sender)
    view, headers = _told(change)
    return view, {**headers, "Location": view["links"]["self"]}


@people.operation(
    "GET",
    "/<partnership>/teams/<team>",
    "getTeam",
    gives=TeamView,
    errors=openapi.READ_ERRORS,
    path=_TEAM,
    scope=Scope.INCIDENTS_READ,
)
def get(partnership: str, team: str) -> dict[str, Any]:
    """Read a team of your party."""
    listed = list_teams(partnership)["items"]
    found = next((each for each in listed if each["team"] == team), None)
    if found is None:
        raise NotFound
    noted(partnership, f"team {team}")
    return dict(found)


@people.operation(
    "POST",
    "/<partnership>/teams/<team>/members",
    "changeTeamMembers",
    takes=TeamMembers,
    gives=TeamView,
    headers=REPLAYED,
    errors=openapi.WRITE_ERRORS,
    path=_TEAM,
    parameters=["Idempotency-Key"],
    scope=Scope.ONCALL_MANAGE,
    example={"body": {"members": []}},
)
def change_members(body: Body, partnership: str, team: str) -> Shown:
    """Say who a team consists of: those who are not named belong to it no more."""
    place, sender = _managed(partnership, team)
    return _told(tocsin().crew.teams.change_members(place, body["members"], sender))


@people.operation(
    "POST",
    "/<partnership>/teams/<team>/title",
    "changeTeamTitle",
    takes=TeamTitle,
    gives=TeamView,
    headers=REPLAYED,
    errors=openapi.WRITE_ERRORS,
    path=_TEAM,
    parameters=["Idempotency-Key"],
    scope=Scope.ONCALL_MANAGE,
    example={"body": {"title": "Payments and payouts"}},
)
def change_title(body: Body, partnership: str, team: str) -> Shown:
    """Call a team something else. Its name stays: agreements and holders name it."""
    place, sender = _managed(partnership, team)
    return _told(tocsin().crew.teams.describe(place, body.get("title"), sender))


@people.operation(
    "POST",
    "/<partnership>/teams/<team>/retire",
    "retireTeam",
    takes=NoFields,
    gives=TeamView,
    headers=REPLAYED,
    errors=openapi.WRITE_ERRORS,
    path=_TEAM,
    parameters=["Idempotency-Key"],
    scope=Scope.ONCALL_MANAGE,
    example={"body": {}},
)
def retire(_body: Body, partnership: str, team: str) -> Shown:
    """Let a team be no more. What names it then reaches nobody, until another team has the name."""
    place, sender = _managed(partnership, team)
    return _told(tocsin().crew.teams.retire(place, sender))


def _managed(partnership: str, team: str) -> tuple[Place, Sender]:
    """Give where a team is that the sender manages. NotFound; OtherParty where they see it all the same."""
    party, _, name = team.rpartition(".")
    membership = must_reach(partnership)
    if not viewer(partnership).is_among((party,)):
        raise NotFound
    place = Place(partnership, party, name)
    if not manages(membership, party):
        raise OtherParty
    return place, Sender(principal().actor, party, request_key())


def _told(change: Changed[Team]) -> Shown:
    team = change.record
    members = by_person(tocsin().crew.roll.members(team.partnership))
    return team_view(team, members), dict(replay_headers(replayed=change.replayed))
