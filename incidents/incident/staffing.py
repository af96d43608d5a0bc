"""Who works on an incident, in which role, for which party."""

from __future__ import annotations

from typing import TYPE_CHECKING, Unpack

from eventsourcing.domain import event

from incidents import happenings, refusals
from incidents.incident.base import IncidentBase

if TYPE_CHECKING:
    from incidents.incident.base import Said
    from incidents.terms import Terms

ROLES = ("commander", "communications_lead", "scribe", "responder")
SHARED_ROLE = "responder"
"""The role that any number may have for a party; each other one has a single holder for each party."""


class Staffed(IncidentBase):
    """The people on an incident."""

    # --- what can happen ---------------------------------------------------------------------------------------------

    Event = happenings.IncidentEvent
    Assigned = happenings.Assigned

    # --- what may be asked -------------------------------------------------------------------------------------------

    roles: dict[tuple[str, str], list[str]]
    """Who has a role for a party: assignees by role and party, in the order in which they came."""

    def assign(self, role: str, assignee: str, party: str, terms: Terms, **said: Unpack[Said]) -> None:
        """Give somebody a role for a party. NotActive; InvalidField for an unknown party; OthersRoles."""
        self._must_be_active()
        terms.check_party(party)
        if said.get("for_party") not in {None, party}:
            raise refusals.OthersRoles
        self.trigger_event(self.Assigned, role=role, assignee=assignee, party=party, **said)

    # --- what changes ------------------------------------------------------------------------------------------------

    @event(happenings.Assigned)
    def _assigned(self, role: str, assignee: str, party: str) -> None:
        holders = self.roles.setdefault((role, party), [])
        if role != SHARED_ROLE:
            holders.clear()
        if assignee not in holders:
            holders.append(assignee)
