"""Importing real and made-up logs into a real database."""

from __future__ import annotations

import csv
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import func, select

from api.bootstrap import build
from api.importing.mapping_file import read_mapping
from api.importing.rows import read_log, write_rejected
from api.importing.run import import_log
from escalation.tables import deadlines
from incidents.happenings import Decision, Noted
from incidents.ledger.tables import events
from incidents.tables import incident_states
from notifications.queue.tables import deliveries
from tests.support import servicenow

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sqlalchemy import Table

    from api.bootstrap import Tocsin
    from api.importing.summary import Summary
    from incidents.incident import Incident
    from incidents.ledger.facts import Record

AGREEMENT_FACTS = 2
"""That the partnership came to be, and that a version was published."""

NOW = datetime(2026, 3, 2, tzinfo=UTC)
DESK = servicenow.ROOT / "examples" / "network-desk"


@pytest.fixture
def tocsin(database_url: str) -> Iterator[Tocsin]:
    """Yield everything, wired to a database of its own."""
    tocsin = build(database_url, committed=lambda: None)
    yield tocsin
    tocsin.close()


def imported(tocsin: Tocsin, path: Path, mapping_file: Path) -> Summary:
    """Import a log as the command does."""
    mapping, agreement = read_mapping(mapping_file)
    return import_log(tocsin, mapping, agreement, read_log(path, mapping, NOW))


def incident(tocsin: Tocsin, foreign_id: str) -> Incident:
    """Find an imported incident by the id that it had elsewhere."""
    query = select(incident_states.c.stream).where(incident_states.c.source_id == foreign_id)
    with tocsin.database.connect() as connection:
        return tocsin.incidents.get(connection.execute(query).scalar_one())


def count(tocsin: Tocsin, table: Table) -> int:
    """Count the rows of a table."""
    with tocsin.database.connect() as connection:
        return connection.execute(select(func.count()).select_from(table)).scalar_one()


def check_figures(tocsin: Tocsin, path: Path) -> Summary:
    """Import a ServiceNow log and hold every figure against the second computation."""
    summary, expected = imported(tocsin, path, servicenow.MAPPING), servicenow.figures(path)
    assert (summary.rows, summary.incidents) == (expected.rows, expected.incidents)
    assert summary.verdicts == {"added": expected.incidents}
    assert summary.events == expected.events
    assert summary.reopened == expected.reopened
    assert summary.paused_seconds == expected.paused_seconds
    assert summary.clocks == expected.clocks
    assert summary.rejected == {}
    return summary


def test_the_excerpt_of_the_servicenow_log_agrees_with_a_second_computation(tocsin: Tocsin) -> None:
    """Incidents, events, reopenings, paused time, met and breached, on 13 incidents of the public log."""
    summary = check_figures(tocsin, servicenow.EXCERPT)
    assert summary.incidents == 13


def test_the_full_servicenow_log_agrees_with_a_second_computation(tocsin: Tocsin) -> None:
    """The public log has 890 incidents in 5,998 rows; every figure of it is computed twice."""
    summary = check_figures(tocsin, servicenow.full_log())
    assert (summary.incidents, summary.rows) == (890, 5998)
    assert count(tocsin, incident_states) == 890


def test_an_import_pages_nobody(tocsin: Tocsin) -> None:
    """Imported history arms no deadline and owes no delivery, though it holds breaches and open incidents."""
    imported(tocsin, DESK / "log.csv", DESK / "mapping.yaml")
    assert (count(tocsin, deadlines), count(tocsin, deliveries)) == (0, 0)


def test_the_same_log_again_adds_nothing(tocsin: Tocsin) -> None:
    """Neither an event nor an agreement version is new the second time, and the figures of the log are the same."""
    first = imported(tocsin, servicenow.EXCERPT, servicenow.MAPPING)
    before = count(tocsin, events)
    again = imported(tocsin, servicenow.EXCERPT, servicenow.MAPPING)
    assert count(tocsin, events) == before
    assert (again.events, again.verdicts, again.left_alone) == (0, {"known": 13}, [])
    assert (again.clocks, again.paused_seconds, again.used) == (first.clocks, first.paused_seconds, first.used)


