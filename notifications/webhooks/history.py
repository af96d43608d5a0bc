"""The delivery log of a subscription, as its party may read it: messages, the newest first, and each attempt.

What was withheld at its send never stands in it, nor what has been hidden from the party since: a restriction acts on
the past too. Of an event that tells less by now than when it was sent, what was sent and answered is struck out.
Finished messages are kept for record.KEPT.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import and_, bindparam, delete, func, or_, select, tuple_

from incidents.disclosure import OF_PARTIES, Viewer
from incidents.errors import NotFound
from incidents.happenings import WHOLE
from incidents.ledger.tables import sequence
from incidents.restrictions import disclosed
from notifications.webhooks.log import body_kept, request_struck, response_struck
from notifications.webhooks.statuses import SHOWN, WAITING
from notifications.webhooks.tables import webhook_attempts, webhook_lanes, webhook_messages

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement, Engine, Row, Select

    from notifications.webhooks.body import Bodies

_row = webhook_messages.c
FORGET = delete(webhook_attempts).where(
    webhook_attempts.c.message.in_(
        select(_row.id).where(or_(_row.stream == bindparam("of"), _row.subscription == bindparam("of")))
    )
)
"""Lets go of what was sent of a stream that is erased, for bodies show its words; and by a subscription that is."""
FORGET_WAITING = delete(webhook_messages).where(_row.subscription == bindparam("of"), _row.status == WAITING)
"""Lets go of what an erased subscription is never sent any more, once the attempts at it are gone."""
FORGET_LANE = delete(webhook_lanes).where(webhook_lanes.c.subscription == bindparam("of"))
"""Lets go of what is known of its receiver; that says which host it is, as waiting messages do."""


@dataclass(frozen=True)
class Wanted:
    """Which messages: of a subscription, in a status, of a type as the feed takes it (`incident.*`); None: all."""

    subscription: str
    party: str
    status: str | None = None
    type: str | None = None


class Page(NamedTuple):
    """Some messages, and the place (when it came about, id) after which the next page begins; None: there is none."""

    rows: Sequence[Row[Any]]
    following: tuple[datetime, str] | None


class History:
    """Reads the delivery log, within reach."""

    def __init__(self, reading: Engine, bodies: Bodies) -> None:
        """Take an engine whose connections are in autocommit mode, and what says how events are told today."""
        self._reading = reading
        self._bodies = bodies

    def page(self, wanted: Wanted, before: tuple[datetime, str] | None, most: int) -> Page:
        """Read messages, the newest first, from a place on."""
        query = _shown(wanted).order_by(_row.created_at.desc(), _row.id.desc()).limit(most + 1)
        if before is not None:
            query = query.where(tuple_(_row.created_at, _row.id) < tuple_(*before))
        with self._reading.connect() as connection:
            rows = list(connection.execute(query))
        more = len(rows) > most
        return Page(rows[:most], (rows[most - 1].created_at, rows[most - 1].id) if more else None)

    def message(self, wanted: Wanted, message: str) -> tuple[Row[Any], list[dict[str, Any]]]:
        """Read a message and the attempts at it, the first one first. NotFound."""
        attempts = select(webhook_attempts).where(webhook_attempts.c.message == message)
        with self._reading.connect() as connection:
            found = connection.execute(_shown(wanted).where(_row.id == message)).one_or_none()
            if found is None:
                raise NotFound
            rows = connection.execute(attempts.order_by(webhook_attempts.c.nth)).mappings()
            tried = [dict(row) for row in rows]
        return found, tried if found.place is None else self._as_told_today(found, wanted.party, tried)

    def _as_told_today(self, message: Row[Any], party: str, tried: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
        """Strike out what was sent and answered where the event would not be told in the same words any more."""
        told = self._bodies.of_event(message.partnership, party, message.place)
        if told is None:
            raise NotFound
        body = body_kept(told)
        return [each if each["request"].get("body", body) == body else _struck(each) for each in tried]


def _struck(attempt: dict[str, Any]) -> dict[str, Any]:
    request, response = request_struck(attempt["request"]), response_struck(attempt["response"])
    return {**attempt, "request": request, "response": response}


def _shown(wanted: Wanted) -> Select[Any]:
    """Select what the party may see. An event's version is found by its place in the log; a ping is no event.

    What still waits was never asked about: there may be records among it that no party sees.
    """
    placed = and_(sequence.c.partnership == _row.partnership, sequence.c.index == _row.place)
    theirs = func.split_part(_row.type, ".", 1).in_(OF_PARTIES)
    seen = and_(theirs, disclosed(Viewer(wanted.party), sequence.c.stream, sequence.c.version, WHOLE))
    query = (
        select(webhook_messages)
        .outerjoin(sequence, placed)
        .where(_row.subscription == wanted.subscription, _row.status.in_(SHOWN), or_(_row.place.is_(None), seen))
    )
    if wanted.status is not None:
        query = query.where(_row.status == wanted.status)
    return query if wanted.type is None else query.where(_is_of(wanted.type))


def _is_of(word: str) -> ColumnElement[bool]:
    """Match a type as people name them: `incident.noted`, `incident.noted.v1`, `incident.*`."""
    beginning = f"{word.removesuffix('*').rstrip('.')}."
    return or_(_row.type == word, func.starts_with(_row.type, beginning))
