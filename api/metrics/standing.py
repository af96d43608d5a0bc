"""What stands in the database when it is asked: incidents, deadlines, the order and who follows it, the worker.

Each query finds its rows by an index and looks at so many at most: a scrape costs the same however long the history is.
What has no row is 0.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from sqlalchemy import text

from api.http.readiness import sequencer_lag
from api.metrics.families import age, gauge, gauges
from api.processes.beats import ages

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from prometheus_client import Metric
    from sqlalchemy import Connection

COUNTED = 10_000
"""Beyond this many, nobody counts on."""
OPEN_COUNTED = 100_000
SEVERITIES = 20
"""Agreements name their severities as they like. The most frequent are told apart, the rest is `other`."""

_OPEN = text(
    "SELECT severity, status, count(*) FROM"
    " (SELECT severity, status FROM incident_states WHERE closed_at IS NULL LIMIT :most) AS open"
    " GROUP BY severity, status ORDER BY count(*) DESC"
)
_OVERDUE = text(
    "SELECT count(*), min(due_at) FROM"
    " (SELECT due_at FROM deadlines WHERE due_at <= :now ORDER BY due_at LIMIT :most) AS overdue"
)
_FOLLOWERS = text("""
SELECT followers.name, greatest(0, sequencer.position - followers.position),
    (SELECT sequenced_at FROM sequence WHERE sequence.position > followers.position ORDER BY position LIMIT 1),
    (SELECT count(*) FROM (SELECT FROM parked WHERE parked.follower = followers.name LIMIT :most) AS few)
FROM followers CROSS JOIN sequencer WHERE sequencer.name = 'sequencer'
""")


def incidents(connection: Connection, _now: datetime) -> Iterator[Metric]:
    """Count incidents that are not closed."""
    rows = [
        (severity, status, number) for severity, status, number in connection.execute(_OPEN, {"most": OPEN_COUNTED})
    ]
    frequent = list(dict.fromkeys(severity for severity, _, _ in rows))[:SEVERITIES]
    found = Counter[tuple[str, ...]]()
    for severity, status, number in rows:
        found[severity if severity in frequent else "other", status] += number
    yield gauges("tocsin_incidents_open", "Incidents that are not closed.", ("severity", "status"), found)


def deadlines(connection: Connection, now: datetime) -> Iterator[Metric]:
    """Say what the engine should have looked at by now."""
    number, oldest = connection.execute(_OVERDUE, {"now": now, "most": COUNTED}).one()
    yield gauge("tocsin_deadlines_overdue", "Records that the engine should have looked at; counted to 10,000.", number)
    yield gauge(
        "tocsin_deadline_oldest_overdue_seconds",
        "Seconds since the oldest of them was due; 0: none is.",
        age(oldest, now),
    )


def sequence(connection: Connection, now: datetime) -> Iterator[Metric]:
    """Say how far the sequencer is behind."""
    lag = sequencer_lag(connection, now)
    yield gauge(
        "tocsin_sequencer_pending_commits",
        "Commits that have no place in the order yet; counted to 10,000.",
        lag["pending_commits"],
    )
    yield gauge(
        "tocsin_sequencer_oldest_pending_seconds",
        "Seconds since the oldest of them was recorded; 0: none waits.",
        lag["oldest_pending_seconds"] or 0.0,
    )


def followers(connection: Connection, now: datetime) -> Iterator[Metric]:
    """Say how far each follower is behind the sequencer."""
    rows = connection.execute(_FOLLOWERS, {"most": COUNTED}).all()
    label = ("follower",)
    yield gauges(
        "tocsin_follower_lag_events",
        "Events that a follower has not taken yet.",
        label,
        {(row[0],): row[1] for row in rows},
    )
    yield gauges(
        "tocsin_follower_lag_seconds",
        "Seconds since the first of them was sequenced; 0: there is none.",
        label,
        {(row[0],): age(row[2], now) for row in rows},
    )
    yield gauges(
        "tocsin_follower_parked_events",
        "Events that a follower has put aside, and those behind them; counted to 10,000.",
        label,
        {(row[0],): row[3] for row in rows},
    )


def worker(connection: Connection, now: datetime) -> Iterator[Metric]:
    """Say how long each part of the worker has been silent."""
    yield gauges(
        "tocsin_worker_part_age_seconds",
        "Seconds since a part of any worker last finished a turn.",
        ("part",),
        {(part,): seconds for part, seconds in ages(connection, now).items()},
    )
