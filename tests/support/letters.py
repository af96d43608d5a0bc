"""Letters that wait, and dead ones: what an incident or an agreement owes, and what became of it."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, Any

from sqlalchemy import insert, update

from escalation.book import Agreements
from escalation.book.renewal import HANDOVER
from escalation.crew.reaching import Calling
from escalation.crew.staff import NOBODY
from escalation.engine.reminders import Occasion, Reminding
from incidents import happenings as h
from notifications.letters.book import Letters
from notifications.queue.tables import deliveries, delivery_attempts
from tests.support.paging import page, rung

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Engine

    from api.bootstrap import Tocsin
    from incidents.incident import Incident
    from notifications.letters.letter import Attempt

CONTACTS = {"acme": "acme-duty", "globex": "globex-ops"}
WHY = "HTTP 410 from hooks.example"
TRIES = 2
_nobodies = count(1)


def owed(tocsin: Tocsin, stream: str, *pages: dict[str, Any]) -> list[str]:
    """Have an incident owe pages; give their deliveries."""
    tocsin.incidents.witness(stream, lambda it, at: it.tell(h.RungFired, at, **rung(*pages)))
    return [told["delivery"] for told in pages]


def fail(tocsin: Tocsin, stream: str, told: dict[str, Any], why: str = WHY, *, answered: str | None = None) -> None:
    """Let the sender give a page up after its second try; of that alone there is a record, with what was answered."""
    tocsin.incidents.witness(stream, lambda it, at: _fail(it, at, told, why))
    row = {"delivery": told["delivery"], "partnership": stream.partition("/")[0], "at": tocsin.clock.now()}
    with tocsin.database.begin() as connection:
        connection.execute(update(deliveries).where(deliveries.c.id == told["delivery"]).values(tries=TRIES))
        connection.execute(
            insert(delivery_attempts), row | {"nth": TRIES, "outcome": "failed", "detail": answered or why}
        )


def _fail(incident: Incident, at: datetime, told: dict[str, Any], why: str) -> None:
    whom: dict[str, Any] = {name: told.get(name) for name in ("delivery", "recipient", "channel", "party")}
    incident.tell(h.PageFailed, at, kind="page", **whom, tries=TRIES, detail=why)


def attempts_of(database: Engine, stream: str) -> list[Attempt]:
    """Give the attempts at all that a record owed, in the order in which they were over."""
    tried = (attempt for letter in Letters(database).of(stream) for attempt in letter.attempts)
    return sorted(tried, key=lambda attempt: (attempt.at, attempt.nth))


def dead_page(tocsin: Tocsin, stream: str, party: str = "acme", *, answered: str | None = None) -> str:
    """Have an incident owe a party's contact a page that has failed for good; give its id."""
    told = page(CONTACTS[party], channel="terminal")
    owed(tocsin, stream, told)
    fail(tocsin, stream, told, answered=answered)
    return str(told["delivery"])


def dead_reminder(tocsin: Tocsin, partnership: str, party: str = "acme") -> str:
    """Have an agreement owe a party's contact a reminder that has failed for good; give its id."""
    agreement = tocsin.book.named(partnership, tocsin.clock.now())[0]
    with tocsin.ledger.command() as command:
        record = tocsin.ledger.get(Agreements, f"{partnership}/agreement")
        at, contact = command.recorded_at, CONTACTS[party]
        record.remind(Occasion(HANDOVER, f"nobody-{next(_nobodies)}"), Calling(agreement, NOBODY, at), notify=[contact])
        reminded = record.history[-1]
        assert isinstance(reminded, Reminding.Reminded)
        [told] = reminded.pages
        whom = {name: told[name] for name in ("delivery", "recipient", "channel")}
        record.tell_outcome(record.ReminderFailed, at, by="sender", **whom, tries=TRIES, detail=WHY)
        tocsin.ledger.save(record)
    return str(told["delivery"])
