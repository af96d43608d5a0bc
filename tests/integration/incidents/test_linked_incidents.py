"""Incidents that have to do with others, on a real database: all of it in one transaction, or nothing."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Lock
from typing import TYPE_CHECKING, Any

import pytest

from escalation.crew.own import OwnStaff
from escalation.crew.staff import NOBODY
from incidents import linking_refusals as why
from incidents import refusals
from incidents.errors import Stale
from incidents.incident.visibility import VisibilityChange
from incidents.incidents import Asked, Incidents
from incidents.ledger.ledger import Ledger
from incidents.ledger.receipts import RequestKey
from tests.support.paging import House

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from sqlalchemy import Connection

    from incidents.incident import Incident
    from incidents.incidents import Answer
    from incidents.ledger.facts import Fact, Record


class Overtaken(Ledger):
    """A ledger in which something else is carried out after several records were read, and before they are saved."""

    meanwhile: Callable[[], object] | None = None

    def get_many(self, streams: Sequence[str], connection: Connection) -> Mapping[str, Record]:
        """Read them, and let the other go first, once."""
        found = super().get_many(streams, connection)
        other, self.meanwhile = self.meanwhile, None
        if other is not None:
            other()
        return found


ACME = Asked("key:1", party="acme")
GLOBEX = Asked("key:2", party="globex")


@pytest.fixture
def house(database_url: str) -> Iterator[House]:
    """Yield incidents on a real database."""
    house = House(database_url)
    yield house
    house.engine.dispose()


def family(house: House, *others: tuple[str, ...] | None) -> list[str]:
    """Declare a parent and children that exist for some parties (None: all); give their streams."""
    streams = [house.declare(), *(house.declare(each) for each in others)]
    for child in streams[1:]:
        house.incidents.link(child, called(streams[0]), ACME)
    return streams


def called(stream: str) -> str:
    """Give an incident's public id."""
    return stream.rpartition("/")[2]


def facts(house: House, stream: str, since: int = 1) -> list[str]:
    """Name what was told of an incident after a version."""
    return [type(fact).__name__ for fact in house.incidents.get(stream).history[since:]]


def last(house: House, stream: str) -> Fact:
    """Give what was told last."""
    return house.incidents.get(stream).history[-1]


@pytest.mark.parametrize(
    ("verb", "more", "fact", "status"),
    [
        ("acknowledge", (), "Acknowledged", "acknowledged"),
        ("post_update", ("We look into it.", "partner"), "UpdatePosted", "open"),
        ("mitigate", ("It works again.",), "Mitigated", "mitigated"),
        ("resolve", (None,), "Resolved", "resolved"),
    ],
)
def test_what_is_done_on_a_parent_is_done_on_its_children(
    house: House, verb: str, more: tuple[Any, ...], fact: str, status: str
) -> None:
    """Each has a fact of its own: by the same actor, at the same time, in the same words, for the same eyes."""
    parent, child = family(house, None)
    answer = getattr(house.incidents, verb)(parent, *more, Asked("key:7", party="acme", visible_to=("acme",)))
    mine, its = last(house, parent), last(house, child)
    assert answer.incident.id == parent
    assert type(its).__name__ == fact
    shared = ("by", "at", "timestamp", "for_party", "visible_to", "text")
    assert [vars(its).get(name) for name in shared] == [vars(mine).get(name) for name in shared]
    assert house.incidents.get(child).status == status


@pytest.mark.parametrize(
    ("verb", "more"),
    [("note", ("A word.",)), ("close", ()), ("cancel", ("No.",)), ("reopen", ("Again.",)), ("unacknowledge", (None,))],
)
def test_other_commands_leave_the_children_alone(house: House, verb: str, more: tuple[Any, ...]) -> None:
    """Notes, and all that undoes something or ends it for good."""
    parent, child = family(house, None)
    house.incidents.acknowledge(parent, ACME)
    if verb in {"close", "reopen"}:
        house.incidents.resolve(parent, None, ACME)
    before = house.incidents.get(child).version
    getattr(house.incidents, verb)(parent, *more, ACME)
    assert house.incidents.get(child).version == before


def test_a_child_that_is_further_stays_as_it_is(house: House) -> None:
    """One was resolved, one was taken by somebody else, one went its own way: none of them is told anything."""
    parent, resolved, taken, gone = family(house, None, None, None)
    house.incidents.resolve(resolved, None, ACME)
    house.incidents.acknowledge(taken, GLOBEX)
    house.incidents.unlink(gone, ACME)
    before = [house.incidents.get(each).version for each in (resolved, taken, gone)]
    house.incidents.acknowledge(parent, ACME)
    assert [house.incidents.get(each).version for each in (resolved, taken, gone)] == before
    assert house.incidents.get(taken).acknowledged_by == "key:2"


