"""The severity that an incident is judged at."""

from __future__ import annotations

from dataclasses import replace

import pytest

from escalation.agreement.model.judgement import FINAL, HIGHEST_CONFIRMED
from escalation.clocks.judged import judged_severity
from incidents import happenings as h
from incidents.ledger.command import Command, in_command
from tests.support.clocked import Clocked, agreed, moment, the_agreement


def judged(it: Clocked, rule: str = HIGHEST_CONFIRMED, until: float | None = None) -> str:
    """Judge by one of the rules."""
    agreement = agreed(tolerance=replace(the_agreement().tolerance, judged_at=rule))
    return judged_severity(it.incident, agreement, None if until is None else moment(until))


def claim(it: Clocked, at: float, proposed: str, kind: str = "severity") -> int:
    """Dispute the severity that stands, or ask for a milder one; give the claim's number."""
    values: dict[str, object] = dict.fromkeys(("entry", "start", "until", "at_fault", "due_at", "evidence"))
    values |= {"kind": kind, "name": proposed, "standing": it.incident.severity, "meanwhile": "S1", "clocks": []}
    values |= {"decision": "settle_severity", "body": "panel", "voters": [], "rule": "both", "if_silent": "higher"}
    return said(it, at, h.ClaimMade, values | {"reason": "x"})


def said(it: Clocked, at: float, happening: type[h.IncidentEvent], values: dict[str, object]) -> int:
    """Append a fact; give its version."""
    with in_command(Command(moment(at))):
        it.incident.trigger_event(happening, by="key:1", at=moment(at), **values)
    return it.incident.version


def test_the_worst_that_stood_counts_or_the_last() -> None:
    """Whatever the agreement says."""
    it = Clocked(severity="S2")
    it.severity(10, "S1")
    it.severity(20, "S3")
    assert (judged(it), judged(it, FINAL)) == ("S1", "S3")


def test_what_changed_after_a_clock_stopped_touched_it_no_more() -> None:
    """Up to the very instant it did."""
    it = Clocked(severity="S2")
    it.severity(10, "S1")
    assert [judged(it, until=at) for at in (9, 10)] == ["S2", "S1"]


@pytest.mark.parametrize("settled", [h.ClaimDecided, h.SeveritySettled])
def test_a_severity_that_did_not_survive_a_dispute_counts_not(settled: type[h.IncidentEvent]) -> None:
    """Nor does what held meanwhile; also where it is settled after the clock stopped."""
    it = Clocked(severity="S1")
    number = claim(it, 10, "S3")
    outcome = {"outcome": "S2"} if settled is h.ClaimDecided else {"severity": "S2"}
    said(it, 30, settled, {"claim": number, **outcome})
    assert (judged(it), judged(it, until=20)) == ("S2", "S2")


def test_while_it_is_disputed_a_severity_is_not_confirmed() -> None:
    """The one before it is; the only one counts all the same."""
    it = Clocked(severity="S2")
    it.severity(10, "S1")
    number = claim(it, 20, "S2")
    assert judged(it) == "S2"
    said(it, 30, h.ClaimWithdrawn, {"claim": number, "reason": None})
    assert judged(it) == "S1"
    alone = Clocked(severity="S1")
    claim(alone, 20, "S2")
    assert judged(alone) == "S1"


def test_a_downgrade_counts_once_it_is_granted() -> None:
    """As the last severity; the worst stays what it was."""
    it = Clocked(severity="S1")
    number = claim(it, 10, "S3", "downgrade")
    assert judged(it, FINAL) == "S1"
    said(it, 20, h.ClaimDecided, {"claim": number, "outcome": "granted"})
    assert (judged(it), judged(it, FINAL)) == ("S1", "S3")
