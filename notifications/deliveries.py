"""The projection that owes people messages: a delivery for each page of a rung or reminder, and each "taken by".

Whoever was told to come and need not any more hears of it: everybody whose page left before an acknowledgement, also
when the page was under way at that very moment and is only recorded as sent after it, or when its sender died and
nobody knows whether it left.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, null, update
from sqlalchemy.dialects.postgresql import insert as upsert

from escalation.engine.reminders import Reminding
from incidents import happenings as h
from incidents.incident import Incident
from incidents.ledger.pipeline import Write
from notifications.delivery import FAILED, NOTICE, PAGE, REMINDER, SENT, TAKEN, WAITING, WITHDRAWN
from notifications.relevance import version_when
from notifications.tables import deliveries

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from incidents.ledger.facts import Fact, Record
    from notifications.message import Agreements

PAGING, INFORMING = 0, 1

_OWE = upsert(deliveries).on_conflict_do_nothing(index_elements=[deliveries.c.id])
_FINISH = (
    update(deliveries)
    .where(deliveries.c.id == bindparam("delivery"))
    .values(
        status=bindparam("outcome"),
        finished_at=bindparam("finished"),
        detail=bindparam("reason"),
        leased_until=null(),
    )
)


class Deliveries:
    """What is owed, and what became of it. Tries and leases are the queue's own and are not derived from facts."""

    table = deliveries
    compared: Sequence[str] = (
        "id",
        "partnership",
        "stream",
        "version",
        "kind",
        "recipient",
        "channel",
        "destination",
        "urgency",
        "status",
        "detail",
        "finished_at",
    )

    def __init__(self, agreements: Agreements) -> None:
        """Take where addresses are found: facts name them, and the agreement spells them out."""
        self._agreements = agreements

    def writes(self, record: Record, new: Sequence[Fact]) -> Iterable[Write]:
        """Give what new facts owe and finish; an imported incident owes nobody anything."""
        if isinstance(record, Incident) and record.imported:
            return
        for fact in new:
            yield from _finished(fact)
            if rows := list(_owed(record, fact)):
                yield Write(_OWE, [self._addressed(row) for row in rows])

    def _addressed(self, row: dict[str, Any]) -> dict[str, Any]:
        """Spell the address out, in the row alone, that facts only name, by the agreement version of their pages."""
        agreement = self._agreements.get(row["partnership"], row["agreement_version"])
        found = {name: value for name, value in row.items() if name not in {"via", "agreement_version"}}
        return found | {"destination": agreement.destination(row["recipient"], row["via"])}


def _owed(record: Record, fact: Fact) -> Iterator[dict[str, Any]]:
    if isinstance(record, Reminding) and isinstance(fact, Reminding.Reminded):
        # Not every stream that reminds has its partnership's name: schedules are in the operator's log.
        yield from (_reminder_row(fact, page) | {"partnership": record.partnership} for page in fact.pages)
    elif isinstance(record, Incident):
        yield from _owed_of(record, fact)


def _owed_of(incident: Incident, fact: Fact) -> Iterator[dict[str, Any]]:
    match fact:
        case h.RungFired():
            yield from (_page_row(fact, page) for page in _pages_of(incident, fact))
        case h.Acknowledged():
            yield from _announcements(incident, fact)
        case h.PageSent():
            yield from _overtaken(incident, fact)
        case h.PageWithdrawn() if fact.tries:
            yield from _overtaken(incident, fact)


def _finished(fact: Fact) -> Iterator[Write]:
    match fact:
        case h.PageSent() | Reminding.ReminderSent():
            yield _finish(fact, fact.delivery, SENT, None)
        case h.PageFailed() | Reminding.ReminderFailed():
            yield _finish(fact, fact.delivery, FAILED, fact.detail)
        case h.PageWithdrawn() | Reminding.ReminderWithdrawn():
            yield _finish(fact, fact.delivery, WITHDRAWN, fact.why)


