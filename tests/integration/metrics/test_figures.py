"""What the database tells at a scrape."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from prometheus_client import CollectorRegistry, generate_latest
from sqlalchemy import create_engine, event, text
from sqlalchemy.pool import NullPool

from api.metrics.figures import KEPT_SECONDS, PARTS, Figures
from tests.support.scraped import Scraped

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from sqlalchemy import Connection

    from tests.support.http import Site

SMALL = {"followers", "sequencer", "delivery_lanes", "webhook_lanes", "webhook_subscriptions", "worker_beats"}
"""Tables that do not grow with history."""
WEBHOOK = "https://hooks.acme.example/secret-path?token=secret"

DELIVERY = text(
    "INSERT INTO deliveries (id, partnership, stream, version, kind, recipient, channel, destination, urgency, status,"
    " tries, owed_at, due_at, leased_until) VALUES (:id, 'p', 's', 1, 'page', 'r', :channel, :destination, 0,"
    " 'waiting', 0, :now - make_interval(secs => :owed), :now - make_interval(secs => :due),"
    " :now - make_interval(secs => :lease))"
)


def put(database_url: str, now: datetime, *rows: tuple[str, str, int, int, int | None]) -> None:
    """Put pages into the queue: channel, destination, and how many seconds ago they were owed, due and leased until."""
    names = ("channel", "destination", "owed", "due", "lease")
    with owner(database_url) as connection:
        values = [dict(zip(names, row, strict=True)) | {"id": str(nth), "now": now} for nth, row in enumerate(rows)]
        connection.execute(DELIVERY, values)


class Seconds:
    """A stopwatch that is moved."""

    now = 0.0

    def __call__(self) -> float:
        """Give the seconds."""
        return self.now


def scrape(figures: Figures) -> Scraped:
    """Read what a scrape would tell."""
    registry = CollectorRegistry()
    registry.register(figures)
    return Scraped(generate_latest(registry).decode())


def scraped(site: Site) -> Scraped:
    """Read it anew, all of it."""
    found = scrape(Figures(site.served.database, site.clock))
    assert found.value("tocsin_scrape_failed_parts") == 0
    assert found.value("tocsin_database_up") == 1
    return found


@contextmanager
def owner(database_url: str) -> Iterator[Connection]:
    """Write rows as the owner of the tables would, past every other part."""
    with create_engine(database_url, poolclass=NullPool).begin() as connection:
        yield connection


def test_incidents_are_counted_while_they_are_open(site: Site) -> None:
    """By severity and status; whoever closes one takes it out."""
    first, second = site.partner.declare(), site.partner.declare()
    other = site.partner.declare(impact="minor", urgency="immediate")
    severity = first["severity"]
    assert other["severity"] != severity
    second = site.partner.must(second, "resolve", {"text": "A cable"})
    found = scraped(site)
    assert second["status"] != first["status"]
    for incident in (first, second, other):
        labels = {name: incident[name] for name in ("severity", "status")}
        assert found.value("tocsin_incidents_open", **labels) == 1
    assert found.total("tocsin_incidents_open") == 3
    site.partner.must(first, "cancel", {"reason": "A drill"})
    assert scraped(site).total("tocsin_incidents_open", severity=severity) == 1


def test_what_the_engine_has_not_looked_at_is_late(site: Site) -> None:
    """Deadlines that have come, and since when the oldest has; nothing once it has looked."""
    site.partner.declare()
    site.tocsin.engine.run_once()
    assert scraped(site).value("tocsin_deadlines_overdue") == 0
    site.clock.move(hours=1)
    found = scraped(site)
    assert found.value("tocsin_deadlines_overdue") == 1
    assert 0 < (found.value("tocsin_deadline_oldest_overdue_seconds") or 0) <= 3600


def test_followers_and_the_sequencer_are_behind_by_so_much(site: Site) -> None:
    """Commits that wait for their place, then events that wait to be taken, with the age of the oldest."""
    site.sequence()
    for runner in site.tocsin.followers():
        while runner.run_once():
            pass
    site.partner.declare()
    site.clock.move(seconds=30)
    found = scraped(site)
    assert (
        found.value("tocsin_sequencer_pending_commits"),
        found.value("tocsin_sequencer_oldest_pending_seconds"),
    ) == (1, 30)
    assert found.value("tocsin_follower_lag_events", follower="attainment") == 0
    assert found.value("tocsin_follower_lag_seconds", follower="attainment") == 0
    site.sequence()
    site.clock.move(seconds=60)
    found = scraped(site)
    assert found.value("tocsin_sequencer_pending_commits") == 0
    assert (found.value("tocsin_follower_lag_events", follower="attainment") or 0) > 0
    assert 59 < (found.value("tocsin_follower_lag_seconds", follower="attainment") or 0) <= 60
    assert found.value("tocsin_follower_parked_events", follower="search") == 0


def test_what_waits_is_counted_by_channel_and_by_why(site: Site, database_url: str) -> None:
    """Due, sending, postponed and scheduled; and lanes are named by their hosts, never by an address or a person."""
    put(
        database_url,
        site.clock.now(),
        ("webhook", WEBHOOK, 50, 50, None),
        ("webhook", WEBHOOK, 70, -10, None),
        ("email", "noc@acme.example", 20, 20, -10),
        ("sms", "person:0123/sms:mobile", 40, 40, None),
        ("voice", "+49301234567", -30, -30, None),
        ("terminal", "acme-sm", 90, 90, None),
    )
    found = scraped(site)
    waiting = {
        (channel, state): found.value("tocsin_deliveries_waiting", channel=channel, kind="page", state=state)
        for channel, state in (
            ("webhook", "due"),
            ("webhook", "postponed"),
            ("email", "sending"),
            ("voice", "scheduled"),
        )
    }
    assert set(waiting.values()) == {1}, waiting
    assert found.value("tocsin_delivery_oldest_seconds", channel="webhook", kind="page") == 70
    assert found.value("tocsin_delivery_oldest_seconds", channel="voice", kind="page") == 0
    assert found.value("tocsin_delivery_oldest_seconds", channel="email", kind="notice") == 0
    lanes = {
        ("webhook", "hooks.acme.example"): 70, ("email", "acme.example"): 20, ("sms", "person"): 40,
        ("terminal", "contact"): 90,
    }  # fmt: skip
    for (channel, lane), seconds in lanes.items():
        assert found.value("tocsin_delivery_lane_oldest_seconds", channel=channel, lane=lane) == seconds


def test_only_the_worst_lanes_are_named(site: Site, database_url: str) -> None:
    """However many hosts there are, a scrape names the ten that are furthest behind."""
    put(
        database_url,
        site.clock.now(),
        *(("webhook", f"https://h{n}.example/", n, n, None) for n in range(1, 301)),
    )
    found = scraped(site)
    family = found.families["tocsin_delivery_lane_oldest_seconds"]
    assert {sample.labels["lane"] for sample in family.samples} == {f"h{n}.example" for n in range(291, 301)}


def test_parts_of_the_worker_are_silent_for_so_long(site: Site, database_url: str) -> None:
    """Of several workers the one that gave the last sign of life counts."""
    now = site.clock.now()
    with owner(database_url) as connection:
        for worker, seconds in (("a", 100), ("b", 7)):
            connection.execute(
                text("INSERT INTO worker_beats VALUES (:worker, 'engine', :now - make_interval(secs => :seconds))"),
                {"worker": worker, "now": now, "seconds": seconds},
            )
    assert scraped(site).value("tocsin_worker_part_age_seconds", part="engine") == 7


def test_webhook_subscriptions_are_counted_by_state(site: Site) -> None:
    """Those that there are none of are 0, so that the first one is seen."""
    found = scraped(site)
    for state in ("active", "paused", "disabled"):
        assert found.value("tocsin_webhook_subscriptions", state=state) == 0
    assert found.value("tocsin_webhook_messages_waiting") == 0
    assert found.value("tocsin_webhook_subscriptions_failing") == 0


def test_a_scrape_is_kept_for_some_seconds(site: Site) -> None:
    """However many scrape however often, the database is asked once in that time."""
    stopwatch = Seconds()
    figures = Figures(site.served.database, site.clock, monotonic=stopwatch)
    assert scrape(figures).total("tocsin_incidents_open") == 0
    site.partner.declare()
    stopwatch.now = KEPT_SECONDS - 0.1
    assert scrape(figures).total("tocsin_incidents_open") == 0
    stopwatch.now = KEPT_SECONDS
    assert scrape(figures).total("tocsin_incidents_open") == 1


def test_a_part_that_cannot_be_read_leaves_the_others(site: Site, database_url: str) -> None:
    """It is counted as failed, and the rest of the scrape is there."""
    with owner(database_url) as connection:
        connection.execute(text("DROP TABLE worker_beats"))
    site.partner.declare()
    found = scrape(Figures(site.served.database, site.clock))
    assert found.value("tocsin_scrape_failed_parts") == 1
    assert found.total("tocsin_incidents_open") == 1
    assert found.value("tocsin_webhook_messages_waiting") == 0


def test_each_question_is_answered_from_an_index(site: Site, database_url: str) -> None:
    """A long history costs a scrape nothing: no table that grows with it is read from end to end."""
    asked: list[tuple[str, Any]] = []

    @event.listens_for(site.served.database, "before_cursor_execute")
    def note(_connection: object, _cursor: object, statement: str, parameters: object, *_: object) -> None:
        asked.append((statement, parameters))

    scraped(site)
    questions = [each for each in asked if each[0].lstrip().startswith("SELECT")]
    assert len(questions) > len(PARTS)
    with owner(database_url) as connection:
        connection.execute(text("SET LOCAL enable_seqscan = off"))
        plans = [
            connection.exec_driver_sql(f"EXPLAIN {question}", given).scalars().all() for question, given in questions
        ]
    read_whole = {line.split("Seq Scan on ")[1].split()[0] for plan in plans for line in plan if "Seq Scan on" in line}
    assert read_whole <= SMALL
