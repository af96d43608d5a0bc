"""Members of a partnership, managed by the administrators of their party."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from flask import Response

from api.access.members import Grant
from api.access.permissions import Scope, scopes_of
from api.http import openapi
from api.http.access import must_reach, principal, tocsin
from api.http.administration import manages, must_be_given, party_managed
from api.http.idempotency import replay_headers, request_key
from api.http.refusals import InvalidRequest
from api.http.resources.access_log import PARTNERSHIPS
from api.http.schemas.fields import Body as NoFields
from api.http.schemas.members import PERSON, MemberList, MemberView, RoleGrant
from incidents.errors import InvalidField, NotFound

if TYPE_CHECKING:
    from collections.abc import Sequence

    from api.access.principal import Membership
    from api.http.resources.answers import Body, Shown

members = openapi.Blueprint("members", __name__, url_prefix=PARTNERSHIPS, description="Who belongs to a partnership.")

_PARTNERSHIP = (openapi.PARTNERSHIP_PARAMETER,)
PERSON_PARAMETER = {
    "name": "person",
    "in": "path",
    "required": True,
    "description": "The person's id.",
    "schema": {"type": "string", "pattern": PERSON},
    "example": "3b1e9f7c5a2d48608f4e6d7c9b0a1f23",
}
_ANN = {"email": "ann@acme.example", "name": "Ann Olsen", "party": "acme", "roles": ["responder", "coordinator"]}


@members.operation(
    "GET",
    "/<partnership>/members",
    "listMembers",
    gives=MemberList,
    errors=openapi.READ_ERRORS,
    path=_PARTNERSHIP,
    scope=Scope.ADMIN,
)
def list_members(partnership: str) -> dict[str, Any]:
    """List the members of your party."""
    membership = must_reach(partnership)
    rows = [row for row in tocsin().members.listed(partnership) if manages(membership, row.party)]
    return {"items": _views(rows)}


@members.operation(
    "POST",
    "/<partnership>/members",
    "grantRoles",
    takes=RoleGrant,
    gives=MemberView,
    headers={"Idempotency-Replayed": "REPLAYED"},
    errors=openapi.WRITE_ERRORS,
    path=_PARTNERSHIP,
    parameters=["Idempotency-Key"],
    scope=Scope.ADMIN,
    example={"body": _ANN},
)
def grant(body: Body, partnership: str) -> Shown:
    """Give somebody roles for your party, and take away those that are not named.

    Whoever is not known by that e-mail address is registered; they are let in once they sign in with it.
    """
    membership = must_reach(partnership)
    party = party_managed(membership, body.get("party"))
    if party is None:
        raise InvalidRequest([{"field": "party", "message": "Say for which party."}])
    must_be_given(membership, scopes_of(body["roles"]))
    asked, by = request_key(), principal().actor
    granted = tocsin().members.granted_before(asked)
    if granted is None:
        tocsin().members.check(partnership, party, body["roles"])  # before anybody is registered
        person = _person_meant(body, partnership, membership)
        granted = tocsin().members.grant(partnership, Grant(person, party, body["roles"]), by=by, request=asked)
    return _views([granted.member])[0], dict(replay_headers(replayed=granted.replayed))


@members.operation(
    "POST",
    "/<partnership>/members/<person>/withdraw",
    "withdrawMember",
    takes=NoFields,
    gives=None,
    status=HTTPStatus.NO_CONTENT,
    headers={"Idempotency-Replayed": "REPLAYED"},
    errors=openapi.WRITE_ERRORS,
    path=(*_PARTNERSHIP, PERSON_PARAMETER),
    parameters=["Idempotency-Key"],
    scope=Scope.ADMIN,
    example={"body": {}},
)
def withdraw(_body: Body, partnership: str, person: str) -> Response:
    """Take a member of your party out of the partnership. What they did stays in the record."""
    membership = must_reach(partnership)
    asked = request_key()
    replayed = tocsin().ledger.answered(asked) is not None
    if not replayed:
        there = {row.person: row.party for row in tocsin().members.listed(partnership)}
        if person not in there or not manages(membership, there[person]):
            raise NotFound
        replayed = tocsin().members.withdraw(partnership, person, by=principal().actor, request=asked)
    return Response(status=HTTPStatus.NO_CONTENT, headers=dict(replay_headers(replayed=replayed)))


def _person_meant(body: Body, partnership: str, membership: Membership) -> str:
    """Give who is to have roles; somebody new is registered.

    Who stands behind an id is told of one's own members alone: timelines name people of the other party, and those who
    left, by their ids. InvalidField; KnownByAnotherName.
    """
    person: str | None = body.get("person")
    if person is None:
        return tocsin().people.registered(body["name"], body["email"], by=principal().actor)
    theirs = {row.person for row in tocsin().members.listed(partnership) if manages(membership, row.party)}
    if person not in theirs and not principal().operator:
        raise InvalidField("person", "Give the id of a member of your party; whoever is not one yet, by `email`.")
    return person


def _views(found: Sequence[Any]) -> list[dict[str, Any]]:
    """Show members, or their rows, which have the same attributes, with what is known of the people."""
    known = tocsin().people.described(member.person for member in found)
    return [
        {
            "person": member.person,
            "kind": known[member.person].kind,
            "name": known[member.person].name,
            "email": known[member.person].email,
            "party": member.party,
            "roles": list(member.roles),
            "since": member.since,
            "active": known[member.person].deactivated_at is None,
        }
        for member in found
    ]
