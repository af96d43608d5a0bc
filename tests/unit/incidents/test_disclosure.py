"""Who may see which fact, and which field: every kind of fact, every viewer, every way to restrict."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import strategies as st

from escalation.agreement.sections.confidentiality import KINDS
from incidents.disclosure import EVERYTHING, Viewer, folded, shown
from incidents.happenings import WHOLE, Decision, confidential, words_of
from incidents.incident import Incident
from incidents.ledger.catalogue import ENVELOPE_FIELDS, Catalogue
from incidents.ledger.sealing import ERASED, Hidden
from incidents.terms import FieldClass
from incidents.timeline import Gap, timeline
from tests.support.told import (
    ASSESSED,
    Telling,
    hidden,
    incident_of,
    terms_of,
)

if TYPE_CHECKING:
    from collections.abc import Mapping


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
    "snoozed": {"reason"},
    "escalated": {"reason"},
    "reassigned": {"reason"},
    "responder_asked": {"text"},
    "responder_declined": {"reason"},
    "clock_paused": {"evidence", "note"},
    "pause_vetoed": {"why"},
    "milestone_reached": {"evidence", "text"},
    "mitigated": {"text"},
    "resolved": {"text"},
    "reopened": {"reason"},
    "cancelled": {"reason"},
    "visibility_changed": {"reason"},
    "claim_made": {"evidence", "reason"},
    "evidence_given": {"evidence"},
    "vote_cast": {"reason"},
    "claim_withdrawn": {"reason"},
    "filing_submitted": {"evidence", "reasons", "reference"},
    "filing_acknowledged": {"reference"},
    "filing_amended": {"evidence", "text"},
    "review_published": {"reference"},
    "action_agreed": {"text"},
    "action_closed": {"text"},
    "parent_linked": {WHOLE},
    "parent_unlinked": {WHOLE},
    "child_linked": {WHOLE},
    "child_unlinked": {WHOLE},
    "duplicate_merged": {WHOLE},
}
"""What `visible_to` withholds of a kind of fact; nothing of any other kind."""

BY_CLASS: dict[str, set[str]] = {
    **{kind: found for kind, found in BY_DECISION.items() if found != {WHOLE}},
    "declared": {"title", "description", *ASSESSMENT},
    "noted": {"text"},
    "update_posted": {"text"},
    "classified": ASSESSMENT,
    "assigned": {"assignee"},
    "reassigned": {"reason", "to"},
    "responder_asked": {"text", "whom"},
    "rung_fired": {"pages"},
    "rung_skipped": {"pages"},
    "ladder_exhausted": {"pages"},
    "page_sent": {"recipient"},
    "page_failed": {"recipient", "detail"},
    "page_withdrawn": {"recipient"},
    "page_requeued": {"recipient"},
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


@pytest.mark.parametrize(
    ("kind", "field"), [(kind, field) for kind in sorted(BY_CLASS) for field in sorted(BY_CLASS[kind])]
)
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


def test_two_restrictions_hold_together() -> None:
    """Whoever either of them leaves out does not read it: then or now, by the author or by the agreement."""
    now = incident_of(
        Telling("declared"),
        Telling("resolved", "acme", ["acme"]),
        Telling("visibility_changed", "acme", entry=2, fields=("text",), to=["globex"]),
    )
    for viewer in (ACME, GLOBEX):
        found = shown(folded(now.history[:2]), viewer, NO_CLASSES, now=now)
        assert found is not None
        assert hidden(found.history[1]).keys() == {"text"}
    classes = {"text": FieldClass("personal", frozenset({"globex"}))}
    for viewer in (ACME, GLOBEX):
        assert hidden(seen(told("resolved", party="acme", visible_to=["acme"]), viewer, classes).history[-1])


@pytest.mark.parametrize("kind", sorted({"noted", "update_posted"}))
def test_nothing_of_a_fact_that_is_withheld_as_a_whole_is_left(kind: str) -> None:
    """Neither its words, nor for whom it was, nor anything else that it says."""
    fact = seen(told(kind, party="acme", visible_to=["acme"]), GLOBEX).history[-1]
    left = {name for name, value in vars(fact).items() if not isinstance(value, Hidden)}
    assert left - ENVELOPE_FIELDS == {WHOLE}


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
