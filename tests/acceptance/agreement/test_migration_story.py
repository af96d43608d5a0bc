"""Running incidents that move to another version: named, signed by both parties, moved once, and from then on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from incidents.happenings import AgreementMigrated
from tests.support.agreeing import AGREEMENTS, PARTIES, PARTNERSHIP, Partners, agreement_text
from tests.support.http import problem_of

if TYPE_CHECKING:
    from tests.support.http import Reply, Site

MIGRATIONS = f"{AGREEMENTS}/migrations"
AT_ONCE = "applies_to: incidents_opened_after"


@pytest.fixture
def partners(site: Site) -> Partners:
    """Give two parties with a second version in force, and an incident that was opened under the first."""
    partners = Partners(site, agreement_text(amendments=AT_ONCE))
    partners.agree()
    return partners


def amended(partners: Partners, words: dict[str, str] | None = None) -> None:
    """Bring a second version into force."""
    partners.must(partners.propose("acme", agreement_text(2, amendments=AT_ONCE, words=words)), 201)
    assert partners.agree(2)["stage"] == "in_force"


def propose(partners: Partners, party: str = "acme", **body: object) -> Reply:
    """Propose to move incidents to version 2."""
    return partners[party].post(MIGRATIONS, {"to_version": 2, **body})


def version_of(partners: Partners, incident: dict[str, Any]) -> int:
    """Give the version that an incident is under now, as everybody reads it."""
    found = partners.must(partners["globex"].get(f"/v1/incidents/{incident['id']}"))
    return int(found["agreement"]["version"])


def moves(partners: Partners, incident: dict[str, Any]) -> int:
    """Count how often an incident was moved."""
    found = partners.site.tocsin.incidents.get(f"{PARTNERSHIP}/incident/{incident['id']}")
    return sum(isinstance(fact, AgreementMigrated) for fact in found.history)


def test_an_incident_moves_when_both_have_signed(partners: Partners) -> None:
    """It keeps its version until the second signature; then it moves, once, and people's copies of it stay fresh."""
    incident = partners.must(partners.declare(), 201)
    amended(partners)
    later = partners.must(partners.declare(), 201)
    proposed = partners.must(propose(partners), 201)
    assert [each["id"] for each in proposed["incidents"]] == [incident["id"]]
    signatures = f"{MIGRATIONS}/{proposed['migration']}/signatures"

    partners.must(partners["acme"].post(signatures))
    assert version_of(partners, incident) == 1
    done = partners.must(partners["globex"].post(signatures))
    assert (done["stage"], [each["id"] for each in done["moved"]]) == ("carried_out", [incident["id"]])
    assert (version_of(partners, incident), version_of(partners, later)) == (2, 2)

    for party in PARTIES:
        partners.must(partners[party].post(signatures))
    assert (moves(partners, incident), moves(partners, later)) == (1, 0)
    now = partners.must(partners["acme"].get(f"/v1/incidents/{incident['id']}"))
    assert now["revision"] == incident["revision"]
    [listed] = partners.must(partners["globex"].get(MIGRATIONS))["items"]
    assert listed == done


def test_what_is_over_by_then_stays(partners: Partners) -> None:
    """Only running incidents move; the migration says which did."""
    over, running = (partners.must(partners.declare(), 201) for _ in range(2))
    amended(partners)
    proposed = partners.must(propose(partners), 201)
    partners["acme"].must(over, "resolve")
    for party in PARTIES:
        done = partners.must(partners[party].post(f"{MIGRATIONS}/{proposed['migration']}/signatures"))
    assert [each["id"] for each in done["moved"]] == [running["id"]]
    assert (version_of(partners, over), version_of(partners, running)) == (1, 2)


def test_what_does_not_fit_the_version_is_not_named(partners: Partners) -> None:
    """Version 2 has no payments-api: nothing fits by itself, and whoever names the incident is told why."""
    incident = partners.must(partners.declare(), 201)
    amended(partners, {"payments-api": "payments"})
    assert problem_of(propose(partners))["code"] == "nothing_to_migrate"
    named = problem_of(propose(partners, incidents=[incident["number"]]))
    assert (named["code"], named["details"]) == ("cannot_migrate", {"incidents": [incident["id"]]})


def test_what_the_other_party_may_not_see_is_not_shown_to_it(partners: Partners) -> None:
    """An incident that exists for one party alone is in no migration that the other one must sign."""
    body = {"partnership": PARTNERSHIP, "service": "payments-api", "title": "x", "severity": "S1"}
    partners.must(partners["acme"].post("/v1/incidents", body | {"visibility": "internal"}), 201)
    amended(partners)
    assert problem_of(propose(partners))["code"] == "nothing_to_migrate"


def test_a_migration_is_to_the_version_in_force_and_can_be_taken_back(partners: Partners) -> None:
    """To no other version, not of what runs nowhere; whoever proposed it takes it back, and then nobody signs it."""
    partners.must(partners.declare(), 201)
    assert problem_of(propose(partners))["code"] == "not_in_force"
    amended(partners)
    assert propose(partners, incidents=["INC-999999"]).status == 422
    proposed = partners.must(propose(partners, "globex"), 201)
    address = f"{MIGRATIONS}/{proposed['migration']}"
    assert problem_of(partners["acme"].post(f"{address}/withdraw"))["code"] == "not_yours"
    assert partners.must(partners["globex"].post(f"{address}/withdraw"))["stage"] == "withdrawn"
    assert problem_of(partners["acme"].post(f"{address}/signatures"))["code"] == "not_proposed"
    assert partners["acme"].post(f"{MIGRATIONS}/999/signatures").status == 404
    assert problem_of(partners.site.operator.post(f"{address}/signatures"))["code"] == "not_a_signer"
