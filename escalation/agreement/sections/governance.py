"""Reading how the agreement itself changes, is disputed and is kept: spec.governance."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from escalation.agreement.model import Amendments, Disputes, DisputeStep, Governance
from escalation.agreement.sections.authorities import AuthorityContext, read_authorities
from escalation.agreement.sections.reviews import read_reviews
from escalation.agreement.text import values
from escalation.agreement.text.fields import Field, distinct, fixed, show

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from escalation.agreement.model import Body, Contact, Party
    from escalation.agreement.sections.references import References
    from escalation.agreement.spans import Dates

_KEYS = ("reviews", "amendments", "authorities", "disputes", "records")
_ANY_SIGNATORY = "any_signatory"
_SIGNATORY = "signatory"
_RECORDS = ("retain", "timestamps", "resolution")


class GovernanceContext(NamedTuple):
    """What governance refers to: what could be read of it, and the ids of exclusions (None: not readable)."""

    known: References
    parties: Mapping[str, Party]
    contacts: Mapping[str, Contact]
    bodies: Mapping[str, Body]
    exclusions: Collection[str] | None


def read_governance(field: Field, context: GovernanceContext) -> Governance:
    """spec.governance; reviews are checked, and stay in the document alone."""
    section = field.section(_KEYS)
    read_reviews(section.get("reviews", []), context.known)
    disputes, records = section.get("disputes"), section.get("records", {}).section(_RECORDS)
    fixed(records.get("timestamps"), "utc")
    fixed(records.get("resolution"), "PT1S")
    settled = _disputes(disputes, context.known.bodies or ()) if disputes.given else None
    return Governance(
        authorities=read_authorities(section.get("authorities", []), context.known, _deciding(context, settled, field)),
        amendments=_amendments(section.get("amendments", {}), context),
        disputes=settled,
        retain=_dates(records.get("retain")),
    )


def _deciding(context: GovernanceContext, disputes: Disputes | None, field: Field) -> AuthorityContext:
    steps = tuple(step.to for step in disputes.steps) if disputes else ()
    readable = field.entry("disputes", {}).entry("steps", []).given and "" not in steps
    return AuthorityContext(
        bodies=context.known.bodies,
        voters={body.id: voters for body in context.bodies.values() if (voters := _voters(body, context.contacts))},
        steps=steps if readable else None,
        exclusions=context.exclusions,
    )


def _voters(body: Body, contacts: Mapping[str, Contact]) -> Collection[str]:
    """The parties that vote in a body; none if one of its members could not be read."""
    parties = {contacts[member].party if member in contacts else "" for member in body.members}
    return () if "" in parties else parties


def _amendments(field: Field, context: GovernanceContext) -> Amendments:
    entry = field.section(("proposed_by", "notice", "signed_by", "applies_to", "may_migrate_open"))
    fixed(entry.get("applies_to"), "incidents_opened_after")
    migrating = entry.get("may_migrate_open")
    return Amendments(
        proposed_by=_proposer(entry.get("proposed_by", _ANY_SIGNATORY), context),
        notice=_dates(entry.get("notice")),
        signed_by=_signers(entry.get("signed_by"), context.parties),
        migration_needs=_signers(migrating.section(("needs",)).need("needs"), context.parties)
        if migrating.given
        else (),
    )


def _proposer(field: Field, context: GovernanceContext) -> str:
    if field.value == _ANY_SIGNATORY:
        return _ANY_SIGNATORY
    name = context.known.addressees.party(field)
    sides = [party for party in context.parties.values() if name in {party.id, party.role}]
    if sides and not any(_may_sign(party) for party in sides):
        field.mistake(f"{show(name)} is not a signatory", f"name one that is, or {_ANY_SIGNATORY}")
    return name


def _signers(field: Field, parties: Mapping[str, Party]) -> tuple[str, ...]:
    """Parties by id, each a signatory."""
    if field.value == []:
        field.mistake("nobody signs", "name at least one signatory, or remove the key")
    return tuple(_signer(item, parties) for item in distinct(field.items()))


def _signer(field: Field, parties: Mapping[str, Party]) -> str:
    name = values.refer(field, parties or None, "party")
    if name in parties and not _may_sign(parties[name]):
        field.mistake(f"{show(name)} is not a signatory", "remove it, or make that party's kind signatory")
    return name


def _may_sign(party: Party) -> bool:
    """Whether it is a signatory, or may be: its kind could not be read."""
    return party.kind in (_SIGNATORY, "")


def _disputes(field: Field, bodies: Collection[str]) -> Disputes:
    entry = field.section(("raise_within", "steps"))
    raise_within, steps = values.dates(entry.need("raise_within")), entry.need("steps")
    if steps.value == []:
        steps.mistake("no step", "name at least one: a body, or a way such as mediation")
    items, seen = steps.items(), set[str]()
    for item in items:
        name = item.entry("to").value if isinstance(item.value, dict) else item.value
        if isinstance(name, str) and name in seen:
            item.mistake(f"{show(name)} is a step already", "keep one of them")
        seen.add(str(name))
    return Disputes(raise_within, tuple(_step(item, raise_within, bodies) for item in items))


def _step(field: Field, raise_within: Dates, bodies: Collection[str]) -> DisputeStep:
    """A step by its name alone has as long as raising the dispute."""
    if not isinstance(field.value, dict):
        return DisputeStep(_step_name(field, bodies), raise_within)
    entry = field.section(("to", "within"))
    within = entry.get("within")
    return DisputeStep(_step_name(entry.need("to"), bodies), values.span(within) if within.given else raise_within)


def _step_name(field: Field, bodies: Collection[str]) -> str:
    """A body's id, or a free name; one that nearly is a body's is a slip of the pen."""
    name = values.name(field)
    if name and name not in bodies and field.near(name, bodies):
        field.undeclared("body", name, bodies)
        return ""
    return name


def _dates(field: Field) -> Dates | None:
    return values.dates(field) if field.given else None
