"""Short records beside the agreement: a notice, a certificate, and a dispute that climbs until it is settled."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from api.access.permissions import Scope
from escalation.engine.reminders import Reminding
from escalation.matters import Certificate, Dispute, Notice
from incidents.ledger.rebuild import check
from tests.support.agreeing import PARTNERSHIP, Partners
from tests.support.http import party_key, problem_of

if TYPE_CHECKING:
    from escalation.matters.base import Matter
    from tests.support.http import Reply, Site

DISPUTES, NOTICES, CERTIFICATES = "/v1/contract-disputes", "/v1/notices", "/v1/certificates"
ACME, GLOBEX = ["acme-sm", "acme-ops"], ["globex-ops"]
SEATED = [*ACME, *GLOBEX]


@pytest.fixture
def partners(site: Site) -> Partners:
    """Give two parties whose agreement is in force on 2 March, with two steps for disputes: 10 and 20 days."""
    partners = Partners(site)
    partners.agree()
    partners.turn()
    return partners


def reminded(partners: Partners, kind: type[Matter], record: dict[str, Any]) -> list[tuple[str, str, list[str]]]:
    """Give of what people were reminded by a record, on which day, and whom."""
    found = partners.site.tocsin.matters.found(kind, record["id"])
    return [
        (fact.reminder, f"{fact.timestamp:%m-%d}", [page["recipient"] for page in fact.pages])
        for fact in found.history
        if isinstance(fact, Reminding.Reminded)
    ]


def dispute(partners: Partners, **said: str) -> Reply:
    """Raise a dispute for the client, about what was so on 1 March."""
    body = {"partnership": PARTNERSHIP, "subject": "Nobody announced it", "about": "other"}
    return partners["globex"].post(DISPUTES, body | {"happened_at": "2026-03-01T00:00:00Z"} | said)


def announce(partners: Partners, starts: str = "2026-05-02T02:00:00Z", kind: str = "deprecation") -> dict[str, Any]:
    """Announce a change for the provider."""
    body = {"partnership": PARTNERSHIP, "kind": kind, "services": ["reporting"], "starts_at": starts, "text": "v1 ends"}
    return partners.must(partners["acme"].post(NOTICES, body), 201)


def test_a_dispute_climbs_its_steps_and_is_exhausted(partners: Partners) -> None:
    """Each body has its days and is told; a step's time begins when the last one's was over; then nothing is left."""
    raised = partners.must(dispute(partners), 201)
    assert raised["steps"] == [{"to": "service_review_board", "due_at": "2026-03-13T00:00:00.000000Z"}]
    partners.turn()
    partners.turn(days=10)
    assert len(partners.must(partners["acme"].get(f"{DISPUTES}/{raised['id']}"))["steps"]) == 1
    partners.turn(hours=13)
    climbed = partners.must(partners["acme"].get(f"{DISPUTES}/{raised['id']}"))
    assert climbed["steps"][-1] == {"to": "steering_committee", "due_at": "2026-04-03T00:00:00.000000Z"}
    assert climbed["stage"] == "open"
    partners.turn(days=25)
    assert partners.must(partners["acme"].get(f"{DISPUTES}/{raised['id']}"))["stage"] == "exhausted"
    assert reminded(partners, Dispute, raised) == [
        ("dispute_step", "03-02", ["acme-sm", "globex-ops"]),
        ("dispute_step", "03-13", ["acme-ops", "globex-ops"]),
    ]
    assert check(partners.site.tocsin.ledger).differences == ()


def test_an_engine_that_was_away_climbs_all_steps_at_once(partners: Partners) -> None:
    """It tells only the body that has the dispute by then, and dates are as if it had been there."""
    raised = partners.must(dispute(partners), 201)
    partners.turn(days=20)
    steps = partners.must(partners["acme"].get(f"{DISPUTES}/{raised['id']}"))["steps"]
    assert [step["due_at"][:10] for step in steps] == ["2026-03-13", "2026-04-03"]
    assert [to for _, _, to in reminded(partners, Dispute, raised)] == [["acme-ops", "globex-ops"]]


def test_a_dispute_is_settled_by_both(partners: Partners) -> None:
    """One proposes, the other accepts; nobody accepts their own, and what is settled climbs no further."""
    raised = partners.must(dispute(partners), 201)
    address = f"{DISPUTES}/{raised['id']}"
    proposed = partners.must(partners["acme"].post(f"{address}/settlements", {"outcome": "It counts as a breach"}))
    [settlement] = proposed["settlements"]
    accept = f"{address}/settlements/{settlement['settlement']}/accept"
    assert problem_of(partners["acme"].post(accept))["code"] == "own_settlement"
    settled = partners.must(partners["globex"].post(accept))
    assert (settled["stage"], settled["settled_by"]) == ("settled", settlement["settlement"])
    assert partners.must(partners["globex"].post(accept)) == settled
    assert problem_of(partners["acme"].post(f"{address}/settlements", {"outcome": "x"}))["code"] == "over"
    assert problem_of(partners["globex"].post(f"{address}/withdraw"))["code"] == "over"
    partners.turn(days=60)
    assert partners.must(partners["acme"].get(address)) == settled


def test_a_dispute_is_raised_in_time_and_taken_back_by_whoever_raised_it(partners: Partners) -> None:
    """Within 30 days of what it is about: an incident's end, a notice's day; the incident must be there for both."""
    late = problem_of(dispute(partners, happened_at="2026-01-30T00:00:00Z"))
    assert (late["status"], late["code"]) == (409, "too_late_to_dispute")
    assert dispute(partners, happened_at="2026-03-03T00:00:00Z").status == 422
    incident = partners.must(partners.declare(), 201)
    notice = announce(partners)
    partners["acme"].must(incident, "resolve")
    partners.turn(days=29)
    for about, reference in (("incident", incident["number"]), ("notice", notice["id"])):
        found = partners.must(dispute(partners, about=about, reference=reference), 201)
        assert found["links"]["about"].endswith(found["reference"])
    partners.turn(days=3)
    for about, reference in (("incident", incident["number"]), ("notice", notice["id"])):
        assert problem_of(dispute(partners, about=about, reference=reference))["code"] == "too_late_to_dispute"
    assert dispute(partners, about="incident", reference="INC-999999").status == 422

    raised = partners.must(dispute(partners, happened_at="2026-04-01T00:00:00Z"), 201)
    withdraw = f"{DISPUTES}/{raised['id']}/withdraw"
    assert problem_of(partners["acme"].post(withdraw))["code"] == "not_yours"
    assert partners.must(partners["globex"].post(withdraw, {"reason": "A mistake"}))["stage"] == "withdrawn"
    assert (
        problem_of(
            partners.site.operator.post(
                DISPUTES,
                {
                    "partnership": PARTNERSHIP,
                    "subject": "x",
                    "about": "other",
                    "happened_at": "2026-04-01T00:00:00Z",
                },
            )
        )["code"]
        == "not_concerned"
    )


def test_a_notice_is_brought_up_until_it_is_acknowledged(partners: Partners) -> None:
    """The silent party after 2 days, then each week; all of them 7 and 1 days before it begins."""
    given = announce(partners, "2026-04-02T02:00:00Z")
    assert given["short_notice"] is False
    for _ in range(14):
        partners.turn(days=1)
    assert reminded(partners, Notice, given) == [
        ("acknowledgement_after_2_days", "03-05", GLOBEX),
        ("acknowledgement_after_7_days", "03-10", GLOBEX),
    ]
    address = f"{NOTICES}/{given['id']}"
    own = problem_of(partners["acme"].post(f"{address}/acknowledge"))
    assert (own["code"], "of one" in own["detail"]) == ("not_concerned", True)
    noted = partners.must(partners["globex"].post(f"{address}/acknowledge"))
    assert noted["acknowledgements"] == [{"party": "globex", "acknowledged_at": "2026-03-16T12:00:00.000000Z"}]
    for _ in range(17):
        partners.turn(days=1)
    assert reminded(partners, Notice, given)[2:] == [
        ("change_in_7_days", "03-26", SEATED),
        ("change_in_1_days", "04-01", SEATED),
    ]
    assert problem_of(partners["globex"].post(f"{address}/complete"))["code"] == "not_yours"
    assert partners.must(partners["acme"].post(f"{address}/complete"))["stage"] == "completed"
    assert problem_of(partners["acme"].post(f"{address}/cancel"))["code"] == "over"


def test_a_notice_that_comes_late_says_so(partners: Partners) -> None:
    """The agreement asks for 30 days before a change; a past start, or a service that is none, is refused."""
    assert announce(partners, "2026-03-20T02:00:00Z")["short_notice"] is True
    assert announce(partners, "2026-03-20T02:00:00Z", "maintenance")["short_notice"] is False
    body = {"partnership": PARTNERSHIP, "kind": "migration", "text": "x"}
    for wrong in (
        {"services": ["reporting"], "starts_at": "2026-03-01T00:00:00Z"},
        {"services": ["nothing"], "starts_at": "2026-05-01T00:00:00Z"},
    ):
        assert partners["acme"].post(NOTICES, body | wrong).status == 422
    called_off = announce(partners)
    partners.must(partners["acme"].post(f"{NOTICES}/{called_off['id']}/cancel", {"reason": "Not needed"}))
    partners.turn(days=70)
    assert reminded(partners, Notice, called_off) == []


def test_a_certificate_is_renewed_or_expires(partners: Partners) -> None:
    """Its holder is reminded 90, 30 and 7 days before; the one that renews it ends that; else it expires."""
    body = {"partnership": PARTNERSHIP, "what": "ISO/IEC 27001:2022", "issued_at": "2023-06-01T00:00:00Z"}
    old, other = (
        partners.must(partners["acme"].post(CERTIFICATES, body | {"expires_at": "2026-06-20T00:00:00Z"}), 201)
        for _ in range(2)
    )
    for _ in range(85):
        partners.turn(days=1)
    assert reminded(partners, Certificate, old) == [
        ("expiry_in_90_days", "03-22", ACME),
        ("expiry_in_30_days", "05-21", ACME),
    ]
    renewing = body | {"expires_at": "2029-06-20T00:00:00Z", "renews": old["id"]}
    assert problem_of(partners["globex"].post(CERTIFICATES, renewing))["code"] == "not_yours"
    new = partners.must(partners["acme"].post(CERTIFICATES, renewing), 201)
    partners.turn(days=30)
    stages = {
        each["id"]: (each["stage"], each["renewed_by"])
        for each in partners.must(partners["globex"].get(f"{CERTIFICATES}?partnership={PARTNERSHIP}"))["items"]
    }
    assert stages == {new["id"]: ("valid", None), old["id"]: ("renewed", new["id"]), other["id"]: ("expired", None)}
    assert len(reminded(partners, Certificate, old)) == 2


def test_what_belongs_to_others_is_not_there(partners: Partners) -> None:
    """Neither by its id nor in a list."""
    notice, raised = announce(partners), partners.must(dispute(partners), 201)
    stranger = partners.site.stranger
    for address in (f"{NOTICES}/{notice['id']}", f"{DISPUTES}/{raised['id']}", f"{CERTIFICATES}/{notice['id']}"):
        assert stranger.get(address).status == 404
    assert partners.must(stranger.get(NOTICES))["items"] == []
    assert partners["acme"].get(f"{NOTICES}/nothing").status == 404


def test_both_parties_follow_them_in_the_feed(partners: Partners) -> None:
    """Each event leads to its record, and nothing of it is withheld from the other party."""
    notice, raised = announce(partners), partners.must(dispute(partners), 201)
    partners.turn()
    partners.site.sequence()
    token = party_key(partners.site.tocsin, PARTNERSHIP, "acme", [Scope.EVENTS_READ])
    found = partners.must(partners.site.caller(token).get("/v1/events?types=dispute.*,notice.*,agreement.proposed"))
    seen = {each["type"]: each for each in found["events"]}
    assert seen["notice.given.v1"]["links"] == {"self": f"{NOTICES}/{notice['id']}"}
    assert seen["dispute.raised.v1"]["links"] == {"self": f"{DISPUTES}/{raised['id']}"}
    assert seen["dispute.raised.v1"]["data"]["subject"] == "Nobody announced it"
    assert seen["dispute.reminded.v1"]["data"]["reminder"] == "dispute_step"
    assert seen["agreement.proposed.v1"]["links"] == {"self": f"/v1/agreements/{PARTNERSHIP}/1"}
    assert list(seen["agreement.proposed.v1"]["withheld"]) == ["document"]
