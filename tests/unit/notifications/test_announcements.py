from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from incidents.incident import Incident
from notifications.owed.announcements import announcements
from tests.support.paging import Story, page, rung

if TYPE_CHECKING:
    from collections.abc import Iterator

    from incidents.happenings import IncidentEvent


class Sides(Story):
    """An incident on the ladders of several sides."""

    def climb(self, ladder: str, *pages: dict[str, Any], cycle: int = 1) -> None:
        """Fire a rung of some ladder."""
        with self.moment() as at:
            self.incident.tell(Incident.RungFired, at, **rung(*pages) | {"ladder": ladder, "cycle": cycle})

    def say(self, happening: type[IncidentEvent], by: str = "key:2", **values: object) -> int:
        """Record what somebody decided; give its version."""
        with self.moment() as at:
            self.incident.trigger_event(happening, by=by, at=at, **values)
        return self.incident.version

    def heard(self) -> list[tuple[str, str]]:
        """Give who hears of what, over the whole history."""
        return list(self._heard())

    def ways(self) -> list[str]:
        """Give the channels on which anybody hears of anything."""
        return [each.page["channel"] for fact in self.incident.history for each in announcements(self.incident, fact)]

    def _heard(self) -> Iterator[tuple[str, str]]:
        for fact in self.incident.history:
            for each in announcements(self.incident, fact):
                yield each.page["recipient"], type(each.news).__name__


def of(person: str) -> dict[str, Any]:
    """Give a page of a person."""
    return page(f"person:{person}", channel="terminal") | {"party": "acme", "called": "acme-duty"}


def test_only_those_whom_the_same_sides_ladder_paged_hear_of_an_acknowledgement() -> None:
    """The client has taken it for its own duties: the provider's people are still wanted."""
    story, ours, theirs = Sides(), of("ann"), page("globex-ops")
    story.climb("S1", ours)
    story.climb("globex/S1", theirs)
    for each in (ours, theirs):
        story.sent(each)
    story.say(Incident.Acknowledged, side="globex")
    assert story.heard() == [("globex-ops", "Acknowledged")]
    story.say(Incident.Acknowledged, side=None)
    assert story.heard() == [("globex-ops", "Acknowledged"), ("person:ann", "Acknowledged")]


@pytest.mark.parametrize(
    ("by", "via", "ways"),
    [
        ("person:ann", "email", ["sms", "webhook"]),
        ("person:ann", "sms", ["email", "webhook"]),
        ("person:ann", "api", ["email", "sms", "webhook"]),
        ("person:bob", "email", ["email", "sms", "voice", "webhook"]),
    ],
)
def test_whoever_takes_it_hears_so_on_their_other_ways(by: str, via: str, ways: list[str]) -> None:
    """There the page still stands; not where they took it, and nobody is called for their own doing."""
    story = Sides()
    pages = [of("ann") | {"channel": each, "via": each} for each in ("email", "sms", "voice", "webhook")]
    story.climb("S1", *pages)
    for each in pages:
        story.sent(each)
    story.say(Incident.Acknowledged, by=by, side=None, via=via)
    assert sorted(story.ways()) == ways


@pytest.mark.parametrize(("via", "told"), [("email", ["sms"]), ("api", ["email", "sms"])])
def test_the_others_at_a_desk_hear_that_one_of_them_has_taken_it(via: str, told: list[str]) -> None:
    """A contact has several readers: those of the mail have not seen the text message."""
    story = Sides()
    pages = [page("acme-duty", channel=each) for each in ("email", "sms", "voice")]
    story.climb("S1", *pages)
    for each in pages:
        story.sent(each)
    story.say(Incident.Acknowledged, by="contact:acme-duty", side=None, via=via)
    assert sorted(story.ways()) == told


def test_whoever_got_it_at_the_end_of_the_ladder_hears_of_it() -> None:
    """It was handed to them, and somebody else has it now."""
    story, handed = Sides(), of("coo")
    with story.moment() as at:
        story.incident.tell(Incident.LadderExhausted, at, ladder="S1", times=1, again=False, pages=[handed])
    story.sent(handed)
    story.acknowledge()
    assert story.heard() == [("person:coo", "Acknowledged")]


def test_whom_it_was_reassigned_to_hears_of_it_on_the_side_that_reassigned() -> None:
    """A person asked by name is paged by no ladder of a side, so the fact that asked says whose they are."""
    story, asked = Sides(), of("ann")
    version = story.say(Incident.Reassigned, to="person:ann", reason=None, side="globex")
    story.climb("asked", asked, cycle=version)
    story.sent(asked)
    story.acknowledge()
    assert story.heard() == []
    story.say(Incident.Acknowledged, side="globex")
    assert story.heard() == [("person:ann", "Acknowledged")]


def test_whoever_is_asked_to_help_is_wanted_still() -> None:
    """They were not asked to take it, so that somebody has answers nothing of theirs."""
    story, asked = Sides(), of("ann")
    version = story.say(Incident.ResponderAsked, whom="person:ann", text=None)
    story.climb("asked", asked, cycle=version)
    story.sent(asked)
    story.acknowledge()
    assert story.heard() == []


def test_a_page_that_left_while_it_was_nobodys_is_not_announced() -> None:
    """An acknowledgement that expired meanwhile is no news to whoever was under way then."""
    story, late = Sides(), of("ann")
    story.climb("S1", late)
    story.acknowledge()
    with story.moment() as at:
        story.incident.tell(Incident.AcknowledgementExpired, at, side=None)
    story.sent(late)
    assert story.heard() == []


def test_the_end_of_another_sides_acknowledgement_changes_nothing() -> None:
    """The provider still has it, so whoever the provider's page reaches now must hear of that."""
    story, late = Sides(), of("ann")
    story.climb("S1", late)
    story.acknowledge()
    with story.moment() as at:
        story.incident.tell(Incident.AcknowledgementExpired, at, side="globex")
    story.sent(late)
    assert story.heard() == [("person:ann", "Acknowledged")]


def test_a_merged_incident_tells_everybody_whom_it_ever_paged() -> None:
    """Each side hears where its story goes on; only whoever merged it knows."""
    story, ours, theirs, merging = Sides(), of("ann"), page("globex-ops"), of("bob")
    story.climb("S1", ours, merging)
    story.climb("globex/S1", theirs)
    for each in (ours, theirs, merging):
        story.sent(each)
    story.acknowledge()
    story.say(Incident.MarkedDuplicate, by="person:bob", of="77aa")
    heard = [who for who, what in story.heard() if what == "MarkedDuplicate"]
    assert sorted(heard) == ["globex-ops", "person:ann"]


def test_a_page_that_was_under_way_while_it_was_merged_is_followed_by_that() -> None:
    """The merging is what stands, whoever had it before."""
    story, late = Sides(), of("ann")
    story.climb("S1", late)
    story.acknowledge()
    story.say(Incident.MarkedDuplicate, of="77aa")
    story.sent(late)
    assert story.heard() == [("person:ann", "MarkedDuplicate")]
