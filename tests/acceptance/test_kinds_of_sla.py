"""Each kind of agreement under examples/agreements, at work over HTTP, with a clock that is moved."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from api.access.permissions import scopes_of
from tests.support.clock import MovedClock
from tests.support.http import party_key, site_on

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.http import Caller, Reply, Site

EXAMPLES = Path(__file__).parents[2] / "examples" / "agreements"
MONDAY_EVENING = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
"""16:00 in Berlin, 10:00 in New York."""


@pytest.fixture
def site(database_url: str) -> Iterator[Site]:
    """Yield the API on a Monday, an hour before Berlin's offices close."""
    with site_on(database_url, clock=MovedClock(MONDAY_EVENING)) as site:
        yield site


class Kind:
    """One example agreement, published, with somebody of each party."""

    def __init__(self, site: Site, name: str) -> None:
        """Publish it."""
        text = (EXAMPLES / f"{name}.yaml").read_bytes()
        published = site.operator.send("/v1/agreements", text, "application/yaml")
        assert published.status == 201, published.raw
        self.site = site
        self.partnership: str = published.body["partnership"]

    def member(self, party: str) -> Caller:
        """Give a responder of a party."""
        return self.site.caller(party_key(self.site.tocsin, self.partnership, party, scopes_of(["responder"])))

    def declare(self, caller: Caller, service: str, impact: str, urgency: str) -> dict[str, Any]:
        """Declare an incident of a service."""
        return caller.declare(partnership=self.partnership, service=service, impact=impact, urgency=urgency)

    def turn(self, **later: float) -> None:
        """Move the clock, and let the engine say what has become true."""
        self.site.clock.move(**later)
        while self.site.tocsin.engine.run_once():
            pass

    def clock(self, incident: dict[str, Any], name: str) -> dict[str, Any]:
        """Read the last clock of a name."""
        readings = self.site.operator.get(f"/v1/incidents/{incident['id']}/clocks").body["clocks"]
        return dict([reading for reading in readings if reading["clock"] == name][-1])

    def reached(self, incident: dict[str, Any]) -> list[str]:
        """Give whom the ladder has reached so far, in order."""
        told = self.timeline(incident, "incident.rung_fired.v1")
        return [page["recipient"] for entry in told for page in entry["data"]["pages"]]

    def timeline(self, incident: dict[str, Any], kind: str) -> list[dict[str, Any]]:
        """Read the entries of a type."""
        answer: Reply = self.site.operator.get(f"/v1/incidents/{incident['id']}/timeline")
        return [entry for entry in answer.body["entries"] if entry["type"] == kind]


def test_customer_based_all_services_of_one_client_have_the_same_terms(site: Site) -> None:
    """Whatever the service, the same targets run; only its tier makes an incident of the critical one worse."""
    kind = Kind(site, "customer-based")
    globex = kind.member("globex")
    services = ("payments-api", "reporting", "workplace")
    outages = [kind.declare(globex, service, "critical", "high") for service in services]
    kind.turn(minutes=16)

    assert {incident["severity"] for incident in outages} == {"S1"}
    assert [kind.clock(incident, "acknowledge")["state"] for incident in outages] == ["breached"] * 3
    assert {kind.clock(incident, "resolve")["due_at"] for incident in outages} == {"2026-03-02T19:00:00.000000Z"}
    assert [kind.reached(incident) for incident in outages] == [["acme-duty", "globex-ops", "acme-sm"]] * 3
    minor = [kind.declare(globex, service, "minor", "normal") for service in services]
    assert [incident["severity"] for incident in minor] == ["S2", "S3", "S3"]


def test_service_based_one_incident_concerns_every_client_of_the_service(site: Site) -> None:
    """Each client is told when it begins, reads the same clocks, and one update answers both."""
    kind = Kind(site, "service-based")
    globex, umbrella, acme = (kind.member(party) for party in ("globex", "umbrella", "acme"))
    outage = kind.declare(globex, "mail", "all_clients", "now")
    kind.turn(seconds=1)

    assert sorted(kind.reached(outage)) == ["acme-duty", "globex-mail", "umbrella-mail"]
    path = f"/v1/incidents/{outage['id']}/clocks"
    assert globex.get(path).body["clocks"] == umbrella.get(path).body["clocks"] != []
    kind.turn(minutes=20)
    acme.must(outage, "update", {"text": "The queue is draining.", "audience": "partner"})
    assert kind.clock(outage, "update")["due_at"] == "2026-03-02T15:50:01.000000Z"
    kind.turn(hours=2)
    assert sorted(kind.reached(outage)[3:]) == ["globex-mail", "umbrella-mail"]
    told = "Card payments fail"
    listed = [reader.get("/v1/incidents").body["items"] for reader in (globex, umbrella)]
    assert [[item["title"] for item in items] for items in listed] == [[told], [told]]


