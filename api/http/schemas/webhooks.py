"""Webhook subscriptions, their messages, and what is asked of both."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from api.http.schemas.fields import MAX_TITLE, Body, Instant, QueryNumber, Text, WholeNumber, Word, cursor
from api.http.schemas.fields import name as named
from api.http.schemas.incidents import MAX_PAGE, PAGE
from notifications.webhooks.record import LONGEST_OVERLAP, OVERLAP, STATES
from notifications.webhooks.statuses import SHOWN
from notifications.webhooks.urls import MOST_URL

WEBHOOK = r"^[0-9a-f]{32}$"
"""A subscription's id in an address."""
MOST_TYPES = 50
TYPE = r"^[a-z_.]{1,64}[0-9*]{0,9}$"
_EVENT_TYPE = "Send a type such as incident.noted, incident.noted.v1, or incident.* for all of a kind."


def _url(*, required: bool = False) -> Text:
    said = "Where messages are posted to: https, or http within networks that the operator allows."
    return Text(MOST_URL, lines=False, required=required, metadata={"description": said})


def _name(*, required: bool = False) -> Text:
    return Text(MAX_TITLE, lines=False, required=required, metadata={"description": "What you call it."})


def _types() -> fields.List[str]:
    return fields.List(
        Word(TYPE, _EVENT_TYPE),
        validate=validate.Length(0, MOST_TYPES, error="Give at most {max} types."),
        metadata={"description": "Which events, by the types of the feed; none: all but records of reads."},
        error_messages={"null": "Send a list, or leave it out.", "invalid": "Send a list of types."},
    )


class WebhookBody(Body):
    """A new subscription."""

    url = _url(required=True)
    name = _name(required=True)
    types = _types()
    party = named(metadata={"description": "Whose; left out: yours."})


class WebhookSettings(Body):
    """Other settings; what is left out stays."""

    url = _url()
    name = _name()
    types = _types()


class SecretRotation(Body):
    """How long both secrets are good."""

    overlap_seconds = WholeNumber(
        0,
        int(LONGEST_OVERLAP.total_seconds()),
        metadata={
            "description": "How long messages are signed by the old secret too; left out: "
            f"{int(OVERLAP.total_seconds())}, a day; 0: no longer."
        },
    )


class WebhookView(Schema):
    """A subscription, without its secret."""

    webhook = fields.String(required=True, metadata={"description": "Its id."})
    party = fields.String(required=True)
    name = fields.String(required=True, allow_none=True, metadata={"description": "null: it was erased."})
    url = fields.String(required=True, allow_none=True, metadata={"description": "null: it was erased."})
    types = fields.List(fields.String(), required=True)
    state = fields.String(required=True, validate=validate.OneOf(STATES))
    state_why = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "Why it is disabled: `silent`, nothing got through for days; `gone`, HTTP 410."},
    )
    state_at = Instant(required=True, metadata={"description": "Since when it is in that state."})
    old_secret_until = Instant(
        required=True,
        allow_none=True,
        metadata={"description": "Until when the secret before the last rotation is, or was, good."},
    )
    made_by = fields.String(required=True)
    made_at = Instant(required=True)
    links = fields.Dict(keys=fields.String(), values=fields.String(), required=True)


class NewWebhookView(WebhookView):
    """A subscription with its new secret, which is shown this once."""

    secret = fields.String(
        required=True, metadata={"description": "`whsec_…`: by it you check that messages are ours. Keep it."}
    )


class WebhookList(Schema):
    """Subscriptions that are not removed, by party, the oldest first."""

    items = fields.List(fields.Nested(WebhookView), required=True)


class MessageQuery(Body):
    """Which messages, and which page of them."""

    status = fields.String(
        validate=validate.OneOf(SHOWN, error="Use one of: {choices}."), metadata={"description": "In that status."}
    )
    type = Word(TYPE, _EVENT_TYPE)
    limit = QueryNumber(1, MAX_PAGE, load_default=PAGE, metadata={"description": "How many on a page."})
    cursor = cursor()


class IncidentNamed(Schema):
    """An incident, by its id."""

    id = fields.String(required=True)


class MessageView(Schema):
    """A message: an event as it was told, or a ping."""

    message = fields.String(required=True, metadata={"description": "Its constant id: `webhook-id` at each attempt."})
    type = fields.String(required=True)
    event = fields.String(required=True, allow_none=True, metadata={"description": "The event's id; null: a ping."})
    incident = fields.Nested(IncidentNamed, required=True, allow_none=True)
    status = fields.String(required=True, validate=validate.OneOf(SHOWN))
    created_at = Instant(required=True)
    finished_at = Instant(required=True, allow_none=True)
    due_at = Instant(required=True, allow_none=True, metadata={"description": "When it is tried next."})
    waits_for = fields.String(required=True, allow_none=True, metadata={"description": "Why not before."})
    links = fields.Dict(keys=fields.String(), values=fields.String(), required=True)


class MessagePage(Schema):
    """Some messages, the newest first."""

    items = fields.List(fields.Nested(MessageView), required=True)
    next_cursor = fields.String(required=True, allow_none=True, metadata={"description": "null on the last page."})


class MessageHeader(Schema):
    """A header; what may be secret is struck out."""

    name = fields.String(required=True)
    value = fields.String(required=True)


class MessageContent(Schema):
    """A request or an answer: its headers, and the beginning of its body."""

    url = fields.String(metadata={"description": "Of a request, without its query."})
    headers = fields.List(fields.Nested(MessageHeader), required=True)
    body = fields.String(required=True, metadata={"description": "Its first 2 KiB."})
    cut = fields.Boolean(required=True, metadata={"description": "Whether it went on."})


class MessageAttempt(Schema):
    """An attempt at a message."""

    nth = fields.Integer(required=True)
    at = Instant(required=True)
    took_ms = fields.Integer(required=True, allow_none=True)
    outcome = fields.String(required=True, metadata={"description": "`delivered` or `failed`."})
    status_code = fields.Integer(required=True, allow_none=True, metadata={"description": "null: no answer came."})
    error = fields.String(required=True, allow_none=True)
    request = fields.Nested(MessageContent, required=True, allow_none=True)
    response = fields.Nested(MessageContent, required=True, allow_none=True)


class MessageWithAttempts(MessageView):
    """A message with each attempt at it, the first one first."""

    attempts = fields.List(fields.Nested(MessageAttempt), required=True)


class Redelivering(Body):
    """Which messages are sent again: of events that came about in [since, until)."""

    since = Instant(required=True, metadata={"description": "From this instant on, by `created_at`."})
    until = Instant(metadata={"description": "Before this instant; left out: now."})
    only_failed = fields.Boolean(
        load_default=True,
        truthy={True},
        falsy={False},
        metadata={"description": "false: those too that were delivered."},
        error_messages={"invalid": "Send true or false.", "null": "Send true or false, or leave it out."},
    )


class PingView(Schema):
    """A ping on its way."""

    message = fields.String(required=True, metadata={"description": "Its `webhook-id`, and its name in the log."})
    links = fields.Dict(keys=fields.String(), values=fields.String(), required=True)


class RedeliveredView(Schema):
    """How many messages wait to be sent again."""

    messages = fields.Integer(required=True)
