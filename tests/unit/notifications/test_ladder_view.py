"""The ladders of an incident as people read them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from escalation.agreement.model import Acknowledging, Agreement, Condition, Exhausted, QuietHours, Rung
from escalation.crew.staff import Known
from escalation.engine.owed import due_by
from escalation.terms import AgreementTerms
from incidents.disclosure import EVERYTHING, Viewer, shown
from incidents.happenings import PageFailed, PageSent, PageWithdrawn
from incidents.incident import Incident
from incidents.ledger.command import Command, in_command
from incidents.reading import Seen
from incidents.terms import FieldClass
from notifications.ladder_view import ladders_of
from tests.support.clock import NOON
from tests.support.clocked import Clocked, moment, open_between, the_agreement
from tests.support.staffed import Staffed

if TYPE_CHECKING:
    from notifications.ladder_view.shapes import Ladders, LadderView, RungView
    from notifications.ladder_view.told import Waits

ACME, GLOBEX = Viewer("acme"), Viewer("globex")
FIRST = "schedule:acme.first"
LADDER = (
    Rung(0, "opened", None, (FIRST,), ("partner",), wait=600),
    Rung(1, "unanswered", None, ("boss",), (), wait=300),
    Rung(2, "opened", None, ("boss",), (), only=Condition(severities=frozenset({"S2"}))),
)


def agreement(**changes: Any) -> Agreement:  # noqa: ANN401 - the fields of Agreement
    """Give an agreement with the ladder above for S1, and one of the client's own."""
    ladders = {"S1": LADDER, "globex/S1": (Rung(0, "opened", None, ("partner",), ()),)}
    return replace(the_agreement(), **{"ladders": ladders, "targets": {}} | changes)


def staffed() -> Staffed:
    """Give a staff in which Ann is on call for acme, and Eve holds the client's contact."""
    staff = Staffed(holders={"partner": "person:eve"}, shifts={"acme.first": [(NOON, ("ann",))]})
    staff.people = {"ann": Known("ann", "acme", "Ann"), "eve": Known("eve", "globex", "Eve")}
    return staff


class Viewed(Clocked):
    """An incident that people read the ladders of."""

    def __init__(self, agreement: Agreement, staff: Staffed | None = None) -> None:
        """Declare it at second 0."""
        super().__init__(agreement)
        self.staff = staff or staffed()
        self.waits: Waits = {}

    def climb(self, at: float) -> None:
        """Let the engine have a turn, with people."""
        with in_command(Command(moment(at))):
            for owed in due_by(self.incident, self.version, moment(at), staff=self.staff):
                self.incident.tell(owed.happening, moment(at), **owed.values)

    def settle(self, at: float, outcome: type[PageSent | PageFailed | PageWithdrawn], **more: object) -> None:
        """Let the sender say of all pages of the shared ladder what became of them."""
        with in_command(Command(moment(at))):
            for page in self.pages():
                whom = {name: page[name] for name in ("delivery", "recipient", "channel")}
                self.incident.tell(outcome, moment(at), kind="page", **whom, tries=1, **more)  # type: ignore[arg-type]  # its own fields

    def pages(self) -> list[dict[str, Any]]:
        """Give all pages of the shared ladder."""
        told = (fact for fact in self.incident.history if isinstance(fact, Incident.RungFired) and fact.ladder == "S1")
        return [page for fact in told for page in fact.pages]

    def view(self, at: float, viewer: Viewer = ACME) -> Ladders:
        """Read it as somebody."""
        seen = shown(self.incident, viewer, AgreementTerms(self.agreement))
        assert seen is not None
        whole = Seen(seen, self.incident, final=False)
        return ladders_of(whole, self.version, self.staff, viewer, moment(at), waits=self.waits)


def ladder(view: Ladders, name: str = "S1") -> LadderView:
    """Give one ladder of a view."""
    [found] = [each for each in view.ladders if each.ladder == name]
    return found


def rung(view: Ladders, number: int) -> RungView:
    """Give one rung of the shared ladder."""
    return ladder(view).rungs[number]


def test_a_rung_says_what_it_hangs_on_and_how_it_stands() -> None:
    """Told, to come, or not for this severity; once somebody has it, what asks for that is answered."""
    case = Viewed(agreement())
    case.climb(1)
    view = case.view(1)
    assert [(each.when.text, each.state) for each in ladder(view).rungs] == [
        ("It is reported", "told"),
        ("Nobody answers the rung before for 10 min", "to_come"),
        ("It is reported", "not_applicable"),
    ]
    assert rung(view, 2).only.severities == ("S2",)
    case.acknowledge(2)
    assert [each.state for each in ladder(case.view(2)).rungs] == ["told", "answered", "answered"]


