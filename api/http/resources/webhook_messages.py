"""What was sent to a webhook, attempt by attempt; trying it out, and having messages sent again."""

from __future__ import annotations

import re
from datetime import datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, cast

from api.access.permissions import Scope
from api.http import openapi, paging
from api.http.access import tocsin
from api.http.idempotency import replay_headers
from api.http.resources.webhooks import REPLAYED, WEBHOOK_PATH, managed, readable, webhooks
from api.http.schemas.fields import Body as NoFields
from api.http.schemas.webhooks import (
    MessagePage,
    MessageQuery,
    MessageWithAttempts,
    PingView,
    RedeliveredView,
    Redelivering,
)
from api.http.webhook_views import attempts_view, message_address, message_view
from incidents.errors import InvalidField, NotFound
from notifications.webhooks.history import Wanted
from notifications.webhooks.record import Redelivery, Subscription
from notifications.webhooks.statuses import ID

if TYPE_CHECKING:
    from api.http.resources.answers import Body, Shown
    from escalation.changes import Changed

_KIND = "webhook-messages"
_MESSAGE = (
    *WEBHOOK_PATH,
    {
        "name": "message",
        "in": "path",
        "required": True,
        "description": "The message's id, as `webhook-id` names it.",
        "schema": {"type": "string", "pattern": ID},
        "example": "msg_2b7e9d0c4f1a4e6b8c3d5a9f7e1b0c62",
    },
)
_id = re.compile(ID, re.ASCII)


@webhooks.operation(
    "POST",
    "/<partnership>/webhooks/<webhook>/ping",
    "pingWebhook",
    takes=NoFields,
    gives=PingView,
    headers=REPLAYED,
    errors=openapi.WRITE_ERRORS,
    path=WEBHOOK_PATH,
    parameters=["Idempotency-Key"],
    scope=Scope.INTEGRATIONS_MANAGE,
    example={"body": {}},
)
def ping(_body: Body, partnership: str, webhook: str) -> Shown:
    """Try an active webhook out: a message `tocsin.ping.v1` is sent now. Read it in the log to see what came back."""
    record, sender = managed(partnership, webhook)
    change = tocsin().webhooks.ping(record.id, sender)
    message = cast("Subscription.Pinged", change.record.history[-1]).message
    view = {"message": message, "links": {"message": message_address(partnership, webhook, message)}}
    return view, dict(replay_headers(replayed=change.replayed))


@webhooks.operation(
    "GET",
    "/<partnership>/webhooks/<webhook>/messages",
    "listWebhookMessages",
    takes=MessageQuery,
    gives=MessagePage,
    headers={"Link": "LINK"},
    errors=openapi.READ_ERRORS,
    path=WEBHOOK_PATH,
    scope=Scope.INTEGRATIONS_MANAGE,
    example={"query": {"status": "failed", "type": "incident.*", "limit": 20}},
)
def list_messages(query: Body, partnership: str, webhook: str) -> Shown:
    """List what was and is to be sent to a webhook, the newest first, of the last 30 days.

    What has been hidden from your party since is left out.
    """
    record = readable(partnership, webhook)
    wanted = Wanted(record.id, record.party, query.get("status"), query.get("type"))
    page = tocsin().webhook_history.page(wanted, _place(), query["limit"])
    cursor = paging.cursor_to(_KIND, page.following)
    return {"items": [message_view(row) for row in page.rows], "next_cursor": cursor}, paging.links(cursor)


@webhooks.operation(
    "GET",
    "/<partnership>/webhooks/<webhook>/messages/<message>",
    "getWebhookMessage",
    gives=MessageWithAttempts,
    errors=openapi.READ_ERRORS,
    path=_MESSAGE,
    scope=Scope.INTEGRATIONS_MANAGE,
)
def get_message(partnership: str, webhook: str, message: str) -> dict[str, Any]:
    """Read a message with each attempt: what was sent and what came back, without secrets."""
    row, attempts = _found(readable(partnership, webhook), message)
    return message_view(row) | {"attempts": attempts_view(attempts)}


@webhooks.operation(
    "POST",
    "/<partnership>/webhooks/<webhook>/messages/<message>/redeliver",
    "redeliverWebhookMessage",
    takes=NoFields,
    gives=RedeliveredView,
    headers=REPLAYED,
    errors=openapi.WRITE_ERRORS,
    path=_MESSAGE,
    parameters=["Idempotency-Key"],
    scope=Scope.INTEGRATIONS_MANAGE,
    example={"body": {}},
)
def redeliver_message(_body: Body, partnership: str, webhook: str, message: str) -> Shown:
    """Have a message sent again now, under its id, whatever became of it before."""
    record, sender = managed(partnership, webhook)
    _found(record, message)
    return _told(tocsin().webhooks.redeliver(record.id, Redelivery(message=message), sender))


@webhooks.operation(
    "POST",
    "/<partnership>/webhooks/<webhook>/redeliver",
    "redeliverWebhookMessages",
    takes=Redelivering,
    gives=RedeliveredView,
    status=HTTPStatus.OK,
    headers=REPLAYED,
    errors=openapi.WRITE_ERRORS,
    path=WEBHOOK_PATH,
    parameters=["Idempotency-Key"],
    scope=Scope.INTEGRATIONS_MANAGE,
    example={"body": {"since": "2026-03-01T00:00:00Z", "until": "2026-03-02T00:00:00Z", "only_failed": True}},
)
def redeliver_span(body: Body, partnership: str, webhook: str) -> Shown:
    """Have the failed messages of a span sent again, or all that are finished, each under its id; at most 10,000."""
    record, sender = managed(partnership, webhook)
    until = body.get("until") or tocsin().clock.now()
    if until <= body["since"]:
        raise InvalidField("until", "It must be later than `since`.")
    asked = Redelivery(None, body["since"], until, body["only_failed"])
    return _told(tocsin().webhooks.redeliver(record.id, asked, sender))


def _found(record: Subscription, message: str) -> Any:  # noqa: ANN401 - the row, and the attempts' rows
    if not _id.fullmatch(message):
        raise NotFound
    return tocsin().webhook_history.message(Wanted(record.id, record.party), message)


def _told(change: Changed[Subscription]) -> Shown:
    many = cast("Subscription.Redelivered", change.record.history[-1]).messages
    return {"messages": many}, dict(replay_headers(replayed=change.replayed))


def _place() -> tuple[datetime, str] | None:
    place = paging.place_in(_KIND)
    return None if place is None else (datetime.fromisoformat(place[0]), place[1])