def _finish(fact: Fact, delivery: str, status: str, detail: str | None) -> Write:
    row = {"delivery": delivery, "outcome": status, "finished": fact.timestamp, "reason": detail}
    return Write(_FINISH, [row])


def _page_row(fact: h.RungFired, page: dict[str, Any]) -> dict[str, Any]:
    kind = PAGE if page["urgency"] == PAGING else NOTICE
    return _row(fact, page["delivery"], kind, page) | {"urgency": page["urgency"], "due_at": fact.timestamp}


def _reminder_row(fact: Reminding.Reminded, page: dict[str, Any]) -> dict[str, Any]:
    told = page | {"agreement_version": fact.agreement_version}
    return _row(fact, page["delivery"], REMINDER, told) | {"urgency": page["urgency"], "due_at": fact.timestamp}


def _announcements(incident: Incident, taken: h.Acknowledged) -> Iterator[dict[str, Any]]:
    """Announce an acknowledgement to everybody whose page left since the one before."""
    pages = _pages(incident, before=taken.originator_version)
    for fact in reversed(incident.history[: _place(incident, taken)]):
        if isinstance(fact, h.Acknowledged):
            return
        if isinstance(fact, h.PageSent) and fact.delivery in pages:
            yield _taken_row(taken, pages[fact.delivery], fact)


def _overtaken(incident: Incident, sent: h.PageSent | h.PageWithdrawn) -> Iterator[dict[str, Any]]:
    """Announce the acknowledgement that came while this page was, or may have been, under way."""
    taken = _taken_before(incident, sent)
    if taken is None:
        return
    pages = _pages(incident, before=taken.originator_version)
    if sent.delivery in pages:
        yield _taken_row(taken, pages[sent.delivery], sent)


def _taken_before(incident: Incident, sent: h.PageSent | h.PageWithdrawn) -> h.Acknowledged | None:
    """Find the acknowledgement that stood when a page was recorded as sent or withdrawn."""
    for fact in reversed(incident.history[: _place(incident, sent)]):
        match fact:
            case h.Acknowledged():
                return fact
            case h.Unacknowledged():
                return None
    return None


def _pages(incident: Incident, *, before: int) -> dict[str, dict[str, Any]]:
    """Give the pages, not the notices, of the rungs that had fired before a version, by delivery."""
    fired = (fact for fact in incident.history if isinstance(fact, h.RungFired) and fact.originator_version < before)
    return {page["delivery"]: page for fact in fired for page in _pages_of(incident, fact) if page["urgency"] == PAGING}


def _pages_of(incident: Incident, fired: h.RungFired) -> list[dict[str, Any]]:
    """Give the pages of a rung, each with the agreement version whose contacts and addresses it names."""
    version = version_when(fired, incident)
    return [page | {"agreement_version": version} for page in fired.pages]


def _place(incident: Incident, fact: Fact) -> int:
    """Give a fact's index in its history, which holds every fact from the first version on."""
    return fact.originator_version - incident.history[0].originator_version


def _taken_row(taken: h.Acknowledged, page: dict[str, Any], sent: h.PageSent | h.PageWithdrawn) -> dict[str, Any]:
    """One announcement an acknowledgement and person, however often that person was paged."""
    parts = (taken.originator_id, TAKEN, taken.originator_version, page["recipient"], page["channel"])
    key = "\n".join(map(str, (*parts, page["via"])))
    delivery = hashlib.sha256(key.encode()).hexdigest()[:32]
    due_at = max(taken.timestamp, sent.timestamp)
    return _row(taken, delivery, TAKEN, page) | {"urgency": INFORMING, "due_at": due_at}


def _row(fact: Fact, delivery: str, kind: str, page: dict[str, Any]) -> dict[str, Any]:
    partnership, _, _ = fact.originator_id.partition("/")
    return {
        "id": delivery,
        "partnership": partnership,
        "stream": fact.originator_id,
        "version": fact.originator_version,
        "kind": kind,
        "recipient": page["recipient"],
        "channel": page["channel"],
        "via": page["via"],
        "agreement_version": page["agreement_version"],
        "status": WAITING,
        "tries": 0,
    }