def test_multi_level_the_terms_of_the_service_go_before_those_of_its_client(site: Site) -> None:
    """Of three incidents of the same severity, each is late by its own level: service, customer, the agreement."""
    kind = Kind(site, "multi-level")
    acme = kind.member("acme")
    services = ("payments-api", "reporting", "archive")
    payments, reporting, archive = (kind.declare(acme, service, "major", "high") for service in services)

    def states() -> list[str]:
        return [kind.clock(incident, "resolve")["state"] for incident in (payments, reporting, archive)]

    kind.turn(seconds=1)
    assert sorted(kind.reached(payments)) == ["acme-duty", "acme-payments", "globex-ops"]
    assert kind.reached(reporting) == kind.reached(archive) == ["acme-duty"]
    kind.turn(hours=2)
    assert states() == ["breached", "running", "running"]
    kind.turn(hours=6)
    assert states() == ["breached", "breached", "running"]
    late = [kind.timeline(incident, "incident.clock_breached.v1") for incident in (reporting, archive)]
    assert [[entry["data"]["clock"] for entry in entries] for entries in late] == [["acknowledge", "resolve"], []]
    assert kind.clock(archive, "resolve")["counted"] == 3600  # one hour of its office day was left
    assert [kind.clock(incident, "resolve")["target"] for incident in (payments, archive)] == [7200, 57600]
    effective = f"/v1/agreements/{kind.partnership}/1/effective?service=payments-api"
    assert acme.get(effective).body["origins"]["spec.targets.resolve.within.S1"] == "payments"


def test_internal_nothing_counts_while_the_departments_are_at_home(site: Site) -> None:
    """An hour before they close, an hour counts; the night does not, nor does the lunch hour of the next day."""
    kind = Kind(site, "internal")
    finance, it = kind.member("finance"), kind.member("it")
    incident = kind.declare(finance, "ledger", "department", "usual")
    kind.turn(minutes=30)
    it.must(incident, "acknowledge")
    kind.turn(hours=14)  # 06:30 in Berlin

    assert kind.clock(incident, "acknowledge")["state"] == "met"
    resolve = kind.clock(incident, "resolve")
    assert (resolve["state"], resolve["counted"]) == ("running", 3600)
    assert resolve["due_at"] == "2026-03-03T15:00:00.000000Z"  # six more hours, and the one at noon
    kind.turn(hours=9, minutes=31)
    assert kind.clock(incident, "resolve")["state"] == "breached"
    assert kind.reached(incident) == ["service-desk", "head-of-it", "finance-lead"]


def test_two_sided_the_client_owes_answers_on_a_clock_of_its_own(site: Site) -> None:
    """While it owes one the provider's clock stands; it is paged for it, late like anybody, and asked again anew."""
    kind = Kind(site, "two-sided")
    acme, globex = kind.member("acme"), kind.member("globex")
    incident = kind.declare(globex, "payments-api", "major", "high")
    acme.must(incident, "acknowledge")
    kind.turn(hours=1)
    acme.must(incident, "milestone", {"milestone": "request_sent_to_client"})
    kind.turn(minutes=30)

    assert kind.clock(incident, "resolve")["state"] == "paused"
    assert kind.clock(incident, "answer")["due_at"] == "2026-03-02T17:00:00.000000Z"
    assert kind.reached(incident)[-1] == "globex-ops"
    kind.turn(hours=1)
    assert kind.clock(incident, "answer")["state"] == "breached"
    globex.must(incident, "milestone", {"milestone": "client_replied"})
    resolve = kind.clock(incident, "resolve")
    assert (resolve["state"], resolve["counted"], resolve["due_at"]) == (
        "running", 3600, "2026-03-03T00:30:00.000000Z",
    )  # fmt: skip
    acme.must(incident, "milestone", {"milestone": "request_sent_to_client"})
    kind.turn(minutes=10)
    globex.must(incident, "milestone", {"milestone": "client_replied"})
    assert kind.clock(incident, "answer")["state"] == "met"


def test_two_sided_each_side_climbs_a_ladder_of_its_own(site: Site) -> None:
    """That the provider has it in hand leaves the client's own ladder to the client, up to its executive."""
    kind = Kind(site, "two-sided")
    acme, globex = kind.member("acme"), kind.member("globex")
    incident = kind.declare(globex, "payments-api", "major", "high")
    for minutes in (0, 5, 10):
        kind.turn(minutes=minutes)
    assert [entry["data"]["why"] for entry in kind.timeline(incident, "incident.rung_skipped.v1")] == [
        "no_one_on_call",
        "no_one_to_reach",
    ]  # nobody has written down acme's schedule and team yet
    acme.must(incident, "acknowledge")
    acme.must(incident, "milestone", {"milestone": "request_sent_to_client"})
    kind.turn(minutes=60)
    assert kind.reached(incident)[-3:] == ["globex-ops", "acme-duty", "globex-ops"]  # at half, and when it was over
    for _ in range(3):  # the first pass ends, begins again, and ends once more
        kind.turn(minutes=30)
    handed = kind.timeline(incident, "incident.ladder_exhausted.v1")[-1]["data"]
    assert (handed["ladder"], handed["again"]) == ("globex/default", False)
    assert [page["recipient"] for page in handed["pages"]] == ["globex-cio"]


def test_a_service_says_how_it_is_supported(site: Site) -> None:
    """Either party reads by which channels, whether anybody is there now, and what they speak."""
    kind = Kind(site, "two-sided")
    for party in ("acme", "globex"):
        (service,) = kind.member(party).get(f"/v1/partnerships/{kind.partnership}/services").body["items"]
        support = service["support"]
        assert [channel["kind"] for channel in support["channels"]] == ["phone", "portal"]
        assert support["languages"] == ["de", "en-GB"]
        assert (support["hours"]["calendar"], support["hours"]["open"]) == ("acme-desk", True)
