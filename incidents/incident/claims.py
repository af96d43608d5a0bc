"""A claim as it stands: a question put to a body, who votes on it, and what the votes come to. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from incidents.errors import InvalidField

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from incidents.ledger.sealing import Hidden

EXCLUSION, PAUSE, SEVERITY, DOWNGRADE, BACKDATING, EXTENSION = (
    "exclusion",
    "pause",
    "severity",
    "downgrade",
    "backdating",
    "extension",
)
GRANTED, REFUSED, WITHDRAWN = "granted", "refused", "withdrawn"
ESCALATE = "escalate"
"""Instead of an outcome: if a body is silent, the next one is asked."""
BOTH = "both"
"""The rule by which every voter must agree; by `any`, the first vote decides."""

MOST_OPEN, MOST_EVIDENCE = 20, 50
"""Claims that wait on one incident at once, and pieces of evidence for each: people are asked about every one."""

BLANK: Mapping[str, object] = {
    "standing": None,
    "meanwhile": None,
    "clocks": [],
    "entry": None,
    "start": None,
    "until": None,
    "at_fault": None,
    "evidence": None,
}
"""What a claim says, field by field, of what it is not about."""

REACH = timedelta(days=3660)
"""How far from now a claim's times may lie: further away is a slip of the pen, and beyond any calendar."""


@dataclass(frozen=True)
class Claim:
    """A question and what became of it; the fields are those of the fact `claim_made`.

    Attributes:
        number: The version of the fact that made it.
        by_party: Whose claim it is; None: neither side's.
        asked_at: When the body that it is before now was asked.
        votes: What each party wants, as far as the present body has voted.
        escalations: How many silent bodies it has left behind.
        outcome: granted, refused, withdrawn, or in a dispute a severity; None while it is open.
    """

    number: int
    kind: str
    name: str | None
    by_party: str | None
    made_at: datetime
    asked_at: datetime
    standing: str | None
    meanwhile: str | None
    clocks: tuple[str, ...]
    entry: int | None
    start: datetime | None
    until: datetime | None
    at_fault: str | None
    decision: str
    body: str
    voters: tuple[str, ...]
    rule: str
    due_at: datetime | None
    if_silent: str
    reason: str | Hidden
    evidence: tuple[str | Hidden, ...] = ()
    votes: Mapping[str, str] = field(default_factory=dict)
    escalations: int = 0
    outcome: str | None = None
    decided_at: datetime | None = None

    @property
    def open(self) -> bool:
        """Whether it still waits for its body."""
        return self.outcome is None

    @property
    def granted(self) -> bool:
        """Whether it came out as its maker asked; a dispute comes out as a severity instead."""
        return self.outcome == GRANTED

    @property
    def fallback(self) -> str:
        """What holds when the last body was silent; what is only to be escalated then stays as it is meanwhile."""
        if self.if_silent != ESCALATE:
            return self.if_silent
        return self.meanwhile or REFUSED

    @property
    def verdict(self) -> str | None:
        """What the votes so far come to; None while they decide nothing."""
        cast = set(self.votes.values())
        if self.rule != BOTH:
            return next(iter(cast), None)
        if self.kind != SEVERITY and REFUSED in cast:
            return REFUSED
        if set(self.votes) != set(self.voters):
            return None
        return cast.pop() if len(cast) == 1 else self._undecided

    @property
    def agreed(self) -> bool:
        """Whether all who voted want the same; what a disagreement comes to undoes nothing that came about since."""
        return len(set(self.votes.values())) == 1

    @property
    def _undecided(self) -> str | None:
        """What a disagreement about a severity comes to: the same as silence; if that is to be escalated, wait."""
        return None if self.if_silent == ESCALATE else self.if_silent

    def voted(self, party: str, vote: str) -> Claim:
        """Give it with a party's vote, which replaces the party's earlier one."""
        return replace(self, votes={**self.votes, party: vote})


def check_near(name: str, when: datetime | None, at: datetime) -> None:
    """Refuse a time that is too far away to be meant. InvalidField."""
    if when is not None and abs(when - at) > REACH:
        raise InvalidField(name, "It lies more than ten years away. Give the instant that is meant.")


def check_stretch(start: datetime, until: datetime | None, at: datetime) -> None:
    """Refuse a stretch of time that ends before it begins, or lies too far away. InvalidField."""
    check_near("start", start, at)
    check_near("until", until, at)
    if until is not None and until <= start:
        raise InvalidField("until", "It must lie after `start`. Leave it out if there is no end in sight.")
