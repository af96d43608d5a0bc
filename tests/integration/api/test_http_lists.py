"""Lists of incidents: filtered, sorted, page by page, as their reader may see them."""

from __future__ import annotations

import re
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.engine import make_url

from api.access.permissions import Scope
from tests.support.clock import NOON
from tests.support.http import OURS, THEIRS, agreement_text, party_key, site_on, wrong_fields

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy import Engine

    from tests.support.http import Caller, Reply, Site

WORKING = (Scope.INCIDENTS_READ, Scope.INCIDENTS_WRITE, Scope.INCIDENTS_COORDINATE)


def numbers(caller: Caller, query: str) -> list[str]:
    """Give the numbers on the first page of a list."""
    answer = caller.get(f"/v1/incidents?{query}")
    assert answer.status == 200, answer.raw
    return [item["number"] for item in answer.body["items"]]


def walk(caller: Caller, query: str, between: Callable[[], None] = lambda: None) -> list[str]:
    """Give the numbers on all pages; something happens between them."""
    found: list[str] = []
    path: str | None = f"/v1/incidents?{query}"
    while path:
        answer = caller.get(path)
        found += [item["number"] for item in answer.body["items"]]
        path = link_to("next", answer)
        between()
    return found


CROWD = 23
BEFORE_OTHERS = (NOON + timedelta(minutes=10)).strftime("%Y-%m-%dT%H:%M:%SZ")


@contextmanager
def _crowded(server: Engine, postgres_url: str) -> Iterator[Site]:
    with server.connect() as connection:
        connection.execute(text("CREATE DATABASE crowd TEMPLATE migrated"))
    with site_on(make_url(postgres_url).set(database="crowd").render_as_string(hide_password=False)) as site:
        for nth in range(CROWD):
            incident = site.partner.declare(impact="minor" if nth % 3 else "critical")
            if nth % 4 == 0:
                site.partner.must(incident, "resolve")
            if nth % 5 == 0:
                site.clock.move(seconds=7)
        site.clock.move(minutes=20)
        yield site


def party(site: Site, name: str) -> Caller:
    """Give somebody who works for a party, and is no auditor."""
    return site.caller(party_key(site.tocsin, OURS, name, WORKING))


def link_to(relation: str, answer: Reply) -> str | None:
    """Give the address that a Link header names for a relation (RFC 8288)."""
    found = {rel: path for path, rel in re.findall(r'<([^>]*)>; rel="(\w+)"', answer.headers["Link"])}
    return found.get(relation)


def test_pages_hold_every_incident_once(site: Site) -> None:
    """Following the Link header walks from the newest to the oldest; what is declared meanwhile is not in between."""
    numbers = [site.partner.declare()["number"] for _ in range(7)]
    seen: list[str] = []
    path: str | None = "/v1/incidents?limit=3&status=open"
    while path:
        answer = site.partner.get(path)
        seen += [item["number"] for item in answer.body["items"]]
        site.partner.declare()
        path = link_to("next", answer)
        assert (path is None) == (answer.body["next_cursor"] is None)
    assert seen == numbers[::-1]


def test_a_full_last_page_leads_nowhere(site: Site) -> None:
    """There is no next page where nothing is left."""
    for _ in range(2):
        site.partner.declare()
    answer = site.partner.get("/v1/incidents?limit=2")
    assert len(answer.body["items"]) == 2
    assert answer.body["next_cursor"] is None
    assert link_to("next", answer) is None


def test_each_filter_leaves_the_others_out(site: Site) -> None:
    """Partnership, status, severity and service, alone and together."""
    plain = site.partner.declare()
    resolved = site.partner.declare(service="reporting", impact="minor")
    site.partner.must(resolved, "resolve")
    foreign = site.stranger.declare(partnership=THEIRS)

    def found(query: str) -> set[str]:
        return {item["id"] for item in site.operator.get(f"/v1/incidents?{query}").body["items"]}

    assert found(f"partnership={THEIRS}") == {foreign["id"]}
    assert found("status=resolved") == {resolved["id"]}
    assert found("severity=S1") == {plain["id"], foreign["id"]}
    assert found("service=reporting") == {resolved["id"]}
    assert found("status=open&service=reporting") == set()


def test_a_list_says_the_same_as_the_incident_itself(site: Site) -> None:
    """What stands in a list is part of what the incident's own address answers."""
    incident = site.partner.declare()
    current = site.partner.must(incident, "acknowledge")
    [listed] = site.partner.get("/v1/incidents").body["items"]
    of_lists = {"changed_at", "parties", "owed", "next_due_at"}
    assert {name: listed[name] for name in listed.keys() - of_lists}.items() <= current.items()


