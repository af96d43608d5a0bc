"""Claims: questions that the agreement puts to a body, and what became of them."""

from __future__ import annotations

from datetime import datetime  # noqa: TC003 - the catalogue reads the annotations at run time

from incidents.happenings.base import Decision, SystemEvent
from incidents.ledger.facts import FreeText  # noqa: TC001 - the catalogue reads the annotations at run time


class ClaimMade(Decision):
    """A question was put to a body. The number of a claim is this fact's version.

    Attributes:
        kind: exclusion, pause, severity, downgrade, backdating or extension.
        name: What it is about: the exclusion, the pause's reason, the severity proposed, the action.
        standing: The severity that stood, for a severity or a downgrade.
        meanwhile: The severity that holds until it is decided.
        clocks: The clocks that it concerns.
        entry: The fact whose time it would change (backdating), by its version.
        start, until: The time that it claims; with backdating `start` is when the fact was so.
        at_fault: The party that it says caused it.
        decision: The name of the authority that the agreement gives the body.
        body, voters, rule: Who decides: parties, and whether `both` (all of them) must agree or `any` one is enough.
        due_at, if_silent: Until when, and what holds otherwise. Without `due_at` it waits.
    """

    kind: str
    name: str | None
    standing: str | None
    meanwhile: str | None
    clocks: list[str]
    entry: int | None
    start: datetime | None
    until: datetime | None
    at_fault: str | None
    decision: str
    body: str
    voters: list[str]
    rule: str
    due_at: datetime | None
    if_silent: str
    reason: FreeText
    evidence: FreeText | None


class VoteCast(Decision):
    """A party said what it wants: `granted`, `refused`, or in a dispute a severity."""

    claim: int
    vote: str
    reason: FreeText | None


class EvidenceGiven(Decision):
    """Evidence was added to a claim."""

    claim: int
    evidence: FreeText


class ClaimDecided(Decision):
    """The votes decide: granted, refused, or a severity."""

    claim: int
    outcome: str


class ClaimWithdrawn(Decision):
    """Whoever made it took it back."""

    claim: int
    reason: FreeText | None


class ClaimEscalated(SystemEvent):
    """A body was silent, and the next one is asked."""

    claim: int
    body: str
    voters: list[str]
    due_at: datetime | None


class ClaimLapsed(SystemEvent):
    """The last body was silent: what the agreement says for that case holds."""

    claim: int
    outcome: str


class SeveritySettled(SystemEvent):
    """A dispute lapsed, and this severity holds."""

    claim: int
    severity: str
