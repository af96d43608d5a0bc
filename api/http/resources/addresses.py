"""Where people can be reached: their own mail addresses and numbers, which nobody else is shown."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from flask import Response

from api.access.permissions import Anybody
from api.http import openapi
from api.http.access import tocsin
from api.http.crew_views import address_view, addresses_view
from api.http.idempotency import replay_headers
from api.http.resources.me import me
from api.http.resources.profile import REPLAYED, by_me, myself
from api.http.schemas.fields import Body as NoFields
from api.http.schemas.people import AddressGiving, AddressList, AddressView
from escalation.crew.addresses import NAME

if TYPE_CHECKING:
    from api.http.resources.answers import Body, Shown

ADDRESS = {
    "name": "address",
    "in": "path",
    "required": True,
    "description": "What you call the address.",
    "schema": {"type": "string", "pattern": f"^{NAME}$"},
    "example": "mobile",
}
_READ_ERRORS = (*openapi.READ_ERRORS, HTTPStatus.CONFLICT)


@me.operation("GET", "/addresses", "listMyAddresses", gives=AddressList, errors=_READ_ERRORS, scope=Anybody.KNOWN)
def list_addresses() -> dict[str, Any]:
    """List where you can be reached, beside the address with which you sign in."""
    profile = tocsin().crew.profiles.of(myself())
    return {"items": [] if profile is None else addresses_view(profile)}


@me.operation(
    "POST",
    "/addresses",
    "giveMyAddress",
    takes=AddressGiving,
    gives=AddressView,
    status=HTTPStatus.CREATED,
    headers=REPLAYED,
    errors=openapi.WRITE_ERRORS,
    parameters=["Idempotency-Key"],
    scope=Anybody.KNOWN,
    example={"body": {"address": "mobile", "kind": "phone", "value": "+49 151 23456789"}},
)
def give(body: Body) -> Shown:
    """Say where you can be reached, by a name that contact rules then use: `sms:mobile`, `voice:mobile`.

    A new value takes the place of the old one at once, also for pages that wait already. The name stays on the record;
    the value is sealed, and can be erased.
    """
    name = body["address"]
    change = tocsin().crew.profiles.give_address(myself(), name, body["kind"], body["value"], by_me())
    return address_view(change.record.addresses[name]), dict(replay_headers(replayed=change.replayed))


@me.operation(
    "POST",
    "/addresses/<address>/remove",
    "removeMyAddress",
    takes=NoFields,
    gives=None,
    status=HTTPStatus.NO_CONTENT,
    headers=REPLAYED,
    errors=openapi.WRITE_ERRORS,
    path=(ADDRESS,),
    parameters=["Idempotency-Key"],
    scope=Anybody.KNOWN,
    example={"body": {}},
)
def remove(_body: Body, address: str) -> Response:
    """Say that you are not to be reached there any more. Contact rules that use it are changed first."""
    change = tocsin().crew.profiles.remove_address(myself(), address, by_me())
    return Response(status=HTTPStatus.NO_CONTENT, headers=dict(replay_headers(replayed=change.replayed)))
