"""Which answer stops which page: each side's own, and of those who were asked by name theirs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from incidents.incident import Incident
from notifications.owed.relevance import no_longer_needed
from tests.support.paging import Story, page, rung, the_agreement

if TYPE_CHECKING:
    from incidents.happenings import IncidentEvent, SystemEvent

ASKS = {"whom": "person:ann", "text": None}
HANDS = {"to": "person:ann", "reason": None}


class Asking(Story):
    """An incident that asks for people in every way."""

    def tell(self, happening: type[SystemEvent], **values: object) -> None:
        """Let the engine say something."""
        with self.moment() as at:
            self.incident.trigger_event(happening, by="engine", at=at, **values)

    def say(self, happening: type[IncidentEvent], **values: object) -> int:
        """Decide something; give its version."""
        with self.moment() as at:
            self.incident.trigger_event(happening, by="key:2", at=at, **values)
        return self.incident.version

    def climb(self, ladder: str, cycle: int = 1) -> int:
        """Fire a rung of a ladder; give its version."""
        self.tell(Incident.RungFired, **rung(page()) | {"ladder": ladder, "cycle": cycle})
        return self.incident.version

    def why(self, version: int, kind: str = "page") -> str | None:
        """Say why what a fact caused is withdrawn by now."""
        agreement = the_agreement()
        return no_longer_needed(self.delivery(kind, version), self.incident, lambda _: agreement)


@pytest.mark.parametrize(("side", "shared", "own"), [(None, "acknowledged", None), ("globex", None, "acknowledged")])
def test_a_side_answers_the_pages_of_its_own_ladder(side: str | None, shared: str | None, own: str | None) -> None:
    """What the client has taken for its duties says nothing of the provider's."""
    story = Asking()
    ours, theirs = story.climb("S1"), story.climb("globex/S1")
    assert (story.why(ours), story.why(theirs)) == (None, None)
    story.say(Incident.Acknowledged, side=side)
    assert (story.why(ours), story.why(theirs)) == (shared, own)


def test_an_acknowledgement_that_expired_has_answered_the_pages_before_it() -> None:
    """The ladder goes on with a round of its own; the later ways of the one before would call people twice."""
    story = Asking()
    before = story.climb("S1")
    story.acknowledge()
    story.tell(Incident.AcknowledgementExpired, side=None)
    after = story.climb("S1")
    assert (story.why(before), story.why(after)) == ("acknowledged", None)


@pytest.mark.parametrize(
    ("happening", "values", "why"),
    [
        (Incident.Reassigned, HANDS, "reassigned"),
        (Incident.Escalated, {"ladder": "S1", "rung": 1, "reason": None}, "escalated"),
    ],
)
def test_once_it_is_passed_on_whoever_was_paged_before_is_called_no_further(
    happening: type[IncidentEvent], values: dict[str, object], why: str
) -> None:
    """What is somebody else's by now is none of theirs; the clocks of the agreement, and other sides, go on."""
    story = Asking()
    before, theirs = story.climb("S1"), story.climb("globex/S1")
    story.tell(Incident.RungFired, **rung(page()) | {"ladder": "S1", "clock": "acknowledge"})
    on_clock = story.incident.version
    story.say(happening, **values, side=None)
    after = story.climb("S1")
    assert [story.why(each) for each in (before, theirs, on_clock, after)] == [why, None, None, None]


def test_whom_it_was_reassigned_to_is_paged_until_that_side_has_it() -> None:
    """Another side's acknowledgement is no answer."""
    story = Asking()
    told = story.climb("asked", story.say(Incident.Reassigned, **HANDS, side="globex"))
    story.acknowledge()
    assert story.why(told) is None
    story.say(Incident.Acknowledged, side="globex")
    assert story.why(told) == "acknowledged"


def test_whom_it_is_no_longer_assigned_to_is_not_paged() -> None:
    """It was made yet another's before their page left; another side's is not touched by that."""
    story = Asking()
    first = story.climb("asked", story.say(Incident.Reassigned, **HANDS, side=None))
    other = story.climb("asked", story.say(Incident.Reassigned, **HANDS, side="globex"))
    second = story.climb("asked", story.say(Incident.Reassigned, **HANDS, side=None))
    assert [story.why(each) for each in (first, other, second)] == ["reassigned", None, None]


@pytest.mark.parametrize("answer", [Incident.ResponderAccepted, Incident.ResponderDeclined])
def test_whoever_is_asked_to_help_is_paged_until_they_answer(answer: type[IncidentEvent]) -> None:
    """That somebody has taken it does not answer the request; yes and no do."""
    story = Asking()
    request = story.say(Incident.ResponderAsked, **ASKS)
    told = story.climb("asked", request)
    story.acknowledge()
    assert story.why(told) is None
    reason = {"reason": None} if answer is Incident.ResponderDeclined else {}
    story.say(answer, request=request, **reason)
    assert story.why(told) == "answered"


def test_whom_a_ladder_is_handed_to_is_paged_until_its_side_has_it() -> None:
    """The end of a ladder asks for the same answer as its rungs."""
    story = Asking()
    story.tell(Incident.LadderExhausted, ladder="globex/S1", times=1, again=False, pages=[page()])
    told = story.incident.version
    story.acknowledge()
    assert story.why(told) is None
    story.say(Incident.Acknowledged, side="globex")
    assert story.why(told) == "acknowledged"


def test_that_nobody_is_on_call_is_told_as_long_as_it_lasts() -> None:
    """Whoever owns the schedule is to mend it, whoever has the incident meanwhile; not when it is over."""
    story = Asking()
    place = {name: value for name, value in rung().items() if name != "pages"}
    story.tell(Incident.RungSkipped, **place, why="no_one_on_call", pages=[page(urgency=1)])
    told = story.incident.version
    story.acknowledge()
    assert story.why(told, "notice") is None
    story.resolve()
    assert story.why(told, "notice") == "over"
