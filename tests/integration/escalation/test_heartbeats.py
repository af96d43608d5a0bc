"""Heartbeats against PostgreSQL: silence opens one incident, however many watch and whatever breaks off."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import text

from api.bootstrap import build
from escalation.changes import Sender
from escalation.heartbeats.book import Place
from escalation.heartbeats.record import Heartbeat
from escalation.heartbeats.rows import HeartbeatRows
from escalation.heartbeats.settings import Settings
from escalation.heartbeats.watching import verdict
from incidents.errors import NotFound
from incidents.incident import Incident
from incidents.incidents import Asked
from incidents.ledger.rebuild import check
from tests.support.clock import MovedClock
from tests.support.ledgers import PARTNERSHIP, publish

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from api.bootstrap import Tocsin

BY = Sender("test", "acme")
PEOPLE = Asked("person:ann", party="acme")
EVERY_MINUTE = Settings("payments-api", "critical", "immediate", interval=60, grace=30, resolves=True)


@pytest.fixture
def clock() -> MovedClock:
    """Give a clock that stands at noon."""
    return MovedClock()


@pytest.fixture
def tocsin(database_url: str, clock: MovedClock) -> Iterator[Tocsin]:
    """Yield everything wired, with an agreement."""
    tocsin = build(database_url, clock=clock, committed=lambda: None)
    publish(tocsin)
    yield tocsin
    tocsin.close()


def made(tocsin: Tocsin, name: str = "backup", settings: Settings = EVERY_MINUTE) -> tuple[str, str]:
    """Make a heartbeat; give its stream and the token of its address."""
    heartbeat, token = tocsin.heartbeats.book.make(Place(PARTNERSHIP, "acme", name), settings, BY)
    return heartbeat.id, token


def call(tocsin: Tocsin, token: str) -> None:
    """Let it call."""
    calls = tocsin.heartbeats.calls
    calls.hear(calls.found(token), tocsin.clock.now())


def watch(tocsin: Tocsin) -> int:
    """Watch until nothing is due; give how many looks that took."""
    looks = 0
    while found := tocsin.heartbeats.watch.run_once():
        looks += found
        assert looks < 50, "it goes round in circles"
    return looks


def row(tocsin: Tocsin, stream: str) -> Any:  # noqa: ANN401 - a row
    """Read the row of a heartbeat."""
    return tocsin.heartbeats.book.found(PARTNERSHIP, stream.rpartition("/")[2])


def facts(tocsin: Tocsin, stream: str) -> list[str]:
    """Name the facts of a heartbeat, after the first."""
    return [type(fact).__name__ for fact in tocsin.ledger.get(Heartbeat, stream).history[1:]]


def incidents(tocsin: Tocsin) -> list[Incident]:
    """Give all incidents, the oldest first."""
    with tocsin.database.connect() as connection:
        streams = connection.scalars(text("SELECT stream FROM incident_states ORDER BY number")).all()
    return [tocsin.incidents.get(stream) for stream in streams]


def test_silence_opens_one_incident(tocsin: Tocsin, clock: MovedClock) -> None:
    """Interval and grace after the last call, not before; by the heartbeat, for its party; and only once."""
    stream, token = made(tocsin)
    clock.move(seconds=50)
    call(tocsin, token)
    clock.move(seconds=89)
    assert watch(tocsin) == 0
    clock.move(seconds=1)
    assert watch(tocsin) == 1
    [incident] = incidents(tocsin)
    assert (incident.title, incident.severity) == ("No heartbeat from backup", "S1")
    assert (incident.reported_by, incident.reported_for) == (f"heartbeat:{stream.rpartition('/')[2]}", "acme")
    assert "last heard at 2026-03-02 12:00:50 UTC" in str(incident.description)
    clock.move(hours=5)
    assert watch(tocsin) == 0
    assert len(incidents(tocsin)) == 1
    assert facts(tocsin, stream) == ["Missed"]


def test_what_was_never_heard_counts_from_its_making(tocsin: Tocsin, clock: MovedClock) -> None:
    """A system that was never connected is as silent as one that has died."""
    made(tocsin)
    clock.move(seconds=90)
    watch(tocsin)
    [incident] = incidents(tocsin)
    assert "never heard" in str(incident.description)


def test_a_call_that_comes_back_resolves_what_nobody_took(tocsin: Tocsin, clock: MovedClock) -> None:
    """The incident says so, the heartbeat too; the next silence opens another one."""
    stream, token = made(tocsin)
    clock.move(seconds=90)
    watch(tocsin)
    clock.move(seconds=10)
    call(tocsin, token)
    assert watch(tocsin) == 1
    [incident] = incidents(tocsin)
    assert incident.status == "resolved"
    assert "heard again at 2026-03-02 12:01:40 UTC" in str(vars(incident.history[-1])["text"])
    assert facts(tocsin, stream) == ["Missed", "HeardAgain"]
    clock.move(seconds=90)
    watch(tocsin)
    assert [each.status for each in incidents(tocsin)] == ["resolved", "open"]


@pytest.mark.parametrize(("resolves", "taken"), [(True, True), (False, False)])
def test_what_somebody_took_is_only_told(tocsin: Tocsin, clock: MovedClock, resolves: bool, taken: bool) -> None:  # noqa: FBT001 - cases
    """So is what is not to be resolved by itself: a note, and the incident stays as it is."""
    settings = Settings("payments-api", "critical", "immediate", interval=60, grace=0, resolves=resolves)
    _, token = made(tocsin, settings=settings)
    clock.move(seconds=60)
    watch(tocsin)
    [incident] = incidents(tocsin)
    if taken:
        tocsin.incidents.acknowledge(incident.id, PEOPLE)
    clock.move(seconds=5)
    call(tocsin, token)
    watch(tocsin)
    [incident] = incidents(tocsin)
    assert incident.status == ("acknowledged" if taken else "open")
    assert [fact.by for fact in incident.history if isinstance(fact, Incident.Noted)] == [incident.reported_by]


def test_a_false_alarm_takes_no_more_words(tocsin: Tocsin, clock: MovedClock) -> None:
    """The heartbeat is heard again all the same."""
    stream, token = made(tocsin)
    clock.move(seconds=90)
    watch(tocsin)
    [incident] = incidents(tocsin)
    tocsin.incidents.cancel(incident.id, "We tried it out.", PEOPLE)
    clock.move(seconds=1)
    call(tocsin, token)
    watch(tocsin)
    assert facts(tocsin, stream) == ["Missed", "HeardAgain"]


def test_two_who_watch_at_once_open_one_incident_each(tocsin: Tocsin, database_url: str, clock: MovedClock) -> None:
    """Thirty heartbeats fall silent together, and two workers share them out."""
    for number in range(30):
        made(tocsin, f"job-{number}")
    clock.move(minutes=5)
    other = build(database_url, clock=clock, committed=lambda: None)
    with ThreadPoolExecutor(2) as pool:
        looks = sum(pool.map(watch, (tocsin, other)))
    other.close()
    assert looks == 30
    assert len(incidents(tocsin)) == 30
    assert len({incident.reported_by for incident in incidents(tocsin)}) == 30


def test_a_crash_before_it_is_on_record_opens_nothing(
    tocsin: Tocsin, clock: MovedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The incident goes with the record of it; once the lease has run out, whoever looks next opens one."""
    stream, _ = made(tocsin)
    clock.move(seconds=90)
    with monkeypatch.context() as broken:
        _break_where_it_is_saved(tocsin, broken)
        watch(tocsin)
    assert (facts(tocsin, stream), incidents(tocsin)) == ([], [])
    clock.move(seconds=59)
    assert watch(tocsin) == 0
    clock.move(seconds=1)
    assert watch(tocsin) == 1
    [incident] = incidents(tocsin)
    assert row(tocsin, stream).incident == incident.public_id


