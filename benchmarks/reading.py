"""Reading among a million events in 50,000 incidents of 40 partnerships, with row-level security on.

Over HTTP, under our gunicorn settings, with a key of a party of the largest partnership, which has nearly a quarter of
everything; with the access log, the rate limit out of the way; one request after the other on one connection. Each
answer is set beside the bare SQL that reads the same rows: prepared, as the tables' owner, whom no policy holds, and
nothing is opened or judged. `TOCSIN_BENCH_EVENTS` sets another number of events.
"""

from __future__ import annotations

import os
import random
import time
from datetime import UTC, datetime
from statistics import median
from typing import TYPE_CHECKING, Any, TypeVar

from rich.console import Console

from api.bootstrap import build
from benchmarks import bare_reads, million
from benchmarks.http import served
from benchmarks.lists import asked
from benchmarks.measure import Measure
from benchmarks.million import LARGEST
from benchmarks.reader import Reader, peak

if TYPE_CHECKING:
    from collections.abc import Callable

    import psycopg

    from benchmarks.bare_reads import Incident
    from benchmarks.lists import Asked

EVENTS = 1_000_000
SETTINGS = {"TOCSIN_RATE_PER_SECOND": "100000", "TOCSIN_RATE_BURST": "1000000"}
WARM_UP, TIMELINES, MOMENTS, ROUNDS_OF_LISTS, PAGES = 50, 2_000, 700, 40, 3
CHECKED = 200
LIST_PAGE, FEED_PAGE = 50, 1_000

LEAST_MEMORY = 32.0
"""Megabytes: ten times as many events must take no more of them than this, which is noise."""

R = TypeVar("R")
Pair = tuple[float, float]
"""Seconds of ours, and of the bare SQL for the same rows."""


class Different(Exception):
    """Ours and the bare SQL do not give the same: there is nothing to compare."""


def run(url: str) -> list[Measure]:
    """Fill the database; then read."""
    token = million.fill(url, int(os.environ.get("TOCSIN_BENCH_EVENTS", EVENTS)), Console(stderr=True))
    with million.owner(url) as bare, served(url, [], SETTINGS) as port:
        bare.autocommit = True
        incidents = bare_reads.incidents(bare)
        _check(url, incidents)
        reader, rng = Reader(port, token), random.Random(1)  # noqa: S311 - the same requests in each run
        return [
            Measure("events", bare_reads.count(bare), ""),
            *_timelines(reader, bare, incidents, rng),
            *_lists(reader, bare, rng),
            *_moments(reader, bare, incidents, rng),
            *_feed(reader, bare),
            *_export(reader, bare),
        ]


