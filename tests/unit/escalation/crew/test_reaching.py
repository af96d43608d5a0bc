"""Whom names reach: contacts with and without holders, bodies, schedules, teams, and people who are not there."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from escalation.agreement.model import Body, Contact, Party, Webhook
from escalation.crew.reaching import NOTICE, PAGE, Calling
from escalation.crew.staff import Step
from tests.support.clock import NOON
from tests.support.clocked import the_agreement
from tests.support.staffed import Staffed

if TYPE_CHECKING:
    from escalation.crew.reaching import Reached

AGREEMENT = replace(
    the_agreement(),
    parties={
        "acme": Party("acme", "provider", "signatory", "Europe/Berlin"),
        "globex": Party("globex", "client", "signatory", "America/New_York"),
    },
    contacts={
        "acme-duty": Contact("acme-duty", "acme", "duty_manager"),
        "acme-coo": Contact("acme-coo", "acme", "coo", via=()),
        "globex-ops": Contact("globex-ops", "globex", "service_owner"),
    },
    webhooks={
        "pager": Webhook("pager", "acme", "https://acme.example/"),
        "bell": Webhook("bell", "globex", "https://g/"),
    },
    bodies={"panel": Body("panel", ("acme-duty", "globex-ops"))},
)


@pytest.fixture
def staff() -> Staffed:
    """Give two people of one party, and one of the other."""
    staff = Staffed()
    for person, party in (("ann", "acme"), ("bob", "acme"), ("cid", "globex")):
        staff.add(person, party)
    return staff


def reach(staff: Staffed, *names: str, urgency: int = PAGE) -> Reached:
    """Ask at noon whom names reach."""
    return Calling(AGREEMENT, staff, NOON).reach(names, urgency)


def recipients(reached: Reached) -> list[str]:
    """Give whom somebody reached, each once."""
    assert all(len({way.contact for way in ways}) == 1 for ways in reached.people)
    return [ways[0].contact for ways in reached.people]


def ways(reached: Reached) -> list[tuple[str, int]]:
    """Give the ways in which the only one who is reached is reached."""
    [found] = reached.people
    return [(way.via, way.after) for way in found]


def test_a_contact_without_a_holder_is_reached_as_the_agreement_says(staff: Staffed) -> None:
    """By its own `via`; one without any reaches nobody, and so is no gap either."""
    assert recipients(reach(staff, "acme-duty", "acme-coo")) == ["acme-duty"]
    assert reach(staff, "acme-coo").gaps == ()


@pytest.mark.parametrize("name", ["acme-duty", "acme.duty_manager", "provider.duty_manager"])
def test_a_contact_is_whoever_holds_it(staff: Staffed, name: str) -> None:
    """By its id, and by its role of a party by id or role; the page says as what they were called."""
    staff.holders["acme-duty"] = "person:ann"
    reached = reach(staff, name)
    assert recipients(reached) == ["person:ann"]
    assert {(way.called, way.party) for way in reached.people[0]} == {("acme-duty", "acme")}


def test_a_holder_may_be_a_team_or_whoever_is_on_call(staff: Staffed) -> None:
    """Their people are called as the contact."""
    staff.teams["acme.payments"] = ("bob", "ann")
    staff.shifts["globex.first"] = [(NOON, ("cid",))]
    staff.holders |= {"acme-duty": "team:acme.payments", "globex-ops": "schedule:globex.first"}
    reached = reach(staff, "body:panel")
    assert recipients(reached) == ["person:bob", "person:ann", "person:cid"]
    assert [ways[0].called for ways in reached.people] == ["acme-duty", "acme-duty", "globex-ops"]


@pytest.mark.parametrize("holder", ["person:cid", "team:globex.ops", "schedule:globex.first"])
def test_whoever_held_a_contact_for_another_party_holds_it_no_more(staff: Staffed, holder: str) -> None:
    """A later version gave the contact to another party: nobody of the first one is paged as it."""
    staff.teams["globex.ops"] = ("cid",)
    staff.shifts["globex.first"] = [(NOON, ("cid",))]
    staff.holders["acme-duty"] = holder
    assert recipients(reach(staff, "acme-duty")) == []


def test_nobody_is_reached_who_is_away_or_has_left(staff: Staffed) -> None:
    """Whatever the name that leads to them."""
    staff.add("bob", absent=True)
    del staff.people["cid"]
    staff.holders["acme-duty"] = "person:bob"
    staff.teams["acme.payments"] = ("bob", "ann")
    staff.teams["globex.ops"] = ("cid",)
    names = ["person:bob", "person:cid", "acme-duty", "team:globex.ops", "team:acme.payments"]
    assert recipients(reach(staff, *names)) == ["person:ann"]


def test_a_member_who_went_over_to_the_other_party_is_of_no_team_of_the_first(staff: Staffed) -> None:
    """Teams and schedules reach people of their own party alone."""
    staff.teams["acme.payments"] = ("cid", "ann")
    staff.shifts["acme.first"] = [(NOON, ("cid",))]
    reached = reach(staff, "team:acme.payments", "schedule:acme.first")
    assert recipients(reached) == ["person:ann"]
    assert reached.gaps == ("schedule:acme.first",)


def test_a_party_may_be_named_by_its_role(staff: Staffed) -> None:
    """`team:provider.payments` is the provider's."""
    staff.teams["acme.payments"] = ("ann",)
    staff.shifts["acme.first"] = [(NOON, ("bob",))]
    assert recipients(reach(staff, "team:provider.payments", "schedule:provider.first")) == ["person:ann", "person:bob"]


