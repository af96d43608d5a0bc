"""Who may see which fact, and which field: every kind of fact, every viewer, every way to restrict."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from escalation.agreement.confidentiality import KINDS
from incidents.disclosure import EVERYTHING, Viewer, folded, shown, why_withheld
from incidents.happenings import WHOLE, Decision, SystemEvent, VisibilityChanged, confidential, kind_of, words_of
from incidents.incident import Incident
from incidents.ledger.catalogue import ENVELOPE_FIELDS, Catalogue
from incidents.ledger.sealing import ERASED, Hidden
from incidents.terms import FieldClass
from incidents.timeline import Gap, timeline
from tests.support.told import (
    ASSESSED,
    CLASSES,
    PARTIES,
    Telling,
    everything_in,
    incident_of,
    incidents,
    marker,
    terms_of,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from incidents.ledger.facts import Fact

ACME, GLOBEX, NEITHER = Viewer("acme"), Viewer("globex"), Viewer(None)
VIEWERS = st.sampled_from([ACME, GLOBEX, NEITHER, EVERYTHING])
NO_CLASSES = terms_of({})

ASSESSMENT = set(ASSESSED)
BY_DECISION: dict[str, set[str]] = {
    "declared": {WHOLE},
    "noted": {WHOLE},
    "update_posted": {WHOLE},
    "severity_changed": {"reason"},
    "unacknowledged": {"reason"},
    "clock_paused": {"note"},
    "mitigated": {"text"},
    "resolved": {"text"},
    "reopened": {"reason"},
    "cancelled": {"reason"},
    "visibility_changed": {"reason"},
}
"""What `visible_to` withholds of a kind of fact; nothing of any other kind."""

BY_CLASS: dict[str, set[str]] = {
    **BY_DECISION,
    "declared": {"title", "description", *ASSESSMENT},
    "noted": {"text"},
    "update_posted": {"text"},
    "classified": ASSESSMENT,
    "assigned": {"assignee"},
    "rung_fired": {"pages"},
    "page_sent": {"recipient"},
    "page_failed": {"recipient", "detail"},
    "page_withdrawn": {"recipient"},
}
"""What an agreement may put into a class; nothing of any other kind."""


def catalogue() -> Catalogue:
    """Give the types of an incident's facts."""
    types = Catalogue()
    types.add(Incident, "incident")
    return types


def told(kind: str, **telling: Any) -> Incident:  # noqa: ANN401 - the fields of Telling
    """Give an incident that ends with a fact of a kind, or begins with it."""
    fact = Telling(kind, **telling)
    return incident_of(fact) if kind == "declared" else incident_of(Telling("declared"), fact)


def seen(incident: Incident, viewer: Viewer, classes: Mapping[str, FieldClass] | None = None) -> Incident:
    """Give an incident that exists for a viewer, as they see it."""
    found = shown(incident, viewer, terms_of(classes or {}))
    assert found is not None
    return found


def hidden(fact: Fact) -> dict[str, str]:
    """Give what is withheld in a fact, each with the reason."""
    why = why_withheld(fact)
    found = {name: value.why for name, value in vars(fact).items() if isinstance(value, Hidden)}
    return found if why is None else {WHOLE: why}


def test_every_kind_of_fact_has_been_thought_of() -> None:
    """A field that people write into, or that names them, can be withheld; a new kind has to say so here."""
    assert {
        kind: set(confidential(happening)) for kind, happening in KINDS.items() if confidential(happening)
    } == BY_CLASS
    decisions = {kind: happening for kind, happening in KINDS.items() if issubclass(happening, Decision)}
    words = {kind: {WHOLE} if each.WHOLE else set(words_of(each)) for kind, each in decisions.items()}
    assert {kind: found for kind, found in words.items() if found} == BY_DECISION


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_what_is_internal_is_withheld_from_the_others(kind: str) -> None:
    """The author's party and whoever sees everything read all; the others miss the words, or all of the fact."""
    incident = told(kind, party="acme", visible_to=["acme"])
    expected = dict.fromkeys(BY_DECISION.get(kind, set()), "internal")
    for viewer in (ACME, EVERYTHING):
        assert hidden(seen(incident, viewer).history[-1]) == {}
    for viewer in (GLOBEX, NEITHER):
        found = shown(incident, viewer, NO_CLASSES)
        assert (found is None) == (kind == "declared")
        assert found is None or hidden(found.history[-1]) == expected


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_what_is_shared_is_seen_by_all(kind: str) -> None:
    """Without a restriction or a class nothing is withheld from anybody, not even from a key of no party."""
    incident = told(kind, party="acme")
    for viewer in (ACME, GLOBEX, NEITHER, EVERYTHING):
        assert [vars(fact) for fact in seen(incident, viewer).history] == [vars(fact) for fact in incident.history]


