"""Lists of incidents: the newest first, page by page, filtered."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tests.support.http import THEIRS

if TYPE_CHECKING:
    from tests.support.http import Reply, Site


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
