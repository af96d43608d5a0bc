"""What clients see of deliveries: letters by the names of the API. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from escalation.crew.reaching import PAGE
from escalation.engine.reminders import Reminding
from incidents.incident import Incident
from notifications.addresses import incident_address
from notifications.queue import delivery as of

if TYPE_CHECKING:
    from datetime import datetime

    from incidents.ledger.facts import Record
    from notifications.letters.book import Lane
    from notifications.letters.view import LetterView

_OF_THE_ROW = ("id", "kind", "party", "channel", "status", "owed_at", "due_at", "finished_at", "tries")
_OF_THE_VIEW = ("recipient", "name", "called", "way", "waits", "detail", "attempts")


def delivery_view(view: LetterView, record: Record, *, theirs: bool) -> dict[str, Any]:
    """Show a letter of a record; `theirs`: its reader may have it sent again."""
    letter = view.letter
    return {
        **{name: getattr(letter, name) for name in _OF_THE_ROW},
        **{name: getattr(view, name) for name in _OF_THE_VIEW},
        "urgency": of.PAGE if letter.urgency == PAGE else of.NOTICE,
        "links": {
            "record": _address(record),
            **({"requeue": requeue_address(letter.id, record)} if theirs and letter.status == of.FAILED else {}),
        },
    }


def requeue_address(delivery: str, record: Record) -> str:
    """Give where a delivery of a record is sent again."""
    if isinstance(record, Reminding):
        return f"/v1/partnerships/{record.partnership}/deliveries/{delivery}/requeue"
    return f"{_address(record)}/deliveries/{delivery}/requeue"


def lane_view(lane: Lane, now: datetime) -> dict[str, Any]:
    """Show what waits for a lane."""
    age = max(0, int((now - lane.oldest_owed_at).total_seconds()))
    return {**lane._asdict(), "oldest_age": age}


def requeued_view(record: Reminding, delivery: str) -> dict[str, Any]:
    """Show a reminder as it was last sent again."""
    fact = next(
        fact
        for fact in reversed(record.history)
        if isinstance(fact, Reminding.ReminderRequeued) and fact.delivery == delivery
    )
    kept = {name: getattr(fact, name) for name in ("recipient", "channel", "tries")}
    return {"id": delivery, **kept, "requeued_by": fact.by, "requeued_at": fact.timestamp}


def _address(record: Record) -> str:
    if isinstance(record, Incident):
        return incident_address(record.public_id)
    return f"/v1/{record.path}" if isinstance(record, Reminding) else ""
