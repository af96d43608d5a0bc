"""Claims and disputes over HTTP: made, voted on, withdrawn, refused in words, and what becomes of them in silence."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.deciding import Bench
from tests.support.http import Site, party_key, problem_of, wrong_fields


@pytest.fixture
def bench(site: Site) -> Bench:
    """Give two parties that decide together."""
    return Bench(site)


def delay(bench: Bench, **more: object) -> dict[str, Any]:
    """Give the claim that the client held the provider up for half an hour, ending now."""
    body = {
        "kind": "exclusion",
        "name": "client_caused_delay",
        "start": bench.ago(minutes=30),
        "until": bench.ago(),
        "reason": "They had locked our access",
    }
    return body | more


def test_a_claim_is_made_and_both_parties_grant_it(bench: Bench) -> None:
    """The second vote decides; the resolve clock has then stood still for the time that was claimed."""
    incident = bench.declare()
    bench.turn(hours=1)
    counted = bench.clock(incident, "resolve")["counted"]
    claim = bench.made("acme", incident, "claims", delay(bench))
    assert (claim["state"], claim["voters"], claim["votes"]) == ("open", ["acme", "globex"], {})
    assert claim["clocks"] == ["resolve"]
    first = bench.vote("acme", incident, claim, "granted").body
    assert (first["state"], first["votes"]) == ("open", {"acme": "granted"})
    second = bench.vote("globex", incident, claim, "granted").body
    assert (second["state"], second["outcome"]) == ("decided", "granted")
    assert bench.clock(incident, "resolve")["counted"] == counted - 30 * 60


def test_a_claim_has_an_address_and_a_place_in_the_list(bench: Bench) -> None:
    """Location leads to it; the list can be asked for those that are open; both parties read it."""
    incident = bench.declare()
    answer = bench["acme"].command(incident, "claims", delay(bench, start=bench.ago()))
    assert wrong_fields(answer) == ["until"], "it would end where it begins"
    bench.turn(minutes=5)
    answer = bench["acme"].command(incident, "claims", delay(bench, start=incident["reported_at"]))
    assert answer.status == 201
    assert bench["globex"].get(answer.headers["Location"]).body["reason"] == "They had locked our access"
    number = answer.body["number"]
    assert [each["number"] for each in bench.read(incident, "claims?state=open")["items"]] == [number]
    assert bench.read(incident, "claims?state=decided")["items"] == []
    assert bench["acme"].get(f"/v1/incidents/{incident['id']}/claims/999").status == 404


def test_a_claim_sent_again_is_made_once(bench: Bench) -> None:
    """The same key gives the same claim."""
    incident = bench.declare()
    bench.turn(hours=1)
    body = delay(bench)
    sent = [bench["acme"].command(incident, "claims", body, Idempotency_Key="claim-1") for _ in range(2)]
    assert [each.status for each in sent] == [201, 201]
    assert sent[0].body == sent[1].body
    assert sent[1].headers["Idempotency-Replayed"] == "true"
    assert len(bench.read(incident, "claims")["items"]) == 1


MISSING = [
    ({"kind": "exclusion", "reason": "x"}, ["name", "start"]),
    ({"kind": "backdating", "reason": "x", "entry": 1}, ["start"]),
    ({"kind": "extension", "reason": "x", "name": "A-1"}, ["until"]),
    ({"kind": "backdating", "reason": "x", "entry": 1, "start": "2026-03-02T11:00:00Z", "name": "y"}, ["name"]),
    ({"kind": "wish", "reason": "x"}, ["kind"]),
    ({"reason": "x"}, ["kind"]),
    ({"kind": "exclusion", "name": "no_such", "start": "2026-03-02T11:00:00Z", "reason": "x"}, ["name"]),
    ({"kind": "extension", "name": "A-1", "until": "2027-03-02T11:00:00Z", "reason": "no such action"}, ["name"]),
    ({"kind": "exclusion", "name": "x", "start": "soon", "reason": "x"}, ["start"]),
    (
        {"kind": "exclusion", "name": "client_caused_delay", "start": "2026-03-02T11:00:00Z", "reason": "x",
         "occurred_at": "2026-03-02T11:00:00Z"},
        ["occurred_at"],
    ),
]  # fmt: skip


@pytest.mark.parametrize(("body", "fields"), MISSING)
def test_a_claim_that_cannot_be_understood_names_its_fields(
    bench: Bench, body: dict[str, Any], fields: list[str]
) -> None:
    """Each mistake is a 422 with the field; nothing is recorded."""
    incident = bench.declare()
    answer = bench["acme"].command(incident, "claims", body)
    assert answer.status == 422, answer.raw
    assert wrong_fields(answer) == fields
    assert bench.read(incident, "claims")["items"] == []


def test_whoever_claims_a_severity_is_told_to_dispute_it(bench: Bench) -> None:
    """It is no kind of claim: the refusal says where it is proposed."""
    answer = bench["globex"].command(bench.declare(), "claims", {"kind": "severity", "name": "S1", "reason": "x"})
    assert "…/disputes" in problem_of(answer)["errors"][0]["message"]


def test_who_only_works_cannot_vote(bench: Bench) -> None:
    """Making a claim needs no power to decide, voting does; and a party that has no seat cannot vote at all."""
    incident = bench.declare()
    bench.turn(hours=1)
    answer = bench.working["acme"].command(incident, "claims", delay(bench))
    assert answer.status == 201
    votes = f"claims/{answer.body['number']}/votes"
    refused = bench.working["acme"].command(incident, votes, {"vote": "granted"})
    assert problem_of(refused)["code"] == "forbidden"
    neither = bench.site.caller(party_key(bench.site.tocsin, "acme-globex", None))
    assert problem_of(neither.command(incident, votes, {"vote": "granted"}))["code"] == "not_a_voter"


def test_a_claim_is_withdrawn_by_its_own_party_alone(bench: Bench) -> None:
    """The other party votes instead; what is over takes neither votes nor evidence."""
    incident = bench.declare()
    bench.turn(hours=1)
    claim = bench.made("acme", incident, "claims", delay(bench))
    address = f"claims/{claim['number']}"
    assert problem_of(bench["globex"].command(incident, f"{address}/withdraw", {}))["code"] == "not_your_claim"
    more = bench["globex"].command(incident, f"{address}/evidence", {"evidence": "our log"}).body
    assert more["evidence"] == ["our log"]
    gone = bench["acme"].command(incident, f"{address}/withdraw", {"reason": "It was our own lock"}).body
    assert (gone["state"], gone["outcome"]) == ("decided", "withdrawn")
    assert problem_of(bench.vote("globex", incident, claim, "granted"))["code"] == "claim_over"


def test_an_unknown_claim_is_not_found(bench: Bench) -> None:
    """For votes, evidence and withdrawal alike."""
    incident = bench.declare()
    bodies = {"votes": {"vote": "granted"}, "evidence": {"evidence": "x"}, "withdraw": {}}
    for verb, body in bodies.items():
        assert bench["acme"].command(incident, f"claims/77/{verb}", body).status == 404


def test_words_of_a_claim_can_be_kept_from_the_other_party(bench: Bench) -> None:
    """That there is a claim is shared, for both sides' clocks hang on it; its reason need not be."""
    incident = bench.declare()
    bench.turn(hours=1)
    claim = bench.made("acme", incident, "claims", delay(bench, visibility="internal", evidence="our log"))
    theirs = bench.read(incident, f"claims/{claim['number']}", "globex")
    assert (theirs["reason"], theirs["evidence"]) == (None, [None])
    assert theirs["withheld"] == {"reason": "internal", "evidence.0": "internal"}


