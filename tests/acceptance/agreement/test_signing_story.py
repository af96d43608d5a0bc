"""How an agreement comes about: proposed, read, signed by each party, in force; or withdrawn, or lapsed."""

from __future__ import annotations

import pytest

from tests.support.agreeing import AGREEMENTS, Partners, agreement_text
from tests.support.http import Site, party_key, problem_of


@pytest.fixture
def partners(site: Site) -> Partners:
    """Give two parties with a first version before them."""
    return Partners(site)


def test_a_first_version_is_in_force_once_both_have_signed(partners: Partners) -> None:
    """Until then nothing can be declared; then it holds from the date that they signed, which is past."""
    assert partners.standing(1)["stage"] == "proposed"
    refused = problem_of(partners.declare())
    assert (refused["status"], "have yet to sign" in refused["detail"]) == (404, True)

    assert partners.must(partners.sign("acme"))["stage"] == "proposed"
    assert problem_of(partners.declare())["status"] == 404
    signed = partners.must(partners.sign("globex"))

    assert (signed["stage"], signed["in_force_from"]) == ("in_force", "2026-01-01T00:00:00.000000Z")
    assert [(each["party"], each["signed_at"]) for each in signed["signatures"]] == [
        ("acme", "2026-03-02T12:00:00.000000Z"),
        ("globex", "2026-03-02T12:00:00.000000Z"),
    ]
    assert partners.must(partners.declare(), 201)["agreement"]["version"] == 1
    assert partners.facts() == ["Begun", "Proposed", "Signed", "Signed", "EnteredForce"]


def test_what_nobody_has_agreed_to_has_no_end(partners: Partners) -> None:
    """While a first version waits for signatures, nobody receives a record of it."""
    end = partners.must(partners["acme"].get(f"{AGREEMENTS}/end"))
    assert (end["ends_at"], end["handover"], end["records_kept_until"]) == (None, [], None)


def test_one_signs_what_one_has_read(partners: Partners) -> None:
    """Another digest than the version's is refused, with both; so are the operator and those who need not sign."""
    wrong = problem_of(partners["acme"].post(f"{AGREEMENTS}/1/signatures", {"digest": "0" * 64}))
    assert (wrong["status"], wrong["code"]) == (409, "digest_differs")
    assert wrong["details"] == {"signed": "0" * 64, "stands": partners.first["digest"]}

    body = {"digest": partners.first["digest"]}
    for caller in (partners.site.operator,):
        assert problem_of(caller.post(f"{AGREEMENTS}/1/signatures", body))["code"] == "not_a_signer"
    token = party_key(partners.site.tocsin, "acme-globex", None)
    neither = partners.site.caller(token).post(f"{AGREEMENTS}/1/signatures", body)
    assert neither.status == 403
    assert partners.facts() == ["Begun", "Proposed"]


def test_signing_twice_is_signing_once(partners: Partners) -> None:
    """By the same party, with the same key or another, before and after the other one has signed."""
    partners.must(partners.sign("acme"))
    partners.must(partners.sign("acme"))
    first = partners.sign("globex", Idempotency_Key="once")
    again = partners.sign("globex", Idempotency_Key="once")
    assert again.headers["Idempotency-Replayed"] == "true"
    assert again.body == first.body
    partners.must(partners.sign("acme"))
    assert partners.facts() == ["Begun", "Proposed", "Signed", "Signed", "EnteredForce"]


def test_an_amendment_waits_for_its_notice(partners: Partners) -> None:
    """Proposed by a party on 2 March with 30 days' notice: both sign at once, and it acts from 2 April."""
    partners.agree()
    proposed = partners.propose("globex", agreement_text(2))
    assert (proposed.status, proposed.headers["Location"]) == (201, f"{AGREEMENTS}/2")
    assert proposed.body["proposed_for"] == "globex"

    signed = partners.agree(2)
    assert (signed["stage"], signed["in_force_from"]) == ("signed", "2026-04-02T00:00:00.000000Z")
    assert partners.must(partners.declare(), 201)["agreement"]["version"] == 1

    partners.turn(days=30, hours=12)
    assert partners.standing(2)["stage"] == "in_force"
    assert partners.standing(1)["stage"] == "ended"
    assert partners.must(partners.declare(), 201)["agreement"]["version"] == 2


def test_a_late_signature_puts_an_amendment_off(site: Site) -> None:
    """Without a notice there are 30 days to sign, and nothing acts before the last party has, whatever it says."""
    without = "applies_to: incidents_opened_after"
    partners = Partners(site, agreement_text(amendments=without))
    partners.agree()
    partners.must(partners.propose("acme", agreement_text(2, since="2026-02-01", amendments=without)), 201)
    partners.must(partners.sign("acme", 2))
    partners.turn(days=10)
    assert partners.must(partners.sign("globex", 2))["in_force_from"] == "2026-03-12T12:00:00.000000Z"

    partners.must(partners.propose("acme", agreement_text(3, since="2026-06-01", amendments=without)), 201)
    partners.turn(days=60)
    assert partners.agree(3)["in_force_from"] == "2026-06-01T00:00:00.000000Z"