def moved(site: Site, seconds: float) -> str:
    """Move the clock; give the instant as a query has it."""
    return site.clock.move(seconds=seconds).strftime("%Y-%m-%dT%H:%M:%SZ")


def test_instants_bound_a_list_from_the_first_one_up_to_the_second(site: Site) -> None:
    """Reported, resolved, changed: from is included, to is not."""
    first = site.partner.declare()
    then = moved(site, 60)
    second = site.partner.declare()
    later = moved(site, 60)
    site.partner.must(first, "resolve")
    end = moved(site, 60)
    one, two = first["number"], second["number"]
    assert numbers(site.partner, f"reported_from={then}") == [two]
    assert numbers(site.partner, f"reported_to={then}") == [one]
    assert numbers(site.partner, f"resolved_from={later}&resolved_to={end}") == [one]
    assert numbers(site.partner, f"resolved_to={later}") == []
    assert numbers(site.partner, f"changed_since={later}") == [one]


def test_what_ran_over_and_what_is_owed_can_be_asked_for(site: Site) -> None:
    """By a clock's name, any, or none; what is next due is told, and lies in the past once it is overdue."""
    late, calm = site.partner.declare(), site.partner.declare(impact="minor")
    over = site.partner.declare()
    site.partner.must(over, "cancel", {"reason": "Nothing was wrong."})
    site.clock.move(seconds=10)
    while site.tocsin.engine.run_once():
        pass
    assert numbers(site.partner, "breached=acknowledge") == [late["number"]]
    assert numbers(site.partner, "breached=true") == [late["number"]]
    assert numbers(site.partner, "breached=resolve") == []
    assert numbers(site.partner, "breached=false") == [over["number"], calm["number"]]
    assert numbers(site.partner, "owed=false") == [over["number"]]
    assert numbers(site.partner, "owed=respond") == [calm["number"], late["number"]]
    [listed] = site.partner.get("/v1/incidents?breached=true").body["items"]
    assert listed["owed"] == ["acknowledge", "resolve", "respond"]
    assert listed["next_due_at"] == "2026-03-02T12:00:06.000000Z"
    site.partner.must(late, "acknowledge")
    [listed] = site.partner.get("/v1/incidents?breached=true").body["items"]
    assert listed["owed"] == ["resolve", "respond"]
    assert listed["next_due_at"] == "2026-03-02T12:00:20.000000Z"


def test_a_party_finds_what_it_has_a_part_in(site: Site) -> None:
    """The provider and users of the service have one from the beginning."""
    incident = site.partner.declare()
    for name in ("acme", "globex"):
        assert numbers(site.partner, f"party={name}") == [incident["number"]]
    assert numbers(site.partner, "party=nobody") == []
    [listed] = site.partner.get("/v1/incidents").body["items"]
    assert listed["parties"] == ["acme", "globex"]


def test_a_party_finds_what_its_services_depend_on(site: Site) -> None:
    """Payments stand on a gateway that Globex neither provides nor uses: its incidents concern Globex all the same."""
    gateway = "\n    - {id: gateway, provided_by: acme, used_by: acme, tier: standard}"
    text = agreement_text(version=2).decode()
    for found, instead in {
        "tier: critical}": "tier: critical, depends_on: [gateway]}" + gateway,
        "\n  version: 2\n": "\n  version: 2\n  supersedes: 1\n",
    }.items():
        assert found in text
        text = text.replace(found, instead, 1)
    answer = site.operator.send("/v1/agreements", text.encode(), "application/yaml")
    assert answer.status == 201, answer.raw
    incident = site.partner.declare(service="gateway")
    assert numbers(site.partner, "party=globex") == [incident["number"]]


def test_lists_are_sorted_as_asked(site: Site) -> None:
    """By each key in both orders; what nothing is due for comes last in either."""
    calm = site.partner.declare(impact="minor", urgency="normal")["number"]
    site.clock.move(seconds=1)
    loud = site.partner.declare()["number"]
    site.clock.move(seconds=1)
    over = site.partner.declare(impact="minor")
    site.clock.move(seconds=1)
    site.partner.must(over, "resolve")
    over = over["number"]
    assert numbers(site.partner, "") == [over, loud, calm]
    assert numbers(site.partner, "sort=number&order=asc") == [calm, loud, over]
    assert numbers(site.partner, "sort=changed_at") == [over, loud, calm]
    assert numbers(site.partner, "sort=severity")[0] == loud
    assert numbers(site.partner, "sort=severity&order=asc")[-1] == loud
    assert numbers(site.partner, "sort=next_due_at") == [loud, calm, over]
    assert numbers(site.partner, "sort=next_due_at&order=desc") == [calm, loud, over]


