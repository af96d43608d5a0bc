"""Claims on an incident: what the agreement puts to a body, and the parties' votes on it."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from api.access.permissions import Scope
from api.http import openapi
from api.http.access import stream_of, tocsin
from api.http.question_views import claim_view
from api.http.resources.answers import answer_headers, asked_of, called, in_address, seen_after, seen_at
from api.http.resources.incidents import incidents
from api.http.schemas import claims as schemas
from incidents.errors import NotFound
from incidents.terms import ExclusionSought, PauseSought

if TYPE_CHECKING:
    from collections.abc import Callable

    from marshmallow import Schema

    from api.http.resources.answers import Body, Shown
    from incidents.incidents import Answer, Asked

_REFERENCE = (openapi.REFERENCE_PARAMETER,)
NUMBER = {
    "name": "number",
    "in": "path",
    "required": True,
    "description": "The version of the fact that made it.",
    "schema": {"type": "integer", "minimum": 1, "maximum": 2**31 - 1},
    "example": 2,
}
ONE = (*_REFERENCE, NUMBER)
NUMBERED = "<int(min=1, max=2147483647):number>"
_COMMAND: dict[str, Any] = {
    "gives": schemas.ClaimView,
    "errors": openapi.COMMAND_ERRORS,
    "parameters": ["If-Match", "Idempotency-Key"],
}
ANSWERED = {"ETag": "REVISION", "Idempotency-Replayed": "REPLAYED"}
_CLAIMABLE = {
    "kind": "exclusion",
    "name": "client_caused_delay",
    "start": "2026-03-02T11:00:00Z",
    "until": "2026-03-02T12:00:00Z",
    "reason": "Globex had locked our access for an hour",
}


@incidents.operation(
    "POST",
    "/<reference>/claims",
    "makeClaim",
    takes=schemas.Claiming,
    status=HTTPStatus.CREATED,
    headers={"Location": "LOCATION", **ANSWERED},
    path=_REFERENCE,
    scope=Scope.INCIDENTS_COORDINATE,
    example={"body": _CLAIMABLE},
    **_COMMAND,
)
def make(body: Body, reference: str) -> Shown:
    """Claim what the agreement lets a body grant: an exclusion, a pause, an earlier time, more time for an action.

    The body's parties hear of it. If they stay silent until `due_at`, `if_silent` holds.
    """
    stream = stream_of(reference)
    return _made(_CLAIMS[body["kind"]](stream, body, asked_of(stream, body)))


@incidents.operation(
    "POST",
    "/<reference>/disputes",
    "disputeSeverity",
    takes=schemas.Dispute,
    status=HTTPStatus.CREATED,
    headers={"Location": "LOCATION", **ANSWERED},
    path=_REFERENCE,
    scope=Scope.INCIDENTS_COORDINATE,
    example={"body": {"severity": "S2", "reason": "One shop in ten is affected"}},
    **_COMMAND,
)
def dispute(body: Body, reference: str) -> Shown:
    """Dispute the severity: both proposals are on record, and a body decides in time, or the agreement's fallback."""
    stream = stream_of(reference)
    asked = asked_of(stream, body)
    return _made(tocsin().incidents.dispute_severity(stream, body["severity"], body["reason"], asked))


@incidents.operation(
    "GET",
    "/<reference>/claims",
    "listClaims",
    takes=schemas.ClaimQuery,
    gives=schemas.ClaimList,
    errors=openapi.READ_ERRORS,
    path=_REFERENCE,
    scope=Scope.INCIDENTS_READ,
    example={"query": {"state": "open"}},
)
def listed(query: Body, reference: str) -> dict[str, Any]:
    """List the claims on an incident."""
    found = seen_at(reference)
    wanted = query.get("state")
    views = [claim_view(found, claim) for claim in found.claims.values()]
    return {"items": [view for view in views if wanted in {None, view["state"]}]}


@incidents.operation(
    "GET",
    f"/<reference>/claims/{NUMBERED}",
    "getClaim",
    gives=schemas.ClaimView,
    errors=openapi.READ_ERRORS,
    path=ONE,
    scope=Scope.INCIDENTS_READ,
    example={},
)
def get(reference: str, number: int) -> dict[str, Any]:
    """Read a claim."""
    found = seen_at(reference)
    if number not in found.claims:
        raise NotFound
    return claim_view(found, found.claims[number])


