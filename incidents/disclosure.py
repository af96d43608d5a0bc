"""Who may see which fact of an incident, and which field of it: the one place that decides (design decision 6).

A fact is shared with all parties, or visible to some of them: then all of it, or the words in it, are withheld from the
others. The agreement may put fields into classes, which only some parties read. What was restricted later is withheld
from the past as well; what was shared later shows in the past only as of now. Pure.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from typing import TYPE_CHECKING, Any, cast

from incidents.happenings import (
    WHOLE,
    Decision,
    IncidentEvent,
    PageFailed,
    PageRequeued,
    PageSent,
    PageWithdrawn,
    confidential,
    kind_of,
    words_of,
)
from incidents.ledger.catalogue import ENVELOPE_FIELDS
from incidents.ledger.sealing import Hidden
from incidents.terms import PERSON, SCHEDULE, TEAM

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from incidents.incident import Incident
    from incidents.ledger.facts import Fact
    from incidents.terms import Terms

INTERNAL = "internal"
NAMED_PARTIES = "named_parties"
ASSESSED = ("impact", "urgency", "users_affected_pct", "flags")
SEE_AGREEMENT = "see_agreement"
"""Why a publication does not show its document: the agreement itself does."""
OF_ONE_PARTY = (PERSON, TEAM, SCHEDULE)
CLASS = "class:"
"""Begins the reason for a field that the agreement's confidentiality withholds: `class:personal`."""


@dataclass(frozen=True)
class Viewer:
    """Who reads: for a party; for none (what is shared, no more); or everything, as auditors and the operator do."""

    party: str | None
    everything: bool = False

    def is_among(self, visible_to: Collection[str] | None) -> bool:
        """Say whether what is visible to some parties (None: to all) is so for this viewer."""
        return self.everything or visible_to is None or self.party in visible_to


ENVELOPE = ENVELOPE_FIELDS | {"command"}
"""What a leaf tells in clear: it is the type's own fields that can be withheld."""

EVERYTHING = Viewer(None, everything=True)


@dataclass(frozen=True)
class Restriction:
    """To whom something is visible, and why not to the others."""

    visible_to: tuple[str, ...]
    why: str

    def narrowed(self, other: Restriction | None) -> Restriction:
        """Give what holds where both do; the first one's reason stands."""
        if other is None:
            return self
        return Restriction(tuple(party for party in self.visible_to if party in other.visible_to), self.why)


Restrictions = dict[str, Restriction]
"""What is restricted in one fact, by field; WHOLE is all of it."""


def restrictions(fact: Fact, incident: Incident, terms: Terms) -> Restrictions:
    """Give what is restricted in a fact of an incident, by what has been decided in the incident so far."""
    found: Restrictions = {}
    if isinstance(fact, Decision):
        later = incident.visibility.get(fact.originator_version, {})
        first = dict.fromkeys([WHOLE] if fact.WHOLE else words_of(type(fact)), fact.visible_to)
        for field, visible_to in (first | later).items():
            if visible_to is not None:
                found[field] = Restriction(tuple(visible_to), _why(visible_to, fact.for_party))
    if isinstance(fact, IncidentEvent):
        for field in confidential(type(fact)):
            given = terms.field_class(kind_of(type(fact)), field)
            if given is not None:
                by_class = Restriction(tuple(sorted(given.readers)), CLASS + given.id)
                found[field] = found[field].narrowed(by_class) if field in found else by_class
    for field, rule in _own_people(fact).items():
        found[field] = rule.narrowed(found.get(field))
    return found | _because(found)


def shown(incident: Incident, viewer: Viewer, terms: Terms, *, now: Incident | None = None) -> Incident | None:
    """Give an incident as a viewer may see it: folded from facts whose withheld values are Hidden.

    Args:
        incident: As it stands, or stood.
        viewer: Who reads.
        terms: What it is pinned to.
        now: The same incident as it stands, where `incident` is of the past: what either withholds is withheld.

    Returns:
        The incident, or None if it does not exist for this viewer.
    """
    if viewer.everything:
        return incident
    facts = []
    for fact in incident.history:
        rules = restrictions(fact, incident, terms)
        if now is not None:
            rules = _both(rules, restrictions(fact, now, terms))
        hidden = hides(rules, viewer)
        if fact.originator_version == 1 and WHOLE in hidden:
            return None
        facts.append(_unnamed(_withheld(fact, hidden) if hidden else fact, viewer))
    return incident if facts == incident.history else folded(facts)


def hides(rules: Mapping[str, Restriction], viewer: Viewer) -> dict[str, str]:
    """Give the fields that are withheld from a viewer, each with the reason; WHOLE alone where all of the fact is."""
    found = {field: rule.why for field, rule in rules.items() if not viewer.is_among(rule.visible_to)}
    return {WHOLE: found[WHOLE]} if WHOLE in found else found


