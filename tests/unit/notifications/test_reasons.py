"""Why people hear of an incident, in words."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from escalation.agreement.model import Agreement, Reach, Rung
from escalation.crew.staff import Known
from incidents.incident import Incident
from notifications.message.message import Composer
from tests.support.clock import NOON
from tests.support.example_agreement import OneVersion
from tests.support.paging import Story, page, rung, the_agreement
from tests.support.staffed import Staffed

if TYPE_CHECKING:
    from incidents.happenings import IncidentEvent

STAFF = Staffed({"ann": Known("ann", "acme", "Ann", tz="Asia/Tokyo"), "eve": Known("eve", "globex", "Eve")})
LADDER = (
    Rung(0, "opened", None, ("acme-duty",), (), wait=600),
    Rung(1, "unanswered", None, ("schedule:acme.first", "acme-ops"), ()),
    Rung(2, "unacknowledged", None, ("acme-ops",), (), after=2700),
    Rung(3, "severity_changed", None, (), ("acme-ops",)),
    Rung(4, "silent", 100, ("acme-duty",), (), after=600),
    Rung(5, "unanswered", None, ("acme-duty",), (), reach=Reach.ONE_AT_A_TIME),
)


class Told(Story):
    """An incident whose messages are composed for Ann, of the provider."""

    def say(self, happening: type[IncidentEvent], by: str = "person:ann", **values: object) -> int:
        """Record a fact; give its version."""
        with self.moment() as at:
            self.incident.trigger_event(happening, by=by, at=at, **values)
        return self.incident.version

    def climb(self, number: int, **values: object) -> None:
        """Fire a rung of the ladder."""
        self.say(Incident.RungFired, "engine", **rung(page(), number=number) | values)

    def skip(self, number: int, **values: object) -> None:
        """Skip a rung, for nobody is on call."""
        place = {name: value for name, value in (rung(number=number) | values).items() if name != "pages"}
        self.say(Incident.RungSkipped, "engine", **place, why="no_one_on_call", pages=[page(urgency=1)])

    def why(self, party: str = "acme", kind: str = "page", agreement: Agreement | None = None) -> str:
        """Say why Ann, or somebody of another party, hears of the last fact."""
        delivery = replace(self.delivery(kind), recipient="person:ann", party=party, channel="terminal")
        return _composer(agreement).compose(delivery, self.incident, self.clock.now()).why


def _composer(agreement: Agreement | None = None) -> Composer:
    base = agreement or the_agreement()
    agreed = replace(base, ladders={"S1": LADDER, "globex/S1": LADDER})
    return Composer(OneVersion(agreed), "http://tocsin.example", STAFF, {"77aa": "INC-7"}.__getitem__)


def test_a_rung_says_that_nobody_answered_the_one_before() -> None:
    """And for how long that one waited."""
    story = Told()
    story.climb(0)
    story.clock.move(minutes=10)
    story.climb(1, because="unanswered")
    assert story.why() == "Nobody answered rung 1 for 10 min (rung 2 of ladder S1)"


def test_a_rung_that_did_not_have_to_wait_says_so() -> None:
    """The one before reached nobody, or its pages did not arrive: nobody was silent."""
    story = Told()
    story.climb(0)
    story.climb(1, because="undelivered")
    assert story.why() == "No page of the rung before could be delivered (rung 2 of ladder S1)"
    story.skip(0)
    story.climb(1, because="unanswered")
    assert story.why() == "Rung 1 reached nobody (rung 2 of ladder S1)"


def test_what_was_told_meanwhile_is_not_what_was_waited_for() -> None:
    """Another rung of the ladder, and the same one as it stood before somebody escalated, kept nobody waiting."""
    story = Told()
    story.climb(0, cycle=2)
    story.clock.move(minutes=10)
    story.climb(2)
    story.climb(0)
    story.climb(1, because="unanswered", cycle=2)
    assert story.why() == "Nobody answered rung 1 for 10 min (rung 2 of ladder S1)"


def test_the_next_one_of_several_hears_whose_turn_is_over() -> None:
    """One at a time: the round before was of the same rung."""
    story = Told()
    story.climb(5)
    story.clock.move(minutes=15)
    story.climb(5, because="unanswered", round=1)
    assert story.why() == "Nobody answered rung 6 for 15 min (rung 6 of ladder S1, round 2)"


@pytest.mark.parametrize(
    ("number", "values", "said"),
    [
        (2, {}, "Nobody has acknowledged it for 45 min (rung 3 of ladder S1)"),
        (3, {"cycle": 2}, "The severity is S1 now (rung 4 of ladder S1)"),
        (4, {"clock": "resolve"}, "No update for 8 h 10 min (rung 5 of ladder S1)"),
        (0, {"because": "gone"}, "Whoever was told before is gone or off by now (rung 1 of ladder S1)"),
        (0, {"because": "again"}, "Nobody has answered ladder S1, so it is gone through again (rung 1 of ladder S1)"),
    ],
)
def test_each_kind_of_rung_says_what_it_hangs_on(number: int, values: dict[str, Any], said: str) -> None:
    """Time without an acknowledgement, another severity, silence; or what had the round told once more."""
    story = Told()
    story.climb(number, **values)
    assert story.why() == said


@pytest.mark.parametrize(
    ("happening", "values", "said"),
    [
        (Incident.AcknowledgementExpired, {}, "The acknowledgement by Ann expired"),
        (Incident.SnoozeExpired, {}, "The snooze is over"),
        (Incident.Unacknowledged, {"reason": "Off to bed"}, "Given back by Ann: Off to bed"),
        (Incident.Unacknowledged, {"reason": None}, "Given back by Ann"),
        (Incident.Reassigned, {"reason": None, "to": "person:eve"}, "Reassigned by Ann, and nobody answered"),
    ],
)
def test_a_ladder_that_goes_on_says_how_the_acknowledgement_ended(
    happening: type[IncidentEvent], values: dict[str, Any], said: str
) -> None:
    """Whoever is told once more knows whom to ask. What another side gave back is nothing of theirs."""
    story = Told()
    story.acknowledge(by="person:ann")
    story.say(happening, **values, side=None)
    story.say(Incident.Unacknowledged, "person:eve", reason=None, side="globex")
    story.climb(0, because="resumed", round=1)
    assert story.why() == f"{said} (rung 1 of ladder S1, round 2)"


def test_a_ladder_that_goes_on_after_a_reopening_says_so() -> None:
    """Not how an acknowledgement before it ended."""
    story = Told()
    story.acknowledge(by="person:ann")
    story.say(Incident.AcknowledgementExpired, side=None)
    story.say(Incident.Resolved, text=None)
    story.say(Incident.Reopened, reason="It fails again")
    story.climb(0, because="resumed", round=1)
    assert story.why() == "Reopened by Ann: It fails again (rung 1 of ladder S1, round 2)"


def test_who_escalated_is_told_and_the_reason_to_those_who_may_read_it() -> None:
    """The provider keeps its reasons to itself; the partner is told whose doing it was."""
    story = Told()
    values: dict[str, Any] = {"ladder": "S1", "rung": 1, "reason": "No idea", "side": None, "visible_to": ["acme"]}
    cycle = story.say(Incident.Escalated, **values, for_party="acme")
    story.climb(1, cycle=cycle, because="escalated")
    assert story.why() == "Escalated by Ann: No idea (rung 2 of ladder S1)"
    assert story.why("globex") == "Escalated by somebody of acme (rung 2 of ladder S1)"
    story.climb(1, cycle=cycle, round=1)
    assert story.why() == "Escalated by Ann: No idea (rung 2 of ladder S1, round 2)"


def test_a_schedule_that_was_asked_by_name_is_named_where_nobody_is_on_call() -> None:
    """Its owner hears of which one."""
    story = Told()
    cycle = story.say(Incident.Reassigned, reason=None, to="schedule:acme.second", side=None)
    story.skip(0, ladder="asked", cycle=cycle, because="asked")
    assert story.why(kind="notice") == "Nobody is on call for acme.second"


def test_whoever_is_asked_by_name_hears_by_whom_and_for_what() -> None:
    """No rung of a ladder brought it, so none is named."""
    story = Told()
    cycle = story.say(Incident.Reassigned, to="person:ann", reason="Yours", side=None)
    story.climb(0, ladder="asked", cycle=cycle, because="asked")
    assert story.why() == "Reassigned to you by Ann: Yours"
    cycle = story.say(Incident.ResponderAsked, whom="person:ann", text="Databases")
    story.climb(0, ladder="asked", cycle=cycle, because="asked")
    assert story.why() == "You are asked to help by Ann: Databases"


def test_a_ladder_at_its_end_says_that_it_is_handed_over() -> None:
    """Whoever gets it is nobody's rung."""
    story = Told()
    story.say(Incident.LadderExhausted, "engine", ladder="S1", times=2, again=False, pages=[page()])
    assert story.why() == "Nobody has answered ladder S1; it is handed to you"


