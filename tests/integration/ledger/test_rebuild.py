"""The replay check: it is silent where the tables are right, and names each thing that is wrong."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from api.access.members import Grant
from api.bootstrap import build
from escalation.changes import Sender
from escalation.crew.teams import Place
from escalation.matters import Notice
from incidents.incident import Incident
from incidents.incidents import Asked
from incidents.ledger.rebuild import check, history
from notifications.webhooks.book import Place as WebhookPlace
from notifications.webhooks.record import Settings
from tests.support.clock import MovedClock
from tests.support.ledgers import PARTNERSHIP, declare, publish
from tests.support.matters import matter_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Engine

    from api.bootstrap import Tocsin
    from incidents.ledger.sequencer import Sequencer

BY = Asked("key:ab12")
ELSEWHERE = {"periods", "rung_turns", "schedules", "calendar_feeds", "heartbeats"}
"""Tables whose rows take a month to come about, or that have tests of their own with a check in each."""


@pytest.fixture
def clock() -> MovedClock:
    """Give a clock that stands at noon."""
    return MovedClock()


@pytest.fixture
def tocsin(database_url: str, clock: MovedClock) -> Iterator[Tocsin]:
    """Yield everything wired, with three incidents that have gone different ways, and all that they set off."""
    tocsin = build(database_url, clock=clock, committed=lambda: None)
    publish(tocsin)
    tocsin.keys.issue("globex monitoring", by="operator")
    ann = tocsin.people.register("Ann", "ann@acme.example", by="operator")
    tocsin.people.link("ann@acme.example", "https://login.acme.example", "ann")
    tocsin.members.grant(PARTNERSHIP, Grant(ann, "acme", ["responder"]), by="operator")
    tocsin.crew.profiles.describe(ann, "Europe/Berlin", ["de"], Sender(f"person:{ann}"))
    tocsin.crew.profiles.give_address(ann, "mobile", "phone", "+4930123456", Sender(f"person:{ann}"))
    tocsin.crew.teams.create(Place(PARTNERSHIP, "acme", "payments"), "Payments", [ann], Sender("operator"))
    tocsin.crew.contacts.name_holder(PARTNERSHIP, "acme-sm", "team:acme.payments", Sender("operator"))
    webhook = Settings("https://hooks.acme.example", "Tickets", ("incident.*",))
    hooked = tocsin.webhooks.create(WebhookPlace(PARTNERSHIP, "acme"), webhook, Sender("operator")).record
    tocsin.webhooks.pause(hooked.id, Sender("operator"))
    calm, loud, over = declare(tocsin, severity="S3"), declare(tocsin), declare(tocsin)
    clock.move(seconds=2)
    tocsin.incidents.acknowledge(over, BY)
    tocsin.incidents.pause(over, "waiting_on_partner", None, "They look.", BY)
    for _ in range(6):
        clock.move(seconds=5)
        while tocsin.engine.run_once():
            pass
    tocsin.incidents.resume(over, "waiting_on_partner", BY)
    tocsin.incidents.resolve(over, "It is over.", BY)
    tocsin.incidents.note(calm, "No hurry.", replace(BY, party="acme", visible_to=("acme",)))
    tocsin.incidents.acknowledge(loud, BY)
    matter_of(tocsin, Notice, PARTNERSHIP, "acme")
    yield tocsin
    tocsin.close()


def damage(owner: Engine, statement: str) -> None:
    """Change live rows behind the program's back."""
    with owner.begin() as connection:
        assert connection.execute(text(statement)).rowcount > 0


def follow(tocsin: Tocsin, sequencer: Sequencer) -> None:
    """Let every follower take all there is."""
    sequencer.run_until_idle()
    for runner in tocsin.followers():
        while runner.run_once():
            pass


def found(tocsin: Tocsin) -> list[str]:
    """Check everything; give what was found, each in its own words."""
    return [str(each) for each in check(tocsin.ledger, tocsin.followed).differences]


def test_tables_that_are_right_are_found_right(tocsin: Tocsin, sequencer: Sequencer) -> None:
    """All of them, and none of them empty: else the check would show nothing. A few are tried elsewhere."""
    follow(tocsin, sequencer)
    checked = check(tocsin.ledger, tocsin.followed)
    assert checked.differences == ()
    own = {"incident_states", "deadlines", "deliveries", "agreements", "api_keys", "attainment", "search_texts"}
    assert set(checked.tables) >= own
    with tocsin.database.connect() as connection:
        for table in {*checked.tables} - ELSEWHERE:
            assert connection.scalar(text(f'SELECT count(*) FROM "{table}"'))  # noqa: S608 - a name of our own tables
        assert checked.events == connection.scalar(text("SELECT count(*) FROM events"))
    assert checked.records == 12


