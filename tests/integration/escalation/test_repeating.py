"""Deviations that come too often, on a real database: the last one is a breach, once, whoever works on what."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import update

from escalation.tables import attainment
from incidents.incident import Incident
from incidents.ledger.rebuild import check
from incidents.ledger.tables import followers
from tests.support.desk import ME
from tests.support.performing import BREACHED, DEVIATED, MET, Performing, ids, tolerant

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def desk(database_url: str) -> Iterator[Performing]:
    """Yield a desk where three deviations within a month are a breach."""
    made = Performing(database_url)
    yield made
    made.close()


def test_the_third_deviation_is_a_breach(desk: Performing) -> None:
    """It says of which incidents it comes, and lies where the clock was last met."""
    first, second = desk.resolved_after(DEVIATED), desk.resolved_after(DEVIATED)
    assert desk.repeated(first) == desk.repeated(second) == []
    third = desk.resolved_after(DEVIATED)
    [breach] = desk.repeated(third)
    [deviation] = desk.told(third, Incident.ClockDeviated)
    assert (breach.clock, breach.cycle, breach.breached_at) == ("resolve", 1, deviation.deviated_at)
    assert (breach.repeated, breach.by, breach.detected_at) == (ids(first, second), "engine", desk.clock.now())
    assert desk.outcomes() == ["deviation", "deviation", "breached"]
    assert ("resolve", 1) in desk.get(third).breached


def test_what_was_met_or_breached_counts_not(desk: Performing) -> None:
    """Only what was tolerated is tolerated a number of times."""
    for seconds in (DEVIATED, MET, BREACHED, DEVIATED):
        assert desk.repeated(desk.resolved_after(seconds)) == []
    assert desk.outcomes() == ["deviation", "met", "breached", "deviation"]


def test_each_further_one_is_a_breach_until_time_has_passed(desk: Performing) -> None:
    """A deviation that became a breach counts no more; after a month the first ones count no more either."""
    for _ in range(2):
        desk.resolved_after(DEVIATED)
    assert [len(desk.repeated(desk.resolved_after(DEVIATED))) for _ in range(2)] == [1, 1]
    desk.clock.move(hours=24 * 32)
    assert desk.repeated(desk.resolved_after(DEVIATED)) == []


def test_a_deviation_counts_once_its_clock_has_stopped(desk: Performing) -> None:
    """What still runs may yet become a breach of its own."""
    first, second = desk.resolved_after(DEVIATED), desk.resolved_after(DEVIATED)
    third = desk.declare()
    desk.turn(seconds=DEVIATED)
    desk.follow()
    assert desk.repeated(third) == []
    desk.incidents.resolve(third, None, ME)
    desk.turn()
    desk.follow()
    assert [breach.repeated for breach in desk.repeated(third)] == [ids(first, second)]


def test_a_corrected_deviation_does_not_count(desk: Performing) -> None:
    """It turned out to have been met: somebody reported late that it was over in time."""
    first = desk.declare()
    desk.turn(seconds=DEVIATED)
    desk.incidents.resolve(first, None, replace(ME, at=desk.clock.now() - timedelta(seconds=60)))
    desk.turn()
    assert [type(fact).__name__ for fact in desk.told(first, Incident.ClockCorrected)]
    for _ in range(2):
        assert desk.repeated(desk.resolved_after(DEVIATED)) == []
    assert len(desk.repeated(desk.resolved_after(DEVIATED))) == 1


def test_an_incident_that_is_hidden_counts_and_is_not_named(desk: Performing) -> None:
    """Both parties share its clocks; but who may not see it does not learn its id."""
    hidden = desk.resolved_after(DEVIATED, asked=replace(ME, party="acme", visible_to=("acme",)))
    seen = desk.resolved_after(DEVIATED)
    [breach] = desk.repeated(desk.resolved_after(DEVIATED))
    assert breach.repeated == ids(seen) != ids(hidden)


def test_it_is_told_once_by_however_many_and_however_often(desk: Performing) -> None:
    """Several workers, a command that comes in between, and a follower that begins anew."""
    streams = [desk.declare() for _ in range(6)]
    desk.turn(seconds=DEVIATED)
    runners = [runner for _ in range(3) for runner in desk.another().followers()]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda stream: desk.incidents.resolve(stream, None, ME), streams))
        for _ in range(6):
            desk.turn()
            desk.sequence()
            list(pool.map(lambda runner: runner.run_once(), runners))
            desk.incidents.note(streams[-1], "Still looking.", ME)
    desk.follow()
    told = [desk.repeated(stream) for stream in streams]
    assert sorted(len(breaches) for breaches in told) == [0, 0, 1, 1, 1, 1]
    with desk.tocsin.database.begin() as connection:
        connection.execute(update(followers).values(position=0))
    desk.follow()
    assert [desk.repeated(stream) for stream in streams] == told
    assert check(desk.tocsin.ledger, desk.tocsin.followed).differences == ()


def test_without_such_a_rule_deviations_stay_what_they_are(database_url: str) -> None:
    """However many there are."""
    rule = "    turns_into_breach: {deviations: 3, of: same_target, within: P1M}\n"
    desk = Performing(database_url, tolerant({rule: ""}))
    for _ in range(4):
        assert desk.repeated(desk.resolved_after(DEVIATED)) == []
    desk.close()


def test_only_final_deviations_on_record_are_marked(desk: Performing) -> None:
    """The column that judging reads is empty for everything else."""
    for seconds in (MET, DEVIATED, BREACHED):
        desk.resolved_after(seconds)
    with desk.tocsin.database.connect() as connection:
        rows = list(connection.execute(attainment.select().where(attainment.c.deviated_at.is_not(None))))
    assert [(row.clock, row.outcome, row.deviated_at) for row in rows] == [("resolve", "deviation", rows[0].ended_at)]
