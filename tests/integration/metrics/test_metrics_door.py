"""`GET /metrics`: who may scrape, and what comes."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.pool import NullPool

from api.access.permissions import Scope
from tests.support.http import OURS
from tests.support.scraped import Scraped

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.http import Caller, Site

ENDING = text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name")


@pytest.fixture
def prometheus(site: Site) -> Caller:
    """Give somebody with a key that reads metrics and nothing else."""
    return site.caller(site.tocsin.keys.issue("prometheus", scopes=[Scope.METRICS_READ], by="test").token)


def test_only_whoever_may_read_metrics_scrapes(site: Site, prometheus: Caller) -> None:
    """An operator's key, limited to it or not; a partnership's key never, and nobody unknown."""
    assert site.nobody.get("/metrics").status == 401
    assert site.partner.get("/metrics").status == 403
    for caller in (prometheus, site.operator):
        answer = caller.get("/metrics")
        assert answer.status == 200
        assert answer.headers["Cache-Control"] == "private, no-store"
        assert Scraped(answer.raw.decode()).value("tocsin_database_up") == 1


@pytest.mark.parametrize(
    ("accept", "content_type"),
    [
        (None, "text/plain; version=0.0.4; charset=utf-8"),
        ("*/*", "text/plain; version=0.0.4; charset=utf-8"),
        ("text/plain;version=0.0.4;q=0.5,application/openmetrics-text;version=x;q=oops", "text/plain"),
        (
            "application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5",
            "application/openmetrics-text; version=1.0.0; charset=utf-8",
        ),
    ],
)
def test_a_scraper_gets_the_format_it_asks_for(prometheus: Caller, accept: str | None, content_type: str) -> None:
    """Prometheus's own by default, OpenMetrics for whoever prefers that; each is what it says it is."""
    answer = prometheus.get("/metrics", **({} if accept is None else {"Accept": accept}))
    assert answer.status == 200
    assert answer.content_type.startswith(content_type)
    found = Scraped(answer.raw.decode(), as_openmetrics="openmetrics" in answer.content_type)
    assert found.value("tocsin_database_up") == 1


def test_no_label_names_a_partnership_or_anybody(site: Site, prometheus: Caller) -> None:
    """Nobody learns others' volume from a dashboard: labels are of the installation, and no value is one of theirs."""
    site.partner.declare(title="Nobody else's business")
    site.tocsin.engine.run_once()
    answer = prometheus.get("/metrics").raw.decode()
    assert Scraped(answer).labels <= {
        "le", "severity", "status", "channel", "kind", "state", "lane", "follower", "part", "operation", "outcome",
    }  # fmt: skip
    for private in (OURS, "acme", "globex", "business", "INC-", "person:", "key:"):
        assert private not in answer, private


def test_while_the_database_is_away_what_was_counted_is_still_told(site: Site, database_url: str) -> None:
    """To whoever was let in before; nobody else is known then, and other doors are shut."""
    token = site.tocsin.keys.issue("prometheus", scopes=[Scope.METRICS_READ], by="test").token
    late = site.caller(site.tocsin.keys.issue("late", scopes=[Scope.METRICS_READ], by="test").token)
    prometheus = site.caller(token)
    assert prometheus.get("/metrics").status == 200
    assert site.partner.get("/v1/incidents").status == 200
    with _away(database_url):
        answer = prometheus.get("/metrics")
        assert answer.status == 200
        found = Scraped(answer.raw.decode())
        assert found.value("tocsin_database_up") == 0
        assert found.value("tocsin_incidents_open", severity="S1", status="open") is None
        assert found.total("tocsin_http_requests_total", operation="getMetrics", status="200") > 0
        for other in (late, site.partner, site.caller(f"{token[:-1]}x")):
            assert other.get("/metrics").status == 503
        assert site.nobody.get("/metrics").status == 401


@contextmanager
def _away(url: str) -> Iterator[None]:
    """Let the database take no connections, for a block."""
    name = make_url(url).database
    elsewhere = make_url(url).set(database="postgres")
    with create_engine(elsewhere, isolation_level="AUTOCOMMIT", poolclass=NullPool).connect() as connection:
        connection.execute(text(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false"))
        connection.execute(ENDING, {"name": name})
        yield
        connection.execute(text(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true"))
