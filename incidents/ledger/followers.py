"""Followers: those who read the one order, each at a place of its own.

A follower's work and its new position are committed together, so an event acts once. An event that it cannot
take is tried five times and then parked, with the later events of the same stream behind it, and the others go on.
"""

from __future__ import annotations

import traceback
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, cast

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from incidents.ledger.parking import Parking
from incidents.ledger.pipeline import fetch
from incidents.ledger.queries import SELECT_AFTER, placed
from incidents.ledger.tables import followers

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sqlalchemy import Connection, Engine

    from incidents.ledger.facts import Fact
    from incidents.ledger.mapper import LeafMapper
    from incidents.ledger.queries import Placed

MAX_TRIES = 5
BATCH = 200
"""Events that are taken in one transaction."""


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
    """Moves one follower along the sequence. Any number of processes may run it: one works at a time."""

    def __init__(
        self,
        engine: Engine,
        mapper: LeafMapper,
        follower: Follower,
        taken: Callable[[Sequence[Followed]], None] = lambda _facts: None,
    ) -> None:
        """Take the follower and what it is fed with; `taken` is told what it took, once that is committed."""
        self._engine = engine
        self._mapper = mapper
        self._follower = follower
        self._taken = taken
        self._took: list[Followed] = []
        self._parking = Parking(follower.name)

    @property
    def name(self) -> str:
        """The follower's name."""
        return self._follower.name

    def run_once(self) -> int:
        """Take a batch; give how many events the position moved over. 0 while another process has the lock."""
        with self._engine.connect() as connection:
            position = self._lock(connection, wait=False)
            if position is None:
                return 0
            self._took = []
            batch = [placed(row) for row in fetch(connection, SELECT_AFTER, {"after": position, "most": BATCH})]
            moved = self._take_all(connection, batch) or self._take_each(connection, batch)
            if moved:
                self._move(connection, batch[moved - 1].position)
            connection.commit()
        self._taken(self._took)
        return moved

    def replay_parked(self) -> tuple[int, int]:
        """Try what was parked again, in order; give how many were taken and how many stay parked."""
        with self._engine.connect() as connection:
            waiting = self._parking.waiting(connection)
        taken, stuck = 0, set[str]()
        for position, stream in waiting:
            if stream not in stuck and self._retry(position):
                taken += 1
            else:
                stuck.add(stream)
        return taken, len(waiting) - taken

    def _take_all(self, connection: Connection, batch: list[Placed]) -> int:
        """Take a whole batch, which nothing parked or failing is in; else give 0, and nothing of it is left."""
        if not batch or self._parking.concerns(connection, {str(event.stored.originator_id) for event in batch}):
            return 0
        try:
            with connection.begin_nested():
                for event in batch:
                    self._hand_over(connection, event)
        except Exception:  # noqa: BLE001 - taken one by one, each will show what it raises
            self._took = []
            return 0
        return len(batch)

    def _take_each(self, connection: Connection, batch: list[Placed]) -> int:
        """Take one event after the other, up to one that is to be tried again; give how many."""
        behind = self._parking.streams(connection) if batch else set()
        for nth, event in enumerate(batch):
            if not self._pass(connection, event, behind):
                return nth
        return len(batch)

    def _pass(self, connection: Connection, event: Placed, behind: set[str]) -> bool:
        """Take an event, or park it; False when it is to be tried again before any other."""
        stream = str(event.stored.originator_id)
        if stream in behind:
            self._parking.put(connection, event, "behind a parked event of the same stream", tries=0)
        elif error := self._take(connection, event):
            if self._parking.put(connection, event, error, tries=1) < MAX_TRIES:
                return False
            behind.add(stream)
        return True

    def _take(self, connection: Connection, event: Placed) -> str:
        """Take an event; give the error if there is one, and then nothing that the follower wrote is left."""
        try:
            with connection.begin_nested():
                self._hand_over(connection, event)
                self._parking.remove(connection, event.position)
        except Exception:  # noqa: BLE001 - whatever a poison event raises, the others must go on
            return traceback.format_exc(limit=-3)
        return ""

    def _hand_over(self, connection: Connection, event: Placed) -> None:
        fact = cast("Fact", self._mapper.to_domain_event(event.stored))
        followed = Followed(event.position, event.partnership, event.stored.topic, fact)
        self._follower.take(followed, connection)
        self._took.append(followed)

    def _retry(self, position: int) -> bool:
        """Try one parked event again; True if it was taken, be it by another process just now."""
        with self._engine.connect() as connection:
            self._lock(connection, wait=True)
            if not self._parking.holds(connection, position):
                return True
            [row] = fetch(connection, SELECT_AFTER, {"after": position - 1, "most": 1})
            error = self._take(connection, placed(row))
            if error:
                self._parking.put(connection, placed(row), error, tries=1)
            connection.commit()
            return not error

    def _lock(self, connection: Connection, *, wait: bool) -> int | None:
        """Take the follower's row and give its position; None while somebody else holds it and `wait` is false."""
        mine = select(followers.c.position).where(followers.c.name == self._follower.name)
        if connection.scalar(mine) is None:
            connection.execute(upsert(followers).values(name=self._follower.name, position=0).on_conflict_do_nothing())
        return cast("int | None", connection.scalar(mine.with_for_update(skip_locked=not wait)))

    def _move(self, connection: Connection, position: int) -> None:
        connection.execute(update(followers).where(followers.c.name == self._follower.name).values(position=position))
