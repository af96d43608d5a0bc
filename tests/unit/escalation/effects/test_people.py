"""What the parties, contacts, bodies and services of the worked example bring about."""

from __future__ import annotations

import pytest

from escalation.book.renewal import signatories
from escalation.clocks.courses import Courses
from escalation.standing import AgreedStandings
from escalation.terms import AgreementTerms
from incidents.errors import InvalidField
from tests.support.example_agreement import OneVersion, example_agreement, worded
from tests.support.example_incident import Exemplary


def test_parties_are_known_by_id_and_by_role() -> None:
    """A duty, a power or a rung that names a role means the party that has it."""
    agreement = example_agreement()
    roles = {"provider": "acme", "client": "globex", "supplier": "initech", "authority": "external"}
    for role, party in roles.items():
        assert agreement.parties_named(role) == agreement.parties_named(party) == {party}


def test_signatories_alone_are_bound() -> None:
    """Who supplies, or is only notified, signs nothing."""
    agreement = example_agreement()
    assert signatories(agreement) == ("acme", "globex")
    assert {party.id: party.kind for party in agreement.parties.values() if party.kind != "signatory"} == {
        "initech": "supporting",
        "external": "external",
    }


def test_each_party_has_its_zone() -> None:
    """Who gives none has that of the agreement."""
    zones = {party.id: party.tz for party in example_agreement().parties.values()}
    assert zones == {
        "acme": "Europe/Berlin",
        "globex": "America/New_York",
        "initech": "Europe/Berlin",
        "external": "Europe/Berlin",
    }


def test_initech_supplies_acme() -> None:
    """Whose failure excuses whom hangs on who supplies whom."""
    assert [(party.id, party.to) for party in example_agreement().parties.values() if party.to] == [("initech", "acme")]


HOLDERS = {
    "acme.duty_manager": "acme-duty",
    "acme.service_manager": "acme-sm",
    "acme.head_of_operations": "acme-ops",
    "acme.coo": "acme-coo",
    "globex.service_owner": "globex-ops",
    "globex.sponsor": "globex-cio",
    "globex.dpo": "globex-dpo",
    "external.supervisory_authority": "authority",
    "external.csirt": "national-csirt",
}


@pytest.mark.parametrize(("role", "contact"), HOLDERS.items())
def test_each_role_reaches_its_contact(role: str, contact: str) -> None:
    """A page to a role goes to who holds it, on the terminal."""
    agreement = example_agreement()
    (recipient,) = agreement.recipients(role)
    assert (recipient.contact, recipient.party, recipient.channel) == (contact, role.partition(".")[0], "terminal")
    assert agreement.recipients(contact) == (recipient,)


def test_in_a_body_each_party_with_a_member_votes() -> None:
    """Each body that decides something has both sides in it."""
    agreement = example_agreement()
    assert {body: members.members for body, members in agreement.bodies.items()} == {
        "service_review_board": ("acme-sm", "globex-ops"),
        "steering_committee": ("acme-coo", "globex-cio"),
        "severity_panel": ("acme-duty", "globex-ops"),
    }
    assert all(agreement.voters(body) == ("acme", "globex") for body in agreement.bodies)


def test_incidents_are_about_services_that_somebody_provides_and_uses() -> None:
    """Any other service is refused, by a message that lists these."""
    agreement = example_agreement()
    terms = AgreementTerms(agreement)
    sides = {service.id: (service.provided_by, service.used_by) for service in agreement.services.values()}
    assert sides == {
        "payments-api": ("acme", ("globex",)),
        "reporting": ("acme", ("globex",)),
        "initech-gateway": ("initech", ("acme",)),
    }
    with pytest.raises(InvalidField, match="payments-api, reporting, initech-gateway"):
        terms.check_service("mail")


def test_what_fails_concerns_the_parties_of_what_depends_on_it() -> None:
    """Payments stand on the supplier's gateway, so its incidents are Globex' too; nothing stands on reporting."""
    agreement = example_agreement()
    standings = AgreedStandings(Courses(OneVersion(agreement)))
    concerned = {name: standings.of(Exemplary(service=name).incident).concerned for name in agreement.services}
    assert concerned == {
        "payments-api": ("acme", "globex"),
        "reporting": ("acme", "globex"),
        "initech-gateway": ("initech", "acme", "globex"),
    }


def test_it_concerns_those_who_depend_on_it_through_others_and_cycles_end() -> None:
    """Three services that depend on each other in a circle concern everybody in it, each once."""
    circle = worded(
        {
            "tier: critical, depends_on: [initech-gateway]": "tier: critical, depends_on: [reporting]",
            "used_by: globex, tier: standard}": "used_by: external, tier: standard, depends_on: [initech-gateway]}",
            "used_by: acme, tier: standard}": "used_by: acme, tier: standard, depends_on: [payments-api]}",
        }
    )
    for service in circle.services:
        assert sorted(circle.concerned_with(service)) == ["acme", "external", "globex", "initech"]
    assert circle.concerned_with("mail") == ()