def test_a_round_says_why_it_was_told_and_what_became_of_its_pages() -> None:
    """Sent, failed with the reason, or waiting for its turn."""
    case = Viewed(agreement())
    case.climb(1)
    [told] = rung(case.view(1), 0).rounds
    assert (told.at, told.because, told.why, told.skipped) == (moment(1), None, "It was reported", None)
    assert told.pages is not None
    assert [(page.recipient, page.urgency, page.outcome) for page in told.pages] == [
        ("person:ann", "page", "waiting"),
        ("partner", "notice", "waiting"),
    ]
    case.settle(2, PageFailed, detail="HTTP 503")
    assert [(page.outcome, page.why, page.at) for page in rung(case.view(3), 0).rounds[0].pages or ()] == [
        ("failed", "HTTP 503", moment(2))
    ] * 2


@pytest.mark.parametrize(
    ("viewer", "expected"),
    [
        (ACME, [("person:ann", "Ann", FIRST), ("partner", None, "partner")]),
        (GLOBEX, [(FIRST, None, FIRST), ("person:eve", "Eve", "partner")]),
        (EVERYTHING, [("person:ann", "Ann", FIRST), ("person:eve", "Eve", "partner")]),
        (Viewer(None), [(FIRST, None, FIRST), ("partner", None, "partner")]),
    ],
)
def test_people_are_named_to_their_own_party_alone(viewer: Viewer, expected: list[tuple[str, ...]]) -> None:
    """The other one reads under which name they were called."""
    case = Viewed(agreement())
    case.climb(1)
    pages = rung(case.view(1, viewer), 0).rounds[0].pages or ()
    assert [(page.recipient, page.name, page.called) for page in pages] == expected


def test_whoever_was_called_by_their_own_id_has_no_name_for_the_other_party() -> None:
    """An id is a name, too: the partner reads that somebody of that party was paged."""
    staff, ann = staffed(), "a" * 32
    staff.people[ann] = Known(ann, "acme", "Ann")
    case = Viewed(agreement(), staff)
    case.do(1, lambda it, when: it.reassign(f"person:{ann}", "Hers", case.terms, by="person:ann", at=when))
    case.climb(2)
    for viewer, recipient, why in (
        (ACME, f"person:{ann}", "Reassigned by Ann: Hers"),
        (GLOBEX, None, "Reassigned by somebody of acme: Hers"),
    ):
        [told] = ladder(case.view(2, viewer), "asked").rungs[0].rounds
        [page] = told.pages or ()
        assert (page.recipient, page.called, page.party, told.why) == (recipient, recipient, "acme", why)


def test_pages_that_are_withheld_are_withheld_here() -> None:
    """A class of the agreement keeps them from a party: that there was a round is shared, who was told is not."""
    classes = {"rung_fired.pages": FieldClass("personal", frozenset({"acme"}))}
    case = Viewed(replace(agreement(), confidentiality=classes))
    case.climb(1)
    [told] = rung(case.view(1, GLOBEX), 0).rounds
    assert (told.pages, told.withheld) == (None, "class:personal")
    assert rung(case.view(1, ACME), 0).rounds[0].withheld is None


def test_who_is_asked_by_name_is_withheld_with_the_name() -> None:
    """The agreement keeps it from the client: neither what comes next nor the pages tell it."""
    classes = {"to": FieldClass("personal", frozenset({"acme"}))}
    case = Viewed(replace(agreement(), confidentiality=classes))
    case.do(1, lambda it, when: it.reassign("boss", None, case.terms, by="key:1", at=when))
    for viewer, called in ((ACME, ["boss"]), (GLOBEX, [])):
        coming = next(each for each in case.view(1, viewer).next if each.ladder == "asked")
        assert [whom.called for whom in coming.whom] == called
    case.climb(2)
    [told] = ladder(case.view(2, GLOBEX), "asked").rungs[0].rounds
    assert (told.pages, told.withheld) == (None, "class:personal")


def test_a_rung_that_reached_nobody_says_so() -> None:
    """Nobody is on call: it is skipped, and the next one is told at once."""
    case = Viewed(agreement(), Staffed(shifts={"acme.first": []}))
    case.climb(1)
    view = case.view(1)
    assert rung(view, 0).state == "skipped"
    [told] = rung(view, 0).rounds
    assert (told.skipped, told.why) == ("no_one_on_call", "Nobody is on call for acme.first")


def test_each_side_says_who_has_it_and_for_how_long() -> None:
    """The acknowledgement of each expires by itself; a snooze takes its place."""
    case = Viewed(agreement(acknowledging=Acknowledging({"S1": 900})))
    case.do(5, lambda it, when: it.acknowledge(case.terms, by="person:ann", at=when, for_party="acme"))
    shared, own = case.view(6).sides
    assert (shared.side, shared.ladder) == (None, "S1")
    assert (shared.acknowledged_by, shared.acknowledged_at) == ("person:ann", moment(5))
    assert (shared.expires_at, own.side, own.ladder, own.acknowledged_by) == (moment(905), "globex", "globex/S1", None)
    until = moment(3600)
    case.do(10, lambda it, when: it.snooze(until, "x", case.terms, by="person:ann", at=when, for_party="acme"))
    shared, _ = case.view(11).sides
    assert (shared.expires_at, shared.snoozed_until) == (until, until)


