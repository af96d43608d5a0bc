"""Whoever asks, about themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from api.access.permissions import Anybody
from api.http import openapi
from api.http.access import principal, tocsin
from api.http.schemas.members import Me
from incidents.ledger.reach import at_the_gate

if TYPE_CHECKING:
    from api.access.principal import Principal

me = openapi.Blueprint("me", __name__, url_prefix="/v1/me", description="Whoever sends the request.")


@me.operation("GET", "", "getMe", gives=Me, errors=openapi.READ_ERRORS, scope=Anybody.KNOWN)
def get() -> dict[str, Any]:
    """Read who you are here, where you belong, and what you may do there."""
    who = principal()
    kind, _, identity = who.actor.partition(":")
    told = _key(identity) if kind == "key" else _person(identity)
    return {"actor": who.actor, "operator": who.operator, **told, "memberships": _memberships(who, identity)}


def _key(identity: str) -> dict[str, Any]:
    with at_the_gate():
        return {"kind": "key", "name": tocsin().keys.described(identity).name, "email": None}


def _person(identity: str) -> dict[str, Any]:
    row = tocsin().people.described([identity])[identity]
    return {"kind": row.kind, "name": row.name, "email": row.email}


def _memberships(who: Principal, identity: str) -> list[dict[str, Any]]:
    roles = {row.partnership: row.roles for row in tocsin().people.memberships(identity)}
    return [
        {
            "partnership": each.partnership,
            "party": each.party,
            "roles": roles.get(each.partnership, []),
            "scopes": sorted(each.scopes),
        }
        for each in who.memberships
    ]
