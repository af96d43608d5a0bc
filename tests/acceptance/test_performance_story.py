"""A month between two companies: misses are tolerated until they are too many, it is judged, and a warning goes out."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner

from api.access.permissions import Scope
from api.cli import main
from notifications.channels.terminal import Terminal
from notifications.message.message import Composer
from notifications.queue.sender import Sender
from tests.support.http import OURS, agreement_text, party_key
from tests.support.sending import work

if TYPE_CHECKING:
    from tests.support.http import Caller, Site

READING = [Scope.INCIDENTS_READ, Scope.INCIDENTS_WRITE, Scope.INCIDENTS_COORDINATE, Scope.EVENTS_READ]
TOLERANCE = b"""  tolerance:
    per_incident:
      - {target: resolve, deviation_up_to: 10%}
    per_period:
      - {id: monthly, target: resolve, severity: [S3], window: {calendar: P1M}, objective: 0.9, breach_below: 0.5}
    turns_into_breach: {deviations: 3, of: same_target, within: P1M}
    warnings:
      - {id: first, breaches: 2, within: P1M, to: provider.head_of_operations, notify: [globex-ops]}

  pauses:
"""
OVER = datetime(2026, 4, 1, 4, 1, tzinfo=UTC)
HOUR = 3600
LATE = HOUR + 300
"""Seconds after which an S3 is resolved that is five minutes late: six are tolerated."""


@pytest.fixture
def theirs(site: Site) -> Caller:
    """Give somebody of the client, under a version of the agreement that tolerates a little."""
    text = agreement_text(OURS, 2).replace(b"  pauses:\n", TOLERANCE)
    assert site.operator.send("/v1/agreements", text, "application/yaml").status == 201
    return site.caller(party_key(site.tocsin, OURS, "globex", READING))


def settle(site: Site) -> None:
    """Let engine and followers do what there is to do."""
    busy = True
    while busy:
        site.sequence()
        engine = sum(iter(site.tocsin.engine.run_once, 0))
        busy = bool(engine + sum(follower.run_once() for follower in site.tocsin.followers()))


def resolved_after(site: Site, ours: Caller, seconds: float) -> dict[str, Any]:
    """Have an incident that only its resolution is late for, or not."""
    incident = ours.declare(impact="minor", urgency="normal")
    ours.must(incident, "acknowledge")
    ours.must(incident, "update", {"text": "We are on it", "audience": "partner"})
    site.clock.move(seconds=seconds)
    ours.must(incident, "resolve", {"text": "Done"})
    settle(site)
    return incident


def resolve_clock(reader: Caller, incident: dict[str, Any]) -> dict[str, Any]:
    """Read the clock of an incident's resolution."""
    clocks: list[dict[str, Any]] = reader.get(f"/v1/incidents/{incident['id']}/clocks").body["clocks"]
    return next(clock for clock in clocks if clock["clock"] == "resolve")


def periods(reader: Caller) -> list[dict[str, Any]]:
    """Read the periods of the objective, the newest first."""
    found: list[dict[str, Any]] = reader.get(f"/v1/attainment/periods?partnership={OURS}").body["items"]
    return found


def period(reader: Caller) -> dict[str, Any]:
    """Read the only one."""
    [found] = periods(reader)
    return found


def move_to(site: Site, at: datetime) -> None:
    """Let time pass, and what follows from it."""
    site.clock.move(seconds=(at - site.clock.now()).total_seconds())
    settle(site)


@pytest.fixture
def march(site: Site, theirs: Caller) -> list[dict[str, Any]]:
    """Give five incidents, of which two were resolved in time, and three a little late."""
    del theirs  # it has published the agreement
    ours = site.caller(party_key(site.tocsin, OURS, "acme", READING))
    return [resolved_after(site, ours, seconds) for seconds in (HOUR / 2, HOUR / 2, LATE, LATE, LATE)]


def test_three_deviations_are_a_breach(theirs: Caller, march: list[dict[str, Any]]) -> None:
    """The client sees which; and attainment tells one from the other."""
    states = [resolve_clock(theirs, incident)["state"] for incident in march]
    assert states == ["met", "met", "deviation", "deviation", "breached"]
    [told] = theirs.get(f"/v1/events?partnership={OURS}&types=incident.clock_breached").body["events"]
    assert told["data"]["repeated"] == [incident["id"] for incident in march[2:4]]
    counts = [count for count in theirs.get("/v1/attainment").body["items"] if count["clock"] == "resolve"]
    assert {count["outcome"]: count["runs"] for count in counts} == {"met": 2, "deviation": 2, "breached": 1}
    assert {tuple(count["duty_of"]) for count in counts} == {("acme",)}


def test_a_month_is_judged_when_it_is_over(site: Site, theirs: Caller, march: list[dict[str, Any]]) -> None:
    """Until then it shows how it stands. It is judged four hours after its end: by then nothing of it can be late."""
    running = period(theirs)
    assert (running["met"], running["of"], running["judgement"]) == (2, len(march), None)
    move_to(site, OVER - timedelta(minutes=2))
    assert len(periods(theirs)) == 2
    assert periods(theirs)[1]["judgement"] is None
    move_to(site, OVER)
    april, judged = periods(theirs)
    assert (april["starts"], april["of"], april["judgement"]) == ("2026-04-01T00:00:00.000000Z", 0, None)
    assert (judged["attainment"], judged["judgement"], judged["agreement_version"]) == (0.4, "breach", 2)


def test_the_second_breach_brings_a_formal_warning(site: Site, theirs: Caller, march: list[dict[str, Any]]) -> None:
    """A clock's and a month's; it goes to those whom the agreement names, and is on record for both parties."""
    assert resolve_clock(theirs, march[-1])["state"] == "breached"
    move_to(site, OVER)
    screen = StringIO()
    channels = {"terminal": Terminal(screen, coloured=False)}
    sender = Sender(site.tocsin.incidents, Composer(site.tocsin.book, "http://tocsin.example"), channels)
    work(sender)
    sender.close()
    site.sequence()
    assert screen.getvalue().count("Formal warning first: 2 breaches within the agreed time") == 2
    events = theirs.get(f"/v1/events?partnership={OURS}&types=performance.*").body["events"]
    assert [event["type"].split(".")[1] for event in events] == [
        "begun", "period_judged", "month_closed", "formal_warning_issued", "reminded", "reminder_sent", "reminder_sent",
    ]  # fmt: skip


def test_the_operator_reads_it_at_the_terminal(
    site: Site, march: list[dict[str, Any]], database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As two tables; a partnership of which nothing is known has none."""
    assert march
    move_to(site, OVER)
    monkeypatch.setenv("TOCSIN_DATABASE_URL", database_url)
    shown = CliRunner().invoke(main, ["attainment", OURS])
    assert shown.exit_code == 0, shown.output
    assert "resolve     │ S3       │   2 │         2 │        1 │       - │       - │         -" in shown.output
    assert "monthly   │ 2026-03-01 00:00 │ 2026-04-01 00:00 │   2 │  5 │   40.00% │ 90.00% │ breach" in shown.output
    none = CliRunner().invoke(main, ["attainment", "nobody"])
    assert (none.exit_code, none.output) == (0, "Nothing of nobody is counted yet.\n")
