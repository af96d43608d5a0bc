"""What the keys of a rung that asks who takes an incident bring about, second by second."""

from __future__ import annotations

import pytest

from tests.support.laddered import Laddered, laddered
from tests.support.staffed import Staffed

STEPS = """
S1:
  - {when: opened, to: duty, wait: PT10S, repeat_every: PT4S, max_repeats: 1}
  - {when: unanswered, to: boss, wait: PT6S}
  - {when: unanswered, to: partner}
"""


def people(**more: object) -> Staffed:
    """Give a staff of Ann and Bob, who are a team of acme."""
    staff = Staffed(teams={"acme.payments": ("ann", "bob")}, **more)  # type: ignore[arg-type]  # as a test names it
    staff.add("ann")
    staff.add("bob")
    return staff


def test_what_is_unanswered_goes_to_the_next() -> None:
    """The first rung has its repeat and then its wait; each later one the wait of the one before."""
    assert Laddered(laddered(STEPS)).paged(range(40)) == [
        (0, ["duty"]),
        (4, ["duty"]),
        (14, ["boss"]),
        (20, ["partner"]),
    ]


@pytest.mark.parametrize(("taken", "paged"), [(3, 1), (10, 2), (15, 3)])
def test_whoever_answers_ends_it(taken: int, paged: int) -> None:
    """Nobody further up hears of it."""
    case = Laddered(laddered(STEPS))
    before = case.paged(range(taken))
    case.acknowledge(taken)
    assert (len(before), case.paged(range(taken, 40))) == (paged, [])


def test_a_rung_that_says_no_wait_has_a_quarter_of_an_hour() -> None:
    """Seconds before that nobody else is paged."""
    steps = "S1: [{when: opened, to: duty}, {when: unanswered, to: boss}]"
    assert Laddered(laddered(steps)).paged([0, 899, 900]) == [(0, ["duty"]), (900, ["boss"])]


def test_so_long_without_an_acknowledgement() -> None:
    """It counts from the report; who has it in hand by then is not passed over."""
    steps = "S1: [{when: {unacknowledged: PT7S}, to: boss}]"
    assert Laddered(laddered(steps)).paged(range(12)) == [(7, ["boss"])]
    case = Laddered(laddered(steps))
    case.acknowledge(6)
    assert case.paged(range(12)) == []


def test_another_severity() -> None:
    """The ladder of the new severity says so, each time."""
    steps = "S2: [{when: severity_changed, notify: boss}]\nS1: [{when: opened, to: duty}]"
    case = Laddered(laddered(steps), severity="S2")
    assert case.informed(range(3)) == []
    case.severity(3, "S1")
    case.severity(5, "S2")
    assert case.informed(range(5, 9)) == [(5, ["boss"])]


@pytest.mark.parametrize(
    ("reach", "paged"),
    [
        ("all", [(0, ["person:ann", "person:bob"])]),
        ("one_at_a_time", [(0, ["person:ann"]), (5, ["person:bob"])]),
        ("round_robin", [(0, ["person:bob"]), (5, ["person:ann"])]),
    ],
)
def test_how_a_rung_reaches_several(reach: str, paged: list[tuple[int, list[str]]]) -> None:
    """All at once, one after the other, or so from whoever is next after the last incident."""
    steps = f"S1: [{{when: opened, to: {{team: acme.payments}}, reach: {reach}, wait: PT5S}}]"
    staff = people(turns={("S1", 0): "person:ann"})
    assert Laddered(laddered(steps), staff).paged(range(10)) == paged


def test_an_acknowledgement_that_expires() -> None:
    """The severity's own time, else that of `default`; then whoever was to answer is paged again."""
    steps = "default: [{when: opened, to: duty}]\nacknowledgement: {expires_after: {S1: PT8S, default: PT20S}}"
    for severity, second in (("S1", 10), ("S2", 22)):
        case = Laddered(laddered(steps), severity=severity)
        case.turn(0)
        case.acknowledge(2)
        assert case.paged(range(3, 30)) == [(second, ["duty"])]
        assert case.incident.acknowledged_by is None


def test_what_follows_a_ladder_that_nobody_answers() -> None:
    """It begins again as often as was agreed, and is then handed over, once."""
    steps = "S1: [{when: opened, to: duty, wait: PT5S}]\nexhausted: {repeat: 2, hand_to: boss}"
    told = [(0, ["duty"]), (5, ["duty"]), (10, ["duty"]), (15, ["boss"])]
    assert Laddered(laddered(steps)).paged(range(40)) == told


def test_nothing_follows_unless_it_is_agreed() -> None:
    """The end is on record all the same."""
    case = Laddered(laddered("S1: [{when: opened, to: duty, wait: PT5S}]"))
    assert case.paged(range(20)) == [(0, ["duty"])]
    assert [name for name in (type(fact).__name__ for fact in case.incident.history) if "Exhausted" in name]
