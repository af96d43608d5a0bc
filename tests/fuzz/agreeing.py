"""The agreement of a partnership: the worked example, signed, amended, with versions and migrations that wait."""

from __future__ import annotations

from copy import deepcopy
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import yaml

from tests.support.example_agreement import example_text

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from tests.fuzz.secrets import Secrets
    from tests.support.http import Caller, Reply

    Callers = Mapping[str, Caller]

PARTIES = ("acme", "globex")
CONFIDENTIALITY = {
    "classes": [{"id": "technical", "readable_by": ["acme"]}, {"id": "personal", "readable_by": ["globex"]}],
    "fields": {"description": "technical", "assignee": "personal"},
}
MOST_PROPOSED = 8
"""Versions above the third that requests may propose."""


class Agreed:
    """A partnership's agreement as it comes about; its texts are secrets to all others."""

    def __init__(
        self, partnership: str, secrets: Secrets, readers: Mapping[str, frozenset[str]], operator: Caller
    ) -> None:
        """Write it."""
        self._partnership, self._secrets, self._operator = partnership, secrets, operator
        self._both = frozenset[str]().union(*readers.values())
        self._hooks = [
            {"id": f"{party}-pager", "party": party, "url": f"https://hooks.example/{self._hook(party, readers)}"}
            for party in PARTIES
        ]
        self.digests: list[str] = []
        self.migrations: list[int] = []
        self.matters: dict[str, str] = {}
        """Ids of a dispute, a notice and a certificate, by the names of their kinds."""

    def publish(self) -> None:
        """Let the operator put the first version before the parties."""
        self._keep(self._operator.post("/v1/agreements", self.document(1)))

    def sign(self, callers: Callers, version: int) -> None:
        """Let both sign a version."""
        for party in PARTIES:
            self._keep(callers[party].post(self._at(f"{version}/signatures"), {"digest": self.digests[version - 1]}))

    def amend(self, callers: Callers) -> None:
        """Bring a second version into force; leave a third one and a migration half signed, and take others back."""
        acme, globex = (callers[party] for party in PARTIES)
        self._keep(acme.post(self._at("proposals"), self.document(2)))
        self.sign(callers, 2)
        self.migrations = [
            self._keep(caller.post(self._at("migrations"), {"to_version": 2}))["migration"]
            for caller in (acme, globex, acme)
        ]
        self._keep(globex.post(self._at(f"migrations/{self.migrations[1]}/withdraw")))
        self._keep(globex.post(self._at(f"migrations/{self.migrations[0]}/signatures")))
        self._keep(globex.post(self._at("proposals"), self.document(3)))
        self._keep(globex.post(self._at("3/signatures"), {"digest": self.digests[2]}))

    def stand_beside(self, callers: Callers, now: datetime) -> None:
        """Give notice of a change, dispute it, and hold a certificate."""
        acme, globex = (callers[party] for party in PARTIES)
        later = (now + timedelta(days=30)).isoformat()
        change = {
            "kind": "deprecation",
            "services": ["reporting"],
            "starts_at": later,
            "text": self._shared("a notice"),
        }
        self._open("notice", acme, "/v1/notices", change)
        held = {"what": self._shared("a certificate"), "issued_at": now.isoformat(), "expires_at": later}
        self._open("certificate", acme, "/v1/certificates", held)
        disputed = {"about": "notice", "reference": self.matters["notice"], "subject": self._shared("a dispute")}
        self._open("dispute", globex, "/v1/contract-disputes", disputed)
        settlement = {"outcome": self._shared("a settlement")}
        self._keep(acme.post(f"/v1/contract-disputes/{self.matters['dispute']}/settlements", settlement))

    def document(self, version: int) -> dict[str, Any]:
        """Write a version; amendments of it act at once."""
        document: dict[str, Any] = yaml.safe_load(example_text())
        title = self._shared("an agreement's title")
        document["metadata"] = {"id": self._partnership, "version": version, "title": title}
        spec = document["spec"]
        spec["contacts"][0]["via"] = ["terminal", {"webhook": "acme-pager"}]
        spec |= {"webhooks": deepcopy(self._hooks), "confidentiality": deepcopy(CONFIDENTIALITY)}
        del spec["governance"]["amendments"]["notice"]
        return document

    def following(self) -> list[dict[str, Any]]:
        """Write versions that may be proposed next, one after the other."""
        document = self.document(4)
        return [
            {**document, "metadata": {**document["metadata"], "version": number}}
            for number in range(4, 4 + MOST_PROPOSED)
        ]

    def _open(self, kind: str, caller: Caller, address: str, body: dict[str, Any]) -> None:
        self.matters[kind] = self._keep(caller.post(address, {"partnership": self._partnership, **body}))["id"]

    def _shared(self, what: str) -> str:
        return self._secrets.word(what, self._both)

    def _at(self, rest: str) -> str:
        return f"/v1/agreements/{self._partnership}/{rest}"

    def _keep(self, reply: Reply) -> dict[str, Any]:
        assert reply.status in {200, 201}, reply.raw
        digest = reply.body.get("digest")
        if digest and digest not in self.digests:
            self.digests.append(digest)
        return reply.body

    def _hook(self, party: str, readers: Mapping[str, frozenset[str]]) -> str:
        return self._secrets.word(f"the address of {party}'s webhook", readers[party])
