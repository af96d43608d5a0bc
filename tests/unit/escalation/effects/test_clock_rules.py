"""What the clock rules of the worked example do."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from escalation.agreement import check_document
from incidents.carrying_out import CLOCK_SKEW, check_time
from incidents.incident import Incident
from incidents.refusals import TooLate
from tests.support.clocked import moment
from tests.support.example_agreement import example_agreement
from tests.support.example_incident import DAY, HOUR, Exemplary

FIXED = [
    ("pin", "agreement", "latest"),
    ("pin", "calendar", "latest"),
    ("retarget", "mode", "restart"),
    ("retarget", "on_calendar_change", "recount"),
    ("reopen", "mode", "restart"),
    ("reopen", "closed_time", "counted"),
    ("reopen", "after", "nothing"),
    ("due_at", None, "latest"),
    ("met_when", None, "elapsed_lt_target"),
]


@pytest.mark.parametrize(("rule", "key", "other"), FIXED)
def test_rules_with_one_meaning(rule: str, key: str | None, other: str) -> None:
    """Another value would promise what no clock does, and is refused."""
    document: Any = example_agreement().document
    rules = document["spec"]["clock_rules"]
    changed = {**rules, rule: other if key is None else {**rules[rule], key: other}}
    found = check_document({**document, "spec": {**document["spec"], "clock_rules": changed}})
    assert [mistake.field for mistake in found] == [f"spec.clock_rules.{rule}" + (f".{key}" if key else "")]


def test_a_worse_severity_may_leave_no_time() -> None:
    """What S3 had counted beyond the target of S1 is used up: the clock is due at the change."""
    incident = Exemplary("S3")
    incident.severity(3 * HOUR, "S1")
    assert incident.due("acknowledge", 3 * HOUR) == 3 * HOUR


@pytest.mark.parametrize(("days", "resumes"), [(5.4, True), (5.5, False)])
def test_an_incident_reopened_within_five_days_goes_on(days: float, resumes: bool) -> None:  # noqa: FBT001 - a column
    """Until the end of the fifth day in Berlin the same clock resumes; later a new one begins."""
    incident = Exemplary("S3")
    incident.resolve(HOUR)
    incident.do(HOUR, lambda it, when: it.close(by="key:1", at=when))
    incident.reopen(days * DAY)
    runs = [reading for reading in incident.readings(days * DAY) if reading.clock == "resolve"]
    assert (len(runs) == 1) is resumes


def test_warnings() -> None:
    """At half, three quarters and nine tenths of each target."""
    for reading in Exemplary("S2").readings(0):
        assert [warning.percent for warning in reading.warnings] == [50, 75, 90]
    incident = Exemplary("S1")
    told = [incident.turn(minutes * 60) for minutes in (7, 8, 11.5, 14)]
    percents = [
        [
            owed.values["percent"]
            for owed in turn
            if owed.happening is Incident.ClockWarned and owed.values["clock"] == "acknowledge"
        ]
        for turn in told
    ]
    assert percents == [[], [50], [75], [90]]


def test_facts_may_be_reported_four_hours_late() -> None:
    """What is older is refused, but for what clocks may differ by; the limit itself still holds."""
    terms, now = Exemplary("S4").terms, moment(DAY)
    oldest = moment(DAY - 4 * HOUR) - CLOCK_SKEW
    check_time(oldest, now, terms)
    with pytest.raises(TooLate):
        check_time(oldest - timedelta(seconds=1), now, terms)


def test_older_facts_need_authority() -> None:
    """Whoever may accept an older time can be asked; without that nobody could."""
    incident = Exemplary("S4")
    incident.acknowledge(8 * HOUR)
    acknowledged = incident.incident.history[-1].originator_version
    incident.do(
        8 * HOUR,
        lambda it, when: it.claim_backdating(acknowledged, it.reported_at, "x", incident.terms, by="k", at=when),
    )
    (claim,) = incident.incident.open_claims
    assert claim.body == "service_review_board"
