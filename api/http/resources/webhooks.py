"""Webhook subscriptions of one's own party. Those of other parties do not exist here."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from api.access.permissions import Scope
from api.http import openapi
from api.http.access import must_reach, principal, tocsin, viewer
from api.http.access_log import noted
from api.http.administration import manages, party_managed
from api.http.idempotency import replay_headers, request_key
from api.http.refusals import Forbidden, InvalidRequest, OtherParty
from api.http.resources.access_log import PARTNERSHIPS
from api.http.schemas.fields import Body as NoFields
from api.http.schemas.webhooks import (
    WEBHOOK,
    NewWebhookView,
    SecretRotation,
    WebhookBody,
    WebhookList,
    WebhookSettings,
    WebhookView,
)
from api.http.webhook_views import webhook_view
from escalation.changes import Sender
from incidents.errors import NotFound
from notifications.webhooks.book import Place
from notifications.webhooks.record import Settings

if TYPE_CHECKING:
    from api.http.resources.answers import Body, Shown
    from escalation.changes import Changed
    from incidents.disclosure import Viewer
    from notifications.webhooks.record import Subscription

webhooks = openapi.Blueprint(
    "webhooks", __name__, url_prefix=PARTNERSHIPS, description="What happens, told to other systems of your party."
)
PARTNERSHIP = (openapi.PARTNERSHIP_PARAMETER,)
WEBHOOK_PATH = (
    *PARTNERSHIP,
    {
        "name": "webhook",
        "in": "path",
        "required": True,
        "description": "The webhook's id.",
        "schema": {"type": "string", "pattern": WEBHOOK},
        "example": "7c1e0b5d9a2f4c6e8d3b1a0f5e7c9d24",
    },
)
REPLAYED = {"Idempotency-Replayed": "REPLAYED"}
_SHOP = {"url": "https://hooks.acme.example/tocsin", "name": "Ticket system", "types": ["incident.*"], "party": "acme"}
_id = re.compile(WEBHOOK, re.ASCII)
_SETTLING: dict[str, Any] = {
    "takes": NoFields,
    "gives": WebhookView,
    "headers": REPLAYED,
    "errors": openapi.WRITE_ERRORS,
    "path": WEBHOOK_PATH,
    "parameters": ["Idempotency-Key"],
    "scope": Scope.INTEGRATIONS_MANAGE,
    "example": {"body": {}},
}
"""What changes its state, and takes nothing but its name."""


@webhooks.operation(
    "GET",
    "/<partnership>/webhooks",
    "listWebhooks",
    gives=WebhookList,
    errors=openapi.READ_ERRORS,
    path=PARTNERSHIP,
    scope=Scope.INTEGRATIONS_MANAGE,
)
def list_webhooks(partnership: str) -> dict[str, Any]:
    """List the webhooks of your party; removed ones are left out."""
    reader = _reader(partnership)
    return {
        "items": [
            webhook_view(each) for each in tocsin().webhooks.listed(partnership) if reader.is_among((each.party,))
        ]
    }


@webhooks.operation(
    "POST",
    "/<partnership>/webhooks",
    "createWebhook",
    takes=WebhookBody,
    gives=NewWebhookView,
    status=HTTPStatus.CREATED,
    headers={"Location": "LOCATION"},
    errors=openapi.WRITE_ERRORS,
    path=PARTNERSHIP,
    parameters=["Idempotency-Key"],
    scope=Scope.INTEGRATIONS_MANAGE,
    example={"body": _SHOP},
)
def create(body: Body, partnership: str) -> Shown:
    """Have what happens from now on posted to an address, as your party sees it; its secret is shown this once.

    Sent again, the request shows no secret a second time: 409 `secret_shown_before`.
    """
    _reader(partnership)
    party = party_managed(must_reach(partnership), body.get("party"))
    if party is None:
        raise InvalidRequest([{"field": "party", "message": "Say for which party."}])
    settings = Settings(body["url"], body["name"], _types(body.get("types", [])))
    sender = Sender(principal().actor, party, request_key())
    made = tocsin().webhooks.create(Place(partnership, party), settings, sender)
    view = webhook_view(made.record) | {"secret": made.secret}
    return view, {"Location": view["links"]["self"]}


@webhooks.operation(
    "GET",
    "/<partnership>/webhooks/<webhook>",
    "getWebhook",
    gives=WebhookView,
    errors=openapi.READ_ERRORS,
    path=WEBHOOK_PATH,
    scope=Scope.INTEGRATIONS_MANAGE,
)
def get(partnership: str, webhook: str) -> dict[str, Any]:
    """Read a webhook of your party, a removed one too."""
    return webhook_view(readable(partnership, webhook))


@webhooks.operation(
    "POST",
    "/<partnership>/webhooks/<webhook>/settings",
    "changeWebhookSettings",
    takes=WebhookSettings,
    gives=WebhookView,
    headers=REPLAYED,
    errors=openapi.WRITE_ERRORS,
    path=WEBHOOK_PATH,
    parameters=["Idempotency-Key"],
    scope=Scope.INTEGRATIONS_MANAGE,
    example={"body": {"name": "Ticket system", "types": ["incident.*", "agreement.*"]}},
)
def change_settings(body: Body, partnership: str, webhook: str) -> Shown:
    """Give a webhook another address, name or types, from the next message on; what is left out stays."""
    record, sender = managed(partnership, webhook)
    given: dict[str, Any] = {**body, "types": _types(body["types"])} if "types" in body else dict(body)
    return told(tocsin().webhooks.edit(record.id, lambda settings: replace(settings, **given), sender))


@webhooks.operation(
    "POST",
    "/<partnership>/webhooks/<webhook>/rotate-secret",
    "rotateWebhookSecret",
    takes=SecretRotation,
    gives=NewWebhookView,
    errors=openapi.WRITE_ERRORS,
    path=WEBHOOK_PATH,
    parameters=["Idempotency-Key"],
    scope=Scope.INTEGRATIONS_MANAGE,
    example={"body": {}},
)
def rotate(body: Body, partnership: str, webhook: str) -> dict[str, Any]:
    """Give a webhook a new secret, shown this once. For a day messages carry two signatures, by both secrets.

    Two secrets are good at the same time, never three: rotating again ends the oldest. Sent again, the request shows
    no secret a second time: 409 `secret_shown_before`.
    """
    record, sender = managed(partnership, webhook)
    overlap = timedelta(seconds=body["overlap_seconds"]) if "overlap_seconds" in body else None
    made = tocsin().webhooks.rotate(record.id, overlap, sender)
    return webhook_view(made.record) | {"secret": made.secret}


@webhooks.operation(
    "POST",
    "/<partnership>/webhooks/<webhook>/pause",
    "pauseWebhook",
    **_SETTLING,
)
def pause(_body: Body, partnership: str, webhook: str) -> Shown:
    """Have nothing sent to an active webhook for now. What happens meanwhile waits for 30 days."""
    record, sender = managed(partnership, webhook)
    return told(tocsin().webhooks.pause(record.id, sender))


@webhooks.operation(
    "POST",
    "/<partnership>/webhooks/<webhook>/resume",
    "resumeWebhook",
    **_SETTLING,
)
def resume(_body: Body, partnership: str, webhook: str) -> Shown:
    """Go on with a paused webhook, with what waited first."""
    record, sender = managed(partnership, webhook)
    return told(tocsin().webhooks.resume(record.id, sender))


@webhooks.operation(
    "POST",
    "/<partnership>/webhooks/<webhook>/enable",
    "enableWebhook",
    **_SETTLING,
)
def enable(_body: Body, partnership: str, webhook: str) -> Shown:
    """Go on with a webhook that was disabled because its receiver failed: what waited is sent now, oldest first."""
    record, sender = managed(partnership, webhook)
    return told(tocsin().webhooks.enable(record.id, sender))


@webhooks.operation(
    "POST",
    "/<partnership>/webhooks/<webhook>/remove",
    "removeWebhook",
    **_SETTLING,
)
def remove(_body: Body, partnership: str, webhook: str) -> Shown:
    """Remove a webhook for ever: nothing is sent any more, its secrets are forgotten. Its log stays for 30 days."""
    record, sender = managed(partnership, webhook)
    return told(tocsin().webhooks.remove(record.id, sender))


def readable(partnership: str, webhook: str) -> Subscription:
    """Read a webhook that the sender may see: their party's, or any for who sees everything. NotFound; Forbidden."""
    reader = _reader(partnership)
    record = tocsin().webhooks.found(partnership, webhook) if _id.fullmatch(webhook) else None
    if record is None or not reader.is_among((record.party,)):
        raise NotFound
    noted(partnership, f"webhook {webhook}")
    return record


def managed(partnership: str, webhook: str) -> tuple[Subscription, Sender]:
    """Read a webhook that the sender manages. NotFound; Forbidden; OtherParty where they see it all the same."""
    record = readable(partnership, webhook)
    if not manages(must_reach(partnership), record.party):
        raise OtherParty
    return record, Sender(principal().actor, record.party, request_key())


def told(change: Changed[Subscription]) -> Shown:
    """Show a webhook as a request left it."""
    return webhook_view(change.record), dict(replay_headers(replayed=change.replayed))


def _reader(partnership: str) -> Viewer:
    """Give as whom the sender reads. NotFound; Forbidden where they may not read what webhooks tell: events."""
    reader = viewer(partnership)
    if Scope.EVENTS_READ not in must_reach(partnership).scopes:
        raise Forbidden(Scope.EVENTS_READ)
    return reader


def _types(words: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(words))