def test_nobody_acts_on_a_child_that_does_not_exist_for_them(house: House) -> None:
    """The client resolves the parent; the provider's own child goes on."""
    parent, hidden, shared = family(house, ("acme",), None)
    house.incidents.resolve(parent, None, GLOBEX)
    assert [house.incidents.get(each).status for each in (hidden, shared)] == ["open", "resolved"]


def test_a_child_of_what_is_in_hand_is_in_hand(house: House) -> None:
    """Whoever links it takes it; it was in nobody's hand before."""
    parent, child = house.declare(), house.declare()
    house.incidents.acknowledge(parent, ACME)
    house.incidents.link(child, called(parent), GLOBEX)
    assert facts(house, child) == ["ParentLinked", "Acknowledged"]
    assert house.incidents.get(child).acknowledged_by == "key:2"


def test_a_lost_race_on_a_child_lets_all_be_decided_afresh(house: House) -> None:
    """Somebody takes the child while the parent is acknowledged: theirs stands, and the parent is acknowledged."""
    parent, child, other = family(house, None, None)
    known = house.ledger
    ledger = Overtaken(known.engine, known.catalogue, known.clock, known.projections)
    ledger.meanwhile = lambda: house.incidents.acknowledge(child, GLOBEX)
    Incidents(ledger, house.agreements, OwnStaff(NOBODY)).acknowledge(parent, ACME)
    taken_by = [house.incidents.get(each).acknowledged_by for each in (parent, child, other)]
    assert taken_by == ["key:1", "key:2", "key:1"]
    assert [facts(house, each).count("Acknowledged") for each in (parent, child, other)] == [1, 1, 1]


def test_a_refused_command_changes_no_child(house: House) -> None:
    """The parent is resolved already; or its sender has seen an older revision of it."""
    parent, child = family(house, None)
    house.incidents.unlink(child, ACME)
    house.incidents.resolve(parent, None, ACME)
    house.incidents.reopen(parent, "Again", ACME)
    house.incidents.link(child, called(parent), ACME)
    before = house.incidents.get(child).version
    with pytest.raises(Stale):
        house.incidents.resolve(parent, None, Asked("key:1", revision=1))
    assert house.incidents.get(child).version == before


def test_only_the_addressed_incident_has_to_be_as_its_sender_saw_it(house: House) -> None:
    """Others may have worked on a child meanwhile."""
    parent, child = family(house, None)
    seen = house.incidents.get(parent).revision
    house.incidents.note(child, "Meanwhile.", ACME)
    house.incidents.resolve(parent, None, Asked("key:1", revision=seen))
    assert house.incidents.get(child).status == "resolved"


def test_a_request_that_is_sent_again_is_answered_alike_and_does_nothing(house: House) -> None:
    """A link, an acknowledgement of the family, a merging."""
    parent, child = house.declare(), house.declare()
    acts: tuple[tuple[str, Callable[[Asked], Answer]], ...] = (
        ("link", lambda asked: house.incidents.link(child, called(parent), asked)),
        ("take", lambda asked: house.incidents.acknowledge(parent, asked)),
        ("merge", lambda asked: house.incidents.mark_duplicate(child, called(parent), asked)),
    )
    for key, act in acts:
        asked = Asked("key:1", request=RequestKey("key:1", key, "f"))
        first = act(asked)
        before = [house.incidents.get(each).version for each in (parent, child)]
        again = act(asked)
        assert (again.replayed, again.incident.version) == (True, first.incident.version)
        assert [house.incidents.get(each).version for each in (parent, child)] == before


def test_a_duplicate_leads_to_the_last_original(house: House) -> None:
    """Of three, the second was merged into the first; the third, marked as the second's, is the first's."""
    first, second, third = (house.declare() for _ in range(3))
    house.incidents.mark_duplicate(second, called(first), ACME)
    answer = house.incidents.mark_duplicate(third, called(second), ACME)
    assert answer.incident.duplicate_of == called(first)
    assert house.incidents.get(first).duplicates == [called(second), called(third)]
    assert house.incidents.get(second).duplicates == []


