"""Who decides what under the worked example, and how the agreement itself changes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from escalation.agreement import check_document
from escalation.book.life import proposers
from escalation.book.migrating import movers
from escalation.book.proposals import draft
from escalation.mandates import next_body
from escalation.terms import AgreementTerms
from incidents.terms import ExclusionSought, Mandate, PauseSought
from tests.support.example_agreement import example_agreement

if TYPE_CHECKING:
    from collections.abc import Callable

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
BOTH_SIDES = ("acme", "globex")


def terms() -> AgreementTerms:
    """Give the example, as incidents ask it."""
    return AgreementTerms(example_agreement(), "reporting")


def midnight(day: str) -> datetime:
    """Give the end of a winter's day in Berlin."""
    return datetime.fromisoformat(f"{day}T23:00:00+00:00")


def severity() -> Mandate:
    """Give who settles a severity that is proposed at noon."""
    route = terms().severity_route("globex", "S3", "S1", NOON)
    assert route is not None
    return route.mandate


def exclusion(name: str) -> Mandate:
    """Give who grants an exclusion that is claimed at noon."""
    return terms().exclusion(ExclusionSought(name, NOON, NOON + timedelta(hours=1), evidence="letter"), NOON).mandate


ASKED: dict[str, Callable[[], Mandate]] = {
    "declare_force_majeure": lambda: exclusion("force_majeure"),
    "grant_exclusion": lambda: exclusion("client_caused_delay"),
    "settle_severity": severity,
    "backdate_fact": lambda: terms().mandate("backdate_fact", NOON),
    "extend_action": lambda: terms().mandate("extend_action", NOON),
}
DECIDED = [
    ("declare_force_majeure", "steering_committee", midnight("2026-03-07"), "refused"),
    ("grant_exclusion", "service_review_board", midnight("2026-03-12"), "escalate"),
    ("settle_severity", "severity_panel", NOON.replace(hour=14), "S1"),
    ("backdate_fact", "service_review_board", midnight("2026-03-07"), "refused"),
    ("extend_action", "service_review_board", midnight("2026-03-07"), "refused"),
]


@pytest.mark.parametrize(("decision", "body", "due_at", "silent"), DECIDED)
def test_each_question_goes_to_its_body(decision: str, body: str, due_at: datetime, silent: str) -> None:
    """Both sides must agree, until the end of the last day; what holds if nobody answers is agreed too."""
    assert ASKED[decision]() == Mandate(decision, body, BOTH_SIDES, "both", due_at, silent)
    assert sorted(example_agreement().governance.authorities) == sorted(ASKED)


def test_extensions_of_an_action_are_granted_by_the_board() -> None:
    """The pause names the body, which has five days for it."""
    found = terms().pause_claim(PauseSought("approved_extension", NOON), NOON)
    assert found.clocks == ("action_due",)
    assert (found.mandate.body, found.mandate.due_at) == ("service_review_board", midnight("2026-03-07"))


def test_amendments_are_proposed_by_any_signatory() -> None:
    """Either side may, and nobody else."""
    assert proposers(example_agreement()) == {"acme", "globex"}


def test_amendments_need_thirty_days_and_both_signatures() -> None:
    """Until the end of the thirtieth day in Berlin it does not act, and then it lapses if somebody has not signed."""
    found = draft(example_agreement(), None, NOON)
    assert found.signers == ("acme", "globex")
    assert found.terms["not_before"] == found.terms["lapses_at"] == datetime(2026, 4, 1, 22, tzinfo=UTC)


def test_running_incidents_move_if_both_sign() -> None:
    """An amendment acts on incidents opened after it, until both sign that the open ones move."""
    assert movers(example_agreement()) == ("acme", "globex")


def test_amendments_act_on_incidents_opened_after_them() -> None:
    """Nothing else is offered: incidents are pinned to their version."""
    document = example_agreement().document
    spec = document["spec"]
    assert isinstance(spec, dict)
    governance = {**spec["governance"], "amendments": {**spec["governance"]["amendments"], "applies_to": "all"}}
    (mistake,) = check_document({**document, "spec": {**spec, "governance": governance}})
    assert mistake.field == "spec.governance.amendments.applies_to"


def test_a_silent_body_is_followed_by_the_next() -> None:
    """From the review board to the steering committee; mediation casts no votes."""
    agreement = example_agreement()
    first = next_body(agreement, "service_review_board", NOON)
    assert first is not None
    assert (first.body, first.due_at) == ("steering_committee", datetime(2026, 4, 1, 22, tzinfo=UTC))
    assert next_body(agreement, "steering_committee", NOON) is None


def test_contract_disputes_climb_three_steps() -> None:
    """To the board, to the committee, to mediation; raised within thirty days."""
    disputes = example_agreement().governance.disputes
    assert disputes is not None
    assert [step.to for step in disputes.steps] == ["service_review_board", "steering_committee", "mediation"]
    assert disputes.raise_within.end(NOON, "Europe/Berlin") == datetime(2026, 4, 1, 22, tzinfo=UTC)


def test_records_are_kept_for_seven_years() -> None:
    """Counted from the end of the agreement."""
    retain = example_agreement().governance.retain
    assert retain is not None
    assert retain.end(datetime(2026, 12, 31, 12, tzinfo=UTC), "Europe/Berlin") == midnight("2033-12-31")


@pytest.mark.parametrize(("key", "other"), [("timestamps", "local"), ("resolution", "PT1M")])
def test_records_are_in_utc_to_the_second(key: str, other: str) -> None:
    """No other times are offered."""
    document = example_agreement().document
    spec = document["spec"]
    assert isinstance(spec, dict)
    records = {**spec["governance"]["records"], key: other}
    changed = {**document, "spec": {**spec, "governance": {**spec["governance"], "records": records}}}
    assert [mistake.field for mistake in check_document(changed)] == [f"spec.governance.records.{key}"]
