"""When the clocks of the worked example start, are due and stop."""

from __future__ import annotations

import pytest

from tests.support.clocked import moment
from tests.support.example_agreement import example_agreement
from tests.support.example_incident import DAY, HOUR, Exemplary

DUE: dict[str, dict[str, str | None]] = {
    "S1": {
        "acknowledge": "03-02 13:15",
        "respond": "03-02 13:30",
        "workaround": "03-02 17:00",
        "resolve": "03-02 21:00",
    },
    "S2": {
        "acknowledge": "03-02 13:30",
        "respond": "03-02 14:00",
        "workaround": "03-02 21:00",
        "resolve": "03-03 13:00",
    },
    "S3": {
        "acknowledge": "03-02 17:00",
        "respond": "03-03 12:30",
        "workaround": "03-05 12:30",
        "resolve": "03-09 12:30",
    },
    "S4": {"acknowledge": "03-03 12:30", "respond": "03-04 12:30", "workaround": None, "resolve": "03-16 12:30"},
}
"""For what is reported on a Monday at 13:00 in Berlin."""
UPDATE_DUE = {"S1": "03-02 14:00", "S2": "03-02 15:00", "S3": "03-04 12:30", "S4": None}


@pytest.mark.parametrize("severity", DUE)
def test_when_each_clock_is_due(severity: str) -> None:
    """S1 and S2 count day and night; S3 and S4 in the office's hours, over lunch, nights and weekends."""
    incident = Exemplary(severity)
    assert {clock: incident.due_in_berlin(clock) for clock in DUE[severity]} == DUE[severity]
    incident.update(0)
    assert incident.due_in_berlin("update") == UPDATE_DUE[severity]


@pytest.mark.parametrize(("severity", "hours"), [("S1", (0.25, 0.5, 4, 8, 1)), ("S2", (0.5, 1, 8, 24, 2))])
def test_the_worst_two_count_at_night(severity: str, hours: tuple[float, ...]) -> None:
    """Reported at midnight of a Friday in Berlin, each has its hours, weekend or not."""
    midnight = 4 * DAY + 11 * HOUR
    incident = Exemplary(severity, at=midnight)
    clocks = ("acknowledge", "respond", "workaround", "resolve")
    due = [incident.due(clock, midnight) for clock in clocks]
    incident.update(midnight)
    due.append(incident.due("update", midnight))
    assert due == [midnight + each * HOUR for each in hours]


@pytest.mark.parametrize(
    ("severity", "due"), [("S1", "03-05 17:30"), ("S2", "03-09 17:30"), ("S3", None), ("S4", None)]
)
def test_a_review_is_due_by_business_days(severity: str, due: str | None) -> None:
    """Three or five days after the resolution, at close of business; S3 and S4 need no review."""
    incident = Exemplary(severity)
    incident.resolve(60)
    assert incident.due_in_berlin("review_due", 70) == due


@pytest.mark.parametrize(
    ("priority", "due"), [("high", "03-16 17:30"), ("medium", "03-30 17:30"), ("low", "06-01 17:30")]
)
def test_actions_are_due_by_their_priority(priority: str, due: str) -> None:
    """Ten, twenty or sixty business days after the review, without the five holidays of that spring."""
    incident = Exemplary()
    incident.resolve(60)
    incident.review(100)
    incident.agree(110, "patch", priority)
    assert incident.due_in_berlin("action_due", 120) == due


def test_courses() -> None:
    """What stops each clock, fact by fact: each begins where the agreement says, and no earlier."""
    incident = Exemplary()
    assert running(incident, 0) == {"acknowledge", "respond", "workaround", "resolve"}
    incident.acknowledge(10)
    assert running(incident, 10) == {"respond", "workaround", "resolve"}
    incident.update(20)
    assert running(incident, 20) == {"update", "workaround", "resolve"}
    incident.update(30)
    assert running(incident, 30) == {"update", "workaround", "resolve"}
    assert incident.reading("update", 30).started_at == moment(30)
    incident.mitigate(40)
    assert running(incident, 40) == {"update", "resolve"}
    incident.resolve(50)
    assert running(incident, 50) == {"review_due"}
    incident.review(60)
    assert running(incident, 60) == set()
    incident.agree(70, "patch", "high")
    incident.agree(71, "train", "low")
    assert [reading.about for reading in incident.readings(80) if reading.state == "running"] == ["patch", "train"]
    incident.do(90, lambda it, when: it.close_action("patch", None, by="key:1", at=when))
    assert [reading.about for reading in incident.readings(90) if reading.state == "running"] == ["train"]
    assert {reading.state for reading in incident.readings(90)} == {"met", "running"}


def running(incident: Exemplary, at: float) -> set[str]:
    """Give the clocks that run."""
    return {reading.clock for reading in incident.readings(at) if reading.state == "running"}


def test_the_provider_owes_what_names_nobody() -> None:
    """Whoever provides the service: acme for payments, its supplier for the gateway."""
    for service, party in (("payments-api", "acme"), ("reporting", "acme"), ("initech-gateway", "initech")):
        assert {reading.duty_of for reading in Exemplary("S2", service).readings(HOUR)} == {(party,)}
    assert all(target.duty_of is None for target in example_agreement().targets.values())
