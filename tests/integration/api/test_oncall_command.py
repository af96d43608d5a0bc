"""`tocsin oncall`: who is on call, for a person."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner, Result

from api.cli import main
from escalation.oncall.book import Place
from tests.support.http import OURS, THEIRS
from tests.support.rostered import let_in, scheduled

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.http import Site


@pytest.fixture
def oncall(site: Site, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Give a function that runs `tocsin oncall` on a database with two schedules, at the real time."""
    let_in(site.tocsin, OURS)
    for name in ("first", "second"):
        scheduled(site.tocsin, Place(OURS, "acme", name))
    monkeypatch.setenv("TOCSIN_DATABASE_URL", database_url)
    return lambda *arguments: CliRunner().invoke(main, ["oncall", *arguments])


def test_now_says_who_for_every_schedule(oncall: Callable[..., Result]) -> None:
    """One line each; of one alone where it is named."""
    lines = oncall("now").output.splitlines()
    assert [line.split()[:2] for line in lines] == [[OURS, "acme.first"], [OURS, "acme.second"]]
    assert all("until" in line and ("Ann" in line or "Bob" in line) for line in lines)
    assert oncall("now", "--schedule", "acme.second", "--partnership", OURS).output.splitlines() == lines[1:]


@pytest.mark.parametrize("at", ["2026-03-09T08:30:00Z", "2026-03-09T09:30", "2026-03-09T09:30:00+01:00"])
def test_at_an_instant(oncall: Callable[..., Result], at: str) -> None:
    """With an offset, or as a clock in the schedule's zone shows it."""
    result = oncall("at", at, "--schedule", "acme.first")
    assert result.output == f"{OURS}  acme.first  Bob  until Mon 16 Mar 2026 09:00 CET, then Ann\n"


def test_weeks_are_drawn(oncall: Callable[..., Result]) -> None:
    """So many as are wanted, within 80 columns."""
    lines = oncall("show", "acme.first", "--weeks", "3").output.splitlines()
    assert lines[0] == f"acme.first of {OURS}, Europe/Berlin"
    assert len([line for line in lines if line.startswith("    Mon ")]) == 3
    assert max(map(len, lines)) <= 80


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["show", "acme.frist"], "There is no schedule acme.frist. Did you mean acme.first?"),
        (["now", "--schedule", "nothing"], "There is no schedule nothing. `tocsin oncall now` lists them."),
        (["at", "tomorrow"], "tomorrow is no instant. Write it like 2026-03-27T18:00:00+01:00."),
        (["at", "9999-12-31T23:59:59Z"], "Give an instant of the years 1970 to 2190."),
        (
            ["now", "--partnership", "acme-globex-demo-2", "--schedule", "acme.first"],
            "There is no schedule acme.first.",
        ),
    ],
)
def test_what_is_not_there_is_said_with_what_is_near(
    oncall: Callable[..., Result], arguments: list[str], said: str
) -> None:
    """One line on standard error, and exit code 1."""
    result = oncall(*arguments)
    assert (result.exit_code, result.stdout) == (1, "")
    assert said in result.stderr


def test_a_name_in_two_partnerships_needs_the_partnership(site: Site, oncall: Callable[..., Result]) -> None:
    """Both are named."""
    let_in(site.tocsin, THEIRS)
    scheduled(site.tocsin, Place(THEIRS, "acme", "first"))
    result = oncall("show", "acme.first")
    assert result.exit_code == 1
    assert f"Say which: {OURS}, {THEIRS}." in result.stderr
    assert oncall("show", "acme.first", "--partnership", THEIRS).exit_code == 0


def test_without_a_schedule_it_says_how_to_make_one(
    site: Site, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An empty house is no mistake."""
    del site
    monkeypatch.setenv("TOCSIN_DATABASE_URL", database_url)
    result = CliRunner().invoke(main, ["oncall", "now"])
    assert result.exit_code == 0
    assert result.output.startswith("There is no schedule yet.")
