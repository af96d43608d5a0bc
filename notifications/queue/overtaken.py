"""What need not wait for its time: deliveries that state may have overtaken, and those that are too old.

Somebody decided something about their record, so whether they are needed is asked at once, whenever they are due and
whatever their lane does. It goes round the lanes because nothing is sent here: what is needed still is left as it was.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, text, update

from notifications.queue.claiming import FIELDS
from notifications.queue.delivery import PAGE, TAKEN, WAITING, Delivery
from notifications.queue.expiry import NEWS_LASTS, PAGE_LASTS
from notifications.queue.tables import deliveries

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Engine, TextClause

AT_ONCE = 100
OLD_EVERY = timedelta(seconds=30)
"""How often those are looked for that are too old: far less than the hour that a page lasts."""

_row = deliveries.c
OVERTAKE = (
    update(deliveries)
    .where(
        _row.stream == bindparam("decided"),
        _row.status == WAITING,
        _row.kind != TAKEN,
        ~_row.overtaken,
    )
    .values(overtaken=True)
)
"""Has what waits of a record looked at; that somebody has taken it is told whatever else is decided."""

_UNHELD = "(leased_until IS NULL OR leased_until <= :now)"
_AS_IT_IS = FIELDS.replace("row.leased_until", "CAST(:now AS timestamptz) AS leased_until")

_TAKE = text(f"""
    UPDATE deliveries AS row SET overtaken = false
    FROM (
        SELECT id FROM deliveries WHERE status = 'waiting' AND overtaken AND {_UNHELD}
        ORDER BY stream LIMIT {AT_ONCE} FOR UPDATE SKIP LOCKED
    ) AS found
    WHERE row.id = found.id
    RETURNING {_AS_IT_IS}
""")  # noqa: S608 - made of constants
_OLD = text(f"""
    SELECT {_AS_IT_IS} FROM deliveries AS row
    WHERE status = 'waiting' AND {_UNHELD} AND (
        (kind = '{PAGE}' AND owed_at <= :page_from) OR (kind <> '{PAGE}' AND owed_at <= :news_from)
    )
    ORDER BY owed_at LIMIT {AT_ONCE}
""")  # noqa: S608 - made of constants


class Overtaken:
    """Finds them. What a sender has in hand is left to it: it asks the same right before it sends."""

    def __init__(self, engine: Engine) -> None:
        """Take an engine whose connections have the worker's role."""
        self._engine = engine
        self._looked_at: datetime | None = None

    def take(self, now: datetime) -> list[Delivery]:
        """Give those that may not be needed any more, once each: whoever dies with them leaves them to their time."""
        return self._found(_TAKE, now)

    def too_old(self, now: datetime) -> list[Delivery]:
        """Give those that are not to be sent any more; nothing within OLD_EVERY of the last look."""
        if self._looked_at is not None and now < self._looked_at + OLD_EVERY:
            return []
        self._looked_at = now
        return self._found(_OLD, now, page_from=now - PAGE_LASTS, news_from=now - NEWS_LASTS)

    def _found(self, statement: TextClause, now: datetime, **others: datetime) -> list[Delivery]:
        with self._engine.begin() as connection:
            rows = connection.execute(statement, {"now": now, **others})
            return [Delivery(**row._mapping) for row in rows]  # noqa: SLF001 - public, in spite of its name
