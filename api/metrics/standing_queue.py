"""What waits to be sent when the database is asked: deliveries by channel and lane, and webhook subscriptions."""

from __future__ import annotations

from collections import Counter
from itertools import product
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from sqlalchemy import text

from api.metrics.families import age, gauge, gauges
from api.processes.vitals import oldest_urgent
from escalation.crew.staff import PERSON
from escalation.crew.ways import CHANNELS, EMAIL, WEBHOOK
from notifications.queue.delivery import NOTICE, PAGE, REMINDER, TAKEN

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from prometheus_client import Metric
    from sqlalchemy import Connection

COUNTED = 10_000
"""Of each kind: the oldest are counted, beyond that nobody counts on."""
LANES = 10
"""How many lanes are named: those with the oldest deliveries."""
KINDS = (PAGE, NOTICE, TAKEN, REMINDER)

_OLDEST = """
FROM unnest(CAST(:kinds AS text[])) AS wanted CROSS JOIN LATERAL (
    SELECT * FROM deliveries WHERE status = 'waiting' AND kind = wanted ORDER BY owed_at LIMIT :most
) AS delivery
"""
_WAITING = text(f"""
SELECT channel, kind, CASE WHEN leased_until > :now THEN 'sending' WHEN due_at <= :now THEN 'due'
                           WHEN owed_at > :now THEN 'scheduled' ELSE 'postponed' END AS state, count(*), min(owed_at)
{_OLDEST} GROUP BY channel, kind, state
""")
_BY_LANE = text(f"""
SELECT channel, destination, min(owed_at) {_OLDEST} WHERE owed_at <= :now
GROUP BY channel, destination ORDER BY min(owed_at) LIMIT 100
""")
_FAILING = text("SELECT channel, count(*) FROM delivery_lanes WHERE failing_since IS NOT NULL GROUP BY channel")
_SUBSCRIPTIONS = text("SELECT state, count(*) FROM webhook_subscriptions WHERE state <> 'removed' GROUP BY state")
_MESSAGES = text("SELECT count(*) FROM (SELECT FROM webhook_messages WHERE status = 'waiting' LIMIT :most) AS waiting")
_UNREACHED = text("SELECT count(*), min(failing_since) FROM webhook_lanes WHERE failing_since IS NOT NULL")


def deliveries(connection: Connection, now: datetime) -> Iterator[Metric]:
    """Say what waits on each channel, and since when."""
    waiting = Counter[tuple[str, ...]]({(channel, kind, "due"): 0 for channel, kind in product(CHANNELS, KINDS)})
    ages = dict.fromkeys(product(CHANNELS, KINDS), 0.0)
    asked = {"kinds": list(KINDS), "most": COUNTED, "now": now}
    for channel, kind, state, number, oldest in connection.execute(_WAITING, asked):
        waiting[channel, kind, state] += number
        ages[channel, kind] = max(ages.get((channel, kind), 0.0), age(oldest, now))
    yield gauges(
        "tocsin_deliveries_waiting",
        "Deliveries in the queue: due, sending, postponed (after a failure, or at the other side's wish), scheduled.",
        ("channel", "kind", "state"),
        waiting,
    )
    yield gauges(
        "tocsin_delivery_oldest_seconds",
        "Seconds since the oldest delivery that waits was owed; 0: none waits.",
        ("channel", "kind"),
        {(channel, kind): seconds for (channel, kind), seconds in ages.items()},
    )


def urgent(connection: Connection, now: datetime) -> Iterator[Metric]:
    """Say for how long something urgent could have been sent, and was not: that is no receiver's fault."""
    yield gauge(
        "tocsin_urgent_delivery_overdue_seconds",
        "Seconds for which an urgent delivery could have left and was in nobody's hand; 0: there is none.",
        oldest_urgent(connection, now),
    )


def lanes(connection: Connection, now: datetime) -> Iterator[Metric]:
    """Name the lanes that are furthest behind, by what tells no secret."""
    worst: dict[tuple[str, ...], float] = {}
    asked = {"kinds": list(KINDS), "most": COUNTED, "now": now}
    for channel, destination, oldest in connection.execute(_BY_LANE, asked):
        if len(worst) < LANES:
            worst.setdefault((channel, lane_label(channel, destination)), age(oldest, now))
    yield gauges(
        "tocsin_delivery_lane_oldest_seconds",
        f"Seconds since the oldest delivery of a lane was owed: of the {LANES} lanes that are furthest behind.",
        ("channel", "lane"),
        worst,
    )
    failing = dict.fromkeys(CHANNELS, 0) | dict(connection.execute(_FAILING).all())
    yield gauges(
        "tocsin_delivery_lanes_failing",
        "Lanes in which nothing gets through.",
        ("channel",),
        {(channel,): number for channel, number in failing.items()},
    )


def webhooks(connection: Connection, now: datetime) -> Iterator[Metric]:
    """Say how webhook subscriptions stand."""
    states = dict.fromkeys(("active", "paused", "disabled"), 0) | dict(connection.execute(_SUBSCRIPTIONS).all())
    yield gauges(
        "tocsin_webhook_subscriptions",
        "Webhook subscriptions, by state.",
        ("state",),
        {(state,): number for state, number in states.items()},
    )
    yield gauge(
        "tocsin_webhook_messages_waiting",
        "Messages of webhook subscriptions that wait, those of paused ones too; counted to 10,000.",
        connection.execute(_MESSAGES, {"most": COUNTED}).scalar_one(),
    )
    number, since = connection.execute(_UNREACHED).one()
    yield gauge("tocsin_webhook_subscriptions_failing", "Webhook subscriptions whose receivers take nothing.", number)
    yield gauge(
        "tocsin_webhook_failing_seconds",
        "Seconds since the first attempt after which such a receiver has taken nothing: of the longest; 0: none.",
        age(since, now),
    )


def lane_label(channel: str, destination: str) -> str:
    """Give what a lane may be called where anybody might read it: a host, never an address, a path or a name."""
    if destination.startswith(PERSON):
        return "person"
    if channel == WEBHOOK:
        return _host(destination)
    return destination.rpartition("@")[2] if channel == EMAIL else "contact"


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or "unknown"
    except ValueError:
        return "unknown"
