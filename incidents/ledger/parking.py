"""What a follower could not take: counted while it is tried, then set aside with what comes behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert as upsert

from incidents.ledger.tables import followers, parked

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from incidents.ledger.queries import Placed


class Parking:
    """The parked events of one follower. A row beyond the follower's position is only being tried."""

    def __init__(self, follower: str) -> None:
        """Take the follower's name."""
        self._follower = follower
        self._mine = parked.c.follower == follower
        self._passed = parked.c.position <= (
            select(followers.c.position).where(followers.c.name == follower).scalar_subquery()
        )

    def streams(self, connection: Connection) -> set[str]:
        """Give the streams whose next events must wait behind a parked one."""
        return set(connection.scalars(select(parked.c.stream).where(self._mine, self._passed).distinct()))

    def concerns(self, connection: Connection, streams: set[str]) -> bool:
        """Say whether an event is parked, or being tried, in any of these streams."""
        query = select(parked.c.position).where(self._mine, parked.c.stream.in_(streams)).limit(1)
        return connection.execute(query).first() is not None

    def waiting(self, connection: Connection) -> list[tuple[int, str]]:
        """Give position and stream of all that is parked, in order."""
        query = select(parked.c.position, parked.c.stream).where(self._mine, self._passed)
        return [(row.position, row.stream) for row in connection.execute(query.order_by(parked.c.position))]

    def holds(self, connection: Connection, position: int) -> bool:
        """Say whether the event at a position is still parked."""
        query = select(parked.c.position).where(self._mine, parked.c.position == position)
        return connection.execute(query).first() is not None

    def put(self, connection: Connection, event: Placed, error: str, *, tries: int) -> int:
        """Note an event with `tries` more failed tries; give how many there were in all."""
        statement = upsert(parked).values(
            follower=self._follower,
            position=event.position,
            partnership=event.partnership,
            stream=event.stored.originator_id,
            tries=tries,
            error=error,
        )
        noted = statement.on_conflict_do_update(
            index_elements=[parked.c.follower, parked.c.position],
            set_={"tries": parked.c.tries + tries, "error": error, "at": func.clock_timestamp()},
        )
        return int(connection.execute(noted.returning(parked.c.tries)).scalar_one())

    def remove(self, connection: Connection, position: int) -> None:
        """Forget an event that was taken in the end."""
        connection.execute(delete(parked).where(self._mine, parked.c.position == position))
