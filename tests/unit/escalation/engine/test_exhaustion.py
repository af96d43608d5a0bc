"""The end of a ladder that nobody answers: it begins again, and is handed over."""

from __future__ import annotations

from incidents import happenings as h
from tests.support.clocked import moment
from tests.support.laddered import Laddered, laddered
from tests.support.rungs import gone, rounds, withdrawn
from tests.support.staffed import Staffed

STEPS = """
S1:
  - {when: opened, to: duty, wait: PT10S, repeat_every: PT4S, max_repeats: 1}
  - {when: unanswered, to: boss, wait: PT20S}
  - {when: {clock: resolve, at: 50%}, to: partner}
exhausted: {repeat: 1, hand_to: [partner, duty]}
"""


def ends(case: Laddered) -> list[tuple[float, int, bool]]:
    """Give second, number and whether it began again, of each end."""
    began = case.incident.reported_at
    return [((end.at - began).total_seconds(), end.times, end.again) for end in case.told(h.LadderExhausted)]


def test_it_begins_again_and_is_then_handed_over() -> None:
    """Step by step, each once, after the wait of the one before; at the end all to whom it is handed, at once."""
    case = Laddered(laddered(STEPS))
    assert case.paged(range(200)) == [
        (0, ["duty"]),
        (4, ["duty"]),
        (14, ["boss"]),
        (34, ["duty"]),
        (44, ["boss"]),
        (50, ["partner"]),
        (64, ["partner", "duty"]),
    ]
    assert ends(case) == [(34, 1, True), (64, 2, False)]
    assert [why for *_, why in rounds(case)] == [None, None, "unanswered", "again", "again", None]
    assert case.next() is None


def test_whoever_takes_it_in_a_pass_ends_it() -> None:
    """Nobody is paged any more, and it is not handed over."""
    case = Laddered(laddered(STEPS))
    case.paged(range(35))
    case.acknowledge(35)
    assert case.paged(range(35, 49)) == []
    assert ends(case) == [(34, 1, True)]


def test_a_ladder_that_was_handed_over_and_given_back_goes_on_and_ends_again() -> None:
    """Whoever was paged last is asked again, and then all of it begins anew: nobody has it after all."""
    case = Laddered(laddered(STEPS))
    case.paged(range(70))
    case.acknowledge(70)
    case.unacknowledge(200)
    assert case.paged(range(200, 1200))[0] == (200, ["partner"])
    assert [again for _, _, again in ends(case)] == [True, False, True, False]
    delivered = [page["delivery"] for end in case.told(h.LadderExhausted) for page in end.pages]
    assert len(delivered) == len(set(delivered)) == 4


def test_whoever_is_there_is_paged_if_those_to_whom_it_was_handed_are_gone() -> None:
    """A handoff before the last page leaves must not make it nobody's; but it is not told for ever."""
    steps = "S1: [{when: opened, to: duty, wait: PT10S}]\nexhausted: {hand_to: boss}"
    staff = Staffed(holders={"boss": "schedule:acme.last"})
    staff.shifts["acme.last"] = [(moment(0), ("ann",)), (moment(12), ("bob",))]
    for each in ("ann", "bob"):
        staff.add(each)
    case = Laddered(laddered(steps), staff)
    assert case.paged(range(12))[-1] == (10, ["person:ann"])
    for second in range(12, 30):
        gone(case, second)
        case.turn(second)
    handed = [page["recipient"] for end in case.told(h.LadderExhausted) for page in end.pages]
    assert handed == ["person:ann", *["person:bob"] * 4]
    assert [(times, again) for _, times, again in ends(case)] == [(nth, False) for nth in range(1, 6)]


CHANGING = """
default:
  - {when: opened, to: duty, wait: PT10S}
  - {when: severity_changed, to: partner, wait: PT10S}
  - {when: unanswered, to: duty, wait: PT5S}
exhausted: {repeat: 1, hand_to: boss}
"""


