"""Deciding afterwards who sees a fact: what is asked, and the guards of `Incident.change_visibility`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from incidents import refusals
from incidents.errors import InvalidField
from incidents.happenings import WHOLE, ClaimEscalated, ClaimMade, Decision, confidential, words_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from incidents.ledger.facts import Fact


@dataclass(frozen=True)
class VisibilityChange:
    """The fact at version `entry`, or some of its fields (None: all that can be), is for these parties (None: all)."""

    entry: int
    fields: tuple[str, ...] | None
    to: tuple[str, ...] | None
    reason: str | None = None

    @property
    def of_incident(self) -> bool:
        """Whether it decides for whom the incident exists."""
        return self.entry == 1 and (self.fields is None or WHOLE in self.fields)


def restrictable_fields(history: Sequence[Fact], change: VisibilityChange, party: str | None) -> list[str]:
    """Give the fields that a change is about, of a fact of people of that party. InvalidField; NotYours."""
    if not 1 <= change.entry <= len(history):
        raise InvalidField("entry", f"There is no such entry. Give the version of one: 1 to {len(history)}.")
    fact = history[change.entry - 1]
    if not isinstance(fact, Decision):
        raise InvalidField("entry", "What the engine says is shared with all parties. Give an entry of people.")
    if fact.for_party != party:
        raise refusals.NotYours
    whole = [WHOLE] if fact.WHOLE else []
    known = [*whole, *confidential(type(fact))]
    if not known:
        raise InvalidField("entry", "Nothing in this entry can be withheld.")
    if change.fields is None:
        return whole or list(words_of(type(fact))) or known
    if not set(change.fields) <= set(known):
        raise InvalidField("fields", f"This entry has no such field that can be withheld. Use: {', '.join(known)}.")
    return list(change.fields)


def must_be_alone(history: Sequence[Fact], to: Sequence[str]) -> None:
    """Refuse to take an incident away from a party that has had a part in it, or was asked to vote. OthersTookPart."""
    took_part = {fact.for_party for fact in history if isinstance(fact, Decision) and fact.for_party is not None}
    for fact in history:
        took_part |= set(fact.voters) if isinstance(fact, ClaimMade | ClaimEscalated) else set()
    if not took_part <= set(to):
        raise refusals.OthersTookPart(parties=sorted(took_part - set(to)))


def must_exist_for(readers: Sequence[str] | None, original: Sequence[str] | None) -> None:
    """Refuse that some for whom a duplicate exists (None: all) learn of an original that does not. OriginalHidden."""
    if original is not None and (readers is None or not set(readers) <= set(original)):
        raise refusals.OriginalHidden
