"""People, teams, holders and absences over HTTP: each party's own, and no other's."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from api.access.members import Grant
from api.access.permissions import Scope
from incidents.ledger.rebuild import check
from tests.support.http import OURS, THEIRS, party_key, problem_of, wrong_fields
from tests.support.signed import signed, site_of_people

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.http import Caller, Reply, Site
    from tests.support.signed import Signed

BASE = f"/v1/partnerships/{OURS}"
ZONES = {"tz": "Europe/Berlin", "languages": ["de", "en-GB"]}
TERMINAL = {"via": "terminal", "after": 0}


@pytest.fixture
def site(database_url: str) -> Iterator[Site]:
    """Yield the API, at which people can be signed in."""
    with site_of_people(database_url) as site:
        yield site


@pytest.fixture
def ann(site: Site) -> Signed:
    """Give a responder of acme."""
    return signed(site, "Ann", "acme")


@pytest.fixture
def boss(site: Site) -> Signed:
    """Give a coordinator of acme."""
    return signed(site, "Bob", "acme", "coordinator")


@pytest.fixture
def cid(site: Site) -> Signed:
    """Give a coordinator of globex."""
    return signed(site, "Cid", "globex", "coordinator")


def must(answer: Reply, status: int = 200) -> dict[str, Any]:
    """Give what came back, having looked at the status."""
    assert answer.status == status, answer.raw
    return {} if status == 204 else answer.body


def absence(site: Site, begins: float, ends: float, **more: str) -> dict[str, str]:
    """Write an absence, in hours from now."""
    now = site.clock.now()
    starts_at, ends_at = ((now + timedelta(hours=hours)).isoformat() for hours in (begins, ends))
    return {"starts_at": starts_at, "ends_at": ends_at, **more}


def names(found: Reply) -> list[str]:
    """Give the names in a list of people."""
    return [each["name"] for each in must(found)["items"]]


def contact(caller: Caller, name: str) -> dict[str, Any]:
    """Read a contact."""
    [found] = [each for each in must(caller.get(f"{BASE}/contacts"))["items"] if each["contact"] == name]
    return dict(found)


def test_a_profile_says_how_one_is_reached(site: Site, ann: Signed) -> None:
    """Empty at first, then as it was said last; each part by itself."""
    empty: dict[str, Any] = {"person": ann.person, "tz": None, "languages": [], "high": [], "low": []}
    empty["addresses"] = []
    assert must(ann.get("/v1/me/profile")) == empty
    must(ann.post("/v1/me/profile", ZONES))
    rules = {"high": [{"via": "terminal"}, {"via": "terminal", "after": 300}], "low": []}
    told = must(ann.post("/v1/me/contact-rules", rules))
    assert told == empty | ZONES | {"high": [TERMINAL, TERMINAL | {"after": 300}]}
    assert must(ann.get("/v1/me/profile")) == told
    assert must(ann.post("/v1/me/profile", {}))["tz"] is None
    assert check(site.tocsin.ledger).differences == ()


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("profile", {"tz": "Mars/Olympus"}, "tz"),
        ("profile", {"languages": ["German!"]}, "languages.0"),
        ("profile", {"languages": ["de", "de"]}, "languages.1"),
        ("profile", {"zone": "UTC"}, "zone"),
        ("contact-rules", {"high": []}, "low"),
        ("contact-rules", {"high": [{"via": "sms"}], "low": []}, "high.0.via"),
        ("contact-rules", {"high": [{"via": "webhook:pager"}], "low": []}, "high.0.via"),
        ("contact-rules", {"high": [], "low": [{"via": "terminal", "after": 3601}]}, "low.0.after"),
        ("contact-rules", {"high": [{"via": "sms:mobile"}], "low": []}, "high.0.via"),
        ("addresses", {"address": "mobile", "kind": "phone", "value": "030 12345"}, "value"),
        ("addresses", {"address": "work", "kind": "email", "value": "ann@acme"}, "value"),
        ("addresses", {"address": "Work", "kind": "email", "value": "ann@acme.example"}, "address"),
        ("addresses", {"address": "work", "kind": "pigeon", "value": "ann@acme.example"}, "kind"),
        ("absences", {"starts_at": "2026-03-02T12:00:00Z"}, "ends_at"),
        ("absences", {"starts_at": "2026-03-03T12:00:00Z", "ends_at": "2026-03-03T12:00:00Z"}, "ends_at"),
    ],
)
def test_what_cannot_be_used_is_named(ann: Signed, path: str, body: dict[str, Any], field: str) -> None:
    """422, with the field."""
    answer = ann.post(f"/v1/me/{path}", body)
    assert (answer.status, wrong_fields(answer)) == (422, [field])


def test_addresses_are_ones_own(site: Site, ann: Signed, boss: Signed, cid: Signed) -> None:
    """Shown to whoever gave them, in their profile and list; to nobody else, not even where they are reached so."""
    number = {"address": "mobile", "kind": "phone", "value": "+49 151 2345678"}
    kept = number | {"value": "+491512345678"}
    assert must(ann.post("/v1/me/addresses", number), 201) == kept
    must(ann.post("/v1/me/contact-rules", {"high": [{"via": "sms:mobile"}, {"via": "email"}], "low": []}))
    assert must(ann.get("/v1/me/addresses")) == {"items": [kept]}
    assert must(ann.get("/v1/me/profile"))["addresses"] == [kept]
    must(boss.post(f"{BASE}/contacts/acme-duty/holder", {"holder": f"person:{ann.person}"}))
    [reached] = contact(boss, "acme-duty")["reaches"]
    assert [way["via"] for way in reached["ways"]] == ["sms:mobile", "email"]
    for caller in (boss, cid, site.operator):
        for path in (f"{BASE}/people", f"{BASE}/people/{ann.person}", f"{BASE}/contacts", f"{BASE}/events"):
            assert "1512345678" not in str(caller.get(path).raw)
    refused = ann.post("/v1/me/addresses/mobile/remove")
    assert (refused.status, problem_of(refused)["code"]) == (409, "address_in_use")
    must(ann.post("/v1/me/contact-rules", {"high": [], "low": []}))
    must(ann.post("/v1/me/addresses/mobile/remove"), 204)
    assert ann.post("/v1/me/addresses/mobile/remove").status == 404
    assert must(boss.get("/v1/me/addresses")) == {"items": []}
    assert check(site.tocsin.ledger).differences == ()


def test_a_key_has_no_profile(site: Site) -> None:
    """It is nobody whom pages reach."""
    for answer in (site.partner.get("/v1/me/profile"), site.operator.post("/v1/me/absences", absence(site, 0, 1))):
        assert (answer.status, problem_of(answer)["code"]) == (409, "no_profile")


def test_an_absence_is_taken_back_once(site: Site, ann: Signed) -> None:
    """The note is for oneself alone; what is over is no longer listed, and cannot be taken back."""
    first = must(ann.post("/v1/me/absences", absence(site, 0, 5, note="Dentist")), 201)
    later = must(ann.post("/v1/me/absences", absence(site, 8, 9)), 201)
    assert (first["absence"], first["note"], later["absence"]) == (1, "Dentist", 2)
    [seen] = must(ann.get(f"{BASE}/people"))["items"]
    assert [each["absence"] for each in seen["absences"]] == [1, 2]
    assert "Dentist" not in str(seen)
    must(ann.post("/v1/me/absences/2/remove"), 204)
    assert ann.post("/v1/me/absences/2/remove").status == 404
    site.clock.move(hours=5)
    assert must(ann.get("/v1/me/absences"))["items"] == []
    assert ann.post("/v1/me/absences/1/remove").status == 404
    assert check(site.tocsin.ledger).differences == ()


def test_a_request_sent_again_has_one_effect(site: Site, ann: Signed, boss: Signed) -> None:
    """And its first answer, also once what it led to is gone."""
    body = absence(site, 0, 5)
    answers = [ann.post("/v1/me/absences", body, Idempotency_Key="k1") for _ in range(2)]
    assert answers[0].raw == answers[1].raw
    assert answers[1].headers["Idempotency-Replayed"] == "true"
    assert len(must(ann.get("/v1/me/absences"))["items"]) == 1
    must(boss.post(f"{BASE}/teams", {"name": "payments"}), 201)
    retired = [boss.post(f"{BASE}/teams/acme.payments/retire", Idempotency_Key="k2") for _ in range(2)]
    assert retired[0].raw == retired[1].raw
    assert must(retired[1])["retired_at"]


def test_people_see_their_own_party_alone(site: Site, ann: Signed, boss: Signed, cid: Signed) -> None:
    """Members of the other party are as absent as nobody; auditors and the operator see all."""
    must(ann.post("/v1/me/profile", ZONES))
    auditor = site.caller(party_key(site.tocsin, OURS, "globex", [Scope.INCIDENTS_READ, Scope.AUDIT_READ]))
    seen = {who: names(who.get(f"{BASE}/people")) for who in (ann, boss, cid, auditor, site.operator)}
    assert list(seen.values()) == [["Ann", "Bob"], ["Ann", "Bob"], ["Cid"], *[["Ann", "Bob", "Cid"]] * 2]
    known = must(boss.get(f"{BASE}/people/{ann.person}"))
    assert {name: known[name] for name in ("tz", "languages", "absent", "on_call")} == ZONES | {
        "absent": False,
        "on_call": [],
    }
    hidden, missing = (cid.get(f"{BASE}/people/{person}") for person in (ann.person, "0" * 32))
    assert (hidden.status, hidden.raw) == (404, missing.raw)
    assert site.stranger.get(f"{BASE}/people").raw == site.stranger.get("/v1/partnerships/no-such/people").raw


def test_a_manager_says_that_somebody_is_away(site: Site, ann: Signed, boss: Signed, cid: Signed) -> None:
    """Of their own party; it is theirs to take back, and the other party cannot do either."""
    path = f"{BASE}/people/{ann.person}/absences"
    assert ann.post(path, absence(site, 0, 5)).status == 403
    hidden, missing = (cid.post(f"{BASE}/people/{who}/absences", absence(site, 0, 5)) for who in (ann.person, "0" * 32))
    assert (hidden.status, hidden.raw) == (404, missing.raw)
    must(boss.post(path, absence(site, 0, 5, note="Ill")), 201)
    assert must(boss.get(f"{BASE}/people/{ann.person}"))["absent"] is True
    assert must(ann.get("/v1/me/absences"))["items"][0]["note"] == "Ill"
    assert cid.post(f"{path}/1/remove").status == 404
    must(site.operator.post(f"{path}/1/remove"), 204)
    assert must(ann.get("/v1/me/absences"))["items"] == []


def test_what_others_say_of_somebody_holds_among_them_alone(site: Site, ann: Signed, boss: Signed) -> None:
    """Whoever lets her into another partnership cannot silence her here, nor take back what she said."""
    site.tocsin.members.grant(THEIRS, Grant(ann.person, "acme", ("responder",)), by="test")
    other = site.caller(party_key(site.tocsin, THEIRS, "acme"))
    there = f"/v1/partnerships/{THEIRS}/people/{ann.person}"
    must(other.post(f"{there}/absences", absence(site, 0, 5)), 201)
    assert must(other.get(there))["absent"] is True
    here = must(boss.get(f"{BASE}/people/{ann.person}"))
    assert (here["absent"], here["absences"]) == (False, [])
    must(ann.post("/v1/me/absences", absence(site, 0, 5)), 201)
    for path in (f"{BASE}/people/{ann.person}", there):
        assert [caller.post(f"{path}/absences/2/remove").status for caller in (boss, other)].count(404) == 2
    assert must(boss.get(f"{BASE}/people/{ann.person}"))["absent"] is True
    assert boss.post(f"{BASE}/people/{ann.person}/absences/1/remove").status == 404
    must(ann.post("/v1/me/absences/1/remove"), 204)
    assert check(site.tocsin.ledger).differences == ()


def test_a_team_is_of_its_partys_members(site: Site, ann: Signed, boss: Signed, cid: Signed) -> None:
    """Formed, changed, retired; its name is then free. Nobody of the other party can be in it, or see it."""
    body = {"name": "payments", "title": "Payments", "members": [ann.person]}
    wrong = boss.post(f"{BASE}/teams", body | {"members": [ann.person, cid.person]})
    assert wrong_fields(wrong) == ["members.1"]
    made = boss.post(f"{BASE}/teams", body)
    assert must(made, 201)["members"] == [{"person": ann.person, "name": "Ann", "there": True}]
    path = made.headers["Location"]
    assert must(ann.get(path)) == made.body
    assert problem_of(boss.post(f"{BASE}/teams", body))["code"] == "name_taken"
    for answer in (cid.get(path), cid.post(f"{path}/members", {"members": []}), cid.post(f"{path}/retire")):
        assert answer.raw == cid.get(f"{BASE}/teams/acme.none").raw
    assert must(cid.get(f"{BASE}/teams"))["items"] == []
    changed = must(boss.post(f"{path}/members", {"members": [boss.person, ann.person]}))
    assert [each["name"] for each in changed["members"]] == ["Bob", "Ann"]
    assert must(boss.post(f"{path}/title", {}))["title"] is None
    must(boss.post(f"{path}/retire"))
    assert boss.post(f"{path}/retire").status == 404
    must(boss.post(f"{BASE}/teams", body), 201)
    assert check(site.tocsin.ledger).differences == ()


def test_a_member_who_left_is_named_in_a_team_no_more(site: Site, ann: Signed, boss: Signed) -> None:
    """Their place in it says that they are gone."""
    must(boss.post(f"{BASE}/teams", {"name": "payments", "members": [ann.person]}), 201)
    site.tocsin.members.withdraw(OURS, ann.person, by="test")
    [team] = must(boss.get(f"{BASE}/teams"))["items"]
    assert team["members"] == [{"person": ann.person, "name": None, "there": False}]


def test_a_holder_is_reached_in_the_place_of_the_contact(site: Site, ann: Signed, boss: Signed, cid: Signed) -> None:
    """In their own ways, while they are there; whom it is, their own party alone is told."""
    before = contact(ann, "acme-duty")
    assert (before["holder"], [each["recipient"] for each in before["reaches"]]) == (None, ["acme-duty"])
    named = must(boss.post(f"{BASE}/contacts/acme-duty/holder", {"holder": f"person:{ann.person}"}))
    assert named == contact(ann, "acme-duty")
    assert named["reaches"] == [{"recipient": f"person:{ann.person}", "name": "Ann", "ways": [TERMINAL]}]
    hidden = contact(cid, "acme-duty")
    assert (hidden["holder"], hidden["since"], hidden["reaches"], hidden["gaps"]) == (None, None, None, None)
    must(ann.post("/v1/me/absences", absence(site, 0, 5)), 201)
    assert contact(ann, "acme-duty")["reaches"] == []
    must(boss.post(f"{BASE}/contacts/acme-duty/holder/remove"))
    assert contact(ann, "acme-duty") == before
    assert problem_of(boss.post(f"{BASE}/contacts/acme-duty/holder/remove"))["code"] == "nobody_named"
    assert check(site.tocsin.ledger).differences == ()


def test_only_its_own_party_says_who_holds_a_contact(site: Site, ann: Signed, boss: Signed, cid: Signed) -> None:
    """And only somebody of theirs who is there; a contact that no version has is not there."""
    must(boss.post(f"{BASE}/teams", {"name": "payments"}), 201)
    path, mine = f"{BASE}/contacts/acme-duty/holder", {"holder": f"person:{ann.person}"}
    assert problem_of(cid.post(path, mine))["code"] == "contact_of_another_party"
    assert cid.post(f"{path}/remove").status == 409
    assert ann.post(path, mine).status == 403
    assert boss.post(f"{BASE}/contacts/nobody/holder", mine).status == 404
    wrong = (
        "person:" + "0" * 32,
        f"person:{cid.person}",
        "team:acme.none",
        "team:globex.payments",
        "schedule:acme.none",
    )
    for holder in wrong:
        assert wrong_fields(boss.post(path, {"holder": holder})) == ["holder"], holder
    assert must(boss.post(path, {"holder": "team:provider.payments"}))["holder"] == "team:acme.payments"
    assert must(site.operator.post(path, mine))["holder"] == mine["holder"]


def test_who_holds_a_contact_stands_in_the_partnerships_log(site: Site, ann: Signed, boss: Signed, cid: Signed) -> None:
    """Its auditors see that; the other party does not."""
    must(boss.post(f"{BASE}/contacts/acme-duty/holder", {"holder": f"person:{ann.person}"}))
    site.sequence()
    auditor = site.caller(party_key(site.tocsin, OURS, "globex", [Scope.EVENTS_READ, Scope.AUDIT_READ]))
    path = f"/v1/events?partnership={OURS}&types=holders.*"
    seen = [[event["type"] for event in must(who.get(path))["events"]] for who in (auditor, cid)]
    assert seen == [["holders.begun.v1", "holders.holder_named.v1"], []]


def test_services_say_how_they_are_supported(ann: Signed) -> None:
    """In the order of the agreement; what is not agreed upon is null."""
    listed = must(ann.get(f"{BASE}/services"))
    assert listed["agreement_version"] == 1
    assert [each["service"] for each in listed["items"]] == ["payments-api", "reporting"]
    assert listed["items"][0]["support"] is None
    assert ann.get(f"/v1/partnerships/{THEIRS}/services").status == 404
