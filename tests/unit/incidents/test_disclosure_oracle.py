"""Disclosure held to the bare facts: what is withheld is worked out by hand for incidents of every kind of facts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from incidents.disclosure import EVERYTHING, Viewer, folded, shown
from incidents.happenings import WHOLE, Decision, SystemEvent, VisibilityChanged, confidential, kind_of, words_of
from incidents.ledger.catalogue import ENVELOPE_FIELDS
from tests.support.told import (
    ASSESSED,
    CLASSES,
    Telling,
    everything_in,
    hidden,
    incident_of,
    incidents,
    marker,
    terms_of,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from incidents.incident import Incident
    from incidents.terms import FieldClass

VIEWERS = st.sampled_from([Viewer("acme"), Viewer("globex"), Viewer(None), EVERYTHING])


def withheld_by_hand(incident: Incident, viewer: Viewer, classes: Mapping[str, FieldClass]) -> dict[int, set[str]]:
    """Work out from the bare facts what is withheld from a viewer, field by field."""
    found: dict[int, set[str]] = {}
    for fact in incident.history:
        for field in [WHOLE, *confidential(type(fact))]:
            if viewer.everything or not isinstance(fact, (Decision, SystemEvent)):
                continue
            for_these = _decided(incident, fact, field) if isinstance(fact, Decision) else None
            given = classes.get(f"{kind_of(type(fact))}.{field}") or classes.get(field)
            kept = (for_these is not None and viewer.party not in for_these) or (
                given is not None and viewer.party not in given.readers
            )
            if kept:
                found.setdefault(fact.originator_version, set()).add(field)
        own = found.get(fact.originator_version, set())
        if own & set(ASSESSED):
            own.add("because")
    return {version: {WHOLE} if WHOLE in fields else fields for version, fields in found.items()}


def _decided(incident: Incident, fact: Decision, field: str) -> list[str] | None:
    """Find for whom a field is, by the last decision about it, else by the fact itself."""
    for later in reversed(incident.history):
        if isinstance(later, VisibilityChanged) and later.entry == fact.originator_version and field in later.fields:
            return later.to
    first = field == WHOLE if fact.WHOLE else field in words_of(type(fact))
    return fact.visible_to if first else None


KEPT = {*ENVELOPE_FIELDS, "for_party", "via", "visible_to"}
"""What of a fact is no secret that one could look for: parties are named everywhere."""


def secrets(incident: Incident, withheld: Mapping[int, set[str]]) -> list[str]:
    """Give the text of every value that is withheld."""
    found = []
    for version, fields in withheld.items():
        fact = vars(incident.history[version - 1])
        names = fact.keys() - KEPT if WHOLE in fields else fields
        found += [text for name in names for text in everything_in(fact[name]) if name != "because"]
    return found


@given(incidents(), VIEWERS, CLASSES)
def test_a_viewer_sees_exactly_what_is_not_withheld(
    incident: Incident, viewer: Viewer, classes: dict[str, FieldClass]
) -> None:
    """Whatever was told and decided, in whatever order; and nothing withheld stands anywhere in what they are given."""
    expected = withheld_by_hand(incident, viewer, classes)
    found = shown(incident, viewer, terms_of(classes))
    if WHOLE in expected.get(1, ()):
        assert found is None
        return
    assert found is not None
    assert {fact.originator_version: set(hidden(fact)) for fact in found.history if hidden(fact)} == expected
    told_to_viewer = "\n".join(everything_in(found))
    assert [secret for secret in secrets(incident, expected) if secret in told_to_viewer] == []
    untouched = [vars(fact) for fact in incident.history if fact.originator_version not in expected]
    assert [vars(fact) for fact in found.history if fact.originator_version not in expected] == untouched


@given(incidents(), st.data(), VIEWERS, CLASSES)
def test_the_past_withholds_what_either_moment_does(
    now: Incident, data: st.DataObject, viewer: Viewer, classes: dict[str, FieldClass]
) -> None:
    """No more and no less: what was withheld then, and what is withheld now."""
    past = folded(now.history[: data.draw(st.integers(1, now.version))])
    then, today = (withheld_by_hand(moment, viewer, classes) for moment in (past, now))
    expected = {version: then.get(version, set()) | today.get(version, set()) for version in range(1, past.version + 1)}
    found = shown(past, viewer, terms_of(classes), now=now)
    if WHOLE in expected[1]:
        assert found is None
        return
    assert found is not None
    for fact in found.history:
        fields = expected[fact.originator_version]
        assert set(hidden(fact)) == ({WHOLE} if WHOLE in fields else fields)


@given(incidents(), CLASSES)
def test_whoever_sees_everything_is_given_the_incident_itself(
    incident: Incident, classes: dict[str, FieldClass]
) -> None:
    """An auditor and the operator read the record as it is."""
    assert shown(incident, EVERYTHING, terms_of(classes)) is incident


def test_the_search_for_secrets_finds_them() -> None:
    """A value that is not withheld is found wherever it stands: else the tests above would prove nothing."""
    incident = incident_of(Telling("declared"), Telling("assigned"))
    assert marker(2, "assignee") in set(everything_in(incident.roles))
    assert marker(1, "title") in set(everything_in(incident))
