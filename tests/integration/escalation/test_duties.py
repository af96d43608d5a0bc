from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import delete
from structlog.testing import capture_logs

from escalation.engine.engine import POSTPONED_BY, Engine
from escalation.tables import deadlines
from incidents.ledger.rebuild import check
from tests.support.clock import NOON
from tests.support.permits import END, WARNED, Office, Permit

if TYPE_CHECKING:
    from collections.abc import Iterator

SECOND = timedelta(seconds=1)


@pytest.fixture
def office(database_url: str) -> Iterator[Office]:
    """Yield permits and incidents on a database of their own."""
    made = Office(database_url)
    yield made
    made.close()


def test_a_reminder_is_told_at_its_instant_and_once(office: Office) -> None:
    """Not a second before; and then nothing more is to come."""
    permit = office.grant()
    assert office.deadline(permit) == WARNED
    assert office.turn(WARNED - SECOND) == 0
    assert office.turn(WARNED) == 1
    [_, reminded] = office.get(permit).history
    assert isinstance(reminded, Permit.Reminded)
    assert (reminded.at, reminded.by, reminded.occasion) == (WARNED, "engine", office.get(permit).occasion)
    assert [(page["recipient"], page["via"]) for page in reminded.pages] == [
        ("acme-ops", "webhook:pager"),
        ("globex-ops", "terminal"),
    ]
    assert office.deadline(permit) is None
    assert office.turn(END) == 0


def test_what_happens_moves_the_deadline(office: Office) -> None:
    """A permit that was renewed reminds before its new end, also if it has reminded of the old one."""
    permit = office.grant()
    office.turn(WARNED)
    office.renew(permit, END + timedelta(days=10))
    assert office.deadline(permit) == WARNED + timedelta(days=10)
    office.turn(WARNED + timedelta(days=10))
    assert office.names(permit) == ["Granted", "Reminded", "Renewed", "Reminded"]


def test_one_engine_serves_every_kind(office: Office) -> None:
    """An incident and a permit of one partnership that are due together are told in one batch."""
    permit = office.grant(until=NOON + timedelta(days=7))
    incident = office.declare()
    assert office.engine.run_once() == 2
    assert office.names(permit) == ["Granted", "Reminded"]
    assert office.names(incident) == ["Declared", "RungFired"]


def test_a_record_that_cannot_be_handled_holds_up_no_other(office: Office) -> None:
    """There is no such agreement version: it is tried again in a minute, and told then."""
    broken, good = office.grant(), office.grant()
    office.ledger.witness(Permit, broken, lambda permit, at: permit.move(9, at))
    with capture_logs() as logs:
        assert office.turn(WARNED) == 2
    assert [(entry["event"], entry["stream"]) for entry in logs] == [("record_postponed", broken)]
    assert (office.names(broken), office.names(good)) == (["Granted", "Moved"], ["Granted", "Reminded"])
    assert office.deadline(broken) == WARNED + POSTPONED_BY
    office.ledger.witness(Permit, broken, lambda permit, at: permit.move(2, at))
    office.turn(WARNED + POSTPONED_BY)
    assert office.names(broken)[-1] == "Reminded"


def test_a_row_that_nobody_has_duties_for_is_put_off_aloud(office: Office) -> None:
    """A process of an older version does not drop what a newer one has armed."""
    permit = office.grant()
    office.clock.move(days=30)
    with capture_logs() as logs:
        assert sum(iter(Engine(office.ledger, office.duties[:1], office.deadlines).run_once, 0)) == 1
    assert [entry["event"] for entry in logs] == ["record_postponed"]
    assert office.deadline(permit) == END + POSTPONED_BY


def test_the_rows_are_what_the_facts_say(office: Office) -> None:
    """Deadlines and deliveries come out the same when they are rebuilt; a row that is lost is found to be missing."""
    told, moved, waiting = office.grant(), office.grant(), office.grant(until=END + timedelta(days=1))
    office.turn(WARNED)
    office.ledger.witness(Permit, moved, lambda permit, at: permit.move(2, at))
    assert check(office.ledger).differences == ()
    assert [office.deadline(each) for each in (told, moved)] == [None, None]
    with office.database.begin() as connection:
        connection.execute(delete(deadlines).where(deadlines.c.stream == waiting))
    [missing] = check(office.ledger).differences
    assert (missing.table, missing.key) == ("deadlines", (("stream", waiting),))