def _check(url: str, incidents: list[Incident]) -> None:
    """See whether rows are what the facts say. Different."""
    tocsin = build(url)
    found = million.differences(tocsin, [incident.stream for incident in incidents[:: len(incidents) // CHECKED + 1]])
    tocsin.close()
    if found:
        raise Different(f"rows differ from what a replay gives: {found[0]}")


def _timelines(
    reader: Reader, bare: psycopg.Connection, incidents: list[Incident], rng: random.Random
) -> list[Measure]:
    pairs = []
    for incident in rng.choices(incidents, k=WARM_UP + TIMELINES):
        told, ours = reader.get(f"/v1/incidents/{incident.id}/timeline")
        rows, theirs = _timed(bare_reads.stream, bare, incident.stream)
        if len(told["entries"]) != len(rows):
            raise Different(f"a timeline of {len(rows)} facts has {len(told['entries'])} entries")
        pairs.append((ours, theirs))
    return _latencies("timeline", pairs[WARM_UP:], 0.03)


def _moments(reader: Reader, bare: psycopg.Connection, incidents: list[Incident], rng: random.Random) -> list[Measure]:
    """Ask for an incident, its timeline and its clocks as of any instant from its first fact to its last."""
    pairs = []
    for incident in rng.choices(incidents, k=MOMENTS):
        at = incident.first + (incident.last - incident.first) * rng.random()
        for part in ("", "/timeline", "/clocks"):
            _, ours = reader.get(f"/v1/incidents/{incident.id}{part}", as_of=at.isoformat())
            _, theirs = _timed(bare_reads.stream_at, bare, incident.stream, at)
            pairs.append((ours, theirs))
    return _latencies("as of an instant: incident, timeline, clocks", pairs[WARM_UP:], 0.1)


def _lists(reader: Reader, bare: psycopg.Connection, rng: random.Random) -> list[Measure]:
    """Ask for the first pages of each kind of list; of kinds, the one with the highest p99 is shown as well."""
    now, by_kind = datetime.now(UTC), dict[str, list[Pair]]()
    for nth in range(-1, ROUNDS_OF_LISTS):
        for wanted in asked(rng, now):
            pairs = _list(reader, bare, wanted)
            by_kind.setdefault(wanted.name, []).extend(pairs if nth >= 0 else [])
    slowest = max(by_kind, key=lambda name: _percentile([ours for ours, _ in by_kind[name]], 0.99))
    return [
        *_latencies("filtered list", [pair for pairs in by_kind.values() for pair in pairs], 0.05),
        Measure(f"its slowest: {slowest}, p99", _percentile([ours for ours, _ in by_kind[slowest]], 0.99) * 1000, "ms"),
    ]


def _list(reader: Reader, bare: psycopg.Connection, wanted: Asked) -> list[Pair]:
    """Ask for the first pages of a list. Different."""
    pairs: list[Pair] = []
    more: dict[str, str] = {}
    while len(pairs) < PAGES:
        page, ours = reader.get("/v1/incidents", partnership=LARGEST, limit=LIST_PAGE, **wanted.query, **more)
        rows, theirs = _timed(bare_reads.page, bare, wanted, LIST_PAGE, len(pairs) * LIST_PAGE)
        if [item["id"] for item in page["items"]] != [row[0] for row in rows[:LIST_PAGE]]:
            raise Different(f"page {len(pairs) + 1} of the list {wanted.name!r}")
        pairs.append((ours, theirs))
        if page["next_cursor"] is None:
            break
        more = {"cursor": page["next_cursor"]}
    return pairs


def _feed(reader: Reader, bare: psycopg.Connection) -> list[Measure]:
    """Follow the largest partnership's feed from its beginning, by its cursors."""
    read, seconds = _timed(_follow, reader)
    return _rates("feed, to one reader", read / seconds, _bare_rate(bare), 10_000)


def _follow(reader: Reader) -> int:
    """Read the feed to its end; give how many events there were."""
    read, more = 0, True
    after: dict[str, str] = {}
    while more:
        page, _ = reader.get("/v1/events", partnership=LARGEST, limit=FEED_PAGE, **after)
        read, after, more = read + len(page["events"]), {"after": page["cursor"]}, page["more"]
    return read


def _export(reader: Reader, bare: psycopg.Connection) -> list[Measure]:
    """Export a tenth of the largest partnership, then all of it: what that takes more of memory."""
    wanted = {"partnership": LARGEST, "format": "jsonl"}
    until = bare_reads.instant_of_share(bare, LARGEST, 0.1).isoformat()
    with peak() as small:
        few = reader.lines("/v1/events/export", **wanted, until=until)
    with peak() as large:
        lines, seconds = _timed(lambda: reader.lines("/v1/events/export", **wanted))
    return [
        *_rates("export, JSON Lines", lines / seconds, _bare_rate(bare), 20_000),
        Measure(f"memory for an export of {few:,} events", small.grown, "MB"),
        Measure(f"memory for {lines:,} events, on top", large.grown, "MB", LEAST_MEMORY),
    ]


def _bare_rate(bare: psycopg.Connection) -> float:
    rows, seconds = _timed(bare_reads.whole_log, bare, LARGEST, FEED_PAGE)
    return rows / seconds


def _timed(work: Callable[..., R], *arguments: Any) -> tuple[R, float]:  # noqa: ANN401 - the work's own
    """Give what work gives, and the seconds that it took."""
    began = time.perf_counter()
    return work(*arguments), time.perf_counter() - began


def _percentile(values: list[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def _latencies(name: str, pairs: list[Pair], limit: float) -> list[Measure]:
    ours, bare = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    return [
        Measure(f"{name}, p50", median(ours) * 1000, "ms"),
        Measure(f"{name}, p99", _percentile(ours, 0.99) * 1000, "ms", limit * 1000),
        Measure("bare SQL, p50", median(bare) * 1000, "ms"),
        Measure("bare SQL, p99", _percentile(bare, 0.99) * 1000, "ms"),
        Measure("p99 in times of bare SQL", _percentile(ours, 0.99) / _percentile(bare, 0.99), "times"),
    ]


def _rates(name: str, ours: float, bare: float, limit: float) -> list[Measure]:
    return [
        Measure(name, ours, "events/s", limit, at_least=True),
        Measure("bare SQL", bare, "events/s"),
        Measure("as a share of bare SQL", ours / bare, ""),
    ]
