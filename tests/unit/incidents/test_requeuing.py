"""Having what failed for good sent again: what an incident says to it."""

from __future__ import annotations

from typing import Any

import pytest

from incidents import happenings as h
from incidents.requeuing_refusals import NotFailed
from tests.support.paging import Story, page


def told(story: Story, outcome: type[h.SystemEvent], delivery: str, **more: object) -> None:
    """Let the sender say what became of a delivery, at the third try."""
    whom: dict[str, Any] = {"delivery": delivery, "recipient": "acme-duty", "channel": "webhook", **more}
    with story.moment() as at:
        story.incident.tell(outcome, at, kind="page", **whom, tries=3)


def requeue(story: Story, delivery: str) -> None:
    """Ask for it, as somebody of acme."""
    with story.moment() as at:
        story.incident.requeue(delivery, by="key:2", at=at, for_party="acme")


def test_what_failed_is_sent_again_as_it_failed() -> None:
    """The fact names the same delivery, and how often it was tried; people decided it."""
    story, mine = Story(), page()
    story.fire(mine)
    told(story, h.PageFailed, mine["delivery"], detail="HTTP 503")
    assert story.incident.has_settled(mine["delivery"])
    requeue(story, mine["delivery"])
    fact = story.incident.history[-1]
    assert isinstance(fact, h.PageRequeued)
    assert (fact.delivery, fact.recipient, fact.tries, fact.for_party) == (mine["delivery"], "acme-duty", 3, "acme")
    assert story.incident.revision == fact.originator_version
    assert not story.incident.has_settled(mine["delivery"])


@pytest.mark.parametrize(
    ("outcome", "more"), [(h.PageSent, {}), (h.PageWithdrawn, {"why": "over"})], ids=["sent", "withdrawn"]
)
def test_nothing_else_is_sent_again(outcome: type[h.SystemEvent], more: dict[str, object]) -> None:
    """What arrived, and what nobody needed, stays as it is."""
    story = Story()
    told(story, outcome, "d1", **more)
    with pytest.raises(NotFailed):
        requeue(story, "d1")


def test_it_is_sent_again_once_until_it_fails_again() -> None:
    """While it waits anew it is not failed; each failure may be followed by one more chance."""
    story = Story()
    told(story, h.PageFailed, "d1", detail="HTTP 503")
    requeue(story, "d1")
    with pytest.raises(NotFailed):
        requeue(story, "d1")
    told(story, h.PageFailed, "d1", detail="HTTP 503")
    requeue(story, "d1")
    assert [type(fact).__name__ for fact in story.incident.history].count("PageRequeued") == 2


def test_what_nothing_is_known_of_has_not_failed() -> None:
    """Its turn has not come, or another delivery failed."""
    story = Story()
    told(story, h.PageFailed, "d2", detail="HTTP 503")
    with pytest.raises(NotFailed):
        requeue(story, "d1")
