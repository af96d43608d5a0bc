"""The figures of the ServiceNow log, computed a second time and in another way: row by row, day by day.

It shares no code with the product and knows nothing of mappings, facts or calendars: the numbers of
examples/servicenow/agreement.yaml stand here again.
"""

from __future__ import annotations

import csv
import os
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[2]
EXCERPT = ROOT / "tests" / "data" / "servicenow_excerpt.csv"
MAPPING = ROOT / "examples" / "servicenow" / "mapping.yaml"

MATRIX = {"11": "P1", "12": "P2", "21": "P2", "13": "P3", "22": "P3", "31": "P3", "23": "P4", "32": "P4", "33": "P4"}
HOURS: dict[str, dict[str, float]] = {
    "acknowledge": {"P1": 0.5, "P2": 1, "P3": 8, "P4": 16},
    "resolve": {"P1": 8, "P2": 24, "P3": 40, "P4": 80},
}
ROUND_THE_CLOCK = {"P1", "P2"}
OVER = {"Resolved", "Closed"}
REOPENED_WITHIN_DAYS = 5

Stretch = tuple[datetime, datetime, str, str]
"""From, to, the state and the severity that held."""


def full_log() -> Path:
    """Give the whole public log, or skip the test and say how to run it."""
    given = os.environ.get("TOCSIN_SERVICENOW_LOG")
    found = Path(given) if given else ROOT.parent / "shared" / "data" / "servicenow_incident_log.csv"
    if not found.is_file():
        pytest.skip("the full ServiceNow log (UCI) is not here: name it in TOCSIN_SERVICENOW_LOG")
    return found


@dataclass
class Figures:
    """What an import should come to."""

    rows: int = 0
    incidents: int = 0
    events: int = 0
    reopened: int = 0
    paused_seconds: int = 0
    clocks: Counter[tuple[str, str, str]] = field(default_factory=Counter)


def figures(path: Path) -> Figures:
    """Compute the figures of a log."""
    result = Figures()
    with path.open(encoding="utf-8", newline="") as file:
        incidents: dict[str, list[dict[str, str]]] = defaultdict(list)
        for row in csv.DictReader(file):
            incidents[row["number"]].append(row)
            result.rows += 1
    result.incidents = len(incidents)
    for rows in incidents.values():
        rows.sort(key=lambda row: _time(row["sys_updated_at"]))
        _count(result, rows)
    return result


def _count(result: Figures, rows: list[dict[str, str]]) -> None:
    stretches = list(_stretches(rows))
    result.events += _events(rows)
    result.reopened += sum(a["incident_state"] in OVER and b["incident_state"] not in OVER for a, b in pairwise(rows))
    for start, end, state, _ in stretches:
        if state.startswith("Awaiting"):
            result.paused_seconds += int((end - start).total_seconds())
    severity, verdict = _acknowledged(stretches)
    result.clocks["acknowledge", severity, verdict] += 1
    for severity, verdict in _resolved(stretches):
        result.clocks["resolve", severity, verdict] += 1


def _stretches(rows: list[dict[str, str]]) -> Iterator[Stretch]:
    """From the report to the end of the log, each stretch with what its row says."""
    first = _time(rows[0]["sys_updated_at"])
    yield min(_time(rows[0]["opened_at"]), first), first, "New", _severity(rows[0])
    for row, following in pairwise(rows):
        yield _time(row["sys_updated_at"]), _time(following["sys_updated_at"]), row["incident_state"], _severity(row)
    last = _time(rows[-1]["sys_updated_at"])
    yield last, last, rows[-1]["incident_state"], _severity(rows[-1])


def _acknowledged(stretches: list[Stretch]) -> tuple[str, str]:
    """Until the first state but New: somebody has it, or it is over."""
    hours, held_to, breached = 0.0, stretches[0][3], False
    for start, end, state, severity in stretches:
        if state != "New":
            break
        if end > start:
            held_to = severity
            hours += _counted(start, end, severity)
            breached |= hours > HOURS["acknowledge"][severity]
    return held_to, "breached" if breached else "met"


def _resolved(stretches: list[Stretch]) -> Iterator[tuple[str, str]]:
    """Until it is over; reopened within five dates the clock goes on, later another begins."""
    hours, held_to, breached = 0.0, stretches[0][3], False
    over_since: datetime | None = None
    for start, end, state, severity in stretches:
        if state in OVER:
            over_since = over_since or start
            continue
        if over_since and (start.date() - over_since.date()).days > REOPENED_WITHIN_DAYS:
            yield held_to, "breached" if breached else "met"
            hours, breached = 0.0, False
        over_since = None
        if end > start:
            held_to = severity
            hours += 0 if state.startswith("Awaiting") else _counted(start, end, severity)
            breached |= hours > HOURS["resolve"][severity]
    yield held_to, "breached" if breached else "met"


def _events(rows: list[dict[str, str]]) -> int:
    """One for the report, and one for each change that an incident can have at that point."""
    count, state, acknowledged, assignee, bad = 1, "New", False, "?", _impact_and_urgency(rows[0])
    for row in rows:
        new = row["incident_state"]
        if state in OVER and new not in OVER:
            count += 1
        if state not in OVER or new not in OVER:
            count += _impact_and_urgency(row) != bad
            bad = _impact_and_urgency(row)
            if row["assigned_to"] not in {"?", assignee}:
                count, assignee = count + 1, row["assigned_to"]
        if not acknowledged and new not in {"New", *OVER}:
            count, acknowledged = count + 1, True
        if new != state:
            count += new.startswith("Awaiting")
            count += state.startswith("Awaiting") and new not in OVER
            count += new in OVER and state not in OVER
            count += new == "Closed"
        state = new
    return count


def _counted(start: datetime, end: datetime, severity: str) -> float:
    """Hours from start to end: all of them, or those from 8 to 18 on Mondays to Fridays."""
    if severity in ROUND_THE_CLOCK:
        return (end - start) / timedelta(hours=1)
    total, day = timedelta(0), start.date()
    while day <= end.date():
        opens, closes = datetime.combine(day, time(8)), datetime.combine(day, time(18))  # all times are UTC
        if day.isoweekday() <= 5:
            total += max(timedelta(0), min(end, closes) - max(start, opens))
        day += timedelta(days=1)
    return total / timedelta(hours=1)


def _time(text: str) -> datetime:
    return datetime.strptime(text, "%d-%m-%Y %H:%M")  # noqa: DTZ007 - all times are UTC


def _impact_and_urgency(row: dict[str, str]) -> str:
    return row["impact"][0] + row["urgency"][0]


def _severity(row: dict[str, str]) -> str:
    return MATRIX[_impact_and_urgency(row)]
