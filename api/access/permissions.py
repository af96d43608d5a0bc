"""What each role may do: the one table. docs/access.md shows the same, and a test compares them.

A person has roles in a partnership, for a party; a key has scopes outright. Each operation of the API needs one scope.
"""

from __future__ import annotations

from enum import Enum, StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


class Scope(StrEnum):
    """What an operation needs."""

    INCIDENTS_READ = "incidents:read"
    """Read incidents, their timelines and clocks; search; attainment."""
    INCIDENTS_WRITE = "incidents:write"
    """Declare incidents and work on them: acknowledge, note, update, pause, mitigate, resolve, reopen."""
    INCIDENTS_COORDINATE = "incidents:coordinate"
    """Decide about them: severity, roles, cancelling, duplicates, closing, who may see what."""
    EVENTS_READ = "events:read"
    """Follow and export the partnership's events."""
    ONCALL_MANAGE = "oncall:manage"
    """Say who is next for one's own party: schedules, overrides, teams, and who holds its contacts."""
    INTEGRATIONS_MANAGE = "integrations:manage"
    """Connect other systems for one's own party: webhook subscriptions, heartbeats."""
    AGREEMENTS_READ = "agreements:read"
    """Read agreements."""
    AGREEMENTS_WRITE = "agreements:write"
    """Publish agreements."""
    AGREEMENTS_DECIDE = "agreements:decide"
    """Decide for one's own party what the agreement leaves to the parties: sign versions, vote in bodies."""
    AUDIT_READ = "audit:read"
    """See every fact and field, whoever they are for; read the access log."""
    METRICS_READ = "metrics:read"
    """Read the figures of the whole installation."""
    ADMIN = "admin"
    """Manage the members and keys of one's own party."""


class Anybody(Enum):
    """Who needs no scope."""

    KNOWN = "known"
    """Whoever is let in at all: for what concerns nobody but themselves."""


_READING = frozenset({Scope.INCIDENTS_READ, Scope.EVENTS_READ, Scope.AGREEMENTS_READ})

ROLES: Mapping[str, frozenset[Scope]] = {
    "responder": _READING | {Scope.INCIDENTS_WRITE},
    "coordinator": _READING
    | {Scope.INCIDENTS_WRITE, Scope.INCIDENTS_COORDINATE, Scope.ONCALL_MANAGE, Scope.INTEGRATIONS_MANAGE},
    "approver": _READING | {Scope.AGREEMENTS_DECIDE},
    "executive": _READING | {Scope.INCIDENTS_WRITE, Scope.AGREEMENTS_DECIDE},
    "auditor": _READING | {Scope.AUDIT_READ},
    "administrator": _READING | {Scope.ADMIN, Scope.ONCALL_MANAGE, Scope.INTEGRATIONS_MANAGE},
}
"""A person may do what any of their roles may. Nobody but the operator publishes agreements and reads metrics."""

OF_A_PARTNERSHIP = frozenset(Scope) - {Scope.AGREEMENTS_WRITE, Scope.METRICS_READ}
"""What a key of a partnership can be given."""

OF_THE_OPERATOR = frozenset(Scope) - OF_A_PARTNERSHIP
"""What a key of the operator's can be limited to: what is about the installation, or said to all its partnerships."""


def scopes_of(roles: Iterable[str]) -> frozenset[Scope]:
    """Give what some roles may do together; KeyError for a role that there is not."""
    return frozenset[Scope]().union(*(ROLES[role] for role in roles))
