"""Two parties that agree: the demo's agreement with signatures, a key of each party, and an engine that is let work."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from api.access.permissions import Scope
from escalation.engine.reminders import Reminding
from tests.support.http import DEMO, OURS, declaration, party_key

if TYPE_CHECKING:
    from escalation.book import Agreements
    from tests.support.http import Caller, Reply, Site

PARTNERSHIP = "acme-globex"
AGREEMENTS = f"/v1/agreements/{PARTNERSHIP}"
PARTIES = ("acme", "globex")
DECIDES = (Scope.AGREEMENTS_READ, Scope.AGREEMENTS_DECIDE, Scope.INCIDENTS_READ, Scope.INCIDENTS_WRITE)

_TERM = 'term: {effective_from: "2026-01-01T00:00:00Z", effective_to: null}'
_BODIES = """
  bodies:
    - {id: service_review_board, members: [acme-sm, globex-ops]}
    - {id: steering_committee, members: [acme-ops, globex-ops]}
"""
_GOVERNANCE = """
  governance:
    amendments: {proposed_by: any_signatory, NOTICE, signed_by: [acme, globex]}
    disputes:
      raise_within: P30D
      steps: [{to: service_review_board, within: P10D}, {to: steering_committee, within: P20D}]
    records: {retain: P7Y}
"""


def agreement_text(
    version: int = 1,
    *,
    since: str = "2026-01-01",
    until: str | None = None,
    amendments: str = "notice: P30D",
    words: dict[str, str] | None = None,
) -> bytes:
    """Give the demo's agreement as a version that both parties must sign.

    Args:
        version: Its number.
        since: The date from which it is effective, in UTC.
        until: The date on which it ends; None: open-ended.
        amendments: What governance.amendments says besides who proposes and signs.
        words: What is said otherwise in the document.
    """
    ends = f'"{until}T00:00:00Z"' if until else "null"
    text = (
        DEMO.replace(f"id: {OURS}", f"id: {PARTNERSHIP}")
        .replace("\n  version: 1\n", f"\n  version: {version}\n")
        .replace(_TERM, f'term: {{effective_from: "{since}T00:00:00Z", effective_to: {ends}, notice: P90D}}')
    )
    text += _BODIES + _GOVERNANCE.replace("NOTICE", amendments)
    for found, instead in (words or {}).items():
        assert found in text
        text = text.replace(found, instead)
    return text.encode()


class Partners:
    """A site where a first version has been proposed by the operator, and who decides for each party."""

    def __init__(self, site: Site, text: bytes | None = None) -> None:
        """Propose it."""
        self.site = site
        self.first = self.must(site.operator.send("/v1/agreements", text or agreement_text(), "application/yaml"), 201)
        self.members = {party: site.caller(party_key(site.tocsin, PARTNERSHIP, party, DECIDES)) for party in PARTIES}

    def __getitem__(self, party: str) -> Caller:
        """Give who decides for a party."""
        return self.members[party]

    @staticmethod
    def must(reply: Reply, status: int = 200) -> dict[str, Any]:
        """Give what was answered with a status."""
        assert reply.status == status, reply.raw
        return reply.body

    def standing(self, version: int) -> dict[str, Any]:
        """Read how a version stands."""
        return self.must(self["acme"].get(f"{AGREEMENTS}/{version}/signatures"))

    def sign(self, party: str, version: int = 1, **headers: str) -> Reply:
        """Sign a version for a party, by the digest that it has."""
        body = {"digest": self.standing(version)["digest"]}
        return self[party].post(f"{AGREEMENTS}/{version}/signatures", body, **headers)

    def agree(self, version: int = 1) -> dict[str, Any]:
        """Sign a version for both; give how it then stands."""
        return [self.must(self.sign(party, version)) for party in PARTIES][-1]

    def propose(self, party: str, text: bytes) -> Reply:
        """Propose an amendment for a party."""
        return self[party].send(f"{AGREEMENTS}/proposals", text, "application/yaml")

    def declare(self) -> Reply:
        """Declare an incident under the agreement."""
        return self["acme"].post("/v1/incidents", declaration(partnership=PARTNERSHIP))

    def turn(self, **later: float) -> None:
        """Move the clock, and let the engine work until nothing is due."""
        self.site.clock.move(**later)
        for _ in range(1000):
            if not self.site.tocsin.engine.run_once():
                return
        message = "the engine runs hot"
        raise AssertionError(message)

    def record(self) -> Agreements:
        """Read the agreement's record."""
        return self.site.tocsin.book.record(PARTNERSHIP)

    def facts(self) -> list[str]:
        """Give what happened to the agreement."""
        return [type(fact).__name__ for fact in self.record().history]

    def reminded(self) -> list[tuple[str, str, list[str]]]:
        """Give of what people were reminded, on which day, and whom."""
        return [
            (fact.reminder, f"{fact.timestamp:%Y-%m-%d}", [page["recipient"] for page in fact.pages])
            for fact in self.record().history
            if isinstance(fact, Reminding.Reminded)
        ]
