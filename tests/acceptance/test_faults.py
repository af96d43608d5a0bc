"""Processes are killed under load, and nothing is lost; the short form of `make faults`."""

from __future__ import annotations

import dataclasses
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pytest

from tests.faults.checks import CHECKS, FIRED, SKIPPED, findings
from tests.faults.load import Answer
from tests.faults.observations import Observations
from tests.faults.plan import plan
from tests.faults.points import NAMED
from tests.faults.run import Report, run
from tests.faults.senders import checks as senders_checks
from tests.faults.senders import observations as senders_seen
from tests.faults.senders import run as senders
from tests.faults.senders.sink import REFUSED, Request

if TYPE_CHECKING:
    from collections.abc import Iterator

    from incidents.timeline import Entry

pytestmark = pytest.mark.processes

Falsify = Callable[[Observations], Observations]
SEED = 1206
ANSWERS = {"incident.acknowledged.v1", "incident.resolved.v1"}


@pytest.fixture(scope="module")
def report() -> Iterator[Report]:
    """Yield what a run found in which each named point was hit once."""
    with tempfile.TemporaryDirectory(prefix="tocsin-faults-") as directory:
        yield run(Path(directory), SEED, len(NAMED), lambda _: None)


def test_nothing_is_lost_and_nothing_done_twice(report: Report) -> None:
    """After a kill at each named point, with commands in flight, every check holds."""
    assert report.wrong == {}
    assert all(any(point in line for line in report.kills) for point in NAMED)
    assert any(answer.replayed for command in report.seen.commands for answer in command.answers)
    assert report.seen.arrivals


def _changed(
    seen: Observations,
    wanted: Callable[[Entry], bool],
    change: Callable[[Entry], list[Entry]],
    *,
    left_alone: bool = False,
) -> Observations:
    """Put what `change` gives in the place of the first fact that is wanted.

    `left_alone` asks for one of an incident that nobody answered.
    """
    for stream, entries in seen.timelines.items():
        if left_alone and {entry.type for entry in entries} & ANSWERS:
            continue
        for place, entry in enumerate(entries):
            if wanted(entry):
                others = [*entries[:place], *change(entry), *entries[place + 1 :]]
                return dataclasses.replace(seen, timelines={**seen.timelines, stream: others})
    raise AssertionError("there is no such fact")


def _with_data(entry: Entry, **data: Any) -> Entry:  # noqa: ANN401 - a fact's values
    return dataclasses.replace(entry, data={**entry.data, **data})


def _typed(name: str, **data: object) -> Callable[[Entry], bool]:
    return lambda entry: entry.type == name and data.items() <= entry.data.items()


def _lost(name: str, *, left_alone: bool = False) -> Falsify:
    return lambda seen: _changed(seen, _typed(name), lambda _: [], left_alone=left_alone)


def _twice(name: str) -> Falsify:
    return lambda seen: _changed(seen, _typed(name), lambda entry: [entry, entry])


def _fired_again_under_other_ids(seen: Observations) -> Observations:
    return _changed(seen, _typed(FIRED), lambda entry: [entry, _with_data(entry, pages=[])])


def _one_id_in_two_rungs(seen: Observations) -> Observations:
    return _changed(seen, _typed(FIRED), lambda entry: [entry, _with_data(entry, rung=9)])


def _fired_after_the_answer(seen: Observations) -> Observations:
    fired = next(entry for entries in seen.timelines.values() for entry in entries if entry.type == FIRED)
    late = _with_data(fired, clock="acknowledge")
    return _changed(seen, _typed("incident.acknowledged.v1"), lambda entry: [entry, late])


def _last_round_missed(seen: Observations) -> Observations:
    last = _typed(FIRED, rung=1, round=2)
    return _changed(seen, last, lambda entry: [_with_data(entry, round=1)], left_alone=True)


def _command(**changes: object) -> Falsify:
    """Change the first command that was acknowledged."""

    def falsify(seen: Observations) -> Observations:
        place, command = next(item for item in enumerate(seen.commands) if item[1].acknowledged)
        changed = dataclasses.replace(command, **changes)  # type: ignore[arg-type] # fields by name
        return dataclasses.replace(seen, commands=[*seen.commands[:place], changed, *seen.commands[place + 1 :]])

    return falsify


