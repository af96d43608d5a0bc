"""Search: everybody finds what they may read, and nobody anything else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import text

from api.access.permissions import Scope
from incidents.ledger import erasure
from incidents.ledger.connections import connect
from incidents.ledger.reach import ERASER
from incidents.ledger.rebuild import check
from tests.support.http import OURS, THEIRS, party_key

if TYPE_CHECKING:
    from tests.support.http import Caller, Site

WORKING = (Scope.INCIDENTS_READ, Scope.INCIDENTS_WRITE, Scope.INCIDENTS_COORDINATE)


def follow(site: Site) -> None:
    """Sequence all there is, and let every follower take it."""
    site.sequence()
    for runner in site.tocsin.followers():
        while runner.run_once():
            pass


def hits(caller: Caller, query: str, **more: object) -> list[dict[str, Any]]:
    """Search; give the hits of the first page."""
    asked = "&".join(f"{name}={value}" for name, value in {"q": query, **more}.items())
    answer = caller.get(f"/v1/search?{asked}")
    assert answer.status == 200, answer.raw
    found: list[dict[str, Any]] = answer.body["items"]
    return found


def listed(caller: Caller, query: str) -> list[str]:
    """List the incidents that a text is found in."""
    return [item["id"] for item in caller.get(f"/v1/incidents?text={query}").body["items"]]


def found_by(caller: Caller, word: str) -> bool:
    """Say whether somebody finds a word: by search and list alike."""
    by_search, by_list = bool(hits(caller, word)), bool(listed(caller, word))
    assert by_search == by_list
    return by_search


@pytest.fixture
def acme(site: Site) -> Caller:
    """Give somebody who works for the provider."""
    return site.caller(party_key(site.tocsin, OURS, "acme", WORKING))


@pytest.fixture
def globex(site: Site) -> Caller:
    """Give somebody who works for the client."""
    return site.caller(party_key(site.tocsin, OURS, "globex", WORKING))


@pytest.fixture
def auditor(site: Site) -> Caller:
    """Give somebody of the client's who may see everything."""
    return site.caller(party_key(site.tocsin, OURS, "globex", [Scope.INCIDENTS_READ, Scope.AUDIT_READ]))


def test_a_hit_tells_where_the_words_stand(site: Site, acme: Caller) -> None:
    """Incident, entry, field and a part of the text; capital letters make no difference."""
    incident = acme.declare(description="The <i>gateway</i> answers\nwith timeouts.")
    acme.must(incident, "note", {"text": "No trace of it.", "visibility": "shared"})
    follow(site)
    [hit] = hits(acme, "GATEWAY timeouts")
    assert (hit["incident"], hit["number"], hit["partnership"]) == (incident["id"], incident["number"], OURS)
    assert (hit["version"], hit["field"], hit["type"]) == (1, "description", "incident.declared.v1")
    assert hit["snippet"] == "The <i>gateway</i> answers with timeouts."
    assert acme.get(hit["links"]["entry"]).body["version"] == 1
    assert hits(acme, "gateway -timeouts") == []
    assert hits(acme, '"timeouts gateway"') == []
    assert len(hits(acme, "gateway or trace")) == 2


def test_the_newest_comes_first_page_by_page(site: Site, acme: Caller) -> None:
    """Each hit once, over all pages, while others are written."""
    incident = acme.declare()
    for nth in range(5):
        site.clock.move(seconds=1)
        acme.must(incident, "note", {"text": f"Pool {nth}"})
    follow(site)
    seen, cursor = [], ""
    for _ in range(3):
        page = acme.get(f"/v1/search?q=pool&limit=2{cursor}").body
        seen += [hit["snippet"] for hit in page["items"]]
        cursor = f"&cursor={page['next_cursor']}"
        acme.must(incident, "note", {"text": "Pool again"})
        follow(site)
    assert seen == [f"Pool {nth}" for nth in (4, 3, 2, 1, 0)]
    assert page["next_cursor"] is None


