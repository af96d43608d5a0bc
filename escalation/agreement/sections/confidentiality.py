"""Reading who may read which field of a fact: spec.confidentiality.

What carries the state cannot be withheld: both sides' clocks hang on it. What a class does is in
incidents/disclosure.py.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from escalation.agreement.text import values
from escalation.agreement.text.fields import Field, declared, distinct, keyed, show
from incidents.happenings import IncidentEvent, confidential, kind_of
from incidents.incident import Incident
from incidents.ledger.catalogue import facts_of
from incidents.terms import FieldClass

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from escalation.agreement.model import Party

KINDS: Mapping[str, type[IncidentEvent]] = {
    kind_of(value): value for value in facts_of(Incident).values() if issubclass(value, IncidentEvent)
}
"""Each kind of fact, by the name that it has in agreements."""

_WITHHOLDABLE = {kind: confidential(happening) for kind, happening in KINDS.items()}
_ANYWHERE = tuple(sorted({name for names in _WITHHOLDABLE.values() for name in names}))


def read_confidentiality(
    field: Field, parties: Mapping[str, Party], sides: Collection[str] | None
) -> dict[str, FieldClass]:
    """spec.confidentiality: the class of each field that is in one, by `field` or `kind.field`.

    Args:
        field: The section, which may be missing.
        parties: The parties that could be read.
        sides: Ids and roles of all parties; None: that part could not be read.
    """
    if not field.given:
        return {}
    section = field.section(("classes", "fields"))
    listed, entries = section.need("classes"), section.need("fields").entries()
    classes = keyed(listed.items(), lambda item: _class(item, parties, sides), "id")
    if listed.value == []:
        listed.mistake("no class", "declare one, or remove `confidentiality`")
    names = declared(listed)
    found = {key: _class_of(entry, key, names) for key, entry in entries.items()}
    # Where a field names no class that is declared, it may have meant the one that seems unused.
    if isinstance(section.get("fields").value, dict) and all(found.values()):
        _check_used(listed, found.values())
    return {key: classes[name] for key, name in found.items() if name in classes}


def _class(field: Field, parties: Mapping[str, Party], sides: Collection[str] | None) -> FieldClass:
    entry = field.section(("id", "readable_by"))
    readable_by = entry.need("readable_by")
    if readable_by.value == []:
        readable_by.mistake("nobody may read it", "name at least one party, by its id or role")
    names = {values.refer(item, sides, "party") for item in distinct(readable_by.one_or_many())}
    readers = frozenset(party.id for party in parties.values() if names & {party.id, party.role})
    return FieldClass(values.name(entry.need("id")), readers)


def _class_of(field: Field, key: str, classes: Collection[str] | None) -> str:
    """The name of the class that a field is put into; empty if there is no such class."""
    _check_key(field, key)
    return values.refer(field, classes, "class")


def _check_key(field: Field, key: str) -> None:
    kind, dot, name = key.rpartition(".")
    if dot and kind not in KINDS:
        field.mistake(f"there is no kind of fact {show(kind)}", field.meant(kind, KINDS, "kinds"))
        return
    possible = _WITHHOLDABLE[kind] if dot else _ANYWHERE
    if name not in possible:
        asked = [KINDS[kind]] if dot else KINDS.values()
        place = f"a fact of kind {show(kind)}" if dot else "a fact"
        there = any(name == each.name for happening in asked for each in dataclasses.fields(happening))
        wrong = f"{show(name)} of {place} cannot be withheld" if there else f"{place} has no field {show(name)}"
        field.mistake(wrong, field.meant(name, possible, "can be withheld"))


def _check_used(listed: Field, used: Collection[str]) -> None:
    for item in listed.items() if isinstance(listed.value, list) else []:
        name = item.value.get("id") if isinstance(item.value, dict) else None
        if isinstance(name, str) and name not in used:
            item.child("id", name).mistake(f"no field is in class {show(name)}", "put one into it, or remove the class")
