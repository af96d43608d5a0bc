"""Incidents in which each text is a secret of somebody's: internal, named, classified, hidden, restricted later."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.fuzz.deciding import Deciding
from tests.fuzz.secrets import Secret

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.fuzz.world import World
    from tests.support.http import Caller

FREE = 4
"""Incidents of each party without secrets."""
TECHNICAL, PERSONAL = "acme", "globex"
"""Who reads each class of the agreement's confidentiality."""


def tell_incidents(
    world: World, partnership: str, callers: Mapping[str, Caller], readers: Mapping[str, frozenset[str]]
) -> None:
    """Let each party of a partnership declare incidents and work on them; `readers`: who reads a party's own."""
    for party, caller in callers.items():
        teller = _Teller(world, partnership, party, caller, readers)
        teller.shared()
        teller.decided()
        teller.hidden()
        for _ in range(FREE):
            teller.free()


class _Teller:
    """One party, telling of its incidents."""

    def __init__(
        self, world: World, partnership: str, party: str, caller: Caller, readers: Mapping[str, frozenset[str]]
    ) -> None:
        self._world, self._partnership, self._party, self._caller = world, partnership, party, caller
        self._readers, self._both = readers, frozenset[str]().union(*readers.values())
        self._own = readers[party]
        self._incident: str | None = None

    def shared(self) -> None:
        """Declare for both sides, and say much that is not."""
        incident = self._declare(self._both, self._readers[TECHNICAL])
        must = self._caller.must
        must(incident, "note", {"text": self._word("an internal note")})
        must(incident, "note", {"text": self._word("a note for a named party"), "visibility": [self._party]})
        must(incident, "note", {"text": self._word("a shared note", self._both), "visibility": "shared"})
        must(incident, "update", {"text": self._word("an internal update"), "audience": "internal"})
        must(incident, "update", {"text": self._word("an update", self._both), "audience": "partner"})
        must(incident, "acknowledge")
        role = {"role": "scribe", "party": self._party}
        must(incident, "assign", {**role, "assignee": self._word("an assignee", self._readers[PERSONAL])})
        reason = {"reason": self._word("an internal reason"), "visibility": "internal"}
        must(incident, "severity", {"severity": "S2", **reason})
        pause = {"reason": "waiting_on_partner", "note": self._word("an internal pause"), "visibility": "internal"}
        must(incident, "pause", {**pause, "evidence": self._word("an internal pause's evidence")})
        noted = must(incident, "note", {"text": self._word("a note restricted later"), "visibility": "shared"})
        must(incident, "visibility", {"entry": noted["version"], "to": "internal", "reason": "too much"})
        must(incident, "mitigate", {"text": self._word("an internal mitigation"), "visibility": "internal"})

    def decided(self) -> None:
        """Declare for both sides, and decide what the other one may not read the reasons of."""
        incident = self._declare(self._both, self._readers[TECHNICAL])
        deciding = self._deciding()
        deciding.secretly(incident)
        deciding.answer(incident)
        self._caller.must(incident, "resolve", {"text": self._word("an internal solution"), "visibility": "internal"})
        deciding.follow_up(incident)
        self._world.known["decided"].append(incident["number"])

    def hidden(self) -> None:
        """Declare for one side alone."""
        incident = self._declare(self._own, self._own & self._readers[TECHNICAL], visibility="internal")
        for what in ("id", "number"):
            self._world.secrets.add(
                Secret(incident[what], f"a hidden incident's {what}", self._own, self._both, incident["id"])
            )
        self._caller.must(incident, "note", {"text": self._word("a note in a hidden incident")})
        self._caller.must(incident, "resolve", {"text": self._word("how a hidden incident was resolved")})

    def free(self) -> None:
        """Declare what both sides may see whole, so that it does not matter what requests share of it."""
        incident = self._declare(self._both, self._readers[TECHNICAL])
        self._deciding().openly(incident)
        self._caller.must(incident, "note", {"text": "for whoever may see it"})
        self._world.known["free"].append(incident["number"])

    def _deciding(self) -> Deciding:
        return Deciding(self._caller, self._party, self._world.site.clock.now(), self._word)

    def _declare(self, title_for: frozenset[str], description_for: frozenset[str], **more: Any) -> dict[str, Any]:  # noqa: ANN401 - fields of a declaration
        self._incident = None
        title, description = self._word("a title", title_for), self._word("a description", description_for)
        incident = self._caller.declare(partnership=self._partnership, title=title, description=description, **more)
        self._incident = incident["id"]
        self._world.secrets.belong(incident["id"], title, description)
        self._world.known["reference"] += [incident["id"], incident["number"]]
        return incident

    def _word(self, what: str, readers: frozenset[str] | None = None) -> str:
        readers = self._own if readers is None else readers
        return self._world.secrets.word(f"{what} of {self._party}", readers, self._both, self._incident)