def test_a_log_of_another_shape_is_read_by_its_mapping_alone(tocsin: Tocsin) -> None:
    """Two state columns, offsets, a byte-order mark, no urgency, rows in any order: the story comes out in order."""
    summary = imported(tocsin, DESK / "log.csv", DESK / "mapping.yaml")
    facts = [(type(fact).__name__, f"{fact.at:%d %H:%M}") for fact in incident(tocsin, "T-1").history]
    assert facts == [
        ("Declared", "04 08:00"),
        ("Classified", "04 08:10"),
        ("Acknowledged", "04 08:10"),
        ("ClockPaused", "04 09:30"),
        ("UpdatePosted", "04 09:30"),
        ("ClockResumed", "04 10:30"),
        ("Resolved", "04 12:00"),
        ("Closed", "05 08:00"),
    ]
    assert (summary.rows, summary.used, summary.without_effect, len(summary.rejected)) == (26, 17, 2, 7)
    assert summary.paused_seconds == 12 * 3600
    assert summary.clocks["resolve", "S1", "met"] == summary.clocks["resolve", "S3", "running"] == 1
    assert summary.clocks["respond", "S1", "breached"] == 1


def test_history_keeps_its_times_and_says_where_it_comes_from(tocsin: Tocsin) -> None:
    """The report is years old, recorded today, by the import and not by a person."""
    imported(tocsin, servicenow.EXCERPT, servicenow.MAPPING)
    found = incident(tocsin, "INC0000045")
    assert (found.source, found.source_id, found.reported_by) == ("servicenow", "INC0000045", "import:servicenow")
    assert found.reported_at == datetime(2016, 2, 29, 1, 16, tzinfo=UTC)
    assert found.history[0].timestamp.year >= 2026
    assert {fact.by for fact in found.history} == {"import:servicenow"}
    assert found.title == "Category 55, Subcategory 170: Symptom 72"


def test_rejected_rows_stand_beside_the_log_with_their_reasons(tmp_path: Path) -> None:
    """The file of rejected rows has the original columns, the line, the reason, and nothing else."""
    path = tmp_path / "log.csv"
    path.write_bytes((DESK / "log.csv").read_bytes())
    mapping, _ = read_mapping(DESK / "mapping.yaml")
    log = read_log(path, mapping, NOW)
    target = write_rejected(path, mapping, log.rejected)
    assert target == tmp_path / "log.rejected.csv"
    with target.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file, delimiter=";"))
    assert [(row["Ticket"], row["rejected_line"]) for row in rows] == [
        ("T-4", "22"),
        ("T-4", "23"),
        ("T-4", "24"),
        ("T-4", "26"),
        ("-", "27"),
        ("T-5", "28"),
    ]
    assert "no offset" in rows[0]["rejected_because"]
    assert "'Fridge'" in rows[-1]["rejected_because"]
    assert write_rejected(path, mapping, {}) is None
    assert not target.exists()


def test_a_log_that_has_grown_adds_what_is_new(tocsin: Tocsin, tmp_path: Path) -> None:
    """An incident that was open in the first extract is closed by the second one, and no fact is there twice."""
    lines = servicenow.EXCERPT.read_text(encoding="utf-8").splitlines(keepends=True)
    part = tmp_path / "log.csv"
    part.write_text("".join(line for line in lines if ",Closed," not in line), encoding="utf-8")
    assert imported(tocsin, part, servicenow.MAPPING).verdicts == {"added": 13}
    grown, whole = imported(tocsin, servicenow.EXCERPT, servicenow.MAPPING), servicenow.figures(servicenow.EXCERPT)
    assert grown.verdicts == {"grown": 13}
    assert grown.events == whole.events - servicenow.figures(part).events
    assert count(tocsin, events) == whole.events + AGREEMENT_FACTS
    assert grown.clocks == whole.clocks
    assert incident(tocsin, "INC0000045").status == "closed"