def test_what_comes_next_is_named_with_whom_it_would_reach_now() -> None:
    """Of one's own party by name; of the other's only the name that the agreement has."""
    case = Viewed(agreement(), staff := staffed())
    staff.holders["boss"] = "person:ann"
    case.climb(1)
    coming = next(each for each in case.view(1).next if each.ladder == "S1")
    assert (coming.rung, coming.at, coming.because) == (1, moment(601), "unanswered")
    [whom] = coming.whom
    assert (whom.called, whom.urgency) == ("boss", "page")
    assert [(each.recipient, each.name) for each in whom.people or ()] == [("person:ann", "Ann")]
    [theirs] = next(each for each in case.view(1, GLOBEX).next if each.ladder == "S1").whom
    assert (theirs.called, theirs.people) == ("boss", None)


def test_the_other_partys_gap_does_not_show() -> None:
    """Whether somebody is on call there is theirs to know: a schedule with nobody looks like any other."""
    views = []
    for on_call in ("ann",), ():
        staff = staffed()
        staff.shifts["acme.first"] = [(NOON, on_call)]
        views.append(Viewed(agreement(), staff).view(0, GLOBEX).next)
    assert views[0] == views[1]


def test_quiet_hours_are_said_to_defer_what_comes_at_their_end() -> None:
    """The rung is due at second 601, and the calendar opens at second 1,000."""
    quiet = {"office": open_between((0, 500), (1000, 5000)), **the_agreement().calendars}
    case = Viewed(agreement(calendars=quiet, quiet_hours=QuietHours(frozenset({"S1"}), "office")))
    case.climb(1)
    coming = next(each for each in case.view(1).next if (each.ladder, each.rung) == ("S1", 1))
    assert (coming.at, coming.deferred_by) == (moment(1000), "quiet_hours")


def test_the_end_of_a_ladder_is_told_with_those_to_whom_it_was_handed() -> None:
    """Ahead of it the view says to whom it will be; after it, who was paged."""
    rule = {None: Exhausted(0, ("boss",))}
    case = Viewed(agreement(exhausted=rule))
    case.climb(1)
    case.climb(601)
    end = next(each for each in case.view(602).next if (each.ladder, each.rung) == ("S1", None))
    assert (end.at, end.because, [each.called for each in end.whom]) == (moment(901), "exhausted", ["boss"])
    case.climb(901)
    [told] = ladder(case.view(902)).ends
    assert (told.times, told.again, [page.recipient for page in told.pages or ()]) == (1, False, ["boss"])


def test_a_ladder_of_another_severity_stays_readable() -> None:
    """What was told of it was told; it acts no more."""
    ladders = {"S1": LADDER, "default": (Rung(0, "opened", None, ("duty",), ()),)}
    case = Viewed(agreement(ladders=ladders))
    case.climb(1)
    case.severity(2, "S2")
    view = case.view(3)
    assert [(each.ladder, each.current) for each in view.ladders] == [("default", True), ("S1", False)]
    assert rung(view, 0).state == "told"


def test_a_page_that_waits_for_its_step_says_when() -> None:
    """A person's second way of being reached has a time of its own."""
    case = Viewed(agreement())
    page: dict[str, Any] = {
        "delivery": "d1",
        "recipient": "person:ann",
        "channel": "terminal",
        "via": "terminal",
        "urgency": 0,
    }
    page |= {"party": "acme", "called": FIRST, "after": 300}
    values: dict[str, Any] = {"ladder": "S1", "rung": 0, "clock": None, "cycle": 1, "round": 0, "pages": [page]}
    case.do(1, lambda it, when: it.tell(Incident.RungFired, when, **values))
    [told] = (rung(case.view(2), 0).rounds[0].pages) or ()
    assert (told.outcome, told.at) == ("waiting", moment(1) + timedelta(seconds=300))


def test_a_page_that_is_held_back_says_until_when_and_why() -> None:
    """As the queue says; what failed and is to be sent again waits like any other."""
    case = Viewed(agreement())
    case.climb(1)
    [delivery] = [page["delivery"] for page in case.pages() if page["recipient"] == "person:ann"]
    case.waits = {delivery: (moment(200), "queued until 12:03 UTC: HTTP 429 from hooks.acme.example")}
    case.settle(2, PageFailed, detail="HTTP 503")
    [told] = rung(case.view(3), 0).rounds
    assert [(page.outcome, page.why) for page in told.pages or ()] == [("failed", "HTTP 503")] * 2
    case.do(4, lambda it, when: it.requeue(delivery, by="key:1", at=when, for_party="acme"))
    [told] = rung(case.view(5), 0).rounds
    held = (told.pages or ())[0]
    assert (held.outcome, held.at, held.why) == ("waiting", moment(200), case.waits[delivery][1])