def test_what_is_not_signed_in_time_lapses(partners: Partners) -> None:
    """Silence of one party for the 30 days; its signature comes too late even before the engine has said so."""
    partners.agree()
    lapses_at = partners.must(partners.propose("acme", agreement_text(2)), 201)["lapses_at"]
    assert lapses_at == "2026-04-02T00:00:00.000000Z"
    partners.must(partners.sign("acme", 2))
    partners.turn(days=30)
    assert partners.standing(2)["stage"] == "proposed"

    partners.site.clock.move(hours=12)
    late = problem_of(partners.sign("globex", 2))
    assert (late["status"], late["code"], late["details"]) == (409, "not_proposed", {"stage": "lapsed"})
    partners.turn()
    assert partners.standing(2)["stage"] == "lapsed"
    assert partners.facts()[-1] == "ProposalLapsed"
    used = problem_of(partners.propose("acme", agreement_text(2)))
    assert (used["status"], used["code"]) == (409, "version_used_up")


def test_whoever_proposed_it_takes_it_back(partners: Partners) -> None:
    """Not the other party; its number is not used again, and what is in force cannot be taken back."""
    partners.agree()
    partners.must(partners.propose("acme", agreement_text(2)), 201)
    assert problem_of(partners["globex"].post(f"{AGREEMENTS}/2/withdraw"))["code"] == "not_yours"
    assert partners.must(partners["acme"].post(f"{AGREEMENTS}/2/withdraw"))["stage"] == "withdrawn"
    assert partners.must(partners["acme"].post(f"{AGREEMENTS}/2/withdraw"))["stage"] == "withdrawn"
    assert problem_of(partners.sign("globex", 2))["details"] == {"stage": "withdrawn"}
    assert problem_of(partners.propose("acme", agreement_text(2)))["code"] == "version_used_up"
    assert problem_of(partners.site.operator.post(f"{AGREEMENTS}/1/withdraw"))["code"] == "not_proposed"


def test_a_signature_cannot_be_gone_around(partners: Partners) -> None:
    """A version that names no signers amends one that does: the earlier one's must sign, the operator or not."""
    partners.agree()
    unsigned = agreement_text(2, words={", signed_by: [acme, globex]": ""})
    published = partners.site.operator.send("/v1/agreements", unsigned, "application/yaml")
    assert published.status == 201
    assert partners.standing(2)["stage"] == "proposed"
    assert [each["party"] for each in partners.standing(2)["signatures"]] == ["acme", "globex"]


def test_only_whom_the_agreement_lets_may_propose(partners: Partners) -> None:
    """Here the provider alone; nobody proposes what is in force without signatures, or to another partnership."""
    partners.must(partners["acme"].get(f"{AGREEMENTS}/1"))
    early = problem_of(partners.propose("acme", agreement_text(2)))
    assert early["code"] == "not_to_be_proposed"
    partners.agree()
    by_provider = agreement_text(
        2, words={"proposed_by: any_signatory": "proposed_by: provider"}, amendments="notice: P1D"
    )
    partners.must(partners.propose("globex", by_provider), 201)
    partners.agree(2)
    partners.turn(days=31)
    assert problem_of(partners.propose("globex", agreement_text(3)))["code"] == "not_yours_to_propose"
    assert partners.propose("acme", agreement_text(3)).status == 201
    elsewhere = agreement_text(4, words={"id: acme-globex\n": "id: initech-umbrella\n"})
    assert partners.propose("acme", elsewhere).status == 422


def test_a_newer_version_overtakes_an_older_proposal(partners: Partners) -> None:
    """Version 3 is in force: version 2, still open, cannot be signed any more."""
    partners.agree()
    partners.must(partners.propose("acme", agreement_text(2)), 201)
    partners.must(partners.propose("acme", agreement_text(3)), 201)
    partners.agree(3)
    assert problem_of(partners.sign("acme", 2))["code"] == "overtaken"


def test_what_was_on_record_stays_readable(partners: Partners) -> None:
    """As of an instant between the two signatures the version was a proposal, and nothing was in force."""
    partners.must(partners.sign("acme"))
    partners.site.sequence()
    between = partners.site.clock.move(minutes=1)
    partners.site.clock.move(minutes=1)
    partners.must(partners.sign("globex"))
    partners.site.sequence()
    partners.site.clock.move(minutes=1)
    as_of = f"as_of={between:%Y-%m-%dT%H:%M:%SZ}"
    [then] = partners.must(partners["acme"].get(f"{AGREEMENTS}?{as_of}"))["items"]
    [now] = partners.must(partners["acme"].get(AGREEMENTS))["items"]
    assert (then["stage"], now["stage"]) == ("proposed", "in_force")
    assert partners["acme"].get(f"{AGREEMENTS}/in-force?{as_of}").status == 404
    assert partners.must(partners["acme"].get(f"{AGREEMENTS}/in-force"))["version"] == 1
