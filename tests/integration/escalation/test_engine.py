from __future__ import annotations

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, cast

import pytest
from sqlalchemy import create_engine, delete, insert, select, text, update
from sqlalchemy.pool import NullPool
from structlog.testing import capture_logs

from escalation.agreement.model.ladders import DEFAULT_WAIT
from escalation.clocks.courses import Courses
from escalation.engine.deadlines import Deadlines
from escalation.engine.engine import BATCH, POSTPONED_BY, Engine
from escalation.engine.incident_duties import IncidentDuties
from escalation.tables import deadlines
from incidents import happenings as h
from incidents.errors import NotFound
from incidents.opening import Report, opened
from incidents.terms import Assessment
from tests.support.clock import NOON
from tests.support.clocked import worded
from tests.support.desk import ME, Desk

if TYPE_CHECKING:
    from escalation.agreement.model import Agreement
    from escalation.book import AgreementBook
    from incidents.incident import Incident


def seconds_of(desk: Desk, stream: str, kind: type[h.SystemEvent]) -> list[float]:
    """Give when facts of a kind were recorded, in seconds from noon."""
    return [(fact.timestamp - NOON).total_seconds() for fact in desk.told(stream, kind)]


def test_the_ladder_is_climbed_until_its_limits(desk: Desk) -> None:
    """Nobody answers: pages of the opening and of the acknowledge clock with their repeats, breaches, then its end."""
    stream = desk.declare()
    desk.turn()
    for _ in range(150):
        desk.turn(seconds=1)

    fired = [(fact.rung, fact.round) for fact in desk.told(stream, h.RungFired)]
    assert fired == [(0, 0), (0, 1), (0, 2), (1, 0), (0, 3), (1, 1), (1, 2)]
    assert seconds_of(desk, stream, h.RungFired) == [0, 5, 10, 10, 15, 20, 30]
    assert seconds_of(desk, stream, h.ClockBreached) == [11, 21, 101]
    assert desk.deadline(stream) == NOON + timedelta(seconds=15 + DEFAULT_WAIT)
    assert Counter(desk.deliveries(stream)) == {
        ("page", "duty"): 7,
        ("notice", "partner"): 4,
        ("page", "boss"): 3,
    }


def test_warnings_are_told_at_their_shares(database_url: str) -> None:
    """Each once; of several that are past at once the highest, marked late."""
    desk = Desk(database_url, worded({"  clock_rules:\n": "  clock_rules:\n    warn_at: [50%, 75%]\n"}))
    stream = desk.declare()
    desk.turn(seconds=5)
    desk.turn(seconds=11)
    warned = [(fact.clock, fact.percent, fact.late) for fact in desk.told(stream, h.ClockWarned)]
    desk.close()
    assert warned == [("acknowledge", 50, False), ("acknowledge", 75, False), ("respond", 75, True)]


def test_an_empty_rung_is_skipped_and_said(desk: Desk) -> None:
    """Half of the resolve clock is used up at S2, and nobody holds the role that should hear of it."""
    stream = desk.declare("S2")
    desk.turn()
    desk.turn(seconds=100)
    [skipped] = desk.told(stream, h.RungSkipped)
    assert (skipped.rung, skipped.clock, skipped.why) == (1, "resolve", "no_one_to_reach")


def test_another_severity_climbs_another_ladder(desk: Desk) -> None:
    """From S2 to S1: the opening of the S1 ladder is told at once."""
    stream = desk.declare("S2")
    desk.turn()
    desk.incidents.change_severity(stream, "S1", "worse", ME)
    desk.turn()
    assert [(fact.ladder, fact.rung) for fact in desk.told(stream, h.RungFired)] == [("default", 0), ("S1", 0)]


def test_taking_it_ends_the_repeats(desk: Desk) -> None:
    """No page that asks for an acknowledgement is owed once there is one; other clocks go on."""
    stream = desk.declare()
    desk.turn()
    desk.clock.move(seconds=4)
    desk.incidents.acknowledge(stream, ME)
    for _ in range(40):
        desk.turn(seconds=1)
    assert [fact.round for fact in desk.told(stream, h.RungFired)] == [0]
    assert [fact.clock for fact in desk.told(stream, h.ClockBreached)] == ["respond"]


