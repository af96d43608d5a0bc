"""The claim in SQL: what may leave now, the head of each free lane, healthy lanes first.

It looks at the WINDOW oldest rows of each urgency that are due. Where few lanes with long backlogs fill that window,
and leave places free, it goes from lane to lane instead, by the index. So a claim costs about the same with 100,000
rows waiting as with few, whether they are of one lane or of as many.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import text

from notifications.queue.delivery import Delivery
from notifications.queue.pace import Pace

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import Connection

WINDOW = 300
"""Rows: far more than there are places in a pool, and still read within a millisecond."""
FIELDS = ", ".join(f"row.{name}" for name in Delivery.__dataclass_fields__)


@dataclass(frozen=True)
class Ask:
    """What is asked for a channel: how many at most, how many of them of slow lanes, and how it sends."""

    channel: str
    most: int
    most_slow: int
    pace: Pace = field(default_factory=Pace)
    bundles: bool = False


@dataclass(frozen=True)
class Claimed:
    """A claimed delivery; whether its lane is slow, and why it had waited."""

    delivery: Delivery
    slow: bool
    waited_for: str | None


ALONE = text("""
    SELECT set_config('idle_in_transaction_session_timeout', '5s', true),
           pg_advisory_xact_lock(hashtext('deliveries.claim'))
""")
"""One claims at a time, or two would each see a lane free and take a row of it. One that hangs loses its turn."""

_ASKED = """
    SELECT asked.* FROM unnest(CAST(:channels AS text[]), CAST(:most AS int[]), CAST(:most_slow AS int[]))
        AS asked (channel, most, most_slow)
    WHERE asked.most > 0 AND NOT EXISTS (
        SELECT FROM delivery_lanes WHERE channel = asked.channel AND destination = '*' AND opens_at > :now
    )
"""

_HEAD_OF = """
    SELECT id, urgency, due_at, destination FROM deliveries
    WHERE status = 'waiting' AND channel = {lane}.channel AND destination = {lane}.destination
        AND urgency = level.urgency AND due_at <= :now
    ORDER BY due_at LIMIT 1
