"""What there is to see after a run: the requests, whose they were, and what the database says of what was owed."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from notifications.queue.delivery import WAITING
from notifications.queue.tables import deliveries
from notifications.webhooks.statuses import DELIVERED
from notifications.webhooks.tables import webhook_attempts, webhook_messages
from tests.faults.observations import timelines

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from api.bootstrap import Tocsin
    from tests.faults.senders.sink import Request

SENT = "incident.page_sent.v1"


@dataclass(frozen=True)
class Death:
    """The end of a life of the senders.

    Connections up to the number `last` were theirs. `claimed` are the ids that had a claim and no outcome right after.
    """

    at: float
    """By the monotonic clock."""
    last: int
    claimed: Collection[str]


@dataclass(frozen=True)
class Observations:
    """Everything that the checks look at."""

    requests: Sequence[Request]
    """In the order of their connections."""
    deaths: Sequence[Death]
    statuses: Mapping[str, str]
    """How each delivery and each message stands, by id."""
    told: Mapping[str, int]
    """How often the record says of each that it was sent: facts of pages, attempts that were taken of messages."""

    def in_flight(self) -> list[list[Request]]:
        """Give the requests that each death hit: the last of each id in that life, if its outcome was not known."""
        ends = [death.last for death in self.deaths]
        last: dict[tuple[int, str], Request] = {}
        for request in self.requests:
            last[bisect_left(ends, request.connection), request.id] = request
        hit: list[list[Request]] = [[] for _ in ends]
        for (life, message), request in last.items():
            if life < len(ends) and message in self.deaths[life].claimed:
                hit[life].append(request)
        return hit

    def by_id(self) -> dict[str, list[Request]]:
        """Give the requests of each id."""
        found: dict[str, list[Request]] = defaultdict(list)
        for request in self.requests:
            found[request.id].append(request)
        return found


def claimed(tocsin: Tocsin) -> frozenset[str]:
    """Give the ids that are claimed. To be asked when nobody is left who could say what came of those."""
    queries = [
        select(table.c.id).where(table.c.status == WAITING, table.c.leased_until.is_not(None))
        for table in (deliveries, webhook_messages)
    ]
    with tocsin.ledger.recorder.reading.connect() as connection:
        return frozenset(each for query in queries for each in connection.scalars(query))


def waiting(tocsin: Tocsin) -> int:
    """Count what is still to be sent."""
    queries = [
        select(func.count()).select_from(table).where(table.c.status == WAITING)
        for table in (deliveries, webhook_messages)
    ]
    with tocsin.ledger.recorder.reading.connect() as connection:
        return sum(connection.execute(query).scalar_one() for query in queries)


def observe(tocsin: Tocsin, requests: Sequence[Request], deaths: Sequence[Death]) -> Observations:
    """Read everything."""
    statuses: dict[str, str] = {}
    told: dict[str, int] = defaultdict(int)
    with tocsin.ledger.recorder.reading.connect() as connection:
        for table in (deliveries, webhook_messages):
            statuses |= {row.id: row.status for row in connection.execute(select(table.c.id, table.c.status))}
        taken = select(webhook_attempts.c.message).where(webhook_attempts.c.outcome == DELIVERED)
        for message in connection.scalars(taken):
            told[message] += 1
    for entries in timelines(tocsin).values():
        for entry in entries:
            if entry.type == SENT:
                told[str(entry.data["delivery"])] += 1
    return Observations(sorted(requests, key=lambda each: each.connection), deaths, statuses, told)
