from __future__ import annotations

from dataclasses import replace

import pytest

from escalation.agreement.model import Webhook
from escalation.terms import AgreementTerms
from incidents.errors import InvalidField
from tests.support.example_agreement import example_agreement

A_PERSON = "person:" + "0123456789abcdef" * 2


@pytest.mark.parametrize(
    ("name", "parties"),
    [
        ("acme-duty", {"acme"}),
        ("provider.service_manager", {"acme"}),
        ("globex.sponsor", {"globex"}),
        ("body:severity_panel", {"acme", "globex"}),
        ("webhook:acme-pager", {"acme"}),
        ("schedule:acme.first", {"acme"}),
        ("team:client.operations", {"globex"}),
        (A_PERSON, set()),
    ],
)
def test_names_that_lead_to_somebody(name: str, parties: set[str]) -> None:
    """And the parties that they are about; of one person the agreement knows nothing."""
    pager = Webhook("acme-pager", "acme", "https://acme.example/pages")
    terms = AgreementTerms(replace(example_agreement(), webhooks={"acme-pager": pager}))
    terms.check_addressee("to", name)
    assert terms.parties_addressed(name) == parties


@pytest.mark.parametrize(
    "name",
    [
        "nobody",
        "provider.nobody",
        "nobody.coo",
        "body:nobody",
        "webhook:nobody",
        "schedule:nobody.first",
        "schedule:acme",
        "schedule:acme.",
        "schedule:acme.first.second",
        "team:acme first",
        "person:",
        "person:ann",
        "person:" + "A" * 32,
        "",
    ],
)
def test_names_that_lead_to_nobody(name: str) -> None:
    """The field is named, and what would be right."""
    with pytest.raises(InvalidField) as refused:
        AgreementTerms(example_agreement()).check_addressee("whom", name)
    assert refused.value.field == "whom"
    assert "person:" in refused.value.message