"""

_CLAIM = text(f"""
    WITH RECURSIVE asked AS ({_ASKED}),
    shut AS (
        SELECT channel, destination FROM deliveries WHERE status = 'waiting' AND leased_until > :now
        UNION ALL
        SELECT channel, destination FROM delivery_lanes WHERE opens_at > :now
    ),
    passed_over AS (
        SELECT channel, destination FROM shut UNION ALL SELECT channel, destination FROM delivery_lanes WHERE slow
    ),
    walked AS (
        SELECT asked.channel, found.* FROM asked, (VALUES (0), (1)) AS level (urgency), LATERAL (
            SELECT id, urgency, due_at, destination FROM deliveries
            WHERE status = 'waiting' AND channel = asked.channel AND urgency = level.urgency AND due_at <= :now
            ORDER BY due_at, id LIMIT {WINDOW}
        ) AS found
    ),
    met AS (
        SELECT DISTINCT ON (channel, destination) * FROM walked
        WHERE (channel, destination) NOT IN (SELECT channel, destination FROM passed_over)
        ORDER BY channel, destination, urgency, due_at, id
    ),
    wanting AS (
        SELECT channel FROM asked
        WHERE EXISTS (SELECT FROM walked WHERE channel = asked.channel GROUP BY urgency HAVING count(*) = {WINDOW})
            AND (SELECT count(*) FROM met WHERE channel = asked.channel) < asked.most
    ),
    lanes AS (
        SELECT channel, (
            SELECT min(destination) FROM deliveries WHERE status = 'waiting' AND channel = wanting.channel
        ) AS destination
        FROM wanting
        UNION ALL
        SELECT channel, (
            SELECT min(destination) FROM deliveries
            WHERE status = 'waiting' AND channel = lanes.channel AND destination > lanes.destination
        )
        FROM lanes WHERE destination IS NOT NULL
    ),
    healthy AS (
        SELECT channel, false AS slow, id, urgency, due_at, destination FROM met
        WHERE channel NOT IN (SELECT channel FROM wanting)
        UNION ALL
        SELECT DISTINCT ON (lanes.channel, lanes.destination) lanes.channel, false, head.*
        FROM lanes, (VALUES (0), (1)) AS level (urgency), LATERAL ({_HEAD_OF.format(lane="lanes")}) AS head
        WHERE (lanes.channel, lanes.destination) NOT IN (SELECT channel, destination FROM passed_over)
        ORDER BY channel, destination, urgency, due_at, id
    ),
    slow AS (
        SELECT DISTINCT ON (lane.channel, lane.destination) lane.channel, true AS slow, found.*
        FROM asked JOIN delivery_lanes AS lane ON lane.channel = asked.channel AND lane.slow AND asked.most_slow > 0,
        (VALUES (0), (1)) AS level (urgency), LATERAL ({_HEAD_OF.format(lane="lane")}) AS found
        WHERE (lane.channel, lane.destination) NOT IN (SELECT channel, destination FROM shut)
        ORDER BY lane.channel, lane.destination, found.urgency, found.due_at, found.id
    ),
    heads AS (
        SELECT each.*,
            row_number() OVER (PARTITION BY channel ORDER BY slow, urgency, due_at, id) AS place,
            row_number() OVER (PARTITION BY channel, slow ORDER BY urgency, due_at, id) AS among
        FROM (SELECT * FROM healthy UNION ALL SELECT * FROM slow) AS each
    ),
    chosen AS (
        SELECT heads.id, heads.slow FROM heads JOIN asked USING (channel)
        WHERE heads.place <= asked.most AND (NOT heads.slow OR heads.among <= asked.most_slow)
    ),
    free AS (
        SELECT id FROM deliveries WHERE id IN (SELECT id FROM chosen) AND status = 'waiting'
        FOR UPDATE SKIP LOCKED
    )
    UPDATE deliveries AS row SET leased_until = :until, tries = row.tries + 1
    FROM free JOIN chosen USING (id) WHERE row.id = free.id
    RETURNING {FIELDS}, chosen.slow, row.waits_for
""")  # noqa: S608 - made of constants


_GLANCE = text("""
    SELECT EXISTS (
        SELECT FROM unnest(CAST(:channels AS text[])) AS asked (channel), (VALUES (0), (1)) AS level (urgency),
        LATERAL (
            SELECT FROM deliveries
            WHERE status = 'waiting' AND channel = asked.channel AND urgency = level.urgency AND due_at <= :now
            ORDER BY due_at LIMIT 1
        ) AS found
    ) AS due, EXISTS (SELECT FROM delivery_lanes WHERE opens_at > :now) AS shut
""")


class Glance(NamedTuple):
    """Whether anything is `due` on some channels, and whether any lane is `shut`."""

    due: bool
    shut: bool


def glance(connection: Connection, asks: Sequence[Ask], now: datetime) -> Glance:
    """Look whether there is anything to claim: most turns find nothing, and need wait for nobody to see that."""
    asked = {"channels": [ask.channel for ask in asks], "now": now}
    return Glance(*connection.execute(_GLANCE, asked).one())


def claim(connection: Connection, asks: Sequence[Ask], now: datetime, until: datetime) -> list[Claimed]:
    """Claim what may leave now, as far as it is asked for, until an instant; the transaction must have ALONE."""
    asked = {
        "channels": [ask.channel for ask in asks],
        "most": [ask.most for ask in asks],
        "most_slow": [ask.most_slow for ask in asks],
    }
    rows = connection.execute(_CLAIM, {**asked, "now": now, "until": until})
    return [_claimed(dict(row._mapping)) for row in rows]  # noqa: SLF001 - public, in spite of its name


def _claimed(row: dict[str, Any]) -> Claimed:
    slow, waited_for = row.pop("slow"), row.pop("waits_for")
    return Claimed(Delivery(**row), slow, waited_for)
