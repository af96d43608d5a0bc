"""Who decides what and by when, whom the law wants told, and how the agreement itself changes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from escalation.agreement.spans import Dates, Span


@dataclass(frozen=True, slots=True)
class Authority:
    """What a body decides (spec.governance.authorities).

    Attributes:
        decision: Its name, such as `grant_exclusion`.
        body: The body's id.
        rule: `both`: every party with a member must agree; `any`: one is enough.
        within: Until when it must have decided.
        if_silent: What holds if it has not: refused, granted, escalate, or for severities higher, lower, standing.
    """

    decision: str
    body: str
    rule: str
    within: Span
    if_silent: str


@dataclass(frozen=True, slots=True)
class SeverityDispute:
    """How two opinions on a severity are settled (spec.severity.dispute); `meanwhile`: higher, lower or standing."""

    decided_by: str
    within: Span
    calendar: str
    meanwhile: str


@dataclass(frozen=True, slots=True)
class SeverityPowers:
    """Who may set a severity (spec.severity.set_by, .dispute, .downgrade).

    Attributes:
        initial: `party.role` whose party sets severities; None: every party.
        proposal: Who may propose another one: `any_party`, or a party's role or id; None: nobody.
        dispute: How proposals are settled; None: a proposal changes the severity at once.
        downgrade_needs: The role or id of the party that must consent to a milder severity; None: nobody.
    """

    initial: str | None = None
    proposal: str | None = None
    dispute: SeverityDispute | None = None
    downgrade_needs: str | None = None


@dataclass(frozen=True, slots=True)
class LegalNotification:
    """What the law wants told, to whom, and by when (spec.notifications; clock rule 12).

    Attributes:
        id: Its name, and that of its clock.
        law: Which rule demands it.
        duty_of: The role or id of the party that owes it.
        to: Whom: `party.role`, or the role of a contact.
        within: Seconds from when that party became aware, always.
        calendar: The calendar's name; it is always open.
        phases: Whether it may be given in phases: a first, incomplete filing is then in time.
        late_needs: What a late filing must give: `reasons`, or nothing.
        unless: The flag that waives it.
        applies_when: The flag that calls for it; None: every awareness does.
    """

    id: str
    law: str
    duty_of: str
    to: str
    within: int
    calendar: str
    phases: bool = False
    late_needs: str | None = None
    unless: str | None = None
    applies_when: str | None = None


@dataclass(frozen=True, slots=True)
class Amendments:
    """How versions of the agreement come about (spec.governance.amendments).

    Attributes:
        proposed_by: `any_signatory`, or a party's role or id.
        notice: How long before it acts an amendment must be proposed.
        signed_by: The parties (ids) that must sign; empty: a version is in force by its publication.
        migration_needs: The parties that must sign for running incidents to move to another version.
    """

    proposed_by: str = "any_signatory"
    notice: Dates | None = None
    signed_by: tuple[str, ...] = ()
    migration_needs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DisputeStep:
    """A step that a contract dispute climbs: to a body, or a name such as `mediation`; and how long it has."""

    to: str
    within: Span


@dataclass(frozen=True, slots=True)
class Disputes:
    """How disputes about the contract are settled (spec.governance.disputes)."""

    raise_within: Dates
    steps: tuple[DisputeStep, ...]


@dataclass(frozen=True, slots=True)
class Governance:
    """All that spec.governance says, but for the reviews, which are kept in the document alone."""

    authorities: Mapping[str, Authority] = field(default_factory=dict)
    amendments: Amendments = field(default_factory=Amendments)
    disputes: Disputes | None = None
    retain: Dates | None = None