def test_a_log_whose_past_has_changed_is_left_alone_and_listed(tocsin: Tocsin, tmp_path: Path) -> None:
    """What is recorded stays recorded; the summary names the incident and the first difference."""
    imported(tocsin, servicenow.EXCERPT, servicenow.MAPPING)
    before = count(tocsin, events)
    changed = tmp_path / "log.csv"
    text = servicenow.EXCERPT.read_text(encoding="utf-8")
    changed.write_text(
        text.replace("Updated by 642,29-02-2016 08:53", "Updated by 642,29-02-2016 07:00"), encoding="utf-8"
    )
    summary = imported(tocsin, changed, servicenow.MAPPING)
    [(foreign_id, why)] = summary.left_alone
    assert foreign_id == "INC0000045"
    assert why == "the record has Resolved at 2016-02-29 08:53, the log now Resolved at 2016-02-29 07:00"
    assert count(tocsin, events) == before


def test_what_somebody_did_here_meanwhile_stands_against_new_rows(tocsin: Tocsin, tmp_path: Path) -> None:
    """An imported incident that was cancelled in Tocsin is not resolved by the next extract: it is listed."""
    lines = servicenow.EXCERPT.read_text(encoding="utf-8").splitlines(keepends=True)
    part = tmp_path / "log.csv"
    part.write_text("".join(line for line in lines[:2]), encoding="utf-8")
    imported(tocsin, part, servicenow.MAPPING)
    found = incident(tocsin, "INC0000045")
    with tocsin.ledger.command() as command:
        found.cancel("It was a drill.", by="key:ab12", at=command.recorded_at)
        tocsin.ledger.save(found)
    summary = imported(tocsin, servicenow.EXCERPT, servicenow.MAPPING)
    assert [foreign_id for foreign_id, _ in summary.left_alone] == ["INC0000045"]
    assert incident(tocsin, "INC0000045").status == "cancelled"


def test_an_incident_from_before_the_agreement_is_rejected_with_all_its_rows(tocsin: Tocsin, tmp_path: Path) -> None:
    """No agreement was in force, so there are no terms to record it under; the others are recorded."""
    path = tmp_path / "log.csv"
    text = servicenow.EXCERPT.read_text(encoding="utf-8")
    path.write_text(text.replace("29-02-2016 01:16", "29-02-2015 01:16").replace("29-02-2015", "28-02-2015"), "utf-8")
    summary = imported(tocsin, path, servicenow.MAPPING)
    assert summary.verdicts == {"refused": 1, "added": 12}
    assert (summary.incidents, sorted(summary.rejected)) == (12, [2, 3, 4, 5])
    assert summary.rows == summary.used + summary.without_effect + len(summary.rejected)
    assert "in force" in summary.rejected[2]


def test_two_imports_at_once_record_each_incident_once(tocsin: Tocsin, database_url: str) -> None:
    """Whoever comes second meets the unique key, looks again, and finds the incident recorded."""
    mapping, agreement = read_mapping(servicenow.MAPPING)
    log = read_log(servicenow.EXCERPT, mapping, NOW)
    other = build(database_url, committed=lambda: None)
    saving = tocsin.ledger.save
    ours: list[Summary] = []

    def save_late(*records: Record, **options: Any) -> None:  # noqa: ANN401 - save's own options
        if not ours:
            ours.append(import_log(other, mapping, agreement, log))
        saving(*records, **options)

    tocsin.book.publish(agreement, by="operator")
    tocsin.ledger.save = save_late  # type: ignore[method-assign] # the other import comes in at the last moment
    late = import_log(tocsin, mapping, agreement, log)
    other.close()
    assert ours[0].verdicts == {"added": 13}
    assert (late.verdicts, late.events) == ({"known": 13}, 0)
    assert count(tocsin, incident_states) == 13


def test_what_is_internal_in_the_log_is_so_here(tocsin: Tocsin) -> None:
    """Notes, and updates for one's own side, are for the party whose log it is; everything says how it came in."""
    imported(tocsin, DESK / "log.csv", DESK / "mapping.yaml")
    with tocsin.database.connect() as connection:
        streams = list(connection.execute(select(incident_states.c.stream)).scalars())
        records = tocsin.ledger.get_many(streams, connection).values()
    facts = [fact for each in records for fact in each.history if isinstance(fact, Decision)]
    internal = [fact for fact in facts if isinstance(fact, Noted) or getattr(fact, "audience", None) == "internal"]
    assert internal
    assert all(fact.visible_to == (["netco"] if fact in internal else None) for fact in facts)
    assert {(fact.via, fact.for_party) for fact in facts} == {("import", "netco")}