def test_the_other_party_finds_nothing_internal(site: Site, acme: Caller, globex: Caller, auditor: Caller) -> None:
    """A note for one's own side is found by that side and by an auditor."""
    acme.must(acme.declare(), "note", {"text": "Probably our own rollout.", "visibility": "internal"})
    follow(site)
    assert found_by(acme, "rollout")
    assert found_by(auditor, "rollout")
    assert found_by(site.operator, "rollout")
    assert not found_by(globex, "rollout")
    assert not found_by(site.stranger, "rollout")


def test_restricting_and_sharing_act_on_what_was_written_before(site: Site, acme: Caller, globex: Caller) -> None:
    """At once, without a follower: a title is withheld and shared again."""
    incident = acme.declare(title="Zebra in the pool")
    follow(site)
    assert found_by(globex, "zebra")
    acme.must(incident, "visibility", {"entry": 1, "fields": ["title"], "to": "internal"})
    assert not found_by(globex, "zebra")
    assert found_by(acme, "zebra")
    acme.must(incident, "visibility", {"entry": 1, "fields": ["title"], "to": "shared"})
    assert found_by(globex, "zebra")


def test_nothing_in_an_incident_of_one_party_is_found_by_the_other(site: Site, acme: Caller, globex: Caller) -> None:
    """Not even what was shared in it."""
    incident = acme.declare(visibility="internal")
    acme.must(incident, "note", {"text": "A quagga.", "visibility": "shared"})
    follow(site)
    assert found_by(acme, "quagga")
    assert not found_by(globex, "quagga")
    assert not found_by(globex, "payments")


def test_search_keeps_to_the_partnership_asked_for(site: Site) -> None:
    """The operator finds in all, or in one; a foreign one does not exist."""
    ours = site.partner.declare(title="Zebra here")
    theirs = site.stranger.declare(partnership=THEIRS, title="Zebra there")
    follow(site)
    assert {hit["incident"] for hit in hits(site.operator, "zebra")} == {ours["id"], theirs["id"]}
    assert [hit["incident"] for hit in hits(site.operator, "zebra", partnership=THEIRS)] == [theirs["id"]]
    assert site.partner.get(f"/v1/search?q=zebra&partnership={THEIRS}").status == 404


def test_what_is_erased_is_found_no_more(site: Site, acme: Caller) -> None:
    """At once, before any follower comes; what is written afterwards is found, and the tables are right."""
    incident, other = acme.declare(title="Zoë Quispe cannot pay"), acme.declare(title="Quispe again")
    follow(site)
    assert len(hits(acme, "quispe")) == 2
    eraser = connect(site.tocsin.url, ERASER, pool_size=1)
    erasure.erase(eraser, site.tocsin.ledger, f"{OURS}/incident/{incident['id']}", by="key:officer")
    eraser.dispose()
    assert [hit["incident"] for hit in hits(acme, "quispe")] == listed(acme, "quispe") == [other["id"]]
    with site.tocsin.database.connect() as connection:
        kept = connection.scalars(text("SELECT stream FROM search_texts WHERE words @@ 'quispe'::tsquery")).all()
    assert kept == [f"{OURS}/incident/{other['id']}"]
    acme.must(incident, "note", {"text": "Quispe called."})
    follow(site)
    assert len(hits(acme, "quispe")) == 2
    assert check(site.tocsin.ledger, site.tocsin.followed).differences == ()


def test_words_that_came_late_go_with_the_erasure_that_follows(site: Site, acme: Caller) -> None:
    """A follower that was reading while they were erased leaves nothing behind."""
    incident = acme.declare(title="Zoë Quispe cannot pay")
    stream = f"{OURS}/incident/{incident['id']}"
    follow(site)
    eraser = connect(site.tocsin.url, ERASER, pool_size=1)
    erasure.erase(eraser, site.tocsin.ledger, stream, by="key:officer")
    eraser.dispose()
    late = "INSERT INTO search_texts VALUES (:of, 1, 'title', :in, now(), to_tsvector('simple', 'Quispe'))"
    with site.tocsin.database.begin() as connection:
        connection.execute(text(late), {"of": stream, "in": OURS})
    assert hits(acme, "quispe") == []
    follow(site)
    with site.tocsin.database.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM search_texts")) == 0