def test_whoever_owns_a_schedule_hears_that_nobody_is_on_call() -> None:
    """It is named where the rung names it, else by what the rung names."""
    story = Told()
    story.skip(1)
    assert story.why(kind="notice") == "Nobody is on call for acme.first (rung 2 of ladder S1)"
    story.skip(0)
    assert story.why(kind="notice") == "Nobody is on call for acme-duty (rung 1 of ladder S1)"


def test_a_side_that_has_taken_it_is_named() -> None:
    """Two sides may have it in hand at the same time."""
    story = Told()
    story.say(Incident.Acknowledged, "person:eve", side="globex")
    assert story.why(kind="taken") == "Taken by somebody of globex, for globex"


def test_a_merged_incident_names_the_one_that_goes_on() -> None:
    """By the label that people say."""
    story = Told()
    story.say(Incident.MarkedDuplicate, of="77aa")
    assert story.why(kind="taken") == "Merged into INC-7"


def test_a_person_is_told_by_name_and_in_a_zone_of_their_own() -> None:
    """Whoever has none is told in that of their party."""
    story = Told()
    story.climb(0)
    agreement = the_agreement()
    berlin = replace(agreement.parties["globex"], tz="Europe/Berlin")
    composer = _composer(replace(agreement, parties={**agreement.parties, "globex": berlin}))
    base = replace(story.delivery("page"), channel="terminal", destination="x")
    messages = [
        composer.compose(replace(base, recipient=f"person:{who}", party=party), story.incident, NOON)
        for who, party in (("ann", "acme"), ("eve", "globex"))
    ]
    assert [(message.to, message.tz) for message in messages] == [("Ann", "Asia/Tokyo"), ("Eve", "Europe/Berlin")]
