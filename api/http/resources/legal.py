"""Legal duties of an incident: when a party became aware, flags that call for notifications, and filings."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from api.access.permissions import Scope
from api.http import openapi
from api.http.access import stream_of, tocsin
from api.http.question_views import filing_view
from api.http.resources.answers import answer_headers, asked_of, in_address, seen_after, seen_at
from api.http.resources.claims import ANSWERED, NUMBERED, ONE
from api.http.resources.commands import command
from api.http.resources.incidents import incidents
from api.http.schemas import legal as schemas
from incidents.errors import NotFound
from incidents.incident.aware import FilingMade
from incidents.refusals import NotYourAwareness

if TYPE_CHECKING:
    from api.http.resources.answers import Body, Shown
    from incidents.incidents import Answer, Asked, Incidents

_REFERENCE = (openapi.REFERENCE_PARAMETER,)
_COMMAND: dict[str, Any] = {
    "gives": schemas.FilingView,
    "errors": openapi.COMMAND_ERRORS,
    "parameters": ["If-Match", "Idempotency-Key"],
    "scope": Scope.INCIDENTS_COORDINATE,
}


@command("aware", schemas.Awareness, "becomeAware", Scope.INCIDENTS_COORDINATE, example={})
def aware(incidents: Incidents, stream: str, _body: Body, asked: Asked) -> Answer:
    """Say since when your party has been aware of what the law counts from; that may lie before the report."""
    if asked.party is None:
        raise NotYourAwareness
    return incidents.become_aware(stream, asked.party, asked)


@command("flags", schemas.Flags, "changeFlags", example={"add": ["personal_data_breach"]})
def flags(incidents: Incidents, stream: str, body: Body, asked: Asked) -> Answer:
    """Give the incident flags, or take some away: the severity is found anew, and notifications may become due."""
    return incidents.flag(stream, tuple(body.get("add", ())), tuple(body.get("remove", ())), asked)


@incidents.operation(
    "POST",
    "/<reference>/filings",
    "submitFiling",
    takes=schemas.Filing,
    status=HTTPStatus.CREATED,
    headers={"Location": "LOCATION", **ANSWERED},
    path=_REFERENCE,
    example={"body": {"notification": "notify-client", "reference": "DPO-2026-17"}},
    **_COMMAND,
)
def submit(body: Body, reference: str) -> Shown:
    """Record that a legal notification was made, whole or in a first phase; a late one says why."""
    stream = stream_of(reference)
    made = FilingMade(**{name: body[name] for name in FilingMade.__dataclass_fields__ if name in body})
    answer = tocsin().incidents.file(stream, made, asked_of(stream, body))
    view, headers = _shown(answer, max(answer.incident.filings))
    return view, {**headers, "Location": view["links"]["self"]}


@incidents.operation(
    "POST",
    f"/<reference>/filings/{NUMBERED}/acknowledge",
    "acknowledgeFiling",
    takes=schemas.FilingConfirmation,
    headers=ANSWERED,
    path=ONE,
    example={"body": {"reference": "LfDI 2026/4711"}},
    **_COMMAND,
)
def acknowledge(body: Body, reference: str, number: int) -> Shown:
    """Record that whoever was notified confirmed it."""
    stream = stream_of(reference)
    asked = asked_of(stream, body)
    with in_address("filing"):
        answer = tocsin().incidents.acknowledge_filing(stream, number, body.get("reference"), asked)
    return _shown(answer, number)


@incidents.operation(
    "POST",
    f"/<reference>/filings/{NUMBERED}/amend",
    "amendFiling",
    takes=schemas.FilingAmendment,
    headers=ANSWERED,
    path=ONE,
    example={"body": {"text": "Fewer than 400 people were concerned"}},
    **_COMMAND,
)
def amend(body: Body, reference: str, number: int) -> Shown:
    """Add to a filing, such as its next phase, or put it right."""
    stream = stream_of(reference)
    asked = asked_of(stream, body)
    with in_address("filing"):
        answer = tocsin().incidents.amend_filing(
            stream, number, body["text"], body.get("evidence"), asked, complete=body["complete"]
        )
    return _shown(answer, number)


@incidents.operation(
    "GET",
    "/<reference>/filings",
    "listFilings",
    gives=schemas.FilingList,
    errors=openapi.READ_ERRORS,
    path=_REFERENCE,
    scope=Scope.INCIDENTS_READ,
    example={},
)
def listed(reference: str) -> dict[str, Any]:
    """List the filings of an incident, and since when each party has been aware."""
    found = seen_at(reference)
    return {"items": [filing_view(found, filing) for filing in found.filings.values()], "aware": found.aware}


@incidents.operation(
    "GET",
    f"/<reference>/filings/{NUMBERED}",
    "getFiling",
    gives=schemas.FilingView,
    errors=openapi.READ_ERRORS,
    path=ONE,
    scope=Scope.INCIDENTS_READ,
    example={},
)
def get(reference: str, number: int) -> dict[str, Any]:
    """Read a filing."""
    found = seen_at(reference)
    if number not in found.filings:
        raise NotFound
    return filing_view(found, found.filings[number])


def _shown(answer: Answer, number: int) -> Shown:
    seen = seen_after(answer)
    if number not in seen.filings:
        raise NotFound
    return filing_view(seen, seen.filings[number]), answer_headers(answer)
