"""Incidents made of facts of every kind, in which each value that may be withheld is like no other."""

from __future__ import annotations

import typing
from dataclasses import dataclass, fields, is_dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from escalation.agreement.sections.confidentiality import KINDS
from escalation.terms import AgreementTerms
from incidents.disclosure import folded, why_withheld
from incidents.happenings import WHOLE, Decision, PageRequeued, SystemEvent, VisibilityChanged, confidential, words_of
from incidents.ledger.catalogue import ENVELOPE_FIELDS
from incidents.ledger.facts import Record
from incidents.ledger.sealing import Hidden
from incidents.terms import FieldClass
from tests.support.clocked import moment, the_agreement
from tests.support.facts import value_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from incidents.incident import Incident
    from incidents.ledger.facts import Fact
    from incidents.terms import Terms

PARTIES = ("acme", "globex")
ASSESSED = ("impact", "urgency", "users_affected_pct", "flags")
_ORIGIN = {"for_party", "via", "visible_to"}
_cached_agreement = cache(the_agreement)


@dataclass(frozen=True)
class Telling:
    """A fact to tell: of which kind, for which party, for whose eyes; the rest is for a change of visibility alone."""

    kind: str
    party: str | None = None
    visible_to: list[str] | None = None
    entry: int = 1
    fields: tuple[str, ...] = ()
    to: list[str] | None = None


def incident_of(*tellings: Telling) -> Incident:
    """Make an incident of facts; the first is its declaration."""
    return folded([fact_of(version, telling) for version, telling in enumerate(tellings, 1)])


def fact_of(version: int, telling: Telling) -> Fact:
    """Make a fact whose every value names its version and field."""
    kind = KINDS[telling.kind]
    hints = typing.get_type_hints(kind, include_extras=True)
    own = {each.name for each in fields(kind)} - ENVELOPE_FIELDS
    values: dict[str, Any] = {name: value_of(hints[name], marker(version, name)) for name in own - _ORIGIN}
    values |= {name: 987_600_000 + version for name in confidential(kind) if isinstance(values[name], int)}
    if values.keys() >= {"because", *ASSESSED}:  # a rung has a `because` of its own
        values["because"] = ", ".join(str(values[name]) for name in ASSESSED)
    if issubclass(kind, SystemEvent | PageRequeued) and "party" in own:
        values["party"] = None  # it reached no person, whose party would keep to itself who that is
    if issubclass(kind, VisibilityChanged):
        values |= {"entry": telling.entry, "fields": list(telling.fields), "to": telling.to}
    if issubclass(kind, Decision):
        values |= {"for_party": telling.party, "via": "api", "visible_to": telling.visible_to}
    if version == 1:
        values["originator_topic"] = "incidents.incident:Incident"
    return kind(
        originator_id="acme-globex/incident/5f0c",
        originator_version=version,
        timestamp=moment(version),
        by="key:1",
        at=moment(version),
        **values,
    )


def marker(version: int, field: str) -> str:
    """Give the words that a field of a fact is told in."""
    return f"<{version}.{field}>"


def terms_of(classes: Mapping[str, FieldClass]) -> Terms:
    """Give the terms of an agreement with these classes of fields."""
    return AgreementTerms(replace(_cached_agreement(), confidentiality=classes))


def hidden(fact: Fact) -> dict[str, str]:
    """Give what is withheld in a fact, each with the reason."""
    why = why_withheld(fact)
    found = {name: value.why for name, value in vars(fact).items() if isinstance(value, Hidden)}
    return found if why is None else {WHOLE: why}


def everything_in(thing: object) -> Iterator[str]:
    """Give all that can be found in a thing, however deep, as text."""
    if isinstance(thing, dict):
        for key, value in thing.items():
            yield from everything_in(key)
            yield from everything_in(value)
    elif isinstance(thing, (list, tuple, set, frozenset)):
        for each in thing:
            yield from everything_in(each)
    elif isinstance(thing, Record) or is_dataclass(thing):
        yield from everything_in(vars(thing))
    else:
        yield str(thing)


def withholdable(kind: str) -> list[str]:
    """Give what a change of visibility may name of a kind of fact."""
    happening = KINDS[kind]
    whole = [WHOLE] if issubclass(happening, Decision) and happening.WHOLE else []
    return [*whole, *confidential(happening), *words_of(happening)]


_EYES = st.none() | st.lists(st.sampled_from(PARTIES), unique=True)
_PARTY = st.none() | st.sampled_from(PARTIES)
_LATER_KINDS = sorted(KINDS.keys() - {"declared"})
_TELLING = ["visibility_changed", "visibility_changed", "noted", "update_posted", "classified", "resolved"]
"""Kinds with which visibility has most to do: drawn more often than the others."""
_KEYS = sorted({key for kind in KINDS for name in confidential(KINDS[kind]) for key in (name, f"{kind}.{name}")})

CLASSES = st.dictionaries(
    st.sampled_from(["text", "impact", "flags"]) | st.sampled_from(_KEYS),
    st.builds(FieldClass, st.sampled_from(["technical", "personal"]), st.frozensets(st.sampled_from(PARTIES))),
    max_size=6,
)


@st.composite
def incidents(draw: st.DrawFn) -> Incident:
    """Draw an incident of some facts, a good part of which change who sees an earlier one."""
    told = [Telling("declared", draw(_PARTY), draw(_EYES))]
    for _ in range(draw(st.integers(0, 8))):
        entry = draw(st.integers(1, len(told)))
        possible = withholdable(told[entry - 1].kind)
        kind = draw(st.sampled_from(_TELLING) | st.sampled_from(_LATER_KINDS))
        if kind == "visibility_changed" and (not possible or not issubclass(KINDS[told[entry - 1].kind], Decision)):
            kind = "noted"
        names = draw(st.lists(st.sampled_from(possible), min_size=1, unique=True)) if possible else []
        told.append(Telling(kind, draw(_PARTY), draw(_EYES), entry, tuple(names), draw(_EYES)))
    return incident_of(*told)
