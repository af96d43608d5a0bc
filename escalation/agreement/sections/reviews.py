"""Checking when the parties meet, and over what: spec.governance.reviews. They are kept in the document alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from escalation.agreement.text import values
from escalation.agreement.text.fields import Field, distinct, keyed

if TYPE_CHECKING:
    from escalation.agreement.sections.references import References

_INPUTS = ("clock_report", "deviations", "breaches", "open_actions", "claims", "disputes")


@dataclass(frozen=True, slots=True)
class _Review:
    id: str


def read_reviews(field: Field, known: References) -> None:
    """Check spec.governance.reviews: how often, who leads, what is looked at, and who must be there."""
    keyed(field.items(), lambda item: _review(item, known), "id")


def _review(field: Field, known: References) -> _Review:
    entry = field.section(("id", "every", "chair", "inputs", "quorum"))
    values.dates(entry.need("every"))
    known.addressees.role(entry.need("chair"))
    for item in distinct(entry.get("inputs", []).items()):
        values.one_of(item, _INPUTS)
    for item in distinct(entry.get("quorum", []).items()):
        known.addressees.party(item)
    return _Review(values.name(entry.need("id")))
