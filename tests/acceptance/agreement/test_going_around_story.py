"""Nobody gets around a signature, blocks the next version, or moves incidents to what no longer holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from api.access.permissions import Scope
from escalation.agreement.sections.header import LARGEST_VERSION
from escalation.book.migrations import MOST_OPEN as MOST_MIGRATIONS
from escalation.book.proposals import MOST_A_MONTH, MOST_OPEN
from tests.support.agreeing import AGREEMENTS, PARTIES, PARTNERSHIP, Partners, agreement_text
from tests.support.http import party_key, problem_of

if TYPE_CHECKING:
    from tests.support.http import Site

AT_ONCE = "applies_to: incidents_opened_after"
BOTH = ", signed_by: [acme, globex]"
MIGRATIONS = f"{AGREEMENTS}/migrations"


@pytest.fixture
def partners(site: Site) -> Partners:
    """Give two parties whose first version is in force; amendments act at once."""
    partners = Partners(site, agreement_text(amendments=AT_ONCE))
    partners.agree()
    return partners


def signers(partners: Partners, version: int) -> list[str]:
    """Give who must sign a version."""
    return [each["party"] for each in partners.standing(version)["signatures"]]


def test_a_proposal_that_names_its_proposer_alone_needs_all(site: Site) -> None:
    """Also where the version in force names nobody: it was published on the operator's word."""
    partners = Partners(site, agreement_text(amendments=AT_ONCE, words={BOTH: ""}))
    alone = agreement_text(2, amendments=AT_ONCE, words={BOTH: ", signed_by: [acme]"})
    partners.must(partners.propose("acme", alone), 201)
    assert signers(partners, 2) == ["acme", "globex"]
    assert partners.must(partners.sign("acme", 2))["stage"] == "proposed"
    assert partners.must(partners.sign("globex", 2))["stage"] == "in_force"


def test_who_is_dropped_or_comes_in_signs_too(partners: Partners) -> None:
    """A version that no longer has a signatory needs it once more; a new one is not bound unless it signs."""
    words = {
        "{id: globex, role: client, kind: signatory": "{id: globex, role: client, kind: supporting, to: acme",
        BOTH: ", signed_by: [acme]",
    }
    partners.must(partners.propose("acme", agreement_text(2, amendments=AT_ONCE, words=words)), 201)
    assert signers(partners, 2) == ["acme", "globex"]


def test_an_older_proposal_does_not_get_around_a_newer_rule(partners: Partners) -> None:
    """Version 3 was proposed before version 2 let a third party in, so that nobody asked it to sign."""
    third = {
        "  contacts:\n": "  contacts:\n    - {id: initech-boss, party: initech, role: boss}\n",
        "  parties:\n": "  parties:\n    - {id: initech, role: auditor, kind: signatory}\n",
    }
    partners.must(partners.propose("acme", agreement_text(2, amendments=AT_ONCE, words=third)), 201)
    partners.must(partners.propose("acme", agreement_text(3, amendments=AT_ONCE)), 201)
    assert signers(partners, 2) == ["acme", "globex", "initech"]
    partners.must(partners.sign("acme", 3))
    scopes = (Scope.AGREEMENTS_READ, Scope.AGREEMENTS_DECIDE)
    initech = partners.site.caller(party_key(partners.site.tocsin, PARTNERSHIP, "initech", scopes))
    partners.agree(2)
    body = {"digest": partners.standing(2)["digest"]}
    assert partners.must(initech.post(f"{AGREEMENTS}/2/signatures", body))["stage"] == "in_force"
    assert problem_of(partners.sign("globex", 3))["code"] == "overtaken"
    assert partners.must(partners.sign("acme", 3))["stage"] == "proposed", "signed before, which changes nothing"


def test_a_party_proposes_the_next_number(partners: Partners) -> None:
    """The largest number that there is would leave none for any later version."""
    refused = problem_of(partners.propose("acme", agreement_text(LARGEST_VERSION)))
    assert (refused["code"], refused["details"]) == ("not_next", {"next": 2})