SHARED = frozenset({"performance", "dispute", "notice", "certificate"})
"""What every party may see: how the partnership performs, which names no incident, and records beside the agreement."""
OF_PARTIES = SHARED | {"agreement", "incident"}
"""Of which kinds of records a party may see anything at all."""


def withheld_from(
    viewer: Viewer, kind: str, first: Mapping[str, Restriction], own: Mapping[str, Restriction]
) -> dict[str, str]:
    """Give the fields of a stored event that are withheld from a viewer, as `hides` does; WHOLE: all of it.

    Args:
        viewer: Who reads.
        kind: The name of its type. Of what is no incident's, all may see what became of agreements, whose documents
            show for themselves what is whose, and what is SHARED; the rest is for those who see everything.
        first: What is restricted in the first fact of its stream.
        own: What is restricted in this one.
    """
    of = kind.partition(".")[0]
    if of == "agreement":
        return {"document": SEE_AGREEMENT}
    if viewer.everything or of in SHARED:
        return {}
    if of not in OF_PARTIES:
        return {WHOLE: INTERNAL}
    whole_incident = hides(first, viewer) if WHOLE in first else {}
    return whole_incident if WHOLE in whole_incident else hides(own, viewer)


def without_others_people(pages: object, viewer: Viewer) -> object:
    """Give the `pages` of a fact as a viewer may see them: people of another party only as they were called.

    Whoever is no list of pages (withheld, or none) stays as it is.
    """
    if viewer.everything or not isinstance(pages, list):
        return pages
    return [page if page.get("party") in {None, viewer.party} else _as_called(page) for page in pages]


def why_withheld(fact: Fact) -> str | None:
    """Say why all of a shown fact is withheld; None where it is not."""
    return cast("str | None", vars(fact).get(WHOLE))


def folded(facts: Iterable[Fact]) -> Incident:
    """Make an incident of facts, the first of which declares it."""
    record = None
    for fact in facts:
        record = fact.mutate(record)
    return cast("Incident", record)


def _own_people(fact: Fact) -> Restrictions:
    """Keep among themselves which people of a party were reached or asked by name, and why a page met nobody."""
    if isinstance(fact, PageSent | PageFailed | PageWithdrawn | PageRequeued) and fact.party is not None:
        fields = ("recipient", "why") if isinstance(fact, PageWithdrawn) else ("recipient",)
        return dict.fromkeys(fields, Restriction((fact.party,), INTERNAL))
    if isinstance(fact, Decision) and fact.for_party is not None:
        names = {"whom", *type(fact).NAMES} & vars(fact).keys()
        named = [name for name in names if str(vars(fact)[name]).startswith(OF_ONE_PARTY)]
        return dict.fromkeys(named, Restriction((fact.for_party,), INTERNAL))
    return {}


def _as_called(page: Mapping[str, Any]) -> dict[str, Any]:
    called = None if page["called"].startswith(PERSON) else page["called"]
    kept = {name: page[name] for name in ("delivery", "channel", "urgency", "party")}
    return {**kept, "recipient": called, "called": called}


def _unnamed(fact: Fact, viewer: Viewer) -> Fact:
    """Copy a fact that pages people of another party, with them unnamed."""
    pages = vars(fact).get("pages")
    seen = without_others_people(pages, viewer)
    return fact if seen == pages else _with(fact, {"pages": seen})


def _because(found: Restrictions) -> Restrictions:
    """Withhold the rule that gave a severity from whoever may not read all that it was given: it names that."""
    given = [found[field] for field in ASSESSED if field in found]
    return {"because": reduce(Restriction.narrowed, given)} if given else {}


def _why(visible_to: Collection[str], party: str | None) -> str:
    return INTERNAL if set(visible_to) <= {party} else NAMED_PARTIES


def _both(one: Restrictions, other: Restrictions) -> Restrictions:
    together = {field: rule.narrowed(other.get(field)) for field, rule in one.items()}
    return {**other, **together}


def _withheld(fact: Fact, hidden: Mapping[str, str]) -> Fact:
    """Copy a fact with the withheld fields replaced."""
    values = dict(vars(fact))
    if WHOLE in hidden:
        own = {name: Hidden(hidden[WHOLE]) for name in values if name not in ENVELOPE}
        values.update(own, **{WHOLE: hidden[WHOLE]})
    else:
        values.update({field: Hidden(why) for field, why in hidden.items()})
    return _with(fact, values)


def _with(fact: Fact, changed: Mapping[str, Any]) -> Fact:
    copy = object.__new__(type(fact))
    object.__setattr__(copy, "__dict__", {**vars(fact), **changed})
    return copy