def test_a_pause_ends_at_its_limit(desk: Desk) -> None:
    """The end is told as of when it was, and the clocks run from there."""
    stream = desk.declare()
    desk.incidents.acknowledge(stream, ME)
    desk.incidents.post_update(stream, "We know.", "partner", ME)
    desk.incidents.pause(stream, "waiting", None, None, ME)
    desk.turn()
    assert desk.deadline(stream) == NOON + timedelta(seconds=50)
    desk.turn(seconds=53)
    [expired] = desk.told(stream, h.PauseExpired)
    assert (expired.at, expired.timestamp) == (NOON + timedelta(seconds=50), NOON + timedelta(seconds=53))
    assert desk.get(stream).pauses == {}
    assert desk.deadline(stream) == NOON + timedelta(seconds=81)


def test_a_late_acknowledgement_corrects_the_breach(desk: Desk) -> None:
    """The correction is told at once, though nobody else does anything (clock rule 13)."""
    stream = desk.declare()
    desk.turn(seconds=12)
    asked = replace(ME, at=NOON + timedelta(seconds=9))
    desk.incidents.acknowledge(stream, asked)
    assert desk.turn() == 1
    assert desk.names(stream)[-1] == "ClockCorrected"
    assert desk.turn() == 0


def test_the_row_is_always_the_next_instant_and_can_be_rebuilt(desk: Desk) -> None:
    """After every command and every turn; when the incident is over it is gone."""
    stream = desk.declare()
    steps = (
        lambda: desk.turn(seconds=5),
        lambda: desk.incidents.acknowledge(stream, ME),
        lambda: desk.incidents.change_severity(stream, "S2", "less", ME),
        lambda: desk.turn(seconds=40),
        lambda: desk.incidents.note(stream, "x", ME),
        lambda: desk.incidents.mitigate(stream, None, ME),
        lambda: desk.incidents.pause(stream, "free", None, None, ME),
        lambda: desk.turn(seconds=30),
    )
    for step in steps:
        step()
        assert desk.deadline(stream) == desk.expected_deadline(stream)
        assert desk.deadline(stream) is not None
    with desk.tocsin.database.begin() as connection:
        connection.execute(delete(deadlines))
    [rebuilt] = [
        write.rows
        for projection in desk.tocsin.ledger.projections
        if getattr(projection, "table", None) is deadlines
        for write in projection.writes(desk.get(stream), desk.get(stream).history)
    ]
    assert [row["due_at"] for row in rebuilt] == [desk.expected_deadline(stream)]
    desk.incidents.resolve(stream, None, ME)
    desk.turn()
    assert desk.deadline(stream) is None


def test_a_stale_row_costs_one_look(desk: Desk) -> None:
    """A row that fell due for nothing is renewed, and nothing is told (design decision 8)."""
    stream = desk.declare()
    desk.turn()
    before, due = desk.get(stream).version, desk.deadline(stream)
    with desk.tocsin.database.begin() as connection:
        connection.execute(update(deadlines).values(due_at=NOON - timedelta(hours=1)))
    assert desk.turn() == 1
    assert (desk.get(stream).version, desk.deadline(stream)) == (before, due)


def test_an_imported_incident_has_no_row(desk: Desk) -> None:
    """Nobody is paged for another system's history."""
    terms = desk.tocsin.book.pinned("acme-globex", 1)
    report = Report("Old", "payments", assessment=Assessment(severity="S1"), source="other", source_id="1")
    with desk.tocsin.ledger.command():
        incident = opened("acme-globex", 1, report, terms, by="import:other", at=NOON)
        desk.tocsin.ledger.save(incident)
    assert desk.deadline(incident.id) is None
    assert desk.turn(hours=1) == 0


def test_two_engines_at_once_tell_everything_once(desk: Desk) -> None:
    """Four engines, each with connections of its own, share 60 incidents; no rung is fired twice, none is missed."""
    streams = [desk.declare() for _ in range(60)]
    engines = [desk.tocsin.engine, desk.another().engine, desk.another().engine, desk.another().engine]
    for _ in range(3):
        ready = threading.Barrier(len(engines))

        def work(number: int, ready: threading.Barrier = ready) -> int:
            ready.wait(10)
            return sum(iter(engines[number].run_once, 0))

        with ThreadPoolExecutor(len(engines)) as pool:
            claimed = list(pool.map(work, range(len(engines))))
        assert sum(claimed) == len(streams)
        desk.clock.move(seconds=5)
    for stream in streams:
        assert [fact.round for fact in desk.told(stream, h.RungFired) if fact.rung == 0] == [0, 1, 2]
        assert len(desk.told(stream, h.RungFired)) == 4


