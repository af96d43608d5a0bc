"""Whoever a page is for is looked up again before it leaves."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from escalation.crew.reaching import Calling
from escalation.crew.staff import NOBODY
from notifications.message.message import Composer
from notifications.owed.presence import missing
from notifications.queue.delivery import TAKEN, Delivery
from tests.support.clock import NOON
from tests.support.paging import OneAgreement, Story, page, the_agreement
from tests.support.staffed import Staffed

ANN = {"party": "acme", "called": "acme-duty"}
HANDOFF = NOON + timedelta(minutes=10)


def staffed(**holders: str) -> Staffed:
    """Give a staff in which Ann is on call until the handoff, and then Bob."""
    staff = Staffed(holders={name.replace("_", "-"): holder for name, holder in holders.items()})
    for person in ("ann", "bob"):
        staff.add(person)
    staff.shifts["acme.first"] = [(NOON, ("ann",)), (HANDOFF, ("bob",))]
    staff.teams["acme.payments"] = ("bob", "ann")
    return staff


def why(staff: Staffed, called: str = "acme-duty", *, minutes: int = 0, kind: str = "page") -> str | None:
    """Say why Ann is not to be told, so long after noon, of what called her by a name."""
    told: dict[str, Any] = page("person:ann", channel="terminal") | ANN | {"called": called}
    delivery = replace(Story().delivery(kind), recipient="person:ann", party="acme")
    now = NOON + timedelta(minutes=minutes)
    return missing(delivery, None if kind == TAKEN else told, Calling(the_agreement(), staff, now))


@pytest.mark.parametrize(
    ("called", "minutes", "expected"),
    [
        ("schedule:acme.first", 9, None),
        ("schedule:acme.first", 10, "handed_over"),
        ("schedule:provider.first", 9, None),
        ("schedule:acme.second", 0, "handed_over"),
        ("team:acme.payments", 10, None),
        ("person:ann", 10, None),
    ],
)
def test_whoever_was_called_by_a_name_must_still_answer_to_it(called: str, minutes: int, expected: str | None) -> None:
    """A turn ends at the handoff; a schedule that was removed is nobody's turn; a team or a person has no turns."""
    assert why(staffed(), called, minutes=minutes) == expected


@pytest.mark.parametrize(
    ("holder", "minutes", "expected"),
    [
        ("schedule:acme.first", 9, None),
        ("schedule:acme.first", 10, "handed_over"),
        ("person:ann", 10, None),
        ("person:bob", 0, "handed_over"),
    ],
)
def test_a_contact_is_whoever_holds_it_when_the_page_leaves(holder: str, minutes: int, expected: str | None) -> None:
    """The holder may be a schedule, or have become somebody else."""
    assert why(staffed(acme_duty=holder), minutes=minutes) == expected


def test_whoever_has_left_is_told_nothing_at_all() -> None:
    """Not even that somebody has taken it: it is none of their business any more."""
    staff = staffed(acme_duty="person:ann")
    del staff.people["ann"]
    assert [why(staff, kind=kind) for kind in ("page", "notice", "taken")] == ["left"] * 3


def test_whoever_is_with_the_other_party_now_has_left() -> None:
    """The page was for a member of the provider."""
    staff = staffed(acme_duty="person:ann")
    staff.add("ann", "globex")
    assert why(staff) == "left"


def test_whoever_is_away_hears_only_that_it_is_taken() -> None:
    """They may be on the way because of a page that left before."""
    staff = staffed(acme_duty="person:ann")
    staff.add("ann", absent=True)
    assert [why(staff, kind=kind) for kind in ("page", "notice", "taken")] == ["away", "away", None]


def test_whoever_is_off_by_now_hears_that_it_is_taken() -> None:
    """The page left before the handoff."""
    assert why(staffed(acme_duty="schedule:acme.first"), minutes=10, kind="taken") is None


def test_a_contact_that_nobody_holds_is_always_there() -> None:
    """It is reached as the agreement says, whoever that is."""
    delivery = Story().delivery("page")
    assert missing(delivery, page(), Calling(the_agreement(), NOBODY, NOON)) is None


def test_a_page_is_looked_up_in_the_fact_that_caused_it() -> None:
    """The composer finds by what name the rung called a person, and asks for that one."""
    story, told = Story(), page("person:ann", channel="terminal") | ANN
    story.fire(told, page("person:bob", channel="terminal") | ANN | {"called": "person:bob"})
    delivery: Delivery = replace(story.delivery("page"), id=told["delivery"], recipient="person:ann", party="acme")
    composer = Composer(OneAgreement(), "http://tocsin.example", staffed(acme_duty="schedule:acme.first"))
    assert composer.missing(delivery, story.incident, NOON) is None
    assert composer.missing(delivery, story.incident, HANDOFF) == "handed_over"


def test_whoever_is_meant_by_two_names_must_answer_to_one() -> None:
    """Ann hands her turn over, and is still of the team that the same rung calls: nobody else is paged in her place."""
    story, told = Story(), page("person:ann", channel="terminal") | ANN | {"called": "schedule:acme.first"}
    team = page("person:bob", channel="terminal") | ANN | {"called": "team:acme.payments"}
    delivery = replace(story.delivery("page"), id=told["delivery"], recipient="person:ann", party="acme")
    composer = Composer(OneAgreement(), "http://tocsin.example", staffed())
    for also, expected in ((team, None), (team | {"urgency": 1}, "handed_over")):
        story.fire(told, also)
        fired = replace(delivery, version=story.incident.version)
        assert composer.missing(fired, story.incident, HANDOFF) == expected


def test_a_staff_of_nobody_lets_nobody_through() -> None:
    """A person that nobody can find is nobody's to page."""
    story, told = Story(), page("person:ann", channel="terminal") | ANN
    story.fire(told)
    delivery = replace(story.delivery("page"), id=told["delivery"], recipient="person:ann", party="acme")
    composer = Composer(OneAgreement(), "http://tocsin.example")
    assert composer.missing(delivery, story.incident, NOON) == "left"
    assert composer.compose(delivery, story.incident, NOON).to == "person:ann"