def test_a_schedule_reaches_whoever_is_on_call_at_that_instant(staff: Staffed) -> None:
    """Not who was, nor who will be."""
    staff.shifts["acme.first"] = [(NOON - timedelta(hours=1), ("ann",)), (NOON, ("bob",))]
    assert recipients(reach(staff, "schedule:acme.first")) == ["person:bob"]
    before = Calling(AGREEMENT, staff, NOON - timedelta(seconds=1)).reach(["schedule:acme.first"], PAGE)
    assert recipients(before) == ["person:ann"]


@pytest.mark.parametrize("people", [(), ("gone",)])
def test_a_gap_is_told_with_those_who_want_to_hear_of_it(staff: Staffed, people: tuple[str, ...]) -> None:
    """Also where somebody is on call who is not there; once, however many names lead to it."""
    staff.shifts["acme.first"] = [(NOON, people)]
    staff.warn["acme.first"] = ("team:acme.payments",)
    staff.holders["acme-duty"] = "schedule:acme.first"
    reached = reach(staff, "schedule:acme.first", "acme-duty", "person:ann")
    assert recipients(reached) == ["person:ann"]
    assert (reached.gaps, reached.warn) == (("schedule:acme.first",), ("team:acme.payments",))


def test_a_schedule_that_is_not_there_is_a_gap(staff: Staffed) -> None:
    """A ladder that names it goes on at once, and says why; a team that is not there reaches nobody."""
    assert reach(staff, "schedule:acme.none").gaps == ("schedule:acme.none",)
    assert reach(staff, "schedule:initech.first").gaps == ("schedule:initech.first",)
    assert reach(staff, "team:acme.none", "team:initech.none") == reach(staff)


def test_whoever_is_reached_by_two_names_is_reached_once(staff: Staffed) -> None:
    """As what they were called first."""
    staff.teams["acme.payments"] = ("bob", "ann")
    staff.holders["acme-duty"] = "person:ann"
    reached = reach(staff, "acme-duty", "team:acme.payments", "person:ann")
    assert [(ways[0].contact, ways[0].called) for ways in reached.people] == [
        ("person:ann", "acme-duty"),
        ("person:bob", "team:acme.payments"),
    ]


def test_contact_rules_are_by_urgency(staff: Staffed) -> None:
    """A page goes one way after the other, a notice as they want notices; without rules: on the terminal, at once."""
    high = (Step("terminal"), Step("webhook:pager", 300))
    staff.add("ann", high=high, low=(Step("webhook:pager"),))
    assert ways(reach(staff, "person:ann")) == [("terminal", 0), ("webhook:pager", 300)]
    assert ways(reach(staff, "person:ann", urgency=NOTICE)) == [("webhook:pager", 0)]
    assert ways(reach(staff, "person:bob")) == [("terminal", 0)]


@pytest.mark.parametrize("via", ["webhook:bell", "webhook:none"])
def test_a_webhook_that_this_agreement_does_not_give_to_their_party_is_left_out(staff: Staffed, via: str) -> None:
    """What stands after it stays; where nothing is left, they are reached on the terminal all the same."""
    staff.add("ann", high=(Step(via), Step("terminal", 60)), low=(Step(via, 30),))
    assert ways(reach(staff, "person:ann")) == [("terminal", 60)]
    assert ways(reach(staff, "person:ann", urgency=NOTICE)) == [("terminal", 0)]


def test_people_are_reached_by_their_own_addresses(staff: Staffed) -> None:
    """Each way by the channel that carries it."""
    vias = ("terminal", "webhook:pager", "email", "email:home", "sms:mobile", "voice:mobile")
    staff.add("ann", high=tuple(Step(via) for via in vias), addresses=dict.fromkeys(vias, "somewhere"))
    [found] = reach(staff, "person:ann").people
    assert [(way.channel, way.via) for way in found] == [(via.partition(":")[0], via) for via in vias]


def test_an_address_that_they_have_no_more_is_left_out(staff: Staffed) -> None:
    """What stands after it stays; where nothing is left, they are reached on the terminal all the same."""
    gone = (Step("sms:mobile"), Step("email"))
    staff.add("ann", high=(*gone, Step("voice:home", 60)), low=gone, addresses={"voice:home": "+4930123456"})
    assert ways(reach(staff, "person:ann")) == [("voice:home", 60)]
    assert ways(reach(staff, "person:ann", urgency=NOTICE)) == [("terminal", 0)]


def test_a_webhook_is_reached_by_its_name(staff: Staffed) -> None:
    """One that the agreement does not have reaches nobody, and neither do a body or role that it does not have."""
    assert recipients(reach(staff, "webhook:pager")) == ["pager"]
    assert reach(staff, "webhook:none", "body:none", "acme.none") == reach(staff)


@pytest.mark.parametrize("holder", ["person:ann", "team:acme.payments"])
def test_a_contact_whose_holder_is_not_there_is_a_gap_that_others_are_warned_of(staff: Staffed, holder: str) -> None:
    """Whoever leads that party hears of it, but not by way of that contact itself."""
    staff.holders["acme-coo"] = holder
    staff.teams["acme.payments"] = ("ann",)
    del staff.people["ann"]
    found = reach(staff, "acme-coo")
    assert (recipients(found), found.gaps, found.warn) == ([], ("acme-coo",), ("acme-duty",))
    staff.holders["acme-duty"] = "person:ann"
    assert reach(staff, "acme-duty").warn == ()
