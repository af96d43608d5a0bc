"""Parents and children, originals and duplicates: what each party is shown, by whatever way it asks."""

from __future__ import annotations

import pytest

from api.access.permissions import Scope
from tests.support.http import OURS, Caller, Site, party_key, problem_of, wrong_fields

WORKING = [Scope.INCIDENTS_READ, Scope.INCIDENTS_WRITE, Scope.INCIDENTS_COORDINATE]


@pytest.fixture
def acme(site: Site) -> Caller:
    """Give somebody of the provider."""
    return site.caller(party_key(site.tocsin, OURS, "acme", WORKING))


@pytest.fixture
def globex(site: Site) -> Caller:
    """Give somebody of the client."""
    return site.caller(party_key(site.tocsin, OURS, "globex", WORKING))


def brief(incident: dict[str, object]) -> dict[str, object]:
    """Give an incident as others that are linked with it show it."""
    return {
        "id": incident["id"],
        "number": incident["number"],
        "links": {"self": f"/v1/incidents/{incident['id']}"},
    }


def all_ways(caller: Caller, site: Site, *incidents: dict[str, object]) -> bytes:
    """Give all that a caller can read of some incidents."""
    site.sequence()
    paths = [f"/v1/incidents/{each['id']}{rest}" for each in incidents for rest in ("", "/timeline", "/clocks")]
    return b"".join(caller.get(path).raw for path in [*paths, "/v1/incidents", f"/v1/events?partnership={OURS}"])


def test_a_child_and_its_parent_show_each_other(acme: Caller, globex: Caller) -> None:
    """By id and by number, to both parties; also as it was at a version, and no more once they have parted."""
    parent, child = acme.declare(), acme.declare()
    linked = acme.must(child, "parent", {"parent": parent["number"]})
    assert (linked["parent"], linked["children"]) == (brief(parent), [])
    for name in ("id", "number"):
        assert globex.get(f"/v1/incidents/{parent[name]}").body["children"] == [brief(child)]
    parted = acme.must(child, "parent/remove")
    assert parted["parent"] is None
    assert globex.get(f"/v1/incidents/{child['id']}?at_version=2").body["parent"] == brief(parent)
    refused = acme.command(child, "parent/remove")
    assert (refused.status, problem_of(refused)["code"]) == (409, "not_linked")


def test_a_merged_incident_can_still_be_read_and_leads_to_its_original(acme: Caller, globex: Caller) -> None:
    """By id and by number; both timelines tell of it."""
    original, duplicate = acme.declare(), acme.declare()
    merged = acme.must(duplicate, "duplicate", {"of": original["id"]})
    assert (merged["duplicate_of"], merged["original"]) == (original["id"], brief(original))
    for name in ("id", "number"):
        assert globex.get(f"/v1/incidents/{duplicate[name]}").body["original"] == brief(original)
    assert globex.get(f"/v1/incidents/{original['id']}").body["duplicates"] == [brief(duplicate)]
    told = [globex.get(f"/v1/incidents/{each['id']}/timeline").body["entries"][-1] for each in (original, duplicate)]
    assert [(entry["type"], entry["data"]) for entry in told] == [
        ("incident.duplicate_merged.v1", {"duplicate": duplicate["id"]}),
        ("incident.marked_duplicate.v1", {"of": original["id"]}),
    ]


def test_what_is_linked_with_a_hidden_incident_does_not_tell_of_it(site: Site, acme: Caller, globex: Caller) -> None:
    """Its id and number are nowhere in what the others read; the provider sees them."""
    parent, original = acme.declare(), acme.declare()
    child, duplicate = (acme.declare(visibility="internal") for _ in range(2))
    acme.must(child, "parent", {"parent": parent["id"]})
    acme.must(duplicate, "duplicate", {"of": original["id"]})
    theirs, ours = (all_ways(each, site, parent, original) for each in (globex, acme))
    for hidden in (child, duplicate):
        for name in (hidden["id"], hidden["number"]):
            assert str(name).encode() not in theirs
            assert str(name).encode() in ours


def test_what_is_restricted_later_is_taken_from_the_other_incident_as_well(
    site: Site, acme: Caller, globex: Caller
) -> None:
    """It was shown to the client when it was linked."""
    parent, child = acme.declare(), acme.declare()
    acme.must(child, "parent", {"parent": parent["id"]})
    assert child["id"].encode() in all_ways(globex, site, parent)
    refused = acme.command(parent, "visibility", {"entry": 1, "to": "internal"})
    assert (refused.status, problem_of(refused)["code"]) == (409, "pointed_to")
    acme.must(child, "visibility", {"entry": 1, "to": "internal"})
    assert child["id"].encode() not in all_ways(globex, site, parent)
    assert acme.get(f"/v1/incidents/{parent['id']}").body["children"] == [brief(child)]


def test_a_parent_that_does_not_exist_for_the_sender_is_as_one_that_nobody_declared(
    acme: Caller, globex: Caller, site: Site
) -> None:
    """Hidden, of another partnership, or never there."""
    hidden, child = acme.declare(visibility="internal"), acme.declare()
    elsewhere = site.stranger.declare(partnership="initech-umbrella")
    answers = [globex.command(child, "parent", {"parent": of}) for of in (hidden["id"], elsewhere["id"], "0" * 32)]
    assert [(answer.status, wrong_fields(answer)) for answer in answers] == [(422, ["parent"])] * 3
    assert len({answer.raw for answer in answers}) == 1
    refused = acme.command(child, "parent", {"parent": hidden["id"]})
    assert (refused.status, problem_of(refused)["code"]) == (409, "original_hidden")


def test_resolving_a_parent_resolves_its_children_and_shows_who_did(acme: Caller, globex: Caller) -> None:
    """The child's own timeline has it, by the same actor, with the same words."""
    parent, child = acme.declare(), acme.declare()
    acme.must(child, "parent", {"parent": parent["id"]})
    acme.must(parent, "resolve", {"text": "Certificate replaced"})
    ends = [globex.get(f"/v1/incidents/{each['id']}/timeline").body["entries"][-1] for each in (parent, child)]
    assert [entry["data"] for entry in ends] == [{"text": "Certificate replaced"}] * 2
    assert ends[0]["actor"] == ends[1]["actor"]
    clocks = globex.get(f"/v1/incidents/{child['id']}/clocks").body["clocks"]
    assert {clock["state"] for clock in clocks} == {"met"}
