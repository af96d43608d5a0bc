"""What disputes, notices and certificates share over HTTP: finding one, and answering with it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, TypeVar

from api.http.access import must_reach, tocsin, wanted
from api.http.access_log import noted, noted_all
from api.http.idempotency import replay_headers
from api.http.schemas.matters import ID
from api.http.senders import sender_in
from escalation.matters.base import Matter
from incidents.errors import NotFound

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from api.http.resources.answers import Shown
    from escalation.changes import Changed, Sender

M = TypeVar("M", bound=Matter)

REPLAYED = {"Idempotency-Replayed": "REPLAYED"}
_id = re.compile(ID)


def id_parameter(name: str, example: str) -> dict[str, Any]:
    """Describe the id of a record in an address."""
    return {
        "name": name,
        "in": "path",
        "required": True,
        "description": f"The {name}'s id.",
        "schema": {"type": "string", "pattern": ID},
        "example": example,
    }


def found(kind: type[M], public_id: str) -> M:
    """Find a record that exists for the sender. NotFound; Forbidden."""
    if not _id.fullmatch(public_id):
        raise NotFound
    record = tocsin().matters.found(kind, public_id)
    must_reach(record.partnership)
    noted(record.partnership, public_id)
    return record


def listed(kind: type[M], query: dict[str, Any], view: Callable[[M], dict[str, Any]]) -> dict[str, Any]:
    """List the records of a kind that exist for the sender."""
    records = tocsin().matters.listed(kind, wanted(query.get("partnership")))
    noted_all(record.partnership for record in records)
    return {"items": [view(record) for record in records]}


def changed(
    kind: type[M], public_id: str, act: Callable[[M, str, Sender, datetime], None], view: Callable[[M], dict[str, Any]]
) -> Shown:
    """Let the sender's party do something with a record, and answer with it."""
    record = found(kind, public_id)
    sender = sender_in(record.partnership)
    change = tocsin().matters.change(kind, record.id, sender, lambda it, party, at: act(it, party, sender, at))
    return told(change, view)


def told(change: Changed[M], view: Callable[[M], dict[str, Any]]) -> Shown:
    """Answer with a record as a request left it."""
    return view(change.record), dict(replay_headers(replayed=change.replayed))
