"""Finding letters: those of an incident, a page of a queue, and what waits in each lane."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import and_, exists, func, or_, select, true, tuple_

from incidents.disclosure import EVERYTHING, Viewer
from incidents.errors import NotFound
from incidents.restrictions import exists_for
from incidents.tables import incident_states
from notifications.letters.letter import Attempt, Letter, lane_of
from notifications.queue.delivery import FAILED, REMINDER, WAITING
from notifications.queue.tables import deliveries, delivery_attempts

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement, Connection, Engine

    from notifications.letters.whose import Own

_row, _tried = deliveries.c, delivery_attempts.c
_LETTER = tuple(_row[each.name] for each in fields(Letter) if each.name != "attempts")
_ATTEMPTS = select(_tried.delivery, *(_tried[each.name] for each in fields(Attempt))).order_by(_tried.nth)

Place = tuple["datetime", str]
"""Where a letter stands in a list: since when it is owed, and its id."""


@dataclass(frozen=True)
class Wanted:
    """Which letters, as whom they are read.

    Attributes:
        partnership: Only its own; None: of all.
        viewer: As whom; what belongs to an incident that does not exist for them is left out.
        own: Only what is a party's own; None: everybody's.
        statuses: In which state they are: `waiting`, `failed`.
        channel: On which channel; None: on any.
        since: Owed, or to be sent again, then or later.
    """

    partnership: str | None = None
    viewer: Viewer = EVERYTHING
    own: Own | None = None
    statuses: Sequence[str] = (WAITING, FAILED)
    channel: str | None = None
    since: datetime | None = None


class Lane(NamedTuple):
    """What waits for one lane: how many, and since when the oldest is owed."""

    channel: str
    to: str
    waiting: int
    oldest_owed_at: datetime


class Letters:
    """Reads letters."""

    def __init__(self, reading: Engine) -> None:
        """Take where to read."""
        self._reading = reading

    def of(self, stream: str) -> list[Letter]:
        """Read everything that a record owed to anybody, in the order in which it was owed."""
        with self._reading.connect() as connection:
            query = select(*_LETTER).where(_row.stream == stream).order_by(_row.owed_at, _row.id)
            return _read(connection, query)

    def one(self, delivery: str, *, stream: str | None = None, partnership: str | None = None) -> Letter:
        """Read one, of that record or partnership if one is given. NotFound."""
        query = select(*_LETTER).where(_row.id == delivery)
        for column, value in ((_row.stream, stream), (_row.partnership, partnership)):
            query = query if value is None else query.where(column == value)
        with self._reading.connect() as connection:
            found = _read(connection, query)
        if not found:
            raise NotFound
        return found[0]

    def page(self, wanted: Wanted, *, after: Place | None, most: int) -> tuple[list[Letter], Place | None]:
        """Read the newest letters, or those after a place; and after which place the next page begins, if any."""
        beyond = true() if after is None else tuple_(_row.owed_at, _row.id) < after
        query = select(*_LETTER).where(_condition(wanted), _row.status.in_(wanted.statuses), beyond)
        with self._reading.connect() as connection:
            found = _read(connection, query.order_by(_row.owed_at.desc(), _row.id.desc()).limit(most + 1))
        last = found[most - 1] if len(found) > most else None
        return found[:most], None if last is None else (last.owed_at, last.id)

    def lanes(self, wanted: Wanted) -> list[Lane]:
        """Count what waits, by lane; the lane with the oldest first."""
        query = (
            select(_row.channel, _row.recipient, _row.destination, func.count(), func.min(_row.owed_at))
            .where(_condition(wanted), _row.status == WAITING)
            .group_by(_row.channel, _row.recipient, _row.destination)
        )
        found: dict[tuple[str, str], Lane] = {}
        with self._reading.connect() as connection:
            for channel, recipient, destination, count, oldest in connection.execute(query):
                to = lane_of(recipient, destination)
                before = found.get((channel, to), Lane(channel, to, 0, oldest))
                found[channel, to] = Lane(channel, to, before.waiting + count, min(before.oldest_owed_at, oldest))
        return sorted(found.values(), key=lambda lane: (lane.oldest_owed_at, lane.channel, lane.to))


def _condition(wanted: Wanted) -> ColumnElement[bool]:
    found: list[ColumnElement[bool]] = [_exists(wanted.viewer)]
    if wanted.partnership is not None:
        found.append(_row.partnership == wanted.partnership)
    if wanted.own is not None:
        named = and_(_row.party.is_(None), _row.recipient.in_(wanted.own.names))
        found.append(or_(_row.party == wanted.own.party, named))
    if wanted.channel is not None:
        found.append(_row.channel == wanted.channel)
    if wanted.since is not None:
        found.append(_row.owed_at >= wanted.since)
    return and_(*found)


def _exists(viewer: Viewer) -> ColumnElement[bool]:
    """Reminders concern what both parties see; an incident may be for one of them alone."""
    if viewer.everything:
        return true()
    here = (incident_states.c.stream == _row.stream) & exists_for(viewer)
    return or_(_row.kind == REMINDER, exists(select(1).select_from(incident_states).where(here)))


def _read(connection: Connection, query: Any) -> list[Letter]:  # noqa: ANN401 - SQLAlchemy's select of many columns
    letters = [Letter(**row._mapping) for row in connection.execute(query)]  # noqa: SLF001 - SQLAlchemy's public name
    return _with_attempts(connection, letters)


def _with_attempts(connection: Connection, letters: Iterable[Letter]) -> list[Letter]:
    by_id = {letter.id: letter for letter in letters}
    tried: dict[str, list[Attempt]] = {}
    for delivery, *attempt in connection.execute(_ATTEMPTS.where(_tried.delivery.in_(by_id))):
        tried.setdefault(delivery, []).append(Attempt(*attempt))
    return [replace(letter, attempts=tuple(tried.get(letter.id, ()))) for letter in by_id.values()]