def _on_claim(
    verb: str, schema: type[Schema], operation: str, scope: Scope, example: Body
) -> Callable[[Callable[[str, int, Body, Asked], Answer]], None]:
    """Serve an act on one claim under a verb; its docstring documents the operation."""

    def serve(act: Callable[[str, int, Body, Asked], Answer]) -> None:
        def view(body: Body, reference: str, number: int) -> Shown:
            stream = stream_of(reference)
            with in_address("claim"):
                answer = act(stream, number, body, asked_of(stream, body))
            return _shown(answer, number)

        view.__name__, view.__doc__ = act.__name__, act.__doc__
        incidents.operation(
            "POST",
            f"/<reference>/claims/{NUMBERED}/{verb}",
            operation,
            takes=schema,
            headers=ANSWERED,
            path=ONE,
            scope=scope,
            example={"body": example},
            **_COMMAND,
        )(view)

    return serve


@_on_claim(
    "votes", schemas.Vote, "voteOnClaim", Scope.AGREEMENTS_DECIDE, {"vote": "granted", "reason": "We caused the delay"}
)
def vote(stream: str, number: int, body: Body, asked: Asked) -> Answer:
    """Vote for your party. The vote that decides brings about what was claimed."""
    return tocsin().incidents.vote(stream, number, body["vote"], body.get("reason"), asked)


@_on_claim(
    "evidence",
    schemas.Evidence,
    "giveEvidence",
    Scope.INCIDENTS_WRITE,
    {"evidence": "Ticket 4711 of the access desk"},
)
def evidence(stream: str, number: int, body: Body, asked: Asked) -> Answer:
    """Add evidence to a claim."""
    return tocsin().incidents.give_evidence(stream, number, body["evidence"], asked)


@_on_claim(
    "withdraw", schemas.Withdrawal, "withdrawClaim", Scope.INCIDENTS_COORDINATE, {"reason": "It was our own lock"}
)
def withdraw(stream: str, number: int, body: Body, asked: Asked) -> Answer:
    """Take a claim of your party back."""
    return tocsin().incidents.withdraw_claim(stream, number, body.get("reason"), asked)


def _exclusion(stream: str, body: Body, asked: Asked) -> Answer:
    sought = ExclusionSought(
        name=body["name"],
        start=body["start"],
        until=body.get("until"),
        clocks=_clocks(body),
        at_fault=body.get("at_fault"),
        evidence=body.get("evidence"),
    )
    return tocsin().incidents.claim_exclusion(stream, sought, body["reason"], asked)


def _pause(stream: str, body: Body, asked: Asked) -> Answer:
    sought = PauseSought(
        name=body["name"],
        start=body["start"],
        until=body.get("until"),
        clocks=_clocks(body),
        evidence=body.get("evidence"),
    )
    return tocsin().incidents.claim_pause(stream, sought, body["reason"], asked)


def _backdating(stream: str, body: Body, asked: Asked) -> Answer:
    return tocsin().incidents.claim_backdating(stream, body["entry"], body["start"], body["reason"], asked)


def _extension(stream: str, body: Body, asked: Asked) -> Answer:
    with called("action", "name"):
        return tocsin().incidents.extend_action(stream, body["name"], body["until"], body["reason"], asked)


_CLAIMS: dict[str, Callable[[str, Body, Asked], Answer]] = {
    "exclusion": _exclusion,
    "pause": _pause,
    "backdating": _backdating,
    "extension": _extension,
}


def _clocks(body: Body) -> tuple[str, ...] | None:
    return tuple(dict.fromkeys(body["clocks"])) if "clocks" in body else None


def _made(answer: Answer) -> Shown:
    """Show the claim that a request made: the newest at the version that it led to."""
    view, headers = _shown(answer, max(answer.incident.claims))
    return view, {**headers, "Location": view["links"]["self"]}


def _shown(answer: Answer, number: int) -> Shown:
    seen = seen_after(answer)
    if number not in seen.claims:
        raise NotFound
    return claim_view(seen, seen.claims[number]), answer_headers(answer)
