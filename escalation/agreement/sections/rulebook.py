"""Reading all parts of `spec` that say who decides, what the law wants and what a breach costs."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from escalation.agreement.sections.authorities import check_authorities
from escalation.agreement.sections.bodies import read_bodies
from escalation.agreement.sections.credits import Breachable
from escalation.agreement.sections.governance import GovernanceContext, read_governance
from escalation.agreement.sections.legal import read_notifications
from escalation.agreement.sections.remedies import RemedyContext, check_remedies
from escalation.agreement.text.fields import declared

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from escalation.agreement.model import Body, Contact, Governance, LegalNotification, Party
    from escalation.agreement.sections.clockwork import Clockwork
    from escalation.agreement.text.fields import Field, Section

LATER = {
    ("defaults", "currency"): "spec.defaults.currency is kept: no amounts are computed yet.",
    ("remedies",): "spec.remedies is kept and checked: this version computes no credits yet.",
    ("governance", "reviews"): "spec.governance.reviews is kept and checked: this version prepares no reviews yet.",
}
"""Parts that are not acted upon, each with what to tell whoever publishes them."""


class Rulebook(NamedTuple):
    """What those parts say, as the model has it; `later` says which of them are not acted upon."""

    bodies: dict[str, Body]
    notifications: dict[str, LegalNotification]
    governance: Governance
    later: tuple[str, ...]


def read_rulebook(
    spec: Section, parties: Mapping[str, Party], contacts: Mapping[str, Contact], clocks: Clockwork
) -> Rulebook:
    """Read them beside the parties, the contacts and the clocks that could be read."""
    listed, notified, governed = spec.get("contacts", []), spec.get("notifications", []), spec.get("governance", {})
    known, targets = clocks.known, declared(spec.get("targets")) or ()
    bodies = read_bodies(spec.get("bodies", []), declared(listed), contacts, parties)
    exclusions = declared(spec.get("exclusions", []))
    roles = declared(listed, "role")
    notifications = read_notifications(notified, known, roles, clocks.hours.calendars, targets)
    governance = read_governance(governed, GovernanceContext(known, parties, contacts, bodies, exclusions))
    check_remedies(spec.get("remedies"), RemedyContext(known, _breachable(spec, clocks)))
    check_authorities(spec, governance.authorities, clocks)
    later = tuple(told for path, told in LATER.items() if _at(spec, path).given)
    return Rulebook(bodies, notifications, governance, later)


def _breachable(spec: Section, clocks: Clockwork) -> Breachable:
    targets, notified = declared(spec.get("targets")), declared(spec.get("notifications", []))
    return Breachable(
        objectives=declared(spec.get("tolerance", {}).entry("per_period", [])),
        promised={each.id: each.objective for each in clocks.tolerance.per_period},
        clocks=None if targets is None or notified is None else [*targets, *notified],
    )


def _at(spec: Section, path: Collection[str]) -> Field:
    first, *rest = path
    found = spec.get(first)
    for key in rest:
        found = found.entry(key)
    return found
