"""Incidents that have to do with others: what may be linked, what both are told, and who reads it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidents import linking_refusals as why
from incidents import refusals
from incidents.disclosure import Viewer, folded, shown, why_withheld
from incidents.incident.linking import MAX_CHILDREN, linked_in
from incidents.incident.visibility import VisibilityChange
from incidents.ledger.command import Command, in_command
from tests.support.clocked import Clocked, moment
from tests.support.told import PARTIES

if TYPE_CHECKING:
    from collections.abc import Callable

    from incidents.errors import Refused
    from incidents.incident import Incident

Readers = list[str] | None


def case(name: str, visible_to: Readers = None, at: float = 0) -> Clocked:
    """Declare an incident with a public id."""
    return Clocked(id=f"acme-globex/incident/{name}", at=at, for_party="acme", visible_to=visible_to)


def link(child: Clocked, parent: Clocked, at: float = 60, party: str | None = "acme") -> None:
    """Make one incident part of another."""
    with in_command(Command(moment(at))):
        child.incident.link_to(parent.incident, by="key:1", at=moment(at), for_party=party)


def unlink(child: Clocked, parent: Clocked, at: float = 70) -> None:
    """Part them."""
    with in_command(Command(moment(at))):
        child.incident.unlink_from(parent.incident, by="key:1", at=moment(at), for_party="acme")


def merge(duplicate: Clocked, original: Clocked, at: float = 60) -> None:
    """Merge one incident into another."""
    with in_command(Command(moment(at))):
        duplicate.incident.merge_into(original.incident, by="key:1", at=moment(at), for_party="acme")


def told(incident: Incident) -> list[tuple[str, str, Readers]]:
    """Give the facts that link an incident: their kind, whom they name, and who reads them."""
    named = ((fact, linked_in(fact)) for fact in incident.history)
    return [(type(fact).__name__, other, vars(fact)["visible_to"]) for fact, other in named if other]


def seen(incident: Incident, party: str, terms: Any) -> Incident:  # noqa: ANN401 - an agreement's terms
    """Show an incident to a party."""
    found = shown(incident, Viewer(party), terms)
    assert found is not None
    return found


def test_both_are_told_of_a_link_and_of_its_end() -> None:
    """At the same time, by the same actor."""
    child, parent = case("c"), case("p")
    link(child, parent)
    assert (child.incident.parent, parent.incident.children) == ("p", ["c"])
    unlink(child, parent)
    assert (child.incident.parent, parent.incident.children) == (None, [])
    assert told(child.incident) == [("ParentLinked", "p", None), ("ParentUnlinked", "p", None)]
    assert told(parent.incident) == [("ChildLinked", "c", None), ("ChildUnlinked", "c", None)]
    assert {(fact.by, fact.at) for each in (child, parent) for fact in each.incident.history[1:2]} == {
        ("key:1", moment(60))
    }


def test_what_was_so_before_the_other_was_reported_is_told_of_it_as_of_its_report() -> None:
    """A child that is older than its parent: no fact of an incident lies before it."""
    child, parent = case("c"), case("p", at=50)
    with in_command(Command(moment(60))):
        child.incident.link_to(parent.incident, by="key:1", at=moment(10))
    assert (child.incident.history[-1].at, parent.incident.history[-1].at) == (moment(10), moment(50))


def over(how: str) -> Callable[[Clocked], None]:
    """End an incident in some way."""
    return lambda it: getattr(it, how)(30)


@pytest.mark.parametrize(
    ("refusal", "child_is", "parent_is"),
    [
        (refusals.Withdrawn, over("cancel"), None),
        (refusals.Withdrawn, over("duplicate"), None),
        (why.ParentNotActive, None, over("resolve")),
        (why.ParentNotActive, None, over("cancel")),
        (why.AlreadyLinked, lambda it: link(it, case("another"), 30), None),
        (why.HasChildren, lambda it: link(case("another"), it, 30), None),
        (why.ParentIsChild, None, lambda it: link(it, case("another"), 30)),
    ],
)
def test_what_cannot_be_linked_is_refused_and_tells_nothing(
    refusal: type[Refused], child_is: Callable[[Clocked], None] | None, parent_is: Callable[[Clocked], None] | None
) -> None:
    """One level; a parent that somebody still works on; a child that is an incident at all."""
    child, parent = case("c"), case("p")
    for each, become in ((child, child_is), (parent, parent_is)):
        if become:
            become(each)
    before = [len(each.incident.history) for each in (child, parent)]
    with pytest.raises(refusal):
        link(child, parent)
    assert [len(each.incident.history) for each in (child, parent)] == before


def test_no_incident_is_its_own_parent_or_duplicate() -> None:
    """Nor by itself in a second copy."""
    one, copy = case("c"), case("c")
    with pytest.raises(why.OwnParent):
        link(one, copy)
    with pytest.raises(refusals.OwnDuplicate):
        merge(one, copy)


def test_a_resolved_incident_can_be_linked_and_stays_so() -> None:
    """It was part of the larger one all the same."""
    child, parent = case("c"), case("p")
    child.resolve(30)
    link(child, parent)
    assert (child.incident.status, parent.incident.children) == ("resolved", ["c"])


def test_a_parent_has_had_a_hundred_children_at_most() -> None:
    """Those that left it count; one that comes back counts once."""
    parent = case("p")
    children = [case(f"c{nth}") for nth in range(MAX_CHILDREN)]
    for each in children:
        link(each, parent)
    unlink(children[0], parent)
    with pytest.raises(why.TooManyChildren):
        link(case("one-more"), parent)
    link(children[0], parent)
    assert len(parent.incident.children) == MAX_CHILDREN


def test_parting_from_what_is_not_the_parent_is_refused() -> None:
    """There is none."""
    with pytest.raises(why.NotLinked):
        unlink(case("c"), case("p"))


def test_an_original_lists_its_duplicates_also_once_it_is_over() -> None:
    """The duplicate is over, the original is as it was."""
    original = case("o")
    original.resolve(10)
    for name in ("d1", "d2"):
        duplicate = case(name)
        merge(duplicate, original)
        assert (duplicate.incident.status, duplicate.incident.duplicate_of) == ("duplicate", "o")
    assert (original.incident.status, original.incident.duplicates) == ("resolved", ["d1", "d2"])


@given(*[st.none() | st.lists(st.sampled_from(PARTIES), min_size=1, unique=True)] * 2, st.booleans())
def test_nobody_reads_of_an_incident_that_does_not_exist_for_them(
    below: Readers,
    above: Readers,
    merging: bool,  # noqa: FBT001 - drawn
) -> None:
    """Either way round: the link is refused, or whoever sees one sees the other as far as it names it."""
    lower, upper = case("lower", below), case("upper", above)
    try:
        (merge if merging else link)(lower, upper)
    except refusals.OriginalHidden:
        assert above is not None
        assert below is None or not set(below) <= set(above)
        return
    for party in PARTIES:
        here = [shown(each.incident, Viewer(party), each.terms) for each in (lower, upper)]
        if here[0] is None and here[1] is not None:
            assert not here[1].children + here[1].duplicates
            assert not [other for _, other, _ in told(here[1]) if other == "lower"]
        if here[0] is not None:
            assert here[1] is not None
            assert here[1].children + here[1].duplicates == ["lower"]


def test_a_later_restriction_hides_a_child_from_its_parents_timeline_as_well() -> None:
    """It was shared when it was linked; shared again, it is there again."""
    child, parent = case("c"), case("p")
    link(child, parent)
    unlink(child, parent)
    for to, children in ((("acme",), set()), (None, {"c"})):
        was = child.incident.visible_to
        with in_command(Command(moment(80))):
            said: dict[str, Any] = {"by": "key:1", "at": moment(80), "for_party": "acme"}
            child.incident.change_visibility(VisibilityChange(1, None, to), **said)
            parent.incident.follow_visibility(child.incident, was, **said)
        theirs = seen(parent.incident, "globex", parent.terms)
        open_facts = (fact for fact in theirs.history if why_withheld(fact) is None)
        assert {linked_in(fact) for fact in open_facts} - {None} == children
        assert folded(parent.incident.history).visibility == parent.incident.visibility


def test_what_somebody_kept_from_others_stays_kept_when_the_child_is_shared() -> None:
    """The entry was restricted by hand, more than the child itself."""
    child, parent = case("c"), case("p")
    link(child, parent)
    said: dict[str, Any] = {"by": "key:1", "at": moment(80), "for_party": "acme"}
    with in_command(Command(moment(80))):
        parent.incident.change_visibility(VisibilityChange(2, None, ("acme",)), **said)
        parent.incident.follow_visibility(child.incident, None, **said)
    assert seen(parent.incident, "globex", parent.terms).children == []
    assert seen(parent.incident, "acme", parent.terms).children == ["c"]


def test_a_link_that_was_restricted_shows_neither_end() -> None:
    """All of the fact is withheld, and no list has what it said."""
    child, parent = case("c"), case("p")
    link(child, parent)
    for each in (child, parent):
        with in_command(Command(moment(80))):
            each.incident.change_visibility(
                VisibilityChange(2, None, ("acme",)), by="key:1", at=moment(80), for_party="acme"
            )
    theirs = [seen(each.incident, "globex", each.terms) for each in (child, parent)]
    assert (theirs[0].parent, theirs[1].children) == (None, [])