def test_so_many_proposals_of_a_party_wait_at_once(partners: Partners) -> None:
    """Each of them holds a document. The other party, and the same one again, are not kept from it."""
    for version in range(2, 2 + MOST_OPEN):
        partners.must(partners.propose("acme", agreement_text(version, amendments=AT_ONCE)), 201)
    following = agreement_text(2 + MOST_OPEN, amendments=AT_ONCE)
    assert problem_of(partners.propose("acme", following))["code"] == "too_many_open"
    partners.must(partners.propose("acme", agreement_text(2, amendments=AT_ONCE)), 201)
    partners.must(partners.propose("globex", following), 201)
    partners.must(partners["acme"].post(f"{AGREEMENTS}/2/withdraw"))
    partners.must(partners.propose("acme", agreement_text(3 + MOST_OPEN, amendments=AT_ONCE)), 201)


def test_so_many_proposals_of_a_party_come_in_a_month(partners: Partners) -> None:
    """Also if it takes each of them back: the record keeps all documents. Thirty days later there may be more."""
    for version in range(2, 2 + MOST_A_MONTH):
        partners.must(partners.propose("acme", agreement_text(version, amendments=AT_ONCE)), 201)
        partners.must(partners["acme"].post(f"{AGREEMENTS}/{version}/withdraw"))
    following = agreement_text(2 + MOST_A_MONTH, amendments=AT_ONCE)
    assert problem_of(partners.propose("acme", following))["details"] == {"most": MOST_A_MONTH}
    partners.turn(days=31)
    partners.must(partners.propose("acme", following), 201)


def second(partners: Partners, version: int = 2, words: dict[str, str] | None = None) -> None:
    """Bring another version into force."""
    partners.must(partners.propose("acme", agreement_text(version, amendments=AT_ONCE, words=words)), 201)
    assert partners.agree(version)["stage"] == "in_force"


def test_nothing_moves_to_a_version_that_holds_no_more(partners: Partners) -> None:
    """A third version came in between: the last signature is refused, and nobody's is kept."""
    incident = partners.must(partners.declare(), 201)
    second(partners)
    migration = partners.must(partners["acme"].post(MIGRATIONS, {"to_version": 2}), 201)["migration"]
    partners.must(partners["acme"].post(f"{MIGRATIONS}/{migration}/signatures"))
    second(partners, 3)
    late = problem_of(partners["globex"].post(f"{MIGRATIONS}/{migration}/signatures"))
    assert (late["code"], late["details"]) == ("not_in_force", {"in_force": 3})
    now = partners.must(partners["acme"].get(f"/v1/incidents/{incident['id']}"))
    assert now["agreement"]["version"] == 1


def test_what_fits_no_more_stays_behind(partners: Partners) -> None:
    """It was hidden from a party since: a migration names to all what it moves."""
    incidents = [partners.must(partners.declare(), 201) for _ in range(3)]
    second(partners)
    migration = partners.must(partners["acme"].post(MIGRATIONS, {"to_version": 2}), 201)["migration"]
    coordinates = (Scope.INCIDENTS_READ, Scope.INCIDENTS_WRITE, Scope.INCIDENTS_COORDINATE)
    acme = partners.site.caller(party_key(partners.site.tocsin, PARTNERSHIP, "acme", coordinates))
    acme.must(incidents[0], "visibility", {"entry": 1, "to": "internal"})
    for party in PARTIES:
        done = partners.must(partners[party].post(f"{MIGRATIONS}/{migration}/signatures"))
    assert {each["id"] for each in done["moved"]} == {each["id"] for each in incidents[1:]}


def test_so_many_migrations_of_a_party_wait_at_once(partners: Partners) -> None:
    """They never lapse."""
    partners.must(partners.declare(), 201)
    second(partners)
    for _ in range(MOST_MIGRATIONS):
        partners.must(partners["acme"].post(MIGRATIONS, {"to_version": 2}), 201)
    assert problem_of(partners["acme"].post(MIGRATIONS, {"to_version": 2}))["code"] == "too_many_open"
    partners.must(partners["globex"].post(MIGRATIONS, {"to_version": 2}), 201)
