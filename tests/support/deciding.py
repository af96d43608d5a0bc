"""Two parties with a body of both, over HTTP: the document's own example, in force by its publication."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from api.access.permissions import Scope
from api.http.resources.agreements import EXAMPLE
from tests.support.http import declaration, party_key

if TYPE_CHECKING:
    from tests.support.http import Caller, Reply, Site

PARTNERSHIP = "acme-globex"
PARTIES = ("acme", "globex")
WORKS = (Scope.INCIDENTS_READ, Scope.INCIDENTS_WRITE, Scope.INCIDENTS_COORDINATE)
DECIDES = (*WORKS, Scope.AGREEMENTS_DECIDE)


class Bench:
    """A site where both parties work and decide under the example, and an engine that is let work."""

    def __init__(self, site: Site, text: str = EXAMPLE) -> None:
        """Publish the agreement, and give each party a key that decides and one that only works."""
        self.site = site
        answer = site.operator.send("/v1/agreements", text.encode(), "application/yaml")
        assert answer.status == 201, answer.raw
        self.deciding = {party: self._caller(party, DECIDES) for party in PARTIES}
        self.working = {party: self._caller(party, WORKS) for party in PARTIES}

    def _caller(self, party: str, scopes: tuple[Scope, ...]) -> Caller:
        return self.site.caller(party_key(self.site.tocsin, PARTNERSHIP, party, scopes))

    def __getitem__(self, party: str) -> Caller:
        """Give who works and decides for a party."""
        return self.deciding[party]

    def declare(self, **fields: object) -> dict[str, Any]:
        """Declare an S1 for the provider."""
        answer = self["acme"].post("/v1/incidents", declaration(partnership=PARTNERSHIP, **fields))
        assert answer.status == 201, answer.raw
        return answer.body

    def made(self, party: str, incident: dict[str, Any], collection: str, body: dict[str, Any]) -> dict[str, Any]:
        """Make a claim, a dispute or a filing for a party; give it."""
        answer = self[party].command(incident, collection, body)
        assert answer.status == 201, answer.raw
        return answer.body

    def read(self, incident: dict[str, Any], rest: str, party: str = "acme") -> dict[str, Any]:
        """Read something of an incident."""
        answer = self[party].get(f"/v1/incidents/{incident['id']}/{rest}")
        assert answer.status == 200, answer.raw
        return answer.body

    def clock(self, incident: dict[str, Any], name: str) -> dict[str, Any]:
        """Read the last run of a clock."""
        found: dict[str, Any] = [each for each in self.read(incident, "clocks")["clocks"] if each["clock"] == name][-1]
        return found

    def vote(self, party: str, incident: dict[str, Any], claim: dict[str, Any], vote: str) -> Reply:
        """Vote on a claim for a party."""
        return self[party].command(incident, f"claims/{claim['number']}/votes", {"vote": vote})

    def turn(self, **later: float) -> None:
        """Move the clock, and let the engine work until nothing is due."""
        self.site.clock.move(**later)
        for _ in range(1000):
            if not self.site.tocsin.engine.run_once():
                return
        message = "the engine runs hot"
        raise AssertionError(message)

    def ago(self, **by: float) -> str:
        """Give an instant before now, as JSON has it."""
        return (self.site.clock.now() - timedelta(**by)).isoformat()