def _with(field: str, change: Callable[[list[Any]], list[Any]]) -> Falsify:
    return lambda seen: dataclasses.replace(seen, **cast("Any", {field: change(list(getattr(seen, field)))}))


def _first(**changes: object) -> Callable[[list[Any]], list[Any]]:
    return lambda rows: [dataclasses.replace(rows[0], **changes), *rows[1:]]


def _never_arrived(seen: Observations) -> Observations:
    gone = next(row.id for row in seen.deliveries if row.status == "sent")
    return dataclasses.replace(seen, arrivals=[each for each in seen.arrivals if each.delivery != gone])


def _never_told_who_took_it(seen: Observations) -> Observations:
    return dataclasses.replace(seen, arrivals=[each for each in seen.arrivals if each.body["kind"] != "taken"])


def _arrived_under_another_id(seen: Observations) -> Observations:
    """Two ids that are both owed, for one message: only the comparison of messages can see it."""
    first, other = seen.arrivals[0], next(row.id for row in seen.deliveries if row.id != seen.arrivals[0].delivery)
    again = dataclasses.replace(first, delivery=other, body={**first.body, "delivery": other})
    return dataclasses.replace(seen, arrivals=[*seen.arrivals, again])


_NOTED, _DECLARED, _SENT = "incident.noted.v1", "incident.declared.v1", "incident.page_sent.v1"
FALSIFIED: list[tuple[str, str, Falsify]] = [
    ("every command is answered in the end", "no answer", _command(answers=[])),
    ("every acknowledged command is on the record, once", "a note lost", _lost(_NOTED)),
    ("every acknowledged command is on the record, once", "a note twice", _twice(_NOTED)),
    ("every acknowledged command is on the record, once", "a declaration lost", _lost(_DECLARED)),
    ("every acknowledged command is on the record, once", "an answer lost", _lost("incident.acknowledged.v1")),
    ("every acknowledged command is on the record, once", "refused", _command(answers=[Answer(409, b"")])),
    ("one Idempotency-Key, one effect, one answer", "receipt lost", _with("receipts", lambda rows: rows[:-1])),
    ("one Idempotency-Key, one effect, one answer", "two receipts", _with("receipts", lambda rows: [*rows, rows[-1]])),
    (
        "one Idempotency-Key, one effect, one answer",
        "two answers",
        _command(answers=[Answer(200, b"1"), Answer(200, b"2")]),
    ),
    ("no rung fires twice", "under the same ids", _twice(FIRED)),
    ("no rung fires twice", "under other ids", _fired_again_under_other_ids),
    ("no rung fires twice", "one id in two rungs", _one_id_in_two_rungs),
    ("no rung is missed", "the opening", _lost(FIRED, left_alone=True)),
    ("no rung is missed", "the vacant rung", _lost(SKIPPED, left_alone=True)),
    ("no rung is missed", "the last round", _last_round_missed),
    ("no rung fires after the answer", "a page", _fired_after_the_answer),
    ("warnings and breaches are said once", "a warning", _twice("incident.clock_warned.v1")),
    ("warnings and breaches are said once", "a breach", _twice("incident.clock_breached.v1")),
    ("every page arrives, with one outcome", "never arrived", _never_arrived),
    ("every page arrives, with one outcome", "not owed", _with("deliveries", lambda rows: rows[1:])),
    ("every page arrives, with one outcome", "waiting", _with("deliveries", _first(status="waiting"))),
    ("every page arrives, with one outcome", "failed", _with("deliveries", _first(status="failed"))),
    ("every page arrives, with one outcome", "no outcome", _lost(_SENT)),
    ("every page arrives, with one outcome", "two outcomes", _twice(_SENT)),
    ("what arrives again has the same id", "a stray", _with("arrivals", _first(delivery="stray"))),
    ("what arrives again has the same id", "another id", _arrived_under_another_id),
    ("whoever was paged hears who took it", "nobody", _never_told_who_took_it),
    ("the sequence is dense, its leaf hashes right", "a gap", _with("sequence", lambda rows: rows[:4] + rows[5:])),
    ("the sequence is dense, its leaf hashes right", "a wrong hash", _with("sequence", _first(leaf_hash=b"\0" * 32))),
    ("the sequence is dense, its leaf hashes right", "a wrong index", _with("sequence", _first(index=10**6))),
    ("the sequence is dense, its leaf hashes right", "a wrong position", _with("sequence", _first(position=10**6))),
    ("the sequence is dense, its leaf hashes right", "an event left out", _with("sequence", lambda rows: rows[:-1])),
    ("nothing is left to do", "a deadline", _with("armed", lambda _: ["acme-globex-faults/incident/1"])),
    ("nothing is left to do", "a commit", lambda seen: dataclasses.replace(seen, unsequenced=1)),
    ("the replay check is clean", "a difference", _with("replay", lambda _: ["incident_states differ"])),
]


