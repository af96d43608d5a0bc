"""Two parties under the worked example, whose bodies are asked over HTTP, and an engine that is let work."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from api.access.permissions import Scope
from tests.support.agreeing import DECIDES, PARTIES, PARTNERSHIP, Partners
from tests.support.example_agreement import example_text
from tests.support.http import declaration, party_key

if TYPE_CHECKING:
    from incidents.ledger.facts import Fact
    from tests.support.http import Reply, Site

ANYTHING = {"If_Match": "*"}


class Bodies(Partners):
    """An incident between them, what is claimed of it, and what became of its clocks."""

    def __init__(self, site: Site, words: dict[str, str] | None = None, **fields: object) -> None:
        """Sign the example, with some of its words changed, and let the provider declare an incident."""
        text = example_text()
        for found, instead in (words or {}).items():
            assert text.count(found) == 1, found
            text = text.replace(found, instead)
        super().__init__(site, text.encode())
        scopes = (*DECIDES, Scope.INCIDENTS_COORDINATE)
        self.members = {party: site.caller(party_key(site.tocsin, PARTNERSHIP, party, scopes)) for party in PARTIES}
        self.agree(self.first["version"])
        body = declaration(**{"partnership": PARTNERSHIP, "service": "payments-api", **fields})
        self.id = self.must(self["acme"].post("/v1/incidents", body), 201)["id"]

    def post(self, party: str, what: str, body: dict[str, Any]) -> Reply:
        """Post something about the incident."""
        return self[party].post(f"/v1/incidents/{self.id}/{what}", body, **ANYTHING)

    def do(self, party: str, verb: str, **body: object) -> dict[str, Any]:
        """Command the incident."""
        return self.must(self.post(party, verb, body))

    def claim(self, **body: object) -> dict[str, Any]:
        """Claim something for the provider."""
        return self.must(self.post("acme", "claims", {"reason": "So it was", **body}), 201)

    def vote(self, number: int, vote: str, *parties: str) -> dict[str, Any]:
        """Vote for parties, one after the other; give the claim as it then stands."""
        return [self.must(self.post(each, f"claims/{number}/votes", {"vote": vote})) for each in parties][-1]

    def read(self, number: int) -> dict[str, Any]:
        """Read a claim."""
        return self.must(self["globex"].get(f"/v1/incidents/{self.id}/claims/{number}"))

    def severity(self) -> str:
        """Read the incident's severity."""
        return str(self.must(self["globex"].get(f"/v1/incidents/{self.id}"))["severity"])

    def clock(self, name: str) -> dict[str, Any]:
        """Read the last cycle of a clock, as the client sees it."""
        found = self.must(self["globex"].get(f"/v1/incidents/{self.id}/clocks"))
        return [dict(clock) for clock in found["clocks"] if clock["clock"] == name][-1]

    def history(self) -> list[Fact]:
        """Read all facts."""
        return self.site.tocsin.incidents.get(f"{PARTNERSHIP}/incident/{self.id}").history

    def told(self, *names: str) -> list[tuple[str, str]]:
        """Give the facts of some kinds, each with the day and time at which it was recorded."""
        found = [(type(fact).__name__, f"{fact.timestamp:%m-%d %H:%M}") for fact in self.history()]
        return [each for each in found if each[0] in names]

    def asked(self) -> list[tuple[int, list[str]]]:
        """Give the rounds in which bodies were asked, and who was."""
        fired = [vars(fact) for fact in self.history() if type(fact).__name__ == "RungFired"]
        return [
            (rung["round"], [page["recipient"] for page in rung["pages"]])
            for rung in fired
            if rung["ladder"] == "claims"
        ]
