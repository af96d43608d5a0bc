"""The journal: every row of the access log comes into its partnership's own log, once, whatever happens between."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from psycopg.errors import InsufficientPrivilege
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from api.access import journal as journals
from api.access.journal import AccessLog
from api.access.reads import Read
from incidents.errors import NotFound
from incidents.ledger.facts import partnership_of
from tests.support.desk import Desk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from api.bootstrap import Tocsin

OURS, THEIRS = "acme-globex", "initech-umbrella"


@pytest.fixture
def desk(database_url: str) -> Iterator[Desk]:
    """Yield a Tocsin whose clock is moved."""
    desk = Desk(database_url)
    yield desk
    desk.close()


def read(desk: Desk, *targets: str, partnership: str = OURS, **earlier: float) -> None:
    """Let somebody read things, so long ago."""
    at = desk.clock.now() - timedelta(**earlier)
    desk.tocsin.reads.write([Read(partnership, at, "key:ab12", "acme", "getIncident", each) for each in targets])


def entries(desk: Desk, day: str = "2026-03-02", partnership: str = OURS) -> list[list[dict[str, Any]]]:
    """Give what the day's stream says, fact by fact; read as any record is, from its first fact on."""
    record = desk.tocsin.ledger.get(AccessLog, f"{partnership}/access/{day}")
    return [fact.entries for fact in record.history if isinstance(fact, AccessLog.Read)]


def unrecorded(desk: Desk) -> int:
    """Count the rows that are not in the ledger."""
    with desk.tocsin.database.connect() as connection:
        return int(connection.execute(text("SELECT count(*) FROM access_log WHERE NOT recorded")).scalar_one())


def drain(tocsin: Tocsin) -> int:
    """Let the journal work until nothing is left; give how many rows it recorded."""
    total = 0
    while found := tocsin.journal.run_once():
        total += found
    return total


def test_rows_become_one_fact_with_all_they_say(desk: Desk) -> None:
    """Reads of some seconds are one fact, in the order of time, in the stream of their partnership and day."""
    read(desk, "b", seconds=3)
    read(desk, "a", seconds=4)
    assert desk.tocsin.journal.run_once() == 2
    same = {"actor": "key:ab12", "party": "acme", "operation": "getIncident"}
    assert entries(desk) == [
        [
            {"at": "2026-03-02T11:59:56.000000Z", "target": "a"} | same,
            {"at": "2026-03-02T11:59:57.000000Z", "target": "b"} | same,
        ]
    ]
    assert unrecorded(desk) == 0
    assert partnership_of(f"{OURS}/access/2026-03-02") == OURS


def test_rows_wait_for_others_but_not_for_long(desk: Desk) -> None:
    """Nothing is recorded of the last two seconds; then all of it is, together."""
    read(desk, "a")
    desk.clock.move(seconds=1.5)
    read(desk, "b")
    assert desk.tocsin.journal.run_once() == 0
    desk.clock.move(seconds=0.5)
    assert desk.tocsin.journal.run_once() == 2
    assert [len(fact) for fact in entries(desk)] == [2]


def test_many_rows_do_not_wait(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """A full batch goes at once; the rest waits."""
    monkeypatch.setattr(journals, "BATCH", 5)
    read(desk, *"abcdefg")
    assert [desk.tocsin.journal.run_once() for _ in range(2)] == [5, 0]
    desk.clock.move(seconds=2)
    assert desk.tocsin.journal.run_once() == 2
    assert [len(fact) for fact in entries(desk)] == [5, 2]


def test_each_day_and_partnership_has_a_stream_of_its_own(desk: Desk) -> None:
    """The day is that of the read, in UTC, even when it is recorded on the next."""
    desk.clock.move(hours=12)
    read(desk, "before", minutes=1)
    read(desk, "after")
    read(desk, "elsewhere", partnership=THEIRS)
    desk.clock.move(seconds=2)
    assert drain(desk.tocsin) == 3
    told = [entries(desk), entries(desk, "2026-03-03"), entries(desk, "2026-03-03", THEIRS)]
    assert [[each["target"] for each in fact] for [fact] in told] == [["before"], ["after"], ["elsewhere"]]


def test_two_workers_record_each_row_once(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """They take turns as they come; nothing is left out and nothing is there twice."""
    monkeypatch.setattr(journals, "BATCH", 7)
    names = [f"{nth}" for nth in range(300)]
    read(desk, *names, seconds=5)
    workers = [desk.tocsin, desk.another()]

    def work(tocsin: Tocsin) -> None:
        while unrecorded(desk):
            tocsin.journal.run_once()

    with ThreadPoolExecutor() as pool:
        list(pool.map(work, workers))
    assert Counter(each["target"] for fact in entries(desk) for each in fact) == Counter(names)


def test_a_turn_that_breaks_off_loses_and_doubles_nothing(desk: Desk) -> None:
    """Facts and marks are one transaction: where the marks cannot be made, there are no facts either."""
    read(desk, "a", "b", seconds=5)
    owner(desk, "REVOKE UPDATE ON access_log FROM tocsin_worker")
    with pytest.raises(InsufficientPrivilege):
        desk.tocsin.journal.run_once()
    assert unrecorded(desk) == 2
    with pytest.raises(NotFound):
        entries(desk)
    owner(desk, "GRANT UPDATE ON access_log TO tocsin_worker")
    assert drain(desk.tocsin) == 2
    assert [[each["target"] for each in fact] for fact in entries(desk)] == [["a", "b"]]


def test_the_facts_come_into_the_partnerships_order(desk: Desk) -> None:
    """They are sequenced like all else."""
    read(desk, "a", seconds=5)
    drain(desk.tocsin)
    desk.tocsin.sequencer.run_until_idle()
    with desk.tocsin.database.connect() as connection:
        found = connection.execute(text("SELECT partnership FROM sequence WHERE stream LIKE '%/access/%'")).scalars()
        assert list(found) == [OURS, OURS]


def owner(desk: Desk, statement: str) -> None:
    """Do something as the owner of the tables."""
    with create_engine(desk.url, poolclass=NullPool).begin() as connection:
        connection.execute(text(statement))
