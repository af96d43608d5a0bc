"""What the law wants told under the worked example, by whom, to whom and by when."""

from __future__ import annotations

from datetime import timedelta

import pytest

from escalation.terms import AgreementTerms
from incidents.errors import InvalidField
from tests.support.example_agreement import example_agreement
from tests.support.example_incident import HOUR, Exemplary

DUTIES = [
    ("notify-client", {"acme"}, 24, False, False),
    ("notify-authority", {"globex"}, 72, True, True),
    ("early-warning", {"acme"}, 24, False, False),
]


@pytest.mark.parametrize(("name", "owed_by", "hours", "phases", "reasons"), DUTIES)
def test_each_duty(name: str, owed_by: set[str], hours: int, phases: bool, reasons: bool) -> None:  # noqa: FBT001 - columns
    """Who owes it, how soon after becoming aware, whether it may come in phases, and what a late one must say."""
    duty = AgreementTerms(example_agreement()).legal_duty(name)
    assert duty.owed_by == owed_by
    assert duty.within == timedelta(hours=hours)
    assert (duty.phases, duty.late_needs_reasons) == (phases, reasons)


def test_an_unknown_duty_is_refused() -> None:
    """The message lists the agreed ones."""
    with pytest.raises(InvalidField, match="notify-client, notify-authority, early-warning\\."):
        AgreementTerms(example_agreement()).legal_duty("notify-press")


def test_which_flag_calls_for_it() -> None:
    """That of its law (GDPR Article 33, NIS 2 Article 23), or the one that is written."""
    found = {name: (rule.law, rule.applies_when) for name, rule in example_agreement().notifications.items()}
    assert found == {
        "notify-client": ("gdpr-33-2", "personal_data_breach"),
        "notify-authority": ("gdpr-33-1", "personal_data_breach"),
        "early-warning": ("nis2-23", "significant"),
    }


def test_an_unlikely_risk_waives_the_authoritys() -> None:
    """GDPR Article 33 (1) wants no notification where a risk is unlikely."""
    waived = {name: rule.unless for name, rule in example_agreement().notifications.items() if rule.unless}
    assert waived == {"notify-authority": "unlikely_risk"}


def test_it_runs_from_awareness_at_any_time() -> None:
    """Not from the report, which came later; nights and the weekend count."""
    incident = Exemplary("S3", at=HOUR)
    incident.flag(HOUR, "personal_data_breach", "significant")
    for party in ("acme", "globex"):
        incident.aware(2 * HOUR, party)
    due = {clock: incident.due(clock, 2 * HOUR) for clock in example_agreement().notifications}
    assert due == {"notify-client": 26 * HOUR, "notify-authority": 74 * HOUR, "early-warning": 26 * HOUR}


@pytest.mark.parametrize(
    ("flags", "called_for"),
    [
        (("personal_data_breach",), {"notify-client", "notify-authority"}),
        (("personal_data_breach", "unlikely_risk"), {"notify-client"}),
        (("significant",), {"early-warning"}),
        (("other",), set()),
    ],
)
def test_flags_call_for_what_the_law_wants(flags: tuple[str, ...], called_for: set[str]) -> None:
    """The flag of the law, or the one that is written, starts the clock; an unlikely risk waives the authority's."""
    incident = Exemplary("S3")
    incident.flag(60, *flags)
    for party in ("acme", "globex"):
        incident.aware(HOUR, party)
    legal = [reading for reading in incident.readings(HOUR) if reading.clock in example_agreement().notifications]
    assert {reading.clock for reading in legal if reading.state == "running"} == called_for
