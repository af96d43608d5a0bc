"""Lanes: what is known of a destination on a channel, and of a channel as a whole (`*`), by all senders.

A rest that the other side asked for, and our own pace, shut a lane until `opens_at`: for what waits now, and for what
comes later. Rows that meet a shut lane are put off, so that people can see until when they wait, and what for. A lane
that took long last time is slow: it may not use more than half of its channel's places (sender.py).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import text

from notifications.queue.waiting import RATE, waits_for

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from sqlalchemy import Connection, TextClause

    from notifications.queue.claiming import Ask
    from notifications.queue.delivery import Delivery
    from notifications.queue.retry import Rest
    from notifications.queue.tried import Tried

WHOLE = "*"
"""The destination that stands for all of a channel."""
SLOW_MS = 2000
"""From so many milliseconds on a send has taken long: a healthy other side answers in a tenth of them."""
ROWS_AT_ONCE = 200
"""Rows of a shut lane that are put off in one turn; the others have their turn, and are not sent meanwhile."""


def _putting_off(spacing: str, lanes: str, rows: str) -> TextClause:
    """Put rows that are due off until their lane opens, each by one more `spacing`, so that each is put off once."""
    return text(f"""
        UPDATE deliveries AS row SET due_at = later.until, waits_for = later.why
        FROM (
            SELECT found.id, lane.why, lane.opens_at + pace.{spacing} * (
                row_number() OVER (PARTITION BY lane.channel, lane.destination ORDER BY found.urgency, found.due_at) - 1
            ) AS until
            FROM unnest(CAST(:channels AS text[]), CAST(:in_lane AS interval[]), CAST(:between AS interval[]))
                AS pace (channel, in_lane, between)
            JOIN delivery_lanes AS lane USING (channel),
            (VALUES (0), (1)) AS level (urgency), LATERAL (
                SELECT id, urgency, due_at FROM deliveries
                WHERE status = 'waiting' AND channel = lane.channel AND urgency = level.urgency {rows}
                    AND due_at <= :now AND (leased_until IS NULL OR leased_until <= :now)
                ORDER BY due_at LIMIT {ROWS_AT_ONCE} FOR UPDATE SKIP LOCKED
            ) AS found
            WHERE lane.opens_at > :now AND {lanes}
        ) AS later
        WHERE row.id = later.id
    """)  # noqa: S608 - made of constants


_PUT_OFF = (
    _putting_off("in_lane", "lane.destination <> '*'", "AND destination = lane.destination"),
    _putting_off("between", "lane.destination = '*'", ""),
)

_SHUT = text("""
    INSERT INTO delivery_lanes AS lane (channel, destination, opens_at, why)
    VALUES (:channel, :destination, :opens_at, :why)
    ON CONFLICT (channel, destination) DO UPDATE SET
        why = CASE WHEN lane.opens_at >= excluded.opens_at THEN lane.why ELSE excluded.why END,
        opens_at = greatest(lane.opens_at, excluded.opens_at)
""")
_WENT_WELL = text("""
    UPDATE delivery_lanes SET slow = false, failing_since = NULL
    WHERE channel = :channel AND destination = :destination AND (slow OR failing_since IS NOT NULL)
""")
_LEARN = text("""
    INSERT INTO delivery_lanes AS lane (channel, destination, slow, failing_since)
    VALUES (:channel, :destination, :slow, :failing_since)
    ON CONFLICT (channel, destination) DO UPDATE SET
        slow = excluded.slow,
        failing_since = CASE WHEN excluded.failing_since IS NULL THEN NULL
            ELSE coalesce(lane.failing_since, excluded.failing_since) END
""")


def put_off(connection: Connection, asks: Sequence[Ask], now: datetime) -> None:
    """Put off what is due in lanes that are shut."""
    asked = {
        "channels": [ask.channel for ask in asks],
        "in_lane": [ask.pace.in_lane for ask in asks],
        "between": [ask.pace.between for ask in asks],
        "now": now,
    }
    for statement in _PUT_OFF:
        connection.execute(statement, asked)


def spend(connection: Connection, asks: Sequence[Ask], claimed: Sequence[Delivery], now: datetime) -> None:
    """Shut lanes, and channels, for as long as their own pace wants after what was claimed."""
    if rows := [row for ask in asks for row in _spent(ask, claimed, now)]:
        connection.execute(_SHUT, rows)


def learn(connection: Connection, delivery: Delivery, tried: Tried) -> None:
    """Note how a lane did, if the attempt got that far. Nothing is written of one that does well, as it did before."""
    if tried.took_ms is None:
        return
    lane = {"channel": delivery.channel, "destination": delivery.destination}
    slow = tried.took_ms > SLOW_MS
    if tried.detail is None and not slow:
        connection.execute(_WENT_WELL, lane)
    else:
        connection.execute(_LEARN, {**lane, "slow": slow, "failing_since": tried.at if tried.detail else None})


def rest(connection: Connection, delivery: Delivery, asked: Rest, detail: str) -> None:
    """Shut a lane, or its whole channel, for as long as its other side asked for."""
    destination = WHOLE if asked.whole_channel else delivery.destination
    connection.execute(_SHUT, _shut(delivery.channel, destination, asked.until, waits_for(detail, delivery)))


def _spent(ask: Ask, claimed: Sequence[Delivery], now: datetime) -> Iterator[dict[str, Any]]:
    lanes = {each.destination for each in claimed if each.channel == ask.channel}
    if ask.pace.in_lane:
        yield from (_shut(ask.channel, lane, now + ask.pace.in_lane, RATE) for lane in sorted(lanes))
    if ask.pace.between and lanes:
        yield _shut(ask.channel, WHOLE, now + ask.pace.between * len(lanes), RATE)


def _shut(channel: str, destination: str, until: datetime, why: str) -> dict[str, Any]:
    return {"channel": channel, "destination": destination, "opens_at": until, "why": why}