def test_duplicates_make_no_circle(house: House) -> None:
    """What is a duplicate of this one leads back to it."""
    first, second, third = (house.declare() for _ in range(3))
    house.incidents.mark_duplicate(second, called(first), ACME)
    house.incidents.mark_duplicate(third, called(second), ACME)
    for other in (first, second, third):
        with pytest.raises(refusals.OwnDuplicate):
            house.incidents.mark_duplicate(first, called(other), ACME)


def test_the_active_children_of_a_duplicate_become_its_originals(house: House) -> None:
    """Whoever has the original in hand has them, too; what was over stays where it was."""
    merged, active, over = family(house, None, None)
    house.incidents.resolve(over, None, ACME)
    original = house.declare()
    house.incidents.acknowledge(original, ACME)
    house.incidents.mark_duplicate(merged, called(original), ACME)
    parents = {each: house.incidents.get(each).parent for each in (active, over)}
    assert parents == {active: called(original), over: called(merged)}
    assert house.incidents.get(original).children == [called(active)]
    assert house.incidents.get(merged).children == [called(over)]
    assert facts(house, active, since=2) == ["ParentUnlinked", "ParentLinked", "Acknowledged"]


def test_a_parent_may_turn_out_to_be_the_duplicate_of_its_child(house: House) -> None:
    """The child has no parent then, and the others are its own."""
    parent, child, other = family(house, None, None)
    house.incidents.mark_duplicate(parent, called(child), ACME)
    assert house.incidents.get(child).parent is None
    assert house.incidents.get(child).children == [called(other)]
    assert house.incidents.get(child).duplicates == [called(parent)]


def test_children_of_a_duplicate_go_their_own_way_where_the_original_cannot_have_them(house: House) -> None:
    """The original is over, or a child itself."""
    for spoil in (lambda it: house.incidents.resolve(it, None, ACME), lambda it: link_to_another(house, it)):
        merged, child = family(house, None)
        original = house.declare()
        spoil(original)
        house.incidents.mark_duplicate(merged, called(original), ACME)
        assert house.incidents.get(child).parent is None
        assert house.incidents.get(original).children == []


def link_to_another(house: House, stream: str) -> None:
    """Make an incident part of a new one."""
    house.incidents.link(stream, called(house.declare()), ACME)


def test_nobody_is_left_with_a_child_or_duplicate_of_what_was_taken_from_them(house: House) -> None:
    """First the lower one is restricted, then the one that it points to; the other way round is refused."""
    for tie in (house.incidents.link, house.incidents.mark_duplicate):
        upper, lower = house.declare(), house.declare()
        tie(lower, called(upper), ACME)
        hide = VisibilityChange(1, None, ("acme",))
        with pytest.raises(why.PointedTo):
            house.incidents.change_visibility(upper, hide, ACME)
        house.incidents.change_visibility(lower, hide, ACME)
        assert house.incidents.get(upper).visibility == {2: {"*": ["acme"]}}
        house.incidents.change_visibility(upper, hide, ACME)
        with pytest.raises(refusals.OriginalHidden):
            house.incidents.change_visibility(lower, VisibilityChange(1, None, None), ACME)


def test_an_entry_about_a_hidden_child_is_not_shared_by_itself(house: House) -> None:
    """Whoever shared it would tell of the child; once that is shared, so is its entry."""
    parent, child = family(house, ("acme",))
    share = VisibilityChange(2, None, None)
    with pytest.raises(refusals.OriginalHidden):
        house.incidents.change_visibility(parent, share, ACME)
    house.incidents.change_visibility(child, VisibilityChange(1, None, None), ACME)
    assert house.incidents.get(parent).visibility == {2: {"*": None}}


def test_families_that_are_worked_on_from_all_sides_hold_nobody_up(house: House) -> None:
    """Updates of the parent, notes and links of its children, all at once: nobody meets a deadlock, nothing is lost."""
    parent, *children = family(house, None, None, None)
    turns = {child: Lock() for child in children}  # nobody takes away a child that somebody else has just taken away

    def work(nth: int) -> Incident:
        child = children[nth % 3]
        if nth % 2:
            house.incidents.note(child, f"Note {nth}", ACME)
        else:
            with turns[child]:
                house.incidents.unlink(child, ACME)
                house.incidents.link(child, called(parent), ACME)
        return house.incidents.post_update(parent, f"Update {nth}", "partner", ACME).incident

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(12)))
    assert facts(house, parent).count("UpdatePosted") == 12
    assert sorted(house.incidents.get(parent).children) == sorted(map(called, children))
    assert [house.incidents.get(each).parent for each in children] == [called(parent)] * 3