@pytest.mark.parametrize(("kind", "field"), [(kind, field) for kind in sorted(BY_CLASS) for field in BY_CLASS[kind]])
def test_a_class_withholds_its_field_from_all_but_its_readers(kind: str, field: str) -> None:
    """Named for every kind or for this one; the rule that gave a severity goes with what it was given."""
    incident = told(kind, party="acme")
    expected = dict.fromkeys([field, "because"] if field in ASSESSMENT else [field], "class:personal")
    for key in (field, f"{kind}.{field}"):
        classes = {key: FieldClass("personal", frozenset({"globex"}))}
        for viewer in (GLOBEX, EVERYTHING):
            assert hidden(seen(incident, viewer, classes).history[-1]) == {}
        for viewer in (ACME, NEITHER):
            assert hidden(seen(incident, viewer, classes).history[-1]) == expected


def test_the_class_of_one_kind_goes_before_that_of_every_kind() -> None:
    """`noted.text` says more than `text`."""
    incident = incident_of(Telling("declared"), Telling("noted"), Telling("resolved"))
    classes = {
        "text": FieldClass("technical", frozenset({"acme"})),
        "noted.text": FieldClass("personal", frozenset({"globex"})),
    }
    assert [hidden(fact) for fact in seen(incident, GLOBEX, classes).history[1:]] == [{}, {"text": "class:technical"}]
    assert [hidden(fact) for fact in seen(incident, ACME, classes).history[1:]] == [{"text": "class:personal"}, {}]


def test_a_fact_for_some_parties_says_so() -> None:
    """Whoever it is not for is told that it is for others, not for whom."""
    incident = told("resolved", party=None, visible_to=["acme"])
    assert hidden(seen(incident, GLOBEX).history[-1]) == {"text": "named_parties"}


def test_the_state_follows_what_is_withheld() -> None:
    """A title that is withheld in the declaration is withheld in the state; the severity stands."""
    incident = told("classified")
    classes = {"title": FieldClass("a", frozenset()), "impact": FieldClass("b", frozenset())}
    found = seen(incident, ACME, classes)
    assert (str(found.title), str(found.impact)) == ("[class:a]", "[class:b]")
    assert found.severity == incident.severity


def test_what_was_erased_stays_so() -> None:
    """A reader of the class learns that it was erased; the others learn no more than before."""
    incident = incident_of(Telling("declared"), Telling("noted"))
    vars(incident.history[1])["text"] = ERASED
    classes = {"text": FieldClass("personal", frozenset({"globex"}))}
    assert hidden(seen(incident, GLOBEX, classes).history[1]) == {"text": "erased"}
    assert hidden(seen(incident, ACME, classes).history[1]) == {"text": "class:personal"}


def test_a_later_restriction_acts_on_the_past() -> None:
    """Whoever asks for the time before it finds the note withheld all the same; its author reads it."""
    now = incident_of(
        Telling("declared"),
        Telling("noted", "acme"),
        Telling("visibility_changed", "acme", entry=2, fields=(WHOLE,), to=["acme"]),
    )
    past = folded(now.history[:2])
    for viewer, expected in ((GLOBEX, {WHOLE: "internal"}), (ACME, {})):
        found = shown(past, viewer, NO_CLASSES, now=now)
        assert found is not None
        assert hidden(found.history[1]) == expected


def test_what_is_shared_later_shows_in_the_past_only_as_of_now() -> None:
    """As it stands the note is there for both; as it stood the partner could not see it, and does not."""
    now = incident_of(
        Telling("declared"),
        Telling("noted", "acme", ["acme"]),
        Telling("visibility_changed", "acme", entry=2, fields=(WHOLE,), to=None),
    )
    past = folded(now.history[:2])
    assert hidden(seen(now, GLOBEX).history[1]) == {}
    found = shown(past, GLOBEX, NO_CLASSES, now=now)
    assert found is not None
    assert hidden(found.history[1]) == {WHOLE: "internal"}


def test_an_incident_that_is_taken_back_never_was() -> None:
    """Restricted as a whole, it does not exist for the others: not now, and not in the past."""
    now = incident_of(
        Telling("declared", "acme"), Telling("visibility_changed", "acme", entry=1, fields=(WHOLE,), to=["acme"])
    )
    past = folded(now.history[:1])
    for viewer in (GLOBEX, NEITHER):
        assert shown(now, viewer, NO_CLASSES) is None
        assert shown(past, viewer, NO_CLASSES, now=now) is None
    assert shown(past, ACME, NO_CLASSES, now=now) is not None


def test_a_note_that_is_withheld_leaves_a_gap_in_the_timeline() -> None:
    """The partner sees that there is one and why it is withheld: not who wrote it, nor when."""
    incident = incident_of(Telling("declared"), Telling("noted", "acme", ["acme"]), Telling("resolved", "acme"))
    entries = timeline(seen(incident, GLOBEX), catalogue())
    assert [entry.version for entry in entries] == [1, 2, 3]
    assert entries[1] == Gap(2, "internal")


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
        if own & ASSESSMENT:
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
    incident = told("assigned", party=PARTIES[0])
    assert marker(2, "assignee") in set(everything_in(incident.roles))
    assert marker(1, "title") in set(everything_in(incident))
