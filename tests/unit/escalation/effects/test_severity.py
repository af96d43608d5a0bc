"""How bad an incident is under the worked example, and who says so."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import product

import pytest

from escalation.terms import AgreementTerms
from incidents.errors import InvalidField
from incidents.refusals import NotYourSeverity
from incidents.terms import Assessment
from tests.support.example_agreement import example_agreement, worded

AT = datetime(2026, 3, 2, 12, tzinfo=UTC)
SUNDAY = datetime(2026, 3, 1, 2, tzinfo=UTC)


def terms() -> AgreementTerms:
    """Give the example, as incidents ask it."""
    return AgreementTerms(example_agreement())


def test_the_matrix_finds_each_severity() -> None:
    """Impact by urgency, the worst first."""
    impacts, urgencies = ("critical", "major", "minor"), ("immediate", "high", "normal")
    found = [terms().classify(Assessment(*pair), "reporting").severity for pair in product(impacts, urgencies)]
    assert found == ["S1", "S1", "S2", "S2", "S2", "S3", "S3", "S3", "S4"]


@pytest.mark.parametrize(("impact", "urgency", "field"), [("bad", "high", "impact"), ("minor", "now", "urgency")])
def test_what_may_be_stated(impact: str, urgency: str, field: str) -> None:
    """Any other word is refused, by a message that lists the agreed ones."""
    words = {"impact": "critical, major, minor", "urgency": "immediate, high, normal"}
    with pytest.raises(InvalidField, match=words[field]) as refused:
        terms().classify(Assessment(impact, urgency), "reporting")
    assert refused.value.field == field


def test_the_scale() -> None:
    """The worst comes first, and there is no other."""
    assert terms().severities == ("S1", "S2", "S3", "S4")
    with pytest.raises(InvalidField, match="S1, S2, S3, S4"):
        terms().check_severity("S5")


def test_a_personal_data_breach_is_an_s1() -> None:
    """A floor makes it worse, whatever the matrix says."""
    stated = Assessment("minor", "normal", flags=("personal_data_breach",))
    assert terms().classify(stated, "reporting").severity == "S1"
    assert terms().classify(Assessment("minor", "normal", flags=("other",)), "reporting").severity == "S4"


def test_a_quarter_of_the_users_of_a_critical_service_make_an_s2() -> None:
    """Both conditions must hold; what is worse already stays."""
    for service, share, expected in (
        ("payments-api", 25, "S2"),
        ("payments-api", 24, "S4"),
        ("reporting", 99, "S4"),
        ("initech-gateway", 99, "S4"),
    ):
        assert terms().classify(Assessment("minor", "normal", share), service).severity == expected
    assert terms().classify(Assessment("critical", "high", 25), "payments-api").severity == "S1"


def test_the_provider_sets_severities() -> None:
    """Its own word is enough to make it worse."""
    assert terms().severity_route("acme", "S3", "S1", AT) is None


def test_any_party_may_propose_one() -> None:
    """Without that, a party that may not set severities has no say."""
    for party in ("globex", "initech"):
        assert terms().severity_route(party, "S3", "S1", AT) is not None
    silent = AgreementTerms(worded({"proposal: any_party": "proposal: provider"}))
    with pytest.raises(NotYourSeverity):
        silent.severity_route("globex", "S3", "S1", AT)


def test_a_dispute_goes_to_the_panel_for_two_hours_at_any_time() -> None:
    """The worse one holds meanwhile, and if nobody answers; nights and Sundays count."""
    for at in (AT, SUNDAY):
        route = terms().severity_route("globex", "S3", "S1", at)
        assert route is not None
        assert (route.kind, route.meanwhile) == ("severity", "S1")
        assert (route.mandate.body, route.mandate.voters) == ("severity_panel", ("acme", "globex"))
        assert route.mandate.due_at == at + timedelta(hours=2)
        assert (route.mandate.rule, route.mandate.if_silent) == ("both", "S1")


def test_the_client_must_consent_to_a_milder_one() -> None:
    """Until it does, the severity stays."""
    route = terms().severity_route("acme", "S1", "S3", AT)
    assert route is not None
    assert (route.kind, route.meanwhile, route.mandate.voters) == ("downgrade", "S1", ("globex",))