def test_whoever_another_severity_asks_after_the_end_is_a_new_way_to_it() -> None:
    """It begins again and is handed over once more, as nobody answers it either; each with pages of their own."""
    case = Laddered(laddered(CHANGING), severity="S2")
    assert case.paged(range(50))[-1] == (35, ["boss"])
    case.severity(50, "S3")
    assert case.paged(range(50, 200)) == [
        (50, ["partner"]),
        (60, ["duty"]),
        (65, ["duty"]),
        (75, ["partner"]),
        (85, ["duty"]),
        (90, ["boss"]),
    ]
    assert ends(case) == [(10, 1, True), (35, 2, False), (65, 3, True), (90, 4, False)]
    delivered = [page["delivery"] for end in case.told(h.LadderExhausted) for page in end.pages]
    assert len(delivered) == len(set(delivered)) == 2


def test_another_severity_that_only_informs_does_not_hand_it_over_again() -> None:
    """Nobody was asked, so nobody failed to answer."""
    steps = "default: [{when: opened, to: duty}, {when: severity_changed, notify: partner}]\nexhausted: {hand_to: boss}"
    case = Laddered(laddered(steps), severity="S2")
    case.paged([0, 900])
    case.severity(950, "S3")
    assert case.informed([950]) == [(950, ["partner"])]
    assert case.paged(range(951, 2000, 10)) == []
    assert [times for _, times, _ in ends(case)] == [1]


def test_whoever_is_told_in_the_place_of_somebody_who_is_gone_does_not_have_it_handed_over_again() -> None:
    """The page left too late to be answered before the end; those to whom it was handed know already."""
    staff = Staffed(shifts={"acme.first": [(moment(0), ("ann",)), (moment(5), ("bob",))]})
    for each in ("ann", "bob"):
        staff.add(each)
    steps = "S1: [{when: opened, to: {schedule: acme.first}, wait: PT10S}]\nexhausted: {hand_to: boss}"
    case = Laddered(laddered(steps), staff)
    case.turn(0)
    first = case.told(h.RungFired)[0].pages
    assert case.paged([10]) == [(10, ["boss"])]
    withdrawn(case, 12, first, "handed_over")
    assert case.paged(range(12, 60)) == [(12, ["person:bob"])]


def test_nobody_anywhere_is_handed_over_at_once() -> None:
    """To page nobody once more helps nobody."""
    steps = "S1: [{when: opened, to: {schedule: acme.first}}, {when: unanswered, to: vacant}]"
    case = Laddered(laddered(steps + "\nexhausted: {repeat: 2, hand_to: boss}"), Staffed(shifts={"acme.first": []}))
    assert case.paged(range(3)) == [(0, ["boss"])]


def test_without_a_rung_that_asks_the_rungs_on_clocks_are_its_end() -> None:
    """Once all have been told that somebody still owes; a clock that is paused is still to come."""
    steps = "S1: [{when: opened, notify: duty}, {when: {clock: resolve, at: 50%}, to: boss}]"
    case = Laddered(laddered(steps + "\nexhausted: {repeat: 1, hand_to: partner}"))
    case.turn(0)
    case.pause(1)
    assert case.paged([1, 1000]) == []
    case.resume(1000)
    assert case.paged([1048, 1049, 1948, 1949, 2848, 2849]) == [(1049, ["boss"]), (1949, ["boss"]), (2849, ["partner"])]


def test_quiet_hours_hold_the_end_back_as_well() -> None:
    """Whoever it is handed to is woken no more than others."""
    steps = "default: [{when: opened, to: duty, wait: PT5S}]\nexhausted: {hand_to: boss}"
    quiet = "\nquiet_hours: {severities: [S2], calendar: office, defer_to: next_open}"
    office = {"tz": "UTC", "hours": {"daily": [["12:00", "12:01"], ["12:10", "13:00"]]}}
    agreement = laddered(steps + quiet, lambda spec: spec["calendars"].update(office=office))
    case = Laddered(agreement, severity="S2")
    case.paged([58])
    assert case.paged(range(59, 601)) == [(600, ["boss"])]


def test_a_ladder_that_is_handed_to_somebody_who_is_gone_pages_who_leads_that_party() -> None:
    """Nobody comes after them: so whoever would only be warned of the gap is asked to answer."""
    staff = Staffed(holders={"boss": "person:ann"})
    case = Laddered(laddered("S1: [{when: opened, to: duty, wait: PT10S}]\nexhausted: {hand_to: boss}"), staff)
    assert case.paged(range(20)) == [(0, ["duty"]), (10, ["duty"])]
    [end] = case.told(h.LadderExhausted)
    assert [(page["recipient"], page["urgency"]) for page in end.pages] == [("duty", 0)]
