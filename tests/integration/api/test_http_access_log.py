"""The access log: whoever is given a partnership's data stands in it before they have it, and its auditors see that."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from api.access.members import Grant
from api.access.permissions import scopes_of
from api.seats import Seats
from escalation.changes import Sender
from escalation.crew.teams import Place
from escalation.matters import Certificate, Dispute, Notice
from escalation.oncall.book import Place as SchedulePlace
from tests.support.beating import heartbeat_of
from tests.support.http import OURS, THEIRS, party_key
from tests.support.matters import matter_of
from tests.support.questions import claim_on, filing_on, let_decide
from tests.support.rostered import scheduled
from tests.support.webhooked import webhook_of

if TYPE_CHECKING:
    from tests.support.http import Caller, Site

LOG = f"/v1/partnerships/{OURS}/access-log"
NOT_LOGGED: dict[str, str] = {}
"""Operations that need a scope and give away no data of a partnership, each with the reason."""
ELSEWHERE = {
    "getTestPage": "no key has one: that it is logged is tested in test_http_test_pages.py",
    "getMetrics": "it tells of no partnership",
}
"""Operations that are not walked here, each with the reason."""
PATHS = {"reference": "INC-1001", "partnership": OURS, "version": "1"}
QUERIES = {
    "diffIncident": "?since=1&until=2",
    "getEffectiveAgreement": "?service=payments-api",
    "search": "?q=card",
    **dict.fromkeys(("listEvents", "streamEvents", "listObjectivePeriods"), f"?partnership={OURS}"),
    "exportEvents": f"?partnership={OURS}&format=csv",
}
"""What an operation must be asked to have something to give."""


def rows(site: Site) -> list[dict[str, Any]]:
    """Read the table, the oldest first."""
    with site.tocsin.database.connect() as connection:
        found = connection.execute(text("SELECT * FROM access_log ORDER BY id"))
        return [dict(row) for row in found.mappings()]


def person(site: Site, role: str, party: str = "globex") -> Caller:
    """Give somebody who may do what a role may."""
    return site.caller(party_key(site.tocsin, OURS, party, scopes_of([role])))


def execute(url: str, statement: str) -> None:
    """Do something as the owner of the tables."""
    engine = create_engine(url, poolclass=NullPool)
    with engine.begin() as connection:
        connection.execute(text(statement))


def test_an_auditor_sees_what_a_partner_has_read(site: Site) -> None:
    """Who, for which party, when, by which operation, and of which incident."""
    incident = site.partner.declare()
    reader = person(site, "responder", "acme")
    site.clock.move(seconds=5)
    assert reader.get(f"/v1/incidents/{incident['number']}/timeline").status == 200
    told = person(site, "auditor").get(LOG).body["items"]
    [entry] = [each for each in told if each["operation"] == "getTimeline"]
    assert entry["at"] == site.clock.now().isoformat(timespec="microseconds").replace("+00:00", "Z")
    assert (entry["party"], entry["target"]) == ("acme", incident["id"])
    assert entry["actor"].startswith("key:")


def test_who_audits_is_logged_as_well(site: Site) -> None:
    """So is the operator, who belongs to neither side."""
    auditor = person(site, "auditor")
    site.operator.get(LOG)
    auditor.get(LOG)
    told = auditor.get(LOG).body["items"]
    assert [(each["operation"], each["party"]) for each in told] == [("getAccessLog", "globex"), ("getAccessLog", None)]


def test_only_auditors_of_the_partnership_see_it(site: Site) -> None:
    """403 for its responders, 404 for others, 401 for nobody; and none of them is logged."""
    assert person(site, "responder").get(LOG).status == 403
    assert site.stranger.get(LOG).status == 404
    assert site.nobody.get(LOG).status == 401
    assert site.operator.get("/v1/partnerships/NOT-ONE/access-log").status == 404
    assert rows(site) == []


def test_what_was_not_given_is_not_logged(site: Site) -> None:
    """Neither refusals, nor commands (these stand in the ledger), nor what is open to all."""
    incident = site.partner.declare()
    site.partner.must(incident, "acknowledge")
    site.stranger.get(f"/v1/incidents/{incident['id']}")
    site.partner.get(f"/v1/incidents/{incident['id']}/timeline/99")
    site.nobody.get("/healthz")
    site.nobody.get("/v1/openapi.json")
    assert rows(site) == []


def test_a_list_over_several_partnerships_is_logged_in_each_that_it_gave_rows_of(site: Site) -> None:
    """The operator's list tells the partnerships that are in it, and no other one."""
    site.partner.declare()
    site.operator.get("/v1/incidents")
    site.operator.get("/v1/agreements")
    assert [(row["operation"], row["partnership"]) for row in rows(site)] == [
        ("listIncidents", OURS),
        ("listAgreements", OURS),
        ("listAgreements", THEIRS),
    ]