def test_a_wrong_value_is_named(tocsin: Tocsin, owner: Engine) -> None:
    """Table, key, column, what is there and what the facts say."""
    damage(owner, "UPDATE incident_states SET severity = 'S2' WHERE number = 1002")
    [difference] = check(tocsin.ledger).differences
    assert (difference.table, difference.column) == ("incident_states", "severity")
    assert (difference.live, difference.rebuilt) == ("S2", "S1")
    [(name, stream)] = difference.key
    assert name == "stream"
    assert tocsin.incidents.get(str(stream)).number == 1002


@pytest.mark.parametrize(
    ("table", "column"),
    [
        ("incident_states", "title"),
        ("deadlines", "due_at"),
        ("deliveries", "status"),
        ("agreements", "digest"),
        ("agreements", "document"),
        ("api_keys", "hash"),
    ],
)
def test_a_value_that_was_lost_or_altered_is_named(table: str, column: str, tocsin: Tocsin, owner: Engine) -> None:
    """In every table that is written with the commands."""
    values = {"title": "NULL", "due_at": "due_at + interval '1 second'", "document": "'{}'"}
    changed = values.get(column, "'other'")
    damage(owner, f"UPDATE {table} SET {column} = {changed}")  # noqa: S608 - a name of our own tables
    assert {(each.table, each.column) for each in check(tocsin.ledger).differences} == {(table, column)}


def test_a_row_that_is_missing_is_named(tocsin: Tocsin, owner: Engine) -> None:
    """With its key."""
    damage(owner, "DELETE FROM incident_states WHERE number = 1003")
    [difference] = check(tocsin.ledger).differences
    assert str(difference).endswith("] row: live 'absent', rebuilt 'present'")


def test_a_row_that_no_fact_gave_is_named(tocsin: Tocsin, owner: Engine) -> None:
    """With its key."""
    damage(owner, "INSERT INTO deadlines VALUES ('acme-globex-demo/incident/none', 'acme-globex-demo', now())")
    assert found(tocsin) == ["deadlines [stream=acme-globex-demo/incident/none] row: live 'present', rebuilt 'absent'"]


def test_what_a_follower_has_not_reached_is_no_difference(tocsin: Tocsin, sequencer: Sequencer, owner: Engine) -> None:
    """Unsequenced, ahead of its position, or parked; and what it has taken is compared."""
    assert found(tocsin) == []
    sequencer.run_until_idle()
    assert found(tocsin) == []
    follow(tocsin, sequencer)
    damage(owner, "UPDATE attainment SET counted = counted + 1")
    assert {each.table for each in check(tocsin.ledger, tocsin.followed).differences} == {"attainment"}
    damage(
        owner,
        "INSERT INTO parked SELECT 'attainment', min(position), 'a', stream, 5, 'x' FROM sequence GROUP BY stream",
    )
    assert found(tocsin) == []


def test_a_check_changes_nothing_and_leaves_nothing(tocsin: Tocsin, owner: Engine) -> None:
    """The live rows stay as they are, right or wrong, and a second check finds the same."""
    damage(owner, "UPDATE incident_states SET status = 'closed'")
    assert found(tocsin) == found(tocsin) != []
    with tocsin.database.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM pg_class WHERE relpersistence = 't'")) == 0


def test_progress_is_told_up_to_the_end(tocsin: Tocsin) -> None:
    """So that a bar can be drawn."""
    told: list[tuple[int, int]] = []
    checked = check(tocsin.ledger, progress=lambda done, total: told.append((done, total)))
    assert told[-1] == (checked.events, checked.events)


def test_every_record_is_read_as_of_an_instant(tocsin: Tocsin, clock: MovedClock) -> None:
    """What was recorded later is not there, nor are incidents that were declared later."""
    then = clock.now()
    clock.move(minutes=1)
    declare(tocsin)
    with tocsin.database.connect() as connection:
        now = [record for record, _ in history(connection, tocsin.ledger) if isinstance(record, Incident)]
        past = [record for record, _ in history(connection, tocsin.ledger, as_of=then) if isinstance(record, Incident)]
        first = [record for record, _ in history(connection, tocsin.ledger, as_of=past[0].reported_at)]
    assert (len(now), len(past)) == (4, 3)
    assert {record.version for record in first if isinstance(record, Incident)} == {1}
    assert {fact.timestamp for record in first for fact in record.history} == {past[0].reported_at}
