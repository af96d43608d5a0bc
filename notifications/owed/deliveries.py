"""The projection that owes people messages: a delivery for each page of a rung or reminder, and each announcement.

Whoever was told to come and need not any more hears of it (announcements.py).
"""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, func, null, update
from sqlalchemy.dialects.postgresql import insert as upsert

from escalation.engine.reminders import Reminding
from incidents import happenings as h
from incidents.incident import Incident
from incidents.ledger.pipeline import Write
from notifications.owed.announcements import PAGING, announcements
from notifications.owed.asking import Paging, pages_in
from notifications.owed.relevance import version_when
from notifications.queue.delivery import FAILED, NOTICE, PAGE, REMINDER, SENT, TAKEN, WAITING, WITHDRAWN
from notifications.queue.destinations import destination
from notifications.queue.overtaken import OVERTAKE
from notifications.queue.tables import deliveries

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from incidents.ledger.facts import Fact, Record
    from notifications.message.message import Agreements
    from notifications.owed.announcements import Announcement

INFORMING = 1

_OWE = upsert(deliveries).on_conflict_do_nothing(index_elements=[deliveries.c.id])
_FINISH = (
    update(deliveries)
    .where(deliveries.c.id == bindparam("delivery"))
    .values(
        status=bindparam("outcome"),
        finished_at=bindparam("finished"),
        detail=bindparam("reason"),
        waits_for=null(),
        leased_until=null(),
    )
)
_so_far = func.greatest(deliveries.c.tries, bindparam("made"))
_REQUEUE = (
    update(deliveries)
    .where(deliveries.c.id == bindparam("delivery"))
    .values(
        status=WAITING,
        owed_at=bindparam("from_now"),
        due_at=bindparam("from_now"),
        tries=_so_far,
        tried_before=_so_far,
        waits_for=null(),
        leased_until=null(),
        detail=null(),
        finished_at=null(),
    )
)
"""The same row under the same id waits anew. Attempts go on counting, for their numbers tell them apart."""


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
        "party",
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
            yield from _became(fact)
            if rows := list(_owed(record, fact)):
                yield Write(_OWE, [self._addressed(row) for row in rows])
        if any(map(_may_overtake, new)):
            yield Write(OVERTAKE, [{"decided": record.id}])

    def _addressed(self, row: dict[str, Any]) -> dict[str, Any]:
        """Spell the address out, in the row alone, that facts only name, by the agreement version of their pages."""
        agreement = self._agreements.get(row["partnership"], row["agreement_version"])
        found = {name: value for name, value in row.items() if name not in {"via", "agreement_version"}}
        goes_to = destination(row["recipient"], row["via"], agreement)
        return found | {"destination": goes_to, "owed_at": row["due_at"]}


def _owed(record: Record, fact: Fact) -> Iterator[dict[str, Any]]:
    if isinstance(record, Reminding) and isinstance(fact, Reminding.Reminded):
        # Not every stream that reminds has its partnership's name: schedules are in the operator's log.
        yield from (_reminder_row(fact, page) | {"partnership": record.partnership} for page in fact.pages)
    elif isinstance(record, Incident):
        yield from _owed_of(record, fact)


def _owed_of(incident: Incident, fact: Fact) -> Iterator[dict[str, Any]]:
    if isinstance(fact, Paging):
        yield from (_page_row(fact, page) for page in _pages_of(incident, fact))
    else:
        yield from (_taken_row(each) for each in announcements(incident, fact))


def _may_overtake(fact: Fact) -> bool:
    """Whether a fact may make pages unneeded that wait: what people decide does, more or less directly."""
    return isinstance(fact, h.Decision) and not isinstance(fact, h.Declared | h.Noted | h.PageRequeued)


def _became(fact: Fact) -> Iterator[Write]:
    match fact:
        case h.PageSent() | Reminding.ReminderSent():
            yield _finish(fact, fact.delivery, SENT, None)
        case h.PageFailed() | Reminding.ReminderFailed():
            yield _finish(fact, fact.delivery, FAILED, fact.detail)
        case h.PageWithdrawn() | Reminding.ReminderWithdrawn():
            yield _finish(fact, fact.delivery, WITHDRAWN, fact.why)
        case h.PageRequeued() | Reminding.ReminderRequeued():
            yield Write(_REQUEUE, [{"delivery": fact.delivery, "from_now": fact.timestamp, "made": fact.tries}])


def _finish(fact: Fact, delivery: str, status: str, detail: str | None) -> Write:
    row = {"delivery": delivery, "outcome": status, "finished": fact.timestamp, "reason": detail}
    return Write(_FINISH, [row])


def _page_row(fact: Paging, page: dict[str, Any]) -> dict[str, Any]:
    """A person's later ways of being reached wait for their time, and are withdrawn if it is answered before."""
    kind = PAGE if page["urgency"] == PAGING else NOTICE
    due_at = fact.timestamp + timedelta(seconds=page.get("after", 0))
    return _row(fact, page["delivery"], kind, page) | {"urgency": page["urgency"], "due_at": due_at}


def _reminder_row(fact: Reminding.Reminded, page: dict[str, Any]) -> dict[str, Any]:
    told = page | {"agreement_version": fact.agreement_version}
    due_at = fact.timestamp + timedelta(seconds=page.get("after", 0))
    return _row(fact, page["delivery"], REMINDER, told) | {
        "urgency": page["urgency"],
        "owed_at": due_at,
        "due_at": due_at,
    }


def _pages_of(incident: Incident, fact: Paging) -> list[dict[str, Any]]:
    """Give the pages that a fact lists, each with the agreement version whose contacts and addresses it names."""
    version = version_when(fact, incident)
    return [page | {"agreement_version": version} for page in pages_in(fact)]


def _taken_row(told: Announcement) -> dict[str, Any]:
    """One announcement a person, however often that person was paged."""
    news, page = told.news, told.page
    delivery = announced(news.originator_id, news.originator_version, page)
    return _row(news, delivery, TAKEN, page) | {"urgency": INFORMING, "due_at": told.due_at}


def announced(stream: str, version: int, page: dict[str, Any]) -> str:
    """Give the id of the delivery that announces a fact to whoever got a page."""
    parts = (stream, TAKEN, version, page["recipient"], page["channel"], page["via"])
    return hashlib.sha256("\n".join(map(str, parts)).encode()).hexdigest()[:32]


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
        "party": page.get("party"),
        "via": page["via"],
        "agreement_version": page["agreement_version"],
        "status": WAITING,
        "tries": 0,
    }
