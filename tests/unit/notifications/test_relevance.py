from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from escalation.agreement.model import LegalNotification
from escalation.terms import AgreementTerms
from incidents import happenings as h
from incidents.incident import Incident
from notifications.owed.relevance import already_settled, no_longer_needed, version_when
from tests.support.paging import Story, page, the_agreement

if TYPE_CHECKING:
    from escalation.agreement.model import Agreement

AGREEMENT = the_agreement()


def versions(_: int) -> Agreement:
    """Give the one version of the agreement of these tests."""
    return AGREEMENT


@pytest.mark.parametrize(
    ("kind", "clock", "expected"),
    [
        ("page", None, "acknowledged"),
        ("page", "acknowledge", "acknowledged"),
        ("page", "resolve", None),
        ("notice", None, None),
    ],
)
def test_once_acknowledged_only_calls_to_acknowledge_are_withdrawn(
    kind: str, clock: str | None, expected: str | None
) -> None:
    """A page that asks for an answer is pointless after the answer; news and later clocks are not."""
    story = Story()
    story.fire(page(), clock=clock)
    delivery = story.delivery(kind)
    assert no_longer_needed(delivery, story.incident, versions) is None
    story.acknowledge()
    assert no_longer_needed(delivery, story.incident, versions) == expected


@pytest.mark.parametrize("kind", ["page", "notice"])
def test_once_it_is_over_nobody_is_called(kind: str) -> None:
    """A page that comes after the end wakes somebody for nothing."""
    story = Story()
    story.fire(page(), clock="resolve")
    delivery = story.delivery(kind)
    story.resolve()
    assert no_longer_needed(delivery, story.incident, versions) == "over"


def test_a_page_of_a_clock_that_nobody_owes_any_more_is_withdrawn() -> None:
    """Its severity has no such target now: the page would ask for something that is not owed."""
    story = Story()
    story.fire(page(), clock="resolve")
    delivery = story.delivery("page")
    with story.moment() as at:
        story.incident.change_severity("S2", "Only one shop", AgreementTerms(AGREEMENT), by="key:2", at=at)
    assert no_longer_needed(delivery, story.incident, versions) == "answered"


def test_that_it_is_taken_is_told_even_when_it_is_over() -> None:
    """Whoever is on the way must be able to turn round."""
    story = Story()
    story.acknowledge()
    delivery = story.delivery("taken")
    story.resolve()
    assert no_longer_needed(delivery, story.incident, versions) is None


@pytest.mark.parametrize("clock", [None, "acknowledge"])
def test_giving_it_back_leaves_the_pages_before_it_answered(clock: str | None) -> None:
    """The ladder is told anew then; what is paged after that is needed."""
    story = Story()
    story.fire(page(), clock=clock)
    before = story.delivery("page")
    story.acknowledge()
    story.unacknowledge()
    story.fire(page(), clock=clock)
    after = story.delivery("page")
    assert no_longer_needed(before, story.incident, versions) == "acknowledged"
    assert no_longer_needed(after, story.incident, versions) is None


def test_a_fact_is_under_the_version_that_was_pinned_then() -> None:
    """Moving an incident to another version leaves what its earlier rungs name where they were."""
    story = Story()
    story.fire(page())
    before = story.incident.history[-1]
    with story.moment() as at:
        story.incident.tell(h.AgreementMigrated, at, agreement_version=2)
    story.fire(page())
    assert (version_when(before, story.incident), version_when(story.incident.history[-1], story.incident)) == (1, 2)


def test_an_outcome_settles_only_its_own_delivery() -> None:
    """The record is asked for this delivery's id, not for any outcome."""
    story, told = Story(), page() | {"delivery": "d1"}
    story.fire(told, page())
    delivery = story.delivery("page")
    story.sent(page())
    assert not already_settled(delivery, story.incident)
    story.sent(told)
    assert already_settled(delivery, story.incident)


def test_what_is_to_be_sent_again_is_settled_no_more() -> None:
    """Until it is sent, or fails again."""
    story, told = Story(), page() | {"delivery": "d1"}
    story.fire(told)
    delivery = story.delivery("page")
    with story.moment() as at:
        whom: dict[str, Any] = {name: told[name] for name in ("delivery", "recipient", "channel")}
        story.incident.tell(h.PageFailed, at, kind="page", **whom, tries=8, detail="HTTP 503")
    assert already_settled(delivery, story.incident)
    with story.moment() as at:
        story.incident.requeue("d1", by="key:2", at=at)
    assert already_settled(delivery, story.incident), "for who has it in hand from before"
    delivery = replace(delivery, owed_at=story.incident.history[-1].timestamp)
    assert not already_settled(delivery, story.incident)
    story.sent(told)
    assert already_settled(delivery, story.incident)


@pytest.mark.parametrize("kind", ["page", "notice"])
def test_what_outlives_the_incident_is_told_as_long_as_it_is_owed(kind: str) -> None:
    """The law wants to be obeyed after the resolution, too, but not once it was."""
    notification = LegalNotification("tell", "gdpr-33-2", "provider", "client.service_owner", 100, "always")
    lawful = replace(AGREEMENT, notifications={"tell": notification})
    story = Story()
    with story.moment() as at:
        story.incident.trigger_event(Incident.BecameAware, party="acme", by="key:2", at=at)
    story.fire(page(), clock="tell")
    delivery = story.delivery(kind)
    story.resolve()
    assert no_longer_needed(delivery, story.incident, lambda _: lawful) is None
    with story.moment() as at:
        filed: dict[str, Any] = {
            "notification": "tell",
            "complete": True,
            "reference": None,
            "reasons": None,
            "evidence": None,
        }
        story.incident.trigger_event(Incident.FilingSubmitted, **filed, by="key:2", at=at)
    assert no_longer_needed(delivery, story.incident, lambda _: lawful) == "over"
