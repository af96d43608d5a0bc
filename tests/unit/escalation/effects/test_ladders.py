"""Who hears of an incident under the worked example, and when."""

from __future__ import annotations

import pytest

from escalation.crew.reaching import PAGE
from incidents.incident import Incident
from tests.support.example_incident import HOUR, Exemplary

Told = tuple[float, list[str], list[str]]


def told(incident: Exemplary, *hours: float) -> list[Told]:
    """Let the engine have turns; give the hour, who was paged and who was notified, for each rung that fired."""
    found: list[Told] = []
    for hour in hours:
        for owed in incident.turn(hour * HOUR):
            if owed.happening is Incident.RungFired:
                pages = owed.values["pages"]
                paged = [page["recipient"] for page in pages if page["urgency"] == PAGE]
                found.append((hour, paged, [page["recipient"] for page in pages if page["urgency"] != PAGE]))
    return found


def test_rungs() -> None:
    """An S1 has a ladder of its own, the others share one; at no other time does anybody hear of it."""
    assert told(Exemplary("S1"), 0, 0.24, 0.25, 3.9, 4, 7.9, 8) == [
        (0, [], ["acme-duty", "globex-ops"]),
        (0.25, ["acme-ops"], []),
        (4, ["acme-ops"], []),
        (8, ["acme-coo", "globex-ops"], []),
    ]
    assert told(Exemplary("S2"), 0, 0.37, 0.375, 0.49, 0.5, 0.75, 1, 5.9, 6, 7.9, 8, 18, 24) == [
        (0.375, [], ["acme-duty"]),
        (0.5, ["acme-sm"], []),
        (0.75, [], ["acme-duty"]),
        (1, ["acme-sm"], []),
        (6, [], ["acme-duty"]),
        (8, ["acme-sm"], []),
        (18, [], ["acme-duty"]),
        (24, ["acme-sm"], []),
    ]


def test_the_last_rung_of_an_s1_repeats_each_hour() -> None:
    """Twelve times, and then no more."""
    incident = Exemplary("S1")
    told(incident, 0, 0.25, 4, 8)
    assert told(incident, 8.9) == []
    assert [hour for hour, paged, _ in told(incident, *range(9, 24)) if paged] == list(range(9, 21))


@pytest.mark.parametrize(("severity", "reported"), [("S3", 0.5), ("S4", -4)])
def test_quiet_hours(severity: str, reported: float) -> None:
    """What is used up at close of business pages nobody before the office opens again at nine; an S1 does not wait."""
    incident = Exemplary(severity, at=reported * HOUR)
    assert incident.due_in_berlin("acknowledge", 4 * HOUR) == "03-02 17:30"
    told(incident, 4)
    assert [paged for _, paged, _ in told(incident, 4.5, 12, 19.9) if paged] == []
    assert (20, ["acme-sm"], []) in told(incident, 20)
