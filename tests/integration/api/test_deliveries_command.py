"""`tocsin deliveries`: what an operator sees at the terminal, and sends again."""

from __future__ import annotations

from itertools import takewhile
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner, Result

from api.cli import main
from notifications.letters.book import Wanted
from tests.support.http import OURS
from tests.support.ledgers import declare
from tests.support.letters import WHY, dead_page, dead_reminder, owed
from tests.support.paging import page

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.http import Site


@pytest.fixture
def run(site: Site, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Give a function that runs `tocsin deliveries` on the site's database."""
    del site  # it has published the agreements
    monkeypatch.setenv("TOCSIN_DATABASE_URL", database_url)
    monkeypatch.setenv("COLUMNS", "240")
    return lambda *arguments: CliRunner().invoke(main, ["deliveries", *arguments])


def statuses(site: Site) -> dict[str, str]:
    """Give how each delivery stands that waits or failed."""
    letters, _ = site.tocsin.letters.rows.page(Wanted(), after=None, most=100)
    return {letter.id: letter.status for letter in letters}


def test_what_waits_and_what_failed_is_listed_with_its_reason(site: Site, run: Callable[..., Result]) -> None:
    """One line each, and what waits in each lane; only what was asked for."""
    stream = declare(site.tocsin)
    dead = dead_page(site.tocsin, stream)
    [waits] = owed(site.tocsin, stream, page("globex-ops", channel="terminal"))
    listed = run("list")
    assert (listed.exit_code, listed.stderr) == (0, "")
    rows = {name: _row(listed.output, name) for name in (dead, waits)}
    assert all(word in rows[dead] for word in ("page", "acme-duty", "terminal", "failed", "2", WHY))
    assert all(word in rows[waits] for word in ("globex-ops", "waiting", "next in its lane"))
    assert "the oldest for" in listed.output
    only = run("list", "--failed", "--partnership", OURS).output
    assert (dead in only, waits in only, "the oldest for" in only) == (True, False, False)
    assert dead not in run("list", "--waiting").output


def _row(output: str, delivery: str) -> str:
    """Give the cells of a delivery, which may go on in the lines below its id."""
    lines = output.splitlines()
    first = next(number for number, line in enumerate(lines) if delivery in line)
    further = takewhile(lambda line: line.startswith("│") and not _cells(line)[1], lines[first + 1 :])
    columns = zip(*map(_cells, (lines[first], *further)), strict=True)
    return " | ".join(" ".join(parts).strip() for parts in columns)


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.split("│")[1:-1]]


def test_an_empty_list_says_where_else_to_look(run: Callable[..., Result]) -> None:
    """Nothing to show is good news, and no dead end."""
    assert "Nothing has failed for good." in run("list", "--failed").output
    assert "GET /v1/incidents/INC-1001/deliveries" in run("list").output


def test_what_failed_is_sent_again_by_its_id(site: Site, run: Callable[..., Result]) -> None:
    """A page and a reminder; once, for then they have not failed any more."""
    dead, reminder = dead_page(site.tocsin, declare(site.tocsin)), dead_reminder(site.tocsin, OURS)
    sent = run("requeue", dead, reminder)
    assert (sent.exit_code, sent.stderr) == (0, "")
    assert f"{dead} will be sent again: page for acme-duty on terminal, {OURS}/incident/" in sent.output
    assert statuses(site) == {dead: "waiting", reminder: "waiting"}
    again = run("requeue", dead)
    assert again.exit_code == 1
    assert again.stderr.startswith(f"{dead} stays as it is: Only what failed for good")


def test_all_that_failed_lately_is_sent_again_where_it_is_needed(site: Site, run: Callable[..., Result]) -> None:
    """Not what failed before, nor what has been answered meanwhile."""
    long_ago = dead_page(site.tocsin, declare(site.tocsin))
    site.clock.move(hours=48)
    answered, needed = declare(site.tocsin), declare(site.tocsin)
    overtaken, dead = dead_page(site.tocsin, answered), dead_page(site.tocsin, needed)
    site.operator.command({"id": answered.rpartition("/")[2]}, "acknowledge")
    with site.tocsin.database.begin() as connection:
        lag = site.clock.now()
        connection.exec_driver_sql("UPDATE deliveries SET owed_at = owed_at + (now() - %s)", (lag,))
    sent = run("requeue", "--all-failed", "--since", "1d", "--partnership", OURS)
    assert sent.exit_code == 0, sent.output
    assert sent.output.splitlines()[-1] == "1 of 2 will be sent again."
    assert f"{overtaken} stays as it is" in sent.stderr
    assert "(acknowledged)" in sent.stderr
    assert statuses(site) == {long_ago: "failed", overtaken: "failed", dead: "waiting"}


@pytest.mark.parametrize(
    ("words", "right"),
    [
        ((), "Give IDs, or --all-failed --since TIME."),
        (("--all-failed",), "Say with --since how far back"),
        (("--all-failed", "--since", "soon"), "Write it like 90d"),
        (("x", "--all-failed", "--since", "1d"), "Give IDs, or"),
        (("0" * 32,), "There is no delivery"),
    ],
)
def test_what_is_wrongly_asked_for_is_told_how_to_ask(
    run: Callable[..., Result], words: tuple[str, ...], right: str
) -> None:
    """Nothing is sent again by mistake."""
    refused = run("requeue", *words)
    assert refused.exit_code in {1, 2}
    assert right in refused.stderr