def test_a_list_shows_what_was_asked_for(site: Site) -> None:
    """Some fields only, and the number of all that match, on each page."""
    for _ in range(3):
        site.partner.declare()
    answer = site.partner.get("/v1/incidents?fields=number,status&count=true&limit=2").body
    assert answer["total"] == 3
    assert [set(item) for item in answer["items"]] == [{"number", "status"}] * 2
    assert "total" not in site.partner.get("/v1/incidents").body


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("status=open,broken", "status"),
        ("breached=teatime", "breached"),
        ("sort=title", "sort"),
        ("order=down", "order"),
        ("fields=number,secret", "fields"),
        ("count=maybe", "count"),
        ("reported_from=yesterday", "reported_from"),
        ("text=", "text"),
        ("cursor=abc", "cursor"),
    ],
)
def test_what_cannot_be_asked_is_refused_by_name(shared_site: Site, query: str, field: str) -> None:
    """No wish is passed over."""
    answer = shared_site.partner.get(f"/v1/incidents?{query}")
    assert answer.status == 422
    assert wrong_fields(answer) == [field]


def test_a_cursor_is_good_for_its_own_list_and_reader(site: Site) -> None:
    """Sent with another filter, by another key, or to the search, it is refused; another limit is no other list."""
    for _ in range(3):
        site.partner.declare()
    cursor = site.partner.get("/v1/incidents?limit=1").body["next_cursor"]
    assert site.partner.get(f"/v1/incidents?limit=2&cursor={cursor}").status == 200
    for caller, path in (
        (site.partner, f"/v1/incidents?status=open&cursor={cursor}"),
        (site.partner, f"/v1/incidents?sort=number&cursor={cursor}"),
        (site.operator, f"/v1/incidents?cursor={cursor}"),
        (site.partner, f"/v1/search?q=cards&cursor={cursor}"),
    ):
        answer = caller.get(path)
        assert answer.status == 422, path
        assert "cursor" in answer.raw.decode()


@pytest.fixture(scope="module")
def crowd(_server: Engine, postgres_url: str) -> Iterator[Site]:
    """Yield a site with incidents of every kind, many of which share their keys."""
    with _crowded(_server, postgres_url) as site:
        yield site


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_pages_of_any_size_make_the_whole_list(crowd: Site, data: st.DataObject) -> None:
    """In each order, while other incidents are declared and change: nothing is skipped, nothing comes twice."""
    sort = data.draw(st.sampled_from(["reported_at", "changed_at", "severity", "next_due_at", "number"]))
    order = data.draw(st.sampled_from(["asc", "desc"]))
    size = data.draw(st.integers(3, 12))
    bounds = f"reported_to={BEFORE_OTHERS}&service=payments-api&sort={sort}&order={order}"
    whole = numbers(crowd.operator, f"{bounds}&limit=200")
    assert len(whole) == len(set(whole)) == CROWD

    def meanwhile() -> None:
        other = crowd.partner.declare(service="reporting")
        crowd.partner.must(other, data.draw(st.sampled_from(["acknowledge", "resolve"])))

    assert walk(crowd.operator, f"{bounds}&limit={size}", meanwhile) == whole
    other_way = "asc" if order == "desc" else "desc"
    if sort != "next_due_at":
        assert walk(crowd.operator, f"{bounds.replace(order, other_way)}&limit={size}") == whole[::-1]


def test_an_incident_of_one_party_is_in_no_list_of_the_other(site: Site) -> None:
    """Neither listed nor counted; its own party and an auditor have it; once shared, everybody has."""
    acme, globex = party(site, "acme"), party(site, "globex")
    own = acme.declare(visibility="internal")
    for reader, seen in ((acme, [own["number"]]), (globex, []), (site.partner, [own["number"]])):
        answer = reader.get("/v1/incidents?count=true").body
        assert ([item["number"] for item in answer["items"]], answer["total"]) == (seen, len(seen))
    acme.must(own, "visibility", {"entry": 1, "to": "shared"})
    assert numbers(globex, "") == [own["number"]]


def test_a_title_that_is_withheld_is_named_so(site: Site) -> None:
    """It is null, with the reason, for those from whom it was taken later."""
    acme, globex = party(site, "acme"), party(site, "globex")
    incident = acme.declare()
    acme.must(incident, "visibility", {"entry": 1, "fields": ["title"], "to": "internal"})
    [theirs] = globex.get("/v1/incidents").body["items"]
    [ours] = acme.get("/v1/incidents").body["items"]
    assert (theirs["title"], theirs["withheld"]) == (None, {"title": "internal"})
    assert (ours["title"], ours["withheld"]) == ("Card payments fail", {})
