"""People of one's own party, as pages reach them. Those of other parties do not exist here."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from api.access.permissions import Scope
from api.http import openapi
from api.http.access import must_reach, tocsin, viewer
from api.http.access_log import noted
from api.http.administration import manages
from api.http.crew_views import person_view
from api.http.refusals import OtherParty
from api.http.resources.access_log import PARTNERSHIPS
from api.http.resources.members import PERSON_PARAMETER
from api.http.resources.profile import ABSENCE, HOLIDAY, REPLAYED, added, removed
from api.http.schemas.fields import Body as NoFields
from api.http.schemas.people import MAX_ABSENCE, AbsenceView, Leaving, PersonList, PersonView
from incidents.errors import NotFound

if TYPE_CHECKING:
    from flask import Response

    from api.http.resources.answers import Body, Shown

people = openapi.Blueprint(
    "people", __name__, url_prefix=PARTNERSHIPS, description="People, teams and contacts: whom pages reach, and how."
)

PARTNERSHIP = (openapi.PARTNERSHIP_PARAMETER,)
_PERSON = (*PARTNERSHIP, PERSON_PARAMETER)


@people.operation(
    "GET",
    "/<partnership>/people",
    "listPeople",
    gives=PersonList,
    errors=openapi.READ_ERRORS,
    path=PARTNERSHIP,
    scope=Scope.INCIDENTS_READ,
)
def list_people(partnership: str) -> dict[str, Any]:
    """List the people of your party: where they live, what they speak, whether they are away or on call."""
    reader, now = viewer(partnership), tocsin().clock.now()
    there = [
        each for each in tocsin().crew.directory.everybody(partnership, now) if reader.is_among((each.known.party,))
    ]
    on_call = tocsin().crew.directory.on_call_now(partnership, {each.known.party for each in there}, now)
    return {"items": [person_view(each, on_call.get(each.known.person, ())) for each in there]}


@people.operation(
    "GET",
    "/<partnership>/people/<person>",
    "getPerson",
    gives=PersonView,
    errors=openapi.READ_ERRORS,
    path=_PERSON,
    scope=Scope.INCIDENTS_READ,
)
def get_person(partnership: str, person: str) -> dict[str, Any]:
    """Read somebody of your party."""
    reader, now = viewer(partnership), tocsin().clock.now()
    found = tocsin().crew.directory.somebody(partnership, person, now)
    if found is None or not reader.is_among((found.known.party,)):
        raise NotFound
    noted(partnership, person)
    on_call = tocsin().crew.directory.on_call_now(partnership, {found.known.party}, now)
    return person_view(found, on_call.get(person, ()))


@people.operation(
    "POST",
    "/<partnership>/people/<person>/absences",
    "addAbsence",
    takes=Leaving,
    gives=AbsenceView,
    status=HTTPStatus.CREATED,
    headers=REPLAYED,
    errors=openapi.WRITE_ERRORS,
    path=_PERSON,
    parameters=["Idempotency-Key"],
    scope=Scope.ONCALL_MANAGE,
    example={"body": HOLIDAY},
)
def add_absence(body: Body, partnership: str, person: str) -> Shown:
    """Say when somebody of your party is away. It holds in this partnership; the note is for them alone."""
    must_manage(partnership, person)
    return added(person, body, within=partnership)


@people.operation(
    "POST",
    f"/<partnership>/people/<person>/absences/<int(min=1, max={MAX_ABSENCE}):absence>/remove",
    "removeAbsence",
    takes=NoFields,
    gives=None,
    status=HTTPStatus.NO_CONTENT,
    headers=REPLAYED,
    errors=openapi.WRITE_ERRORS,
    path=(*_PERSON, ABSENCE),
    parameters=["Idempotency-Key"],
    scope=Scope.ONCALL_MANAGE,
    example={"body": {}},
)
def remove_absence(_body: Body, partnership: str, person: str, absence: int) -> Response:
    """Take back that somebody of your party is away, where others said so here. What they said, they take back."""
    must_manage(partnership, person)
    return removed(person, absence, within=partnership)


def must_manage(partnership: str, person: str) -> None:
    """Refuse whoever is not of the sender's party. NotFound; OtherParty where the sender sees them all the same."""
    reader = viewer(partnership)
    member = tocsin().crew.roll.member(partnership, person)
    if member is None or not reader.is_among((member.party,)):
        raise NotFound
    if not manages(must_reach(partnership), member.party):
        raise OtherParty