def test_the_engine_and_people_race_without_loss(desk: Desk) -> None:
    """While rungs fall due people take it, give it back and write notes: all of it is there, nothing was told twice."""
    streams = [desk.declare() for _ in range(10)]
    desk.turn()
    rounds, over = 8, threading.Event()

    def people(stream: str) -> int:
        done = 0
        for _ in range(rounds):
            desk.incidents.acknowledge(stream, ME)
            desk.incidents.note(stream, "x", ME)
            desk.incidents.unacknowledge(stream, None, ME)
            done += 3
        return done

    def engine() -> None:
        while not over.is_set():
            desk.clock.move(seconds=1)
            desk.tocsin.engine.run_once()

    with ThreadPoolExecutor(4) as pool:
        working = pool.submit(engine)
        done = sum(pool.map(people, streams))
        over.set()
        working.result(30)
    desk.turn()
    incidents = [desk.get(stream) for stream in streams]
    assert done == sum(not fact.SYSTEM for it in incidents for fact in it.history) - len(streams)
    assert [key for it in incidents for key, times in Counter(_rungs(it)).items() if times > 1] == []
    assert all(desk.deadline(stream) == desk.expected_deadline(stream) for stream in streams)


def test_a_command_that_holds_the_row_is_passed_over(desk: Desk) -> None:
    """The engine does not wait for it: the row is claimed on the next turn."""
    slow, other = desk.declare(), desk.declare()
    with desk.another().database.connect() as connection:
        connection.execute(select(deadlines).where(deadlines.c.stream == slow).with_for_update())
        assert desk.turn() == 1
        assert (desk.names(slow), desk.names(other)) == ([], ["RungFired"])
        connection.rollback()
    assert desk.turn() == 1
    assert desk.names(slow) == ["RungFired"]


def test_broken_incidents_hold_up_no_other(desk: Desk) -> None:
    """As many as fill a batch, all due first: the others are paged in the same moment, those are tried again later."""
    lost = [f"acme-globex/incident/{number:032x}" for number in range(BATCH)]
    rows = [{"stream": stream, "partnership": "acme-globex", "due_at": NOON - timedelta(days=1)} for stream in lost]
    with desk.tocsin.database.begin() as connection:
        connection.execute(insert(deadlines), rows)
    good = [desk.declare() for _ in range(3)]
    with capture_logs() as logs:
        assert desk.turn() == len(lost) + len(good)
    assert all(desk.names(stream) == ["RungFired"] for stream in good)
    assert Counter((entry["event"], entry["stream"]) for entry in logs) == {("record_postponed", it): 1 for it in lost}
    assert {desk.deadline(stream) for stream in lost} == {NOON + POSTPONED_BY}


def test_what_fails_half_way_leaves_the_record_as_it_was(desk: Desk) -> None:
    """An agreement that cannot be read stops the incidents under it, until it can."""
    other = desk.tocsin.book.publish(worded({"id: acme-globex": "id: initech-umbrella"}), by="key:1")
    broken = desk.declare()
    report = Report("x", "payments", assessment=Assessment(severity="S1"))
    good = desk.incidents.declare(other.partnership, report, ME).incident.id
    unreadable = cast("AgreementBook", Without("acme-globex", desk.tocsin.book))
    renewing = Deadlines([IncidentDuties(Courses(desk.tocsin.book))])
    engine = Engine(desk.tocsin.ledger, [IncidentDuties(Courses(unreadable))], renewing)
    with capture_logs() as logs:
        assert sum(iter(engine.run_once, 0)) == 2
    assert (desk.names(good), desk.names(broken)) == (["RungFired"], [])
    assert [entry["stream"] for entry in logs] == [broken]
    desk.turn(seconds=POSTPONED_BY.total_seconds())
    assert "RungFired" in desk.names(broken)


def test_a_failing_database_is_not_taken_for_broken_incidents(desk: Desk) -> None:
    """The worker hears of it, and waits: nothing is postponed."""
    desk.declare()
    owner = create_engine(desk.url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    with owner.connect() as connection:
        connection.execute(text("ALTER TABLE deadlines RENAME TO elsewhere"))
    with capture_logs() as logs, pytest.raises(Exception, match="deadlines"):
        desk.tocsin.engine.run_once()
    assert logs == []


class Without:
    """A book in which the agreement of one partnership cannot be read."""

    def __init__(self, partnership: str, book: AgreementBook) -> None:
        """Take the book that has all of them."""
        self._partnership = partnership
        self._book = book

    def get(self, partnership: str, version: int) -> Agreement:
        """Give a version, or fail."""
        if partnership == self._partnership:
            raise NotFound
        return self._book.get(partnership, version)


def _rungs(incident: Incident) -> list[tuple[object, ...]]:
    return [
        (incident.id, fact.ladder, fact.rung, fact.clock, fact.cycle, fact.round)
        for fact in incident.history
        if isinstance(fact, h.RungFired)
    ]
