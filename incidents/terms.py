"""What an incident needs from its agreement. The floor above implements it (see escalation/terms.py)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

SCHEDULE, TEAM, PERSON = "schedule:", "team:", "person:"
"""Begin the names of addressees that are a party's own business, and no part of the agreement."""
CONTACT = "contact:"
"""Begins what facts call a contact of the agreement who acted without being known as a person."""

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime, timedelta


@dataclass(frozen=True)
class Assessment:
    """How bad it looks: what severity is found from. A given `severity` stands instead of impact and urgency."""

    impact: str | None = None
    urgency: str | None = None
    users_affected_pct: int | None = None
    flags: tuple[str, ...] = field(default=())
    severity: str | None = None


@dataclass(frozen=True)
class Verdict:
    """The severity that the agreement gives an assessment, and the rule that gave it, in words."""

    severity: str
    because: str


@dataclass(frozen=True)
class FieldClass:
    """A class of fields that only some parties read (agreement: confidentiality)."""

    id: str
    readers: frozenset[str]


@dataclass(frozen=True)
class Mandate:
    """Who decides a question, and until when (agreement: governance.authorities; see happenings.ClaimMade)."""

    decision: str
    body: str
    voters: tuple[str, ...]
    rule: str
    due_at: datetime | None
    if_silent: str


@dataclass(frozen=True)
class ExclusionSought:
    """An exclusion that a party claims: which, for which time, and by whose fault.

    `until` None: without an end in sight. `clocks` None: all that the exclusion concerns. `at_fault` None: no party of
    this agreement.
    """

    name: str
    start: datetime
    until: datetime | None = None
    clocks: tuple[str, ...] | None = None
    at_fault: str | None = None
    evidence: str | None = None


@dataclass(frozen=True)
class PauseSought:
    """A pause that a party claims: for which reason and time. `until` None: until it is ended; `clocks` as above."""

    name: str
    start: datetime
    until: datetime | None = None
    clocks: tuple[str, ...] | None = None
    evidence: str | None = None


@dataclass(frozen=True)
class Claimable:
    """What a claim comes to under the agreement: the clocks that it concerns, its latest end, and who decides."""

    clocks: tuple[str, ...]
    until: datetime | None
    mandate: Mandate


@dataclass(frozen=True)
class SeverityRoute:
    """How a severity comes about that a party may not set: by a claim of a kind; and what holds meanwhile."""

    kind: str
    meanwhile: str
    mandate: Mandate


@dataclass(frozen=True)
class PauseTerms:
    """What a reason to pause asks for: evidence by name, consent (`granted_by` a body), and whose veto it bears."""

    evidence: str | None = None
    granted_by: str | None = None
    vetoed_by: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Turn:
    """What a milestone does to pauses: it begins those of some reasons on clocks, and ends others.

    `void`: of those that it ends, the ones that it shows to have been none.
    """

    begins: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    ends: tuple[str, ...] = ()
    void: frozenset[str] = frozenset()


@dataclass(frozen=True)
class LegalDuty:
    """A notification that the law wants: who owes it, how soon after they became aware, and what it may look like.

    `told_by` names the notifications that go to whoever owes this one: they make them aware.
    """

    id: str
    owed_by: frozenset[str]
    told_by: frozenset[str]
    within: timedelta
    phases: bool
    late_needs_reasons: bool


class Terms(Protocol):
    """One version of an agreement, as far as incidents ask. All checks raise InvalidField."""

    partnership: str
    version: int
    accept_backdated_by: timedelta
    older_by_claim: bool
    """Whether the time of a fact that comes even later can be claimed (late_facts.beyond)."""
    severities: tuple[str, ...]
    """The scale, the worst first."""
    sides: tuple[str, ...]
    """The parties that have a ladder of their own."""

    def for_service(self, service: str) -> Terms:
        """Give the terms that hold for a service."""

    def classify(self, assessment: Assessment, service: str) -> Verdict:
        """Find the severity (agreement: severity)."""

    def check_service(self, service: str) -> None:
        """Refuse a service that the agreement does not name."""

    def check_severity(self, severity: str) -> None:
        """Refuse a severity that is not on the agreement's scale."""

    def check_party(self, party: str) -> None:
        """Refuse a party that the agreement does not name."""

    def paused_by(self, reason: str, clocks: tuple[str, ...] | None) -> tuple[str, ...]:
        """Give the clocks that a pause with this reason stops; refuse a reason or clock that it cannot (rule 5)."""

    def pause_terms(self, reason: str) -> PauseTerms:
        """Give what a reason to pause asks for."""

    def turn(self, milestone: str) -> Turn:
        """Give what a milestone does to pauses; refuse one that there is not."""

    def severity_route(self, party: str | None, standing: str, wanted: str, at: datetime) -> SeverityRoute | None:
        """Find how a party may bring about another severity; None: by setting it. NotYourSeverity."""

    def exclusion(self, sought: ExclusionSought, now: datetime) -> Claimable:
        """Check an exclusion that is claimed; refuse what the agreement does not let be claimed. NotClaimable."""

    def pause_claim(self, sought: PauseSought, now: datetime) -> Claimable:
        """Check a pause that a body is to grant. NotClaimable."""

    def mandate(self, decision: str, now: datetime) -> Mandate:
        """Find who decides by an authority of that name. NotClaimable."""

    def action_clocks(self, priority: str) -> tuple[str, ...]:
        """Give the clocks that an action of a priority has; refuse a priority that the agreement does not know."""

    def legal_duty(self, notification: str) -> LegalDuty:
        """Give a notification that the law wants; refuse one that the agreement does not list."""

    def check_addressee(self, field: str, name: str) -> None:
        """Refuse what names nobody whom this agreement could reach; of people and teams it cannot say all."""

    def parties_addressed(self, name: str) -> frozenset[str]:
        """Give the parties that an addressee's name is about; of one person it cannot say."""

    def rung_above(
        self, severity: str, side: str | None, told: Sequence[tuple[str, int]], wanted: int | None
    ) -> tuple[str, int]:
        """Give a side's ladder, by name, and the rung of it that is `wanted`; None: the next one up that pages.

        `told` are the ladders and rungs that were told so far. InvalidField for one that pages nobody; TopOfLadder.
        """

    def field_class(self, kind: str, field: str) -> FieldClass | None:
        """Give the class of a field of a kind of fact (`noted`, `text`); None where every party may read it."""


class Addressees(Protocol):
    """Who is there behind the names that commands give. The floor above implements it (see escalation/crew/own.py)."""

    def are_there(
        self, partnership: str, name: str, *, about: frozenset[str], sender: str | None, at: datetime
    ) -> bool:
        """Whether a person, team or schedule is there at an instant, and of the sender's own party.

        `about` are the parties that the name is about; a `sender` of no party may name those of any. Contacts, roles,
        bodies and webhooks are as the agreement says.
        """


class Agreements(Protocol):
    """Where terms are found. Both raise NotFound."""

    def in_force(self, partnership: str, at: datetime) -> Terms:
        """Give the version in force at an instant: what an incident opened then is pinned to (clock rule 3)."""

    def pinned(self, partnership: str, version: int) -> Terms:
        """Give a version by number."""
