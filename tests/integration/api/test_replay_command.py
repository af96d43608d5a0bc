from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from api.bootstrap import build
from api.cli import main
from incidents.incidents import Asked
from tests.support.clock import NOON, MovedClock
from tests.support.ledgers import declare, publish

if TYPE_CHECKING:
    from collections.abc import Callable

BY = Asked("key:ab12")


@pytest.fixture
def replay(database_url: str, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Give a function that runs `tocsin replay` on a record of one incident, from noon on, and one of 12:20."""
    clock = MovedClock()
    tocsin = build(database_url, clock=clock, committed=lambda: None)
    publish(tocsin)
    stream = declare(tocsin, title="Payments [red]fail\x1b[31m")
    clock.move(minutes=5)
    tocsin.incidents.acknowledge(stream, BY)
    clock.move(minutes=5)
    tocsin.incidents.resolve(stream, None, BY)
    clock.move(minutes=10)
    declare(tocsin, title="Another")
    tocsin.close()
    monkeypatch.setenv("TOCSIN_DATABASE_URL", database_url)
    monkeypatch.setenv("COLUMNS", "200")
    return lambda *arguments: CliRunner().invoke(main, ["replay", *arguments])


def test_an_incident_is_printed_with_the_facts_that_made_it(replay: Callable[..., Result]) -> None:
    """As it stands; what people wrote neither colours the terminal nor steers it."""
    result = replay("INC-1001")
    assert result.exit_code == 0
    assert "INC-1001 as of version 3, recorded 2026-03-02 12:10:00" in result.output
    assert "resolved" in result.output
    assert "Payments [red]fail" in result.output
    assert "\x1b" not in result.output


@pytest.mark.parametrize(
    ("arguments", "status", "version"),
    [
        (("--at-version", "1"), "open", 1),
        (("--at-version", "2"), "acknowledged", 2),
        (("--as-of", "2026-03-02T13:05:00+01:00"), "acknowledged", 2),
        (("--as-of", "2026-03-02T12:04:59"), "open", 1),
        ((), "resolved", 3),
    ],
)
def test_an_incident_is_read_as_it_was(
    arguments: tuple[str, ...], status: str, version: int, replay: Callable[..., Result]
) -> None:
    """As of a version, or of an instant with an offset or in UTC."""
    found = json.loads(replay("inc-1001", "--json", *arguments).output)
    assert (found["incident"]["status"], found["incident"]["version"]) == (status, version)
    assert [entry["version"] for entry in found["timeline"]] == list(range(1, version + 1))
    assert found["timeline"][0]["recorded_at"] == NOON.isoformat()


def test_everything_is_listed_as_it_was(replay: Callable[..., Result]) -> None:
    """One line an incident, and none for those that came later."""
    now = [json.loads(line) for line in replay("--json").output.splitlines()]
    assert [(each["number"], each["status"]) for each in now] == [(1001, "resolved"), (1002, "open")]
    then = replay("--as-of", "2026-03-02T12:06:00Z").output
    assert "INC-1001" in then
    assert "acknowledged" in then
    assert "INC-1002" not in then
    assert "1 incidents" in then


def test_the_check_ends_with_0_where_all_is_right(replay: Callable[..., Result]) -> None:
    """And says what it compared."""
    result = replay("--check")
    assert result.exit_code == 0
    assert "6 events of 3 records, rebuilt into: deadlines, incident_states" in result.output
    assert "Every table says what the facts say." in result.output


def test_the_check_ends_with_1_and_names_what_differs(replay: Callable[..., Result], database_url: str) -> None:
    """In words, and in JSON."""
    with create_engine(database_url, poolclass=NullPool).begin() as connection:
        connection.execute(text("UPDATE incident_states SET status = 'open' WHERE number = 1001"))
    result = replay("--check")
    assert result.exit_code == 1
    assert "status: live 'open', rebuilt 'resolved'" in result.output
    assert "1 differences" in result.output
    [difference] = json.loads(replay("--check", "--json").output)["differences"]
    assert (difference["table"], difference["column"]) == ("incident_states", "status")
    assert (difference["live"], difference["rebuilt"]) == ("open", "resolved")


@pytest.mark.parametrize("arguments", [("INC-1",), ("nonsense",), ("INC-1002", "--as-of", "2026-03-02T12:06:00Z")])
def test_what_is_not_there_is_said(arguments: tuple[str, ...], replay: Callable[..., Result]) -> None:
    """Never was, or not yet."""
    result = replay(*arguments)
    assert result.exit_code == 1
    assert f"There is no incident {arguments[0]}" in result.output


@pytest.mark.parametrize(
    "arguments",
    [
        ("--check", "INC-1001"),
        ("--check", "--parked"),
        ("--check", "--as-of", "2026-03-02T12:06:00Z"),
        ("--at-version", "2"),
        ("INC-1001", "--at-version", "0"),
        ("INC-1001", "--at-version", "2", "--as-of", "2026-03-02T12:06:00Z"),
        ("--as-of", "yesterday"),
    ],
)
def test_what_makes_no_sense_is_refused_before_anything_is_read(arguments: tuple[str, ...]) -> None:
    """Exit code 2, as for any wrong usage, and what would be right."""
    result = CliRunner().invoke(main, ["replay", *arguments])
    assert result.exit_code == 2
    assert "Usage: " in result.output