@pytest.mark.parametrize(
    ("title", "falsify"),
    [pytest.param(title, falsify, id=f"{title}: {how}") for title, how, falsify in FALSIFIED],
)
def test_each_check_can_fail(report: Report, title: str, falsify: Falsify) -> None:
    """Each check finds the defect it is for, in observations that are otherwise true."""
    assert title in findings(falsify(report.seen))


def test_every_check_is_tried() -> None:
    """No check stands here without a falsified observation that it must find."""
    assert {title for title, _, _ in FALSIFIED} == set(CHECKS)


def test_a_seed_repeats_its_kills() -> None:
    """The same seed draws the same kills, all named points first, and another seed others."""
    assert plan(7, 30) == plan(7, 30)
    assert plan(7, 30) != plan(8, 30)
    assert {kill.where for kill in plan(7, len(NAMED))} == set(NAMED)


def test_senders_that_are_killed_lose_nothing(database_url: str, tmp_path: Path) -> None:
    """Pages and messages arrive though their senders are killed, again only where a kill hit them; each counts once."""
    report = senders.run(database_url, tmp_path / "log", SEED, senders.SHORT, lambda _: None)
    assert report.wrong == {}
    assert len(report.seen.deaths) == senders.SHORT.kills
    assert sum(each.is_page for each in report.seen.requests) > senders.SHORT.size.pages
    assert any(not each.is_page for each in report.seen.requests)
    assert any(report.seen.in_flight())


def _came(connection: int, told: str, message: str, status: int = 204) -> Request:
    return Request(connection, message, told, began=connection, status=status, ended=connection)


PLAIN = senders_seen.Observations(
    requests=[
        _came(1, "a", "1"),
        _came(2, "b", "2"),
        _came(4, "b", "2"),
        _came(5, "c", "3", REFUSED),
        _came(6, "c", "3"),
    ],
    deaths=[senders_seen.Death(9.0, 3, {"2"})],
    statuses={"1": "sent", "2": "sent", "3": "delivered"},
    told={"1": 1, "2": 1, "3": 1},
)
"""One that was sent, one that a kill hit, one that was refused: each as it should be."""


def test_what_a_kill_hit_and_what_was_refused_may_come_again() -> None:
    """Nothing is wrong where what came twice was in flight at the kill, or refused."""
    assert senders_checks.findings(PLAIN) == {}
    assert PLAIN.in_flight() == [[PLAIN.requests[1]]]


@pytest.mark.parametrize(
    ("title", "changes"),
    [
        ("each arrives", {"requests": PLAIN.requests[1:]}),
        ("each arrives", {"requests": PLAIN.requests[:-1]}),
        ("always under the same id", {"requests": [*PLAIN.requests, _came(7, "c", "stray")]}),
        ("always under the same id", {"requests": [*PLAIN.requests, _came(7, "c", "2")]}),
        ("sent again only after a kill in flight, or a refusal", {"deaths": []}),
        ("sent again only after a kill in flight, or a refusal", {"deaths": [senders_seen.Death(9.0, 3, {"1"})]}),
        ("sent again only after a kill in flight, or a refusal", {"deaths": [senders_seen.Death(9.0, 1, {"2"})]}),
        (
            "sent again only after a kill in flight, or a refusal",
            {"requests": [*PLAIN.requests[:2], _came(3, "b", "2"), *PLAIN.requests[2:]]},
        ),
        ("the record says of each once that it was sent", {"statuses": {**PLAIN.statuses, "1": "waiting"}}),
        ("the record says of each once that it was sent", {"told": {**PLAIN.told, "1": 2}}),
        ("the record says of each once that it was sent", {"told": {"1": 1, "2": 1}}),
    ],
)
def test_each_check_of_senders_can_fail(title: str, changes: dict[str, Any]) -> None:
    """Each check of the senders' run finds the defect it is for."""
    assert title in senders_checks.findings(dataclasses.replace(PLAIN, **changes))
