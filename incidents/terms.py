"""What an incident needs from its agreement. The floor above implements it (see escalation/terms.py)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
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


class Terms(Protocol):
    """One version of an agreement, as far as incidents ask. All checks raise InvalidField."""

    partnership: str
    version: int
    accept_backdated_by: timedelta

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

    def field_class(self, kind: str, field: str) -> FieldClass | None:
        """Give the class of a field of a kind of fact (`noted`, `text`); None where every party may read it."""


class Agreements(Protocol):
    """Where terms are found. Both raise NotFound."""

    def in_force(self, partnership: str, at: datetime) -> Terms:
        """Give the version in force at an instant: what an incident opened then is pinned to (clock rule 3)."""

    def pinned(self, partnership: str, version: int) -> Terms:
        """Give a version by number."""