def test_a_silent_body_refuses(bench: Bench) -> None:
    """Ten days later, at the end of the day, the claim has lapsed as agreed; nobody can vote any more."""
    incident = bench.declare()
    bench.turn(hours=1)
    claim = bench.made("acme", incident, "claims", delay(bench))
    bench.turn(days=11)
    lapsed = bench.read(incident, f"claims/{claim['number']}")
    assert (lapsed["state"], lapsed["outcome"]) == ("decided", "refused")
    assert problem_of(bench.vote("globex", incident, claim, "granted"))["code"] == "claim_over"


def test_a_party_that_sets_no_severity_disputes_it(bench: Bench) -> None:
    """Meanwhile the worse of both holds; the body settles it, and what it says holds from then on."""
    incident = bench.declare(impact="minor", urgency="normal")
    assert incident["severity"] == "S2"
    dispute = bench.made("globex", incident, "disputes", {"severity": "S1", "reason": "No shop can take payments"})
    assert (dispute["kind"], dispute["standing"], dispute["name"], dispute["meanwhile"]) == (
        "severity", "S2", "S1", "S1",
    )  # fmt: skip
    assert bench["acme"].get(f"/v1/incidents/{incident['id']}").body["severity"] == "S1"
    bench.vote("acme", incident, dispute, "S2")
    settled = bench.vote("globex", incident, dispute, "S2").body
    assert settled["outcome"] == "S2"
    assert bench["acme"].get(f"/v1/incidents/{incident['id']}").body["severity"] == "S2"


def test_a_dispute_that_nobody_settles_falls_back(bench: Bench) -> None:
    """Two hours later the higher severity holds for good, as agreed."""
    incident = bench.declare(impact="minor", urgency="normal")
    dispute = bench.made("globex", incident, "disputes", {"severity": "S1", "reason": "No shop can take payments"})
    bench.turn(hours=3)
    assert bench.read(incident, f"claims/{dispute['number']}")["outcome"] == "S1"
    assert bench["acme"].get(f"/v1/incidents/{incident['id']}").body["severity"] == "S1"


def test_changing_a_severity_that_one_may_not_set_is_a_dispute(bench: Bench) -> None:
    """The client's command does not change it at once: it becomes a proposal that the incident shows."""
    incident = bench.declare(impact="minor", urgency="normal")
    after = bench["globex"].must(incident, "severity", {"severity": "S1", "reason": "Everything is down"})
    [claim] = bench.read(incident, "claims")["items"]
    assert (claim["kind"], claim["party"], after["severity"]) == ("severity", "globex", "S1")