def test_a_call_after_a_crash_leaves_nothing_open(
    tocsin: Tocsin, clock: MovedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It comes within the lease, so that nobody looks at that silence again."""
    stream, token = made(tocsin)
    clock.move(seconds=90)
    with monkeypatch.context() as broken:
        _break_where_it_is_saved(tocsin, broken)
        watch(tocsin)
    clock.move(seconds=30)
    call(tocsin, token)
    clock.move(seconds=30)
    watch(tocsin)
    assert (facts(tocsin, stream), incidents(tocsin)) == ([], [])


def test_what_is_paused_while_its_incident_is_opened_opens_none(
    tocsin: Tocsin, clock: MovedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever paused it was first."""
    stream, _ = made(tocsin)
    clock.move(seconds=90)
    _before_declaring(tocsin, monkeypatch, lambda: tocsin.heartbeats.book.pause(stream, BY))
    assert watch(tocsin) == 1
    assert (facts(tocsin, stream), incidents(tocsin)) == (["Paused"], [])


def test_who_stood_still_tells_nothing_twice(
    tocsin: Tocsin, clock: MovedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Meanwhile its lease ran out, somebody else told of the silence, and that is over, too."""
    stream, token = made(tocsin)
    clock.move(seconds=90)

    def told_by_another() -> None:
        clock.move(seconds=60)
        watch(tocsin)
        call(tocsin, token)
        watch(tocsin)

    _before_declaring(tocsin, monkeypatch, told_by_another)
    watch(tocsin)
    assert [each.status for each in incidents(tocsin)] == ["resolved"]
    assert facts(tocsin, stream) == ["Missed", "HeardAgain"]


def test_a_crash_after_the_resolution_says_it_once(
    tocsin: Tocsin, clock: MovedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The incident is resolved, and no note follows."""
    stream, token = made(tocsin)
    clock.move(seconds=90)
    watch(tocsin)
    clock.move(seconds=1)
    call(tocsin, token)
    with monkeypatch.context() as broken:
        broken.setattr(Heartbeat, "hear", _break)
        watch(tocsin)
    clock.move(seconds=60)
    watch(tocsin)
    [incident] = incidents(tocsin)
    assert [type(fact).__name__ for fact in incident.history[1:]] == ["Resolved"]
    assert facts(tocsin, stream) == ["Missed", "HeardAgain"]


def test_what_the_agreement_does_not_take_is_kept_and_tried_again(tocsin: Tocsin, clock: MovedClock) -> None:
    """Why stands on record once; it is tried each hour, and at once when somebody sets it right."""
    stream, _ = made(tocsin)
    with tocsin.database.begin() as connection:
        connection.execute(text("UPDATE heartbeats SET service = 'no-such-service'"))
    clock.move(seconds=90)
    assert watch(tocsin) == 1
    assert row(tocsin, stream).refusal.startswith("service: It must be one of: ")
    clock.move(minutes=59)
    assert watch(tocsin) == 0
    clock.move(minutes=1)
    with tocsin.database.begin() as connection:
        connection.execute(text("UPDATE heartbeats SET service = 'no-such-service'"))
    assert watch(tocsin) == 1
    assert facts(tocsin, stream) == ["DeclarationRefused"]
    later = Settings("payments-api", "critical", "immediate", interval=60, grace=31, resolves=True)
    tocsin.heartbeats.book.edit(stream, later, BY)
    assert watch(tocsin) == 1
    assert facts(tocsin, stream) == ["DeclarationRefused", "Edited", "Missed"]
    assert (row(tocsin, stream).refusal, len(incidents(tocsin))) == (None, 1)


def test_a_paused_heartbeat_is_left_alone(tocsin: Tocsin, clock: MovedClock) -> None:
    """It may call meanwhile; resumed, it counts from then; removed, it does not count at all."""
    stream, token = made(tocsin)
    tocsin.heartbeats.book.pause(stream, BY)
    clock.move(hours=1)
    call(tocsin, token)
    clock.move(hours=1)
    assert watch(tocsin) == 0
    tocsin.heartbeats.book.resume(stream, BY)
    clock.move(seconds=89)
    assert watch(tocsin) == 0
    clock.move(seconds=1)
    assert watch(tocsin) == 1
    gone, _ = made(tocsin, "gone")
    tocsin.heartbeats.book.remove(gone, BY)
    clock.move(hours=1)
    assert watch(tocsin) == 0


def test_a_call_while_an_incident_is_opened_is_not_lost(
    tocsin: Tocsin, clock: MovedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It neither waits for that nor is forgotten: the incident is opened, and resolved right after."""
    stream, token = made(tocsin)
    clock.move(seconds=90)
    declare = tocsin.incidents.declare

    def called_meanwhile(*args: Any, **named: Any) -> Any:  # noqa: ANN401 - whatever the use case takes
        clock.move(seconds=1)
        call(tocsin, token)
        return declare(*args, **named)

    monkeypatch.setattr(tocsin.incidents, "declare", called_meanwhile)
    assert watch(tocsin) == 2
    assert [incident.status for incident in incidents(tocsin)] == ["resolved"]
    assert facts(tocsin, stream) == ["Missed", "HeardAgain"]


def test_what_calls_before_its_turn_in_a_batch_opens_nothing(
    tocsin: Tocsin, clock: MovedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both were silent when they were claimed; one calls while the incident of the other is being opened."""
    tokens = {f"heartbeat:{stream.rpartition('/')[2]}": token for stream, token in (made(tocsin), made(tocsin, "sync"))}
    clock.move(seconds=90)
    declare = tocsin.incidents.declare

    def other_calls(partnership: str, report: Any, asked: Asked, beside: Any) -> Any:  # noqa: ANN401 - as the use case has it
        monkeypatch.undo()
        [other] = tokens.keys() - {asked.by}
        call(tocsin, tokens[other])
        return declare(partnership, report, asked, beside)

    monkeypatch.setattr(tocsin.incidents, "declare", other_calls)
    watch(tocsin)
    assert len(incidents(tocsin)) == 1


def test_another_address_and_none(tocsin: Tocsin) -> None:
    """The old one is not there any more; nor is that of what was removed, a wrong secret, or what is no address."""
    stream, old = made(tocsin)
    new = tocsin.heartbeats.book.change_address(stream, BY).token
    call(tocsin, new)
    for wrong in (old, new[:-1] + ("A" if new[-1] != "A" else "B"), "0" * 32 + new[32:], "x"):
        with pytest.raises(NotFound):
            tocsin.heartbeats.calls.found(wrong)
    tocsin.heartbeats.book.remove(stream, BY)
    with pytest.raises(NotFound):
        tocsin.heartbeats.calls.found(new)


def test_rows_say_when_to_look_as_the_rules_do(tocsin: Tocsin, clock: MovedClock) -> None:
    """At every step of a life, the row is due exactly when there is something to tell."""
    stream, token = made(tocsin)
    book = tocsin.heartbeats.book
    steps = (
        lambda: call(tocsin, token),
        lambda: book.edit(stream, Settings("payments-api", "critical", "immediate", 10, 5, resolves=False), BY),
        lambda: watch(tocsin),
        lambda: call(tocsin, token),
        lambda: watch(tocsin),
        lambda: book.pause(stream, BY),
        lambda: book.resume(stream, BY),
    )
    for step in steps:
        step()
        for _ in range(20):
            seen = row(tocsin, stream)
            assert (seen.due_at is not None and seen.due_at <= clock.now()) == (verdict(seen, clock.now()) is not None)
            clock.move(seconds=1)


def test_rows_are_what_the_facts_say(tocsin: Tocsin, clock: MovedClock) -> None:
    """All but the calls, of which no fact tells."""
    stream, token = made(tocsin)
    paused, _ = made(tocsin, "paused")
    tocsin.heartbeats.book.pause(paused, BY)
    clock.move(seconds=90)
    watch(tocsin)
    clock.move(seconds=1)
    call(tocsin, token)
    checked = check(tocsin.ledger)
    assert HeartbeatRows.table.name in checked.tables
    assert checked.differences == ()
    with tocsin.database.begin() as connection:
        connection.execute(text("UPDATE heartbeats SET secret_hash = 'x' WHERE stream = :of"), {"of": stream})
    assert [each.column for each in check(tocsin.ledger).differences] == ["secret_hash"]


def test_ten_thousand_cost_a_look_into_an_index(tocsin: Tocsin) -> None:
    """Those that are well are not read, and neither is the table."""
    made(tocsin)
    with tocsin.database.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO heartbeats SELECT (jsonb_populate_record(h,"
                " jsonb_build_object('stream', 'heartbeat/' || n, 'name', 'job-' || n))).*"
                " FROM heartbeats h, generate_series(1, 10000) n"
            )
        )
        connection.execute(text("ANALYZE heartbeats"))
        looking = "SELECT stream FROM heartbeats WHERE due_at <= '2026-03-02T12:00:00Z' ORDER BY due_at LIMIT 20"
        plan = connection.execute(text(f"EXPLAIN {looking}"))
        assert "heartbeats_due_at_idx" in "".join(plan.scalars())
    assert tocsin.heartbeats.watch.run_once() == 0


def _break_where_it_is_saved(tocsin: Tocsin, broken: pytest.MonkeyPatch) -> None:
    """End the process when a heartbeat is to be saved, whatever was saved before."""
    save = tocsin.ledger.save

    def ended(*records: Any, **named: Any) -> None:  # noqa: ANN401 - whatever the ledger takes
        if any(isinstance(each, Heartbeat) for each in records):
            _break()
        save(*records, **named)

    broken.setattr(tocsin.ledger, "save", ended)


def _before_declaring(tocsin: Tocsin, monkeypatch: pytest.MonkeyPatch, happens: Callable[[], object]) -> None:
    """Let something happen, once, when all is decided and the incident is about to be opened."""
    declare = tocsin.incidents.declare

    def later(*args: Any) -> Any:  # noqa: ANN401 - whatever the use case takes
        monkeypatch.undo()
        happens()
        return declare(*args)

    monkeypatch.setattr(tocsin.incidents, "declare", later)


def _break(*_: object, **__: object) -> None:
    raise RuntimeError("the process ended here")
