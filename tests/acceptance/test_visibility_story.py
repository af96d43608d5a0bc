"""One incident between two companies: in every way out, each sees what is theirs, and nobody can infer the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from api.access.permissions import Scope
from tests.support.http import OURS, party_key, problem_of, wrong_fields

if TYPE_CHECKING:
    from tests.support.http import Caller, Site

WORKING = [Scope.INCIDENTS_READ, Scope.INCIDENTS_WRITE, Scope.INCIDENTS_COORDINATE, Scope.EVENTS_READ]
SECRET = "xyzzy"  # noqa: S105 - the word that must not get out
ADDRESSES = (
    "/v1/incidents/{id}",
    "/v1/incidents/{id}?at_version=1",
    "/v1/incidents/{id}/timeline",
    "/v1/incidents/{id}/clocks",
    "/v1/incidents/{id}/diff?since=1&until=2",
    "/v1/incidents",
    "/v1/incidents?text=xyzzy&count=true",
    "/v1/search?q=xyzzy",
    "/v1/events?types=incident.*",
    "/v1/events/export",
    "/v1/events/export?format=csv",
)


@pytest.fixture
def ours(site: Site) -> Caller:
    """Give somebody of the provider."""
    return site.caller(party_key(site.tocsin, OURS, "acme", WORKING))


@pytest.fixture
def theirs(site: Site) -> Caller:
    """Give somebody of the client."""
    return site.caller(party_key(site.tocsin, OURS, "globex", WORKING))


@pytest.fixture
def auditor(site: Site) -> Caller:
    """Give an auditor, of neither party."""
    return site.caller(party_key(site.tocsin, OURS, None, [*WORKING, Scope.AUDIT_READ]))


def settle(site: Site) -> None:
    """Let everything that follows the record catch up with it."""
    site.sequence()
    for follower in site.tocsin.followers():
        while follower.run_once():
            pass


def found_at(reader: Caller, incident_id: str) -> list[str]:
    """Give the addresses at which a reader comes upon the secret."""
    answers = {address: reader.get(address.format(id=incident_id)) for address in ADDRESSES}
    return [address for address, answer in answers.items() if SECRET in answer.raw.decode()]


def test_an_internal_note_is_found_by_its_own_side_alone(
    site: Site, ours: Caller, theirs: Caller, auditor: Caller
) -> None:
    """At every address: its own party and the auditor come upon it, the partner nowhere."""
    incident = ours.declare()
    ours.must(incident, "note", {"text": f"We forgot the {SECRET}"})
    settle(site)
    shows = ["/v1/incidents/{id}/timeline", "/v1/search?q=xyzzy", *ADDRESSES[-3:]]
    assert found_at(ours, incident["id"]) == shows
    assert found_at(auditor, incident["id"]) == shows
    assert found_at(theirs, incident["id"]) == []
    assert theirs.get("/v1/incidents?text=xyzzy&count=true").body["total"] == 0
    assert ours.get("/v1/incidents?text=xyzzy&count=true").body["total"] == 1


def test_a_restriction_takes_it_back_everywhere_and_sharing_gives_it_everywhere(
    site: Site, ours: Caller, theirs: Caller
) -> None:
    """What was shared is gone from all the partner's ways; shared again, it is back in all of them."""
    incident = ours.declare(title=f"The {SECRET} fails")
    settle(site)
    everywhere = found_at(ours, incident["id"])
    assert found_at(theirs, incident["id"]) == everywhere
    assert {"/v1/incidents/{id}", "/v1/incidents", "/v1/search?q=xyzzy", "/v1/events/export"} <= set(everywhere)
    ours.must(incident, "visibility", {"entry": 1, "fields": ["title"], "to": "internal"})
    settle(site)
    assert found_at(theirs, incident["id"]) == []
    assert found_at(ours, incident["id"]) == everywhere
    assert theirs.get(f"/v1/incidents/{incident['id']}").body["withheld"] == {"title": "internal"}
    ours.must(incident, "visibility", {"entry": 1, "fields": ["title"], "to": "shared"})
    settle(site)
    assert set(found_at(theirs, incident["id"])) >= set(everywhere)


def test_a_hidden_incident_is_found_nowhere_and_counted_nowhere(site: Site, ours: Caller, theirs: Caller) -> None:
    """No list, count, feed, search or statistics of the partner's has a trace of it."""
    before = {address: theirs.get(address).body for address in ("/v1/attainment", "/v1/incidents?count=true")}
    incident = ours.declare(title=f"The {SECRET} fails", visibility="internal")
    ours.must(incident, "update", {"text": f"It is the {SECRET}", "audience": "partner"})
    ours.must(incident, "resolve", {"text": SECRET})
    settle(site)
    assert found_at(theirs, incident["id"]) == []
    assert {address: theirs.get(address).body for address in before} == before
    assert theirs.get("/v1/events?types=incident.*").body["events"] == []
    assert ours.get("/v1/attainment").body != before["/v1/attainment"]
    assert ours.get("/v1/incidents?count=true").body["total"] == 1


def test_a_hidden_incident_cannot_be_guessed(ours: Caller, theirs: Caller) -> None:
    """Naming it as an original is refused as naming none at all is."""
    hidden, shared = ours.declare(visibility="internal"), ours.declare()
    guesses = [theirs.command(shared, "duplicate", {"of": of}) for of in (hidden["number"], "INC-99999999")]
    assert [(guess.status, wrong_fields(guess)) for guess in guesses] == [(422, ["of"])] * 2
    assert problem_of(guesses[0]) == problem_of(guesses[1])


def test_nothing_is_internal_to_nobody(site: Site, ours: Caller, theirs: Caller) -> None:
    """A key of no party must name parties; then the incident exists for these."""
    refused = site.operator.post(
        "/v1/incidents",
        {"partnership": OURS, "service": "payments-api", "title": "x", "severity": "S1", "visibility": "internal"},
    )
    assert (refused.status, wrong_fields(refused)) == (422, ["visibility"])
    incident = site.operator.declare(visibility=["globex"])
    assert theirs.get(f"/v1/incidents/{incident['id']}").status == 200
    assert ours.get(f"/v1/incidents/{incident['id']}").status == 404


def test_parties_are_those_of_the_agreement(ours: Caller) -> None:
    """A party that it does not name is refused, and nothing is recorded."""
    incident = ours.declare()
    refused = ours.command(incident, "note", {"text": "x", "visibility": ["umbrella"]})
    assert (refused.status, wrong_fields(refused)) == (422, ["party"])
    assert ours.get(f"/v1/incidents/{incident['id']}").body["version"] == incident["version"]


def test_each_party_says_who_works_for_it(ours: Caller, theirs: Caller) -> None:
    """The other party's roles are not one's own to give."""
    incident = ours.declare()
    role = {"role": "commander", "assignee": "user:4711", "party": "acme"}
    refused = theirs.command(incident, "assign", role)
    assert (refused.status, problem_of(refused)["code"]) == (409, "others_roles")
    assert ours.must(incident, "assign", role)["roles"] == [role]
