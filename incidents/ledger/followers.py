"""Followers: those who read the one order, each at a place of its own.

A follower's work and its new position are committed together, so an event acts once. An event that it cannot
take is tried five times and then parked, with the later events of the same stream behind it, and the others go on.
"""

from __future__ import annotations

import traceback
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, cast

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from incidents.ledger.recorder import leaf_event
from incidents.ledger.tables import disclosures, events, followers, parked, sequence, stream_keys

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine, Row

    from incidents.ledger.facts import Fact
    from incidents.ledger.mapper import LeafMapper

MAX_TRIES = 5
BATCH = 200


@dataclass(frozen=True)
class Followed:
    """A fact at its place in the one order."""

    position: int
    partnership: str
    type: str
    fact: Fact


class Follower(Protocol):
    """Takes facts in order. What it writes on the connection is committed with its position."""

    name: str

    def take(self, followed: Followed, connection: Connection) -> None:
        """Take one fact; an exception means: not now."""


class FollowerRunner:
    """Moves one follower along the sequence."""

    def __init__(self, engine: Engine, mapper: LeafMapper, follower: Follower) -> None:
        """Take the follower and what it is fed with."""
        self._engine = engine
        self._mapper = mapper
        self._follower = follower

    def run_once(self) -> int:
        """Take a batch; give how many events the position moved over. 0 while another process has the lock."""
        moved = 0
        for _ in range(BATCH):
            if not self._step():
                break
            moved += 1
        return moved

    def replay_parked(self) -> tuple[int, int]:
        """Try what was parked again, in order; give how many were taken and how many stay parked."""
        taken, stuck = 0, set[str]()
        with self._engine.connect() as connection:
            waiting = connection.execute(
                select(parked.c.position, parked.c.stream)
                .where(parked.c.follower == self._follower.name)
                .order_by(parked.c.position)
            ).all()
        for position, stream in waiting:
            if stream in stuck or not self._retry(position):
                stuck.add(stream)
            else:
                taken += 1
        return taken, len(waiting) - taken

    def _step(self) -> bool:
        """Take the next event, or count a failed try of it; True when the position moved."""
        with self._engine.connect() as connection:
            position = self._lock(connection)
            if position is None:
                return False
            row = connection.execute(_NEXT.where(sequence.c.position > position).limit(1)).first()
            if row is None:
                return False
            if self._stream_is_parked(connection, row.stream):
                self._park(connection, row, "behind a parked event of the same stream", tries=0)
            elif not self._take(connection, row) and not self._given_up(connection, row.position):
                connection.commit()
                return False
            connection.execute(
                update(followers).where(followers.c.name == self._follower.name).values(position=row.position)
            )
            connection.commit()
            return True

    def _lock(self, connection: Connection) -> int | None:
        """Take the follower's row; None while somebody else holds it."""
        name = self._follower.name
        known = connection.execute(select(followers.c.position).where(followers.c.name == name)).first()
        if known is None:
            connection.execute(upsert(followers).values(name=name, position=0).on_conflict_do_nothing())
        found = connection.execute(
            select(followers.c.position).where(followers.c.name == name).with_for_update(skip_locked=True)
        ).first()
        return None if found is None else cast("int", found.position)

    def _take(self, connection: Connection, row: Row[tuple[object, ...]]) -> bool:
        """Hand one event over inside a savepoint; a failure leaves no trace but its try."""
        try:
            with connection.begin_nested():
                fact = cast("Fact", self._mapper.to_domain_event(leaf_event(row[2:])))
                self._follower.take(Followed(row.position, row.partnership, row.type, fact), connection)
        except Exception:  # noqa: BLE001 - whatever a poison event raises, the others must go on
            self._park(connection, row, traceback.format_exc(limit=-3), tries=1)
            return False
        connection.execute(self._parked_row(row.position))
        return True

    def _park(self, connection: Connection, row: Row[tuple[object, ...]], error: str, *, tries: int) -> None:
        statement = upsert(parked).values(
            follower=self._follower.name,
            position=row.position,
            partnership=row.partnership,
            stream=row.stream,
            tries=tries,
            error=error,
        )
        connection.execute(
            statement.on_conflict_do_update(
                index_elements=[parked.c.follower, parked.c.position],
                set_={"tries": parked.c.tries + tries, "error": error, "at": func.clock_timestamp()},
            )
        )

    def _given_up(self, connection: Connection, position: int) -> bool:
        return (
            connection.execute(
                select(parked.c.tries).where(parked.c.follower == self._follower.name, parked.c.position == position)
            ).scalar_one()
            >= MAX_TRIES
        )

    def _stream_is_parked(self, connection: Connection, stream: str) -> bool:
        """Say whether an earlier event of the stream is parked for good (not merely being tried)."""
        held = select(parked.c.position).where(
            parked.c.follower == self._follower.name,
            parked.c.stream == stream,
            (parked.c.tries >= MAX_TRIES) | (parked.c.tries == 0),
        )
        return connection.execute(held.limit(1)).first() is not None

    def _retry(self, position: int) -> bool:
        with self._engine.connect() as connection:
            if self._lock(connection) is None:
                return False
            row = connection.execute(_NEXT.where(sequence.c.position == position)).one()
            done = self._take(connection, row)
            connection.commit()
            return done

    def _parked_row(self, position: int) -> object:
        return delete(parked).where(parked.c.follower == self._follower.name, parked.c.position == position)


_NEXT = (
    select(
        sequence.c.position,
        sequence.c.partnership,
        events.c.stream,
        events.c.version,
        events.c.type,
        events.c.leaf,
        disclosures.c.fields,
        stream_keys.c.key,
    )
    .select_from(
        sequence.join(events, (events.c.stream == sequence.c.stream) & (events.c.version == sequence.c.version))
        .outerjoin(
            disclosures,
            (disclosures.c.stream == sequence.c.stream) & (disclosures.c.version == sequence.c.version),
        )
        .outerjoin(stream_keys, stream_keys.c.stream == sequence.c.stream)
    )
    .order_by(sequence.c.position)
)
