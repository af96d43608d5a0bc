"""Keys of a partnership: issued, listed, rotated and revoked by the administrators of their party."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from api.access.permissions import Scope
from api.http import openapi
from api.http.access import must_reach, principal, tocsin
from api.http.administration import manages, must_be_given, party_managed
from api.http.idempotency import replay_headers, request_key
from api.http.resources.access_log import PARTNERSHIPS
from api.http.schemas.fields import Body as NoFields
from api.http.schemas.keys import KEY, KeyIssue, KeyList, KeyRotation, KeyView, NewKeyView
from incidents.errors import NotFound

if TYPE_CHECKING:
    from sqlalchemy import Row

    from api.http.resources.answers import Body, Shown

keys = openapi.Blueprint("keys", __name__, url_prefix=PARTNERSHIPS, description="With which programs come in.")

_PARTNERSHIP = (openapi.PARTNERSHIP_PARAMETER,)
_KEY = {
    "name": "key",
    "in": "path",
    "required": True,
    "description": "The key's id: what stands between the first two underscores of its token.",
    "schema": {"type": "string", "pattern": KEY},
    "example": "5d2f8a1c9b3e4f60",
}
_SCOPES = ["incidents:read", "incidents:write"]


@keys.operation(
    "POST",
    "/<partnership>/keys",
    "issueKey",
    takes=KeyIssue,
    gives=NewKeyView,
    status=HTTPStatus.CREATED,
    errors=openapi.WRITE_ERRORS,
    path=_PARTNERSHIP,
    parameters=["Idempotency-Key"],
    scope=Scope.ADMIN,
    example={"body": {"name": "Monitoring", "party": "acme", "scopes": _SCOPES}},
)
def issue(body: Body, partnership: str) -> dict[str, Any]:
    """Make a key for your party; its token is shown this once.

    Sent again, the request shows no secret a second time: 409 `secret_shown_before`, with the key's id.
    """
    membership = must_reach(partnership)
    party = party_managed(membership, body.get("party"))
    must_be_given(membership, body["scopes"])
    made = tocsin().keys.issue(
        body["name"],
        partnership,
        party,
        body["scopes"],
        body.get("expires_at"),
        by=principal().actor,
        request=request_key(),
    )
    return _view(tocsin().keys.described(made.id)) | {"token": made.token}


@keys.operation(
    "GET",
    "/<partnership>/keys",
    "listKeys",
    gives=KeyList,
    errors=openapi.READ_ERRORS,
    path=_PARTNERSHIP,
    scope=Scope.ADMIN,
)
def list_keys(partnership: str) -> dict[str, Any]:
    """List the keys of your party, the oldest first; revoked and ended ones stay."""
    membership = must_reach(partnership)
    return {"items": [_view(row) for row in tocsin().keys.listed(partnership) if manages(membership, row.party)]}


@keys.operation(
    "POST",
    "/<partnership>/keys/<key>/rotate",
    "rotateKey",
    takes=KeyRotation,
    gives=NewKeyView,
    errors=openapi.WRITE_ERRORS,
    path=(*_PARTNERSHIP, _KEY),
    parameters=["Idempotency-Key"],
    scope=Scope.ADMIN,
    example={"body": {}},
)
def rotate(body: Body, partnership: str, key: str) -> dict[str, Any]:
    """Give a key of your party a new secret. It is good at once; the old one goes on until `old_until`.

    Two secrets are good at the same time, never three: rotating again ends the oldest. Sent again, the request shows
    no secret a second time: 409 `secret_shown_before`.
    """
    must_be_given(must_reach(partnership), _managed(partnership, key).scopes)
    token = tocsin().keys.rotate(key, body.get("old_until"), by=principal().actor, request=request_key())
    return _view(tocsin().keys.described(key)) | {"token": token}


@keys.operation(
    "POST",
    "/<partnership>/keys/<key>/revoke",
    "revokeKey",
    takes=NoFields,
    gives=KeyView,
    headers={"Idempotency-Replayed": "REPLAYED"},
    errors=openapi.WRITE_ERRORS,
    path=(*_PARTNERSHIP, _KEY),
    parameters=["Idempotency-Key"],
    scope=Scope.ADMIN,
    example={"body": {}},
)
def revoke(_body: Body, partnership: str, key: str) -> Shown:
    """Take a key of your party back for ever. Every process stops taking it within 5 seconds."""
    _managed(partnership, key)
    replayed = tocsin().keys.revoke(key, by=principal().actor, request=request_key())
    return _view(tocsin().keys.described(key)), dict(replay_headers(replayed=replayed))


def _managed(partnership: str, key: str) -> Row[Any]:
    """Describe a key that the sender manages; one of another partnership or party does not exist. NotFound."""
    membership = must_reach(partnership)
    row = tocsin().keys.described(key)
    if row.partnership != partnership or not manages(membership, row.party):
        raise NotFound
    return row


def _view(row: Row[Any]) -> dict[str, Any]:
    return dict(row._mapping)  # noqa: SLF001 - SQLAlchemy's public name for a row as a mapping