@pytest.mark.parametrize("whose", [None, OURS])
def test_every_reading_operation_leaves_a_row(site: Site, whose: str | None) -> None:
    """Walks the document: each GET that needs a scope is sent, by the operator or a partner, and is then logged.

    A stream is only begun: what it gives first is logged before that.
    """
    let_decide(site, OURS)
    incident = site.partner.declare()
    site.partner.must(incident, "acknowledge")
    stream = site.tocsin.incidents.stream_of(incident["id"])
    numbers = {"claims": claim_on(site.tocsin, stream), "filings": filing_on(site.tocsin, stream)}
    site.sequence()
    for runner in site.tocsin.followers():
        runner.run_once()
    places = dict(PATHS)
    for kind in (Dispute, Notice, Certificate):
        places |= matter_of(site.tocsin, kind, OURS, "acme")
    ann = site.tocsin.people.register("Ann", "ann@acme.example", by="test")
    site.tocsin.members.grant(OURS, Grant(ann, "acme", ["responder"]), by="test")
    site.tocsin.crew.teams.create(Place(OURS, "acme", "payments"), None, [ann], Sender("test", "acme"))
    layers = [{"rotation": "daily", "start": "2026-03-01T09:00", "participants": [ann]}]
    scheduled(site.tocsin, SchedulePlace(OURS, "acme", "first"), layers)
    places |= {"person": ann, "team": "acme.payments", "schedule": "acme.first"}
    places |= heartbeat_of(site.tocsin, OURS, "acme")
    places |= webhook_of(site.tocsin, OURS, "acme")
    token = site.tocsin.keys.issue("walker", whose, by="test").token
    client = site.app.test_client()
    for operation, path in reading_operations(site).items():
        if operation in ELSEWHERE:
            continue
        collection = path.removesuffix("/{number}").rpartition("/")[2]
        address = path.format_map(places | {"number": numbers.get(collection)}) + QUERIES.get(operation, "")
        response = client.get(address, headers={"Authorization": f"Bearer {token}"})
        status = response.status_code
        response.close()
        assert status == 200, operation
        logged = {(row["operation"], row["partnership"]) for row in rows(site)}
        assert ((operation, OURS) in logged) == (operation not in NOT_LOGGED), operation


def reading_operations(site: Site) -> dict[str, str]:
    """Give the path of each GET that needs a scope, by its name."""
    paths = site.nobody.get("/v1/openapi.json").body["paths"]
    reading = {path: item["get"] for path, item in paths.items() if "get" in item}
    return {each["operationId"]: path for path, each in reading.items() if any(map(names_a_scope, each["security"]))}


def names_a_scope(requirement: dict[str, list[str]]) -> bool:
    """Say whether a way in asks for a scope, and not just for somebody known."""
    return any(requirement.values())


def test_filters_and_pages(site: Site) -> None:
    """By actor, operation and time; the Link header leads through the rest, each entry once."""
    incident, reader, auditor = site.partner.declare(), person(site, "responder"), person(site, "auditor")
    times = []
    for _ in range(5):
        times.append(site.clock.move(minutes=1).isoformat().replace("+00:00", "Z"))
        reader.get(f"/v1/incidents/{incident['id']}")
        reader.get(f"/v1/incidents/{incident['id']}/clocks")
    actor = rows(site)[0]["actor"]
    path: str | None = f"{LOG}?limit=2&operation=getClocks&actor={actor}&since={times[1]}&until={times[4]}"
    seen = []
    while path:
        answer = auditor.get(path)
        assert answer.status == 200, answer.raw
        seen += [(each["at"][:19] + "Z", each["operation"]) for each in answer.body["items"]]
        link = answer.headers.get("Link")
        path = link.removeprefix("<").removesuffix('>; rel="next"') if link else None
    assert seen == [(at, "getClocks") for at in times[3:0:-1]]
    assert auditor.get(f"{LOG}?actor=key:00").body["items"] == []
    assert auditor.get(f"{LOG}?cursor=AAAA").status == 422


@pytest.mark.parametrize(
    "broken",
    ["REVOKE INSERT ON access_log FROM tocsin_runtime", "ALTER TABLE access_log RENAME TO elsewhere"],
)
def test_what_cannot_be_logged_is_not_answered(site: Site, database_url: str, broken: str) -> None:
    """503 and none of the data; commands, which the ledger records, go on."""
    incident = site.partner.declare(title="Nobody may read this unseen")
    execute(database_url, broken)
    for path in ("/v1/incidents", f"/v1/incidents/{incident['id']}/timeline", f"/v1/agreements/{OURS}"):
        answer = site.partner.get(path)
        assert (answer.status, answer.body["code"]) == (503, "access_not_logged")
        assert answer.headers["Retry-After"] == "1"
        assert b"Nobody" not in answer.raw
    assert site.partner.command(incident, "acknowledge").status == 200


def test_a_stream_that_cannot_be_logged_holds_nothing(site: Site, database_url: str) -> None:
    """Its seat is free again: as soon as reads can be logged, the next reader has it."""
    site.served.seats = Seats(1)
    execute(database_url, "REVOKE INSERT ON access_log FROM tocsin_runtime")
    refused = [site.partner.get("/v1/events/stream").status for _ in range(2)]
    execute(database_url, "GRANT INSERT ON access_log TO tocsin_runtime")
    with site.served.seats.take("anybody"):
        pass
    assert refused == [503, 503]


def test_what_was_exported_is_named(site: Site) -> None:
    """By its place in the partnership's log: a page up to its last event, a file all that is on record."""
    site.sequence()
    site.partner.get("/v1/events?limit=1")
    site.partner.get("/v1/events/export?format=csv")
    assert [row["target"] for row in rows(site)] == ["events 0-0", "events 0-1"]


def test_another_partnerships_log_is_out_of_reach_in_the_database(site: Site) -> None:
    """A web process sees and writes rows of the partnerships within reach alone, whatever the query forgets."""
    site.partner.get("/v1/incidents?partnership=" + OURS)
    site.stranger.get("/v1/incidents?partnership=" + THEIRS)
    assert {row["partnership"] for row in rows(site)} == {OURS, THEIRS}
    with site.served.database.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM access_log")).scalar() == 0
