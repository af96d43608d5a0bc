"""Webhook subscriptions and their messages as clients see them. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from api.http.crew_views import PARTNERSHIPS
from notifications.webhooks.record import STREAM

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Row

    from notifications.webhooks.record import Subscription


def webhook_view(record: Subscription) -> dict[str, Any]:
    """Show a subscription; of one whose words were erased, address and name are null."""
    return {
        "webhook": record.public_id,
        "party": record.party,
        "name": _words(record.settings.name),
        "url": _words(record.settings.url),
        "types": list(record.settings.types),
        "state": record.state,
        "state_why": record.state_why,
        "state_at": record.state_at,
        "old_secret_until": record.old_secret_until,
        "made_by": record.made_by,
        "made_at": record.made_at,
        "links": _links(record.partnership, record.public_id),
    }


def message_view(row: Row[Any]) -> dict[str, Any]:
    """Show a message."""
    of, _, identity = (row.stream or "").rpartition("/")
    webhook = row.subscription.removeprefix(STREAM)
    return {
        "message": row.id,
        "type": row.type,
        "event": row.event_id,
        "incident": {"id": identity} if of.endswith("/incident") else None,
        "status": row.status,
        "created_at": row.created_at,
        "finished_at": row.finished_at,
        "due_at": row.due_at if row.finished_at is None else None,
        "waits_for": row.waits_for,
        "links": {"self": message_address(row.partnership, webhook, row.id)},
    }


def message_address(partnership: str, webhook: str, message: str) -> str:
    """Give where a message is read."""
    return f"{PARTNERSHIPS}/{partnership}/webhooks/{webhook}/messages/{message}"


def attempts_view(attempts: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Show the attempts at a message."""
    return [{**each, "request": _sent(each["request"]), "response": _sent(each["response"])} for each in attempts]


def _sent(kept: dict[str, Any] | None) -> dict[str, Any] | None:
    if kept is None:
        return None
    headers = [{"name": name, "value": value} for name, value in kept.get("headers", [])]
    return {**kept, "headers": headers}


def _links(partnership: str, webhook: str) -> dict[str, str]:
    itself = f"{PARTNERSHIPS}/{partnership}/webhooks/{webhook}"
    return {"self": itself, "messages": f"{itself}/messages"}


def _words(text: object) -> str | None:
    return text if isinstance(text, str) else None
