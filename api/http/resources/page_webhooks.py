"""The webhooks that the agreement gives to one's own party, and the secrets by which pages to them are signed."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from api.access.permissions import Scope
from api.http import openapi
from api.http.access import must_reach, principal, tocsin
from api.http.administration import manages
from api.http.idempotency import request_key
from api.http.resources.access_log import PARTNERSHIPS
from api.http.schemas.fields import Body as NoFields
from api.http.schemas.page_webhooks import WEBHOOK, NewPageSecret, PageWebhookList
from escalation.changes import Sender
from incidents.errors import NotFound

if TYPE_CHECKING:
    from api.http.resources.answers import Body
    from escalation.agreement.model import Webhook

page_webhooks = openapi.Blueprint(
    "page-webhooks", __name__, url_prefix=PARTNERSHIPS, description="Where the agreement has pages posted to."
)
_PARTNERSHIP = (openapi.PARTNERSHIP_PARAMETER,)
_PATH = (
    *_PARTNERSHIP,
    {
        "name": "page_webhook",
        "in": "path",
        "required": True,
        "description": "The webhook's id in the agreement.",
        "schema": {"type": "string", "pattern": WEBHOOK},
        "example": "acme-pager",
    },
)
_id = re.compile(WEBHOOK, re.ASCII)


@page_webhooks.operation(
    "GET",
    "/<partnership>/page-webhooks",
    "listPageWebhooks",
    gives=PageWebhookList,
    errors=openapi.READ_ERRORS,
    path=_PARTNERSHIP,
    scope=Scope.INTEGRATIONS_MANAGE,
)
def list_page_webhooks(partnership: str) -> dict[str, Any]:
    """List the webhooks that the agreement gives to your party, with when the secrets of each were made."""
    theirs = _theirs(partnership)
    known = tocsin().page_secrets.listed(partnership, tocsin().clock.now())
    return {
        "items": [
            {
                "webhook": webhook.id,
                "party": webhook.party,
                "url": webhook.url,
                "secrets": [
                    {"made_at": each.made_at, "expires_at": each.expires_at}
                    for each in known
                    if (each.party, each.webhook) == (webhook.party, webhook.id)
                ],
            }
            for webhook in theirs.values()
        ]
    }


@page_webhooks.operation(
    "POST",
    "/<partnership>/page-webhooks/<page_webhook>/secret",
    "makePageWebhookSecret",
    takes=NoFields,
    gives=NewPageSecret,
    status=HTTPStatus.CREATED,
    errors=openapi.WRITE_ERRORS,
    path=_PATH,
    parameters=["Idempotency-Key"],
    scope=Scope.INTEGRATIONS_MANAGE,
    example={"body": {}},
)
def make_secret(_body: Body, partnership: str, page_webhook: str) -> dict[str, Any]:
    """Make the secret by which pages to a webhook of your party are signed, or another one; it is shown this once.

    For a day pages carry two signatures, by the old secret and the new. Two are good at the same time, never three:
    making another ends the oldest. Sent again, the request shows no secret a second time: 409 `secret_shown_before`.
    """
    theirs = _theirs(partnership)
    if not _id.fullmatch(page_webhook) or page_webhook not in theirs:
        raise NotFound
    webhook = theirs[page_webhook]
    sender = Sender(principal().actor, webhook.party, request_key())
    made = tocsin().page_secrets.make(partnership, webhook, sender)
    return {"webhook": webhook.id, "party": webhook.party, **made._asdict()}


def _theirs(partnership: str) -> dict[str, Webhook]:
    """Give the webhooks that the sender manages, of the version in force or those that wait for it. NotFound."""
    membership = must_reach(partnership)
    versions = tocsin().book.named(partnership, tocsin().clock.now())
    return {
        webhook.id: webhook
        for version in reversed(versions)
        for webhook in version.webhooks.values()
        if manages(membership, webhook.party)
    }
