"""A key with a partnership sees that partnership alone: all else is not there, exactly as if it did not exist."""

from __future__ import annotations

from typing import TYPE_CHECKING

from api.http.bodies import MAX_BODY_BYTES
from tests.support.http import OURS, THEIRS, Reply, agreement_text, declaration, problem_of

if TYPE_CHECKING:
    from tests.support.http import Site

BODIES = {
    "classify": {"severity": "S1"},
    "severity": {"severity": "S2", "reason": "x"},
    "assign": {"role": "scribe", "assignee": "u1", "party": "acme"},
    "note": {"text": "x"},
    "update": {"text": "x", "audience": "internal"},
    "pause": {"reason": "waiting_on_partner"},
    "resume": {"reason": "waiting_on_partner"},
    "reopen": {"reason": "x"},
    "cancel": {"reason": "x"},
    "duplicate": {"of": "INC-1001"},
    "visibility": {"entry": 1, "to": "internal"},
    "claims": {"kind": "backdating", "entry": 1, "start": "2026-03-02T11:00:00Z", "reason": "x"},
    "votes": {"vote": "granted"},
    "evidence": {"evidence": "x"},
    "disputes": {"severity": "S1", "reason": "x"},
    "milestone": {"milestone": "relapse"},
    "veto": {"reason": "waiting_on_partner", "why": "x"},
    "filings": {"notification": "notify-client"},
    "amend": {"text": "x"},
    "actions": {"action": "A-1", "priority": "high", "text": "x"},
    "close-action": {"action": "A-1"},
    "snooze": {"until": "2026-03-02T18:00:00Z", "reason": "x"},
    "reassign": {"to": "acme-duty"},
    "responders": {"whom": "acme-duty"},
    "parent": {"parent": "INC-1001"},
}


def test_every_address_of_an_incident_is_hidden_from_strangers(site: Site) -> None:
    """By id and by number, reading and commanding answer the same as for an incident that was never declared."""
    incident = site.partner.declare()
    before = site.partner.get(f"/v1/incidents/{incident['id']}/timeline").raw
    nowhere = {"id": "0" * 32, "number": "INC-99999999"}
    for path in _incident_paths(site):
        for name in ("id", "number"):
            hidden, missing = (_send(site, path, known[name]) for known in (incident, nowhere))
            assert hidden.status == 404, path
            assert hidden.raw == missing.raw, path
    assert site.partner.get(f"/v1/incidents/{incident['id']}/timeline").raw == before


def test_lists_show_a_stranger_nothing_of_ours(site: Site) -> None:
    """Without a filter they hold one's own; with a filter for another partnership they are not there."""
    site.partner.declare()
    theirs = site.stranger.declare(partnership=THEIRS)
    assert [item["id"] for item in site.stranger.get("/v1/incidents").body["items"]] == [theirs["id"]]
    assert {item["partnership"] for item in site.stranger.get("/v1/agreements").body["items"]} == {THEIRS}
    for path in ("/v1/incidents?partnership=", "/v1/agreements?partnership=", "/v1/agreements/"):
        hidden, missing = site.stranger.get(path + OURS), site.stranger.get(path + "no-such-partners")
        assert (hidden.status, hidden.raw) == (404, missing.raw)
        assert site.partner.get(path + OURS).status == 200


def test_agreements_of_others_are_hidden(site: Site) -> None:
    """A version of another partnership is as absent as one that was never published."""
    assert site.partner.get(f"/v1/agreements/{OURS}/1").status == 200
    for version in (1, 2):
        assert site.stranger.get(f"/v1/agreements/{OURS}/{version}").status == 404


def test_a_stranger_can_neither_declare_nor_publish_for_others(site: Site) -> None:
    """An incident of theirs is not there, publishing is the operator's alone, and nothing is recorded."""
    declared = site.stranger.post("/v1/incidents", declaration())
    published = site.stranger.send("/v1/agreements", agreement_text(version=2), "application/yaml")
    assert [problem_of(answer)["status"] for answer in (declared, published)] == [404, 403]
    assert site.partner.get("/v1/incidents").body["items"] == []
    assert len(site.partner.get("/v1/agreements").body["items"]) == 1


def test_a_partner_cannot_change_the_agreement_by_itself(site: Site) -> None:
    """A version is published by the operator's word; a partner hears who can, whatever it sends, which nobody reads."""
    answers = [
        site.partner.send("/v1/agreements", body, media_type)
        for body, media_type in (
            (agreement_text(version=2), "application/yaml"),
            (agreement_text(THEIRS, version=2), "application/yaml"),
            (agreement_text("no-such-partners"), "application/yaml"),
            (b"{", "application/yaml"),
            (b"{", "application/json"),
            (b"x", "text/plain"),
            (b"x" * (MAX_BODY_BYTES + 1), "application/yaml"),
        )
    ]
    assert [(answer.status, problem_of(answer)["code"]) for answer in answers] == [(403, "forbidden")] * 7
    assert len({answer.raw for answer in answers}) == 1


def test_an_incident_is_no_duplicate_of_a_foreign_one(site: Site) -> None:
    """Not even the operator can link incidents across partnerships."""
    ours, theirs = site.partner.declare(), site.stranger.declare(partnership=THEIRS)
    answer = site.operator.command(ours, "duplicate", {"of": theirs["number"]})
    assert answer.status == 422
    assert theirs["id"].encode() not in answer.raw


def test_the_operator_reaches_all(site: Site) -> None:
    """A key without a partnership sees and commands incidents of each."""
    ours, theirs = site.partner.declare(), site.stranger.declare(partnership=THEIRS)
    assert {item["id"] for item in site.operator.get("/v1/incidents").body["items"]} == {ours["id"], theirs["id"]}
    for incident in (ours, theirs):
        assert site.operator.must(incident, "acknowledge")["status"] == "acknowledged"


def _incident_paths(site: Site) -> list[tuple[str, str]]:
    """Give method and path of every documented operation on an incident, so that a new one is tried as well."""
    paths = site.nobody.get("/v1/openapi.json").body["paths"]
    return [
        (method, path)
        for path, operations in paths.items()
        if "{reference}" in path
        for method in operations
        if method in {"get", "post"}
    ]


def _send(site: Site, operation: tuple[str, str], reference: str) -> Reply:
    method, template = operation
    path = template.replace("{reference}", reference).replace("{number}", "2")
    if method == "get":
        return site.stranger.get(path + ("?since=1&until=1" if path.endswith("/diff") else ""))
    return site.stranger.post(path, BODIES.get(path.rsplit("/", 1)[1]), If_Match="*")
