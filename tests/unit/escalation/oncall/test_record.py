from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from escalation.oncall.base import ScheduleRetired
from escalation.oncall.overriding import MOST_OVERRIDES, TooManyOverrides
from escalation.oncall.record import OnCallSchedule
from escalation.oncall.settings import Settings
from escalation.oncall.standing import Standing
from escalation.oncall.swaps import MOST_SWAPS, NotYourSwap, Span, SwapSettled, TooManySwaps
from escalation.oncall.writing import MOST_LAYERS, checked_layers
from incidents.errors import InvalidField, NotFound
from incidents.ledger.command import Command, in_command

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from escalation.oncall.definition import Definition, Substitution
    from escalation.oncall.schedule import Shift
    from escalation.oncall.settings import KnownOverride

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
DAILY: dict[str, Any] = {"rotation": "daily", "start": "2026-03-01T12:00", "participants": ["ann", "bob"]}
"""Ann has the day that ends now, and Bob the one that begins."""


def hour(number: float) -> datetime:
    """Give an instant, in hours from noon."""
    return NOON + number * HOUR


class Desk:
    """A schedule whose changes are recorded at chosen hours."""

    def __init__(self, *layers: dict[str, Any], must_cover: list[dict[str, Any]] | None = None) -> None:
        with in_command(Command(hour(0))):
            self.record: OnCallSchedule = OnCallSchedule._create(  # noqa: SLF001 - the library's way
                OnCallSchedule.Created,
                id="schedule/1",
                partnership="acme-globex",
                party="acme",
                name="first",
                title=None,
                tz="UTC",
                warn=[],
                must_cover=must_cover,
                layers=checked_layers(layers or [DAILY], NOON),
                by="key:1",
                at=hour(0),
            )

    def do(self, at: float, act: Callable[..., object], *args: object) -> None:
        """Change it at an hour."""
        with in_command(Command(hour(at))):
            act(*args, by="key:1", at=hour(at))

    def swap(self, at: float, start: float, end: float, take: Span | None = None) -> None:
        """Let Bob offer hours to Ann."""
        self.do(at, self.record.propose_swap, "bob", "ann", Span(hour(start), hour(end)), take)

    def shifts(self, start: float, end: float) -> list[tuple[float, float, tuple[str, ...]]]:
        """Give the final schedule, in hours."""
        return [
            ((each.start - NOON) / HOUR, (each.end - NOON) / HOUR, each.people)
            for each in self.record.final(hour(start), hour(end))
        ]


def people_at(shifts: list[Shift], at: datetime) -> tuple[str, ...]:
    """Find who is on call in a final schedule."""
    return next(shift.people for shift in shifts if shift.start <= at < shift.end)


def test_an_edit_acts_from_its_own_instant_on() -> None:
    """Before it, what stood then answers, also for what was to come; the final schedule is made of both."""
    desk = Desk()
    desk.do(30, desk.record.change_layers, [DAILY | {"participants": ["cem"]}])
    assert [desk.record.on_call(hour(at)) for at in (1, 29, 30, 60)] == [("bob",), ("ann",), ("cem",), ("cem",)]
    assert desk.shifts(0, 60) == [(0, 24, ("bob",)), (24, 30, ("ann",)), (30, 60, ("cem",))]


def test_what_changes_nobodys_turn_parts_no_shift() -> None:
    """A new title in the middle of a shift leaves the shift one."""
    desk = Desk()
    desk.do(5, desk.record.edit, Settings("First line", "UTC"))
    assert desk.shifts(0, 24) == [(0, 24, ("bob",))]


def test_before_it_was_made_nobody_was_on_call() -> None:
    """Although its layers begin earlier: nobody was told."""
    desk = Desk()
    assert desk.record.on_call(hour(-1)) == ()
    assert desk.shifts(-2, 1) == [(-2, 0, ()), (0, 1, ("bob",))]


def test_an_override_acts_from_when_it_was_told() -> None:
    """Told within its span it changes nothing that was; removed, it goes on answering for what was."""
    desk = Desk()
    desk.do(2, desk.record.add_override, Span(hour(1), hour(10)), ["cem"], None)
    desk.do(4, desk.record.remove_override, 1)
    assert desk.shifts(0, 12) == [(0, 2, ("bob",)), (2, 4, ("cem",)), (4, 12, ("bob",))]


def test_an_override_may_say_nobody() -> None:
    """That is a gap, and its shift says by which override."""
    desk = Desk()
    desk.do(1, desk.record.add_override, Span(hour(2), hour(3)), [], "a test of the gap")
    [gap] = desk.record.definition.gaps(hour(1), hour(20))
    assert (gap.start, gap.end, gap.override) == (hour(2), hour(3), "1")


def test_facts_lay_nothing_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hundreds of overrides are read as fast as hundreds of facts: only a question makes a definition of them."""
    made: list[datetime] = []
    lay_out = Standing.definition

    def counted(it: Standing, overrides: Iterable[KnownOverride], swaps: Iterable[Substitution]) -> Definition:
        made.append(it.since)
        return lay_out(it, overrides, swaps)

    monkeypatch.setattr(Standing, "definition", counted)
    desk = Desk()
    for number in range(1, 6):
        desk.do(number, desk.record.add_override, Span(hour(10), hour(20)), ["cem"], None)
    desk.do(6, desk.record.remove_override, 5)
    assert made == []
    assert [desk.record.on_call(hour(at)) for at in (11, 12)] == [("cem",)] * 2
    assert made == [hour(6)]


def test_what_is_over_is_left_behind_and_stays_answerable() -> None:
    """A later change drops the old override from what holds now, and the past still has it."""
    desk = Desk()
    desk.do(0, desk.record.add_override, Span(hour(1), hour(2)), ["cem"], None)
    desk.do(5, desk.record.edit, Settings("x", "UTC"))
    assert desk.record.definition.schedule.overrides == ()
    assert desk.record.on_call(hour(1.5)) == ("cem",)


def test_a_swap_accepted_a_minute_before_the_handoff_holds_from_the_handoff_on() -> None:
    """Bob's day, which begins at noon of the next day but one, is Ann's; Ann's own day before it stays hers."""
    desk = Desk()
    desk.swap(1, 48, 72)
    assert desk.record.on_call(hour(50)) == ("bob",)
    desk.do(48 - 1 / 60, desk.record.accept_swap, 1, "ann")
    assert [desk.record.on_call(hour(at)) for at in (47, 48, 71.9, 72)] == [("ann",)] * 4
    assert [shift.swap for shift in desk.record.final(hour(24), hour(96))] == [None, 1, None]


def test_a_swap_accepted_in_its_middle_acts_on_the_rest() -> None:
    """What Bob has done, he has done."""
    desk = Desk()
    desk.swap(1, 2, 20)
    desk.do(10, desk.record.accept_swap, 1, "ann")
    assert desk.shifts(0, 24) == [(0, 10, ("bob",)), (10, 20, ("ann",)), (20, 24, ("bob",))]


def test_a_swap_with_hours_in_turn_goes_both_ways() -> None:
    """Bob has Ann's hours of the next day for those that she takes of his."""
    desk = Desk()
    desk.swap(1, 2, 6, Span(hour(30), hour(34)))
    desk.do(1, desk.record.accept_swap, 1, "ann")
    assert desk.shifts(0, 48) == [
        (0, 2, ("bob",)),
        (2, 6, ("ann",)),
        (6, 24, ("bob",)),
        (24, 30, ("ann",)),
        (30, 34, ("bob",)),
        (34, 48, ("ann",)),
    ]


def test_a_swap_gives_nothing_that_the_giver_no_longer_has() -> None:
    """An override of somebody else stands; and only where Bob is on call is Ann in his place."""
    desk = Desk()
    desk.swap(1, 2, 20)
    desk.do(1, desk.record.accept_swap, 1, "ann")
    desk.do(1.5, desk.record.add_override, Span(hour(4), hour(5)), ["cem"], None)
    assert desk.shifts(2, 6) == [(2, 4, ("ann",)), (4, 5, ("cem",)), (5, 6, ("ann",))]


def test_an_override_after_a_swap_replaces_it() -> None:
    """Bob's day was Ann's, and then it is said that Bob is on call: he is. Once that is taken back, she is."""
    desk = Desk()
    desk.swap(1, 2, 20)
    desk.do(1, desk.record.accept_swap, 1, "ann")
    desk.do(1.5, desk.record.add_override, Span(hour(4), hour(8)), ["bob"], None)
    assert desk.shifts(2, 10) == [(2, 4, ("ann",)), (4, 8, ("bob",)), (8, 10, ("ann",))]
    assert desk.record.on_call(hour(5)) == ("bob",)
    desk.do(6, desk.record.remove_override, 1)
    assert (desk.record.on_call(hour(5)), desk.record.on_call(hour(7))) == (("bob",), ("ann",))


def test_a_swap_after_an_override_acts_in_it() -> None:
    """Bob is put on call, and gives Ann these hours: they are hers, and an earlier swap gives none of them away."""
    desk = Desk()
    desk.swap(1, 2, 20)
    desk.do(1, desk.record.accept_swap, 1, "ann")
    desk.do(1.5, desk.record.add_override, Span(hour(4), hour(8)), ["bob"], None)
    desk.swap(2, 6, 8)
    desk.do(3, desk.record.accept_swap, 2, "ann")
    assert desk.shifts(3, 10) == [(3, 4, ("ann",)), (4, 6, ("bob",)), (6, 8, ("ann",)), (8, 10, ("ann",))]
    assert [desk.record.on_call(hour(at)) for at in (5, 7)] == [("bob",), ("ann",)]


def test_whoever_is_on_call_anyway_is_so_once() -> None:
    """Both are put on call, and Bob gives his part to Ann: she alone is left."""
    desk = Desk()
    desk.do(0, desk.record.add_override, Span(hour(2), hour(4)), ["bob", "ann"], None)
    desk.swap(1, 2, 4)
    desk.do(1, desk.record.accept_swap, 1, "ann")
    assert desk.record.on_call(hour(3)) == ("ann",)


def test_an_instant_and_a_span_say_the_same() -> None:
    """Through an edit, an override and a swap, at every half hour."""
    desk = Desk()
    desk.swap(1, 2, 20)
    desk.do(3, desk.record.accept_swap, 1, "ann")
    desk.do(5, desk.record.add_override, Span(hour(7), hour(9)), ["cem", "bob"], None)
    desk.do(8, desk.record.change_layers, [DAILY | {"participants": ["bob", "cem", "ann"]}])
    shifts = desk.record.final(hour(-1), hour(100))
    for half in range(-2, 200):
        assert desk.record.on_call(hour(half / 2)) == people_at(shifts, hour(half / 2)), half


@pytest.mark.parametrize(("verb", "person"), [("accept", "bob"), ("decline", "cem"), ("withdraw", "ann")])
def test_each_settles_their_own_part_alone(verb: str, person: str) -> None:
    """Nobody accepts their own proposal, or another's, or withdraws what was proposed to them."""
    desk = Desk()
    desk.swap(1, 2, 20)
    with pytest.raises(NotYourSwap):
        desk.do(1, getattr(desk.record, f"{verb}_swap"), 1, person)


def test_a_swap_is_settled_once_and_in_time() -> None:
    """Declined is declined; what is over cannot be accepted; there is no second one."""
    desk = Desk()
    desk.swap(1, 2, 3)
    desk.swap(1, 2, 20)
    desk.do(1, desk.record.decline_swap, 2, "ann")
    for number, at in ((2, 1), (1, 3)):
        with pytest.raises(SwapSettled):
            desk.do(at, desk.record.accept_swap, number, "ann")
    with pytest.raises(NotFound):
        desk.do(1, desk.record.accept_swap, 3, "ann")


def test_nobody_gives_hours_that_are_not_theirs() -> None:
    """Bob is not on call on Ann's day, nor does she give what she has not."""
    desk = Desk()
    for span, take, field in (((30, 40), None, "give.starts_at"), ((2, 6), Span(hour(6), hour(8)), "take.starts_at")):
        with pytest.raises(InvalidField) as refused:
            desk.swap(1, *span, take)
        assert refused.value.field == field
    with pytest.raises(InvalidField, match="somebody else"):
        desk.do(1, desk.record.propose_swap, "bob", "bob", Span(hour(2), hour(3)), None)


def test_numbers_are_bounded() -> None:
    """So many overrides and swaps that are not over, and no more."""
    desk = Desk()
    for _ in range(MOST_OVERRIDES):
        desk.do(0, desk.record.add_override, Span(hour(1), hour(2)), ["cem"], None)
    with pytest.raises(TooManyOverrides):
        desk.do(0, desk.record.add_override, Span(hour(1), hour(2)), ["cem"], None)
    for _ in range(MOST_SWAPS):
        desk.swap(0, 3, 4)
    with pytest.raises(TooManySwaps):
        desk.swap(0, 3, 4)
    desk.do(5, desk.record.add_override, Span(hour(6), hour(7)), ["cem"], None)


@pytest.mark.parametrize(
    ("start", "end", "field"),
    [(2, 2, "ends_at"), (-3, -1, "ends_at"), (0, 24 * 367, "ends_at"), (24 * 1000, 24 * 1200, "ends_at")],
)
def test_an_override_has_bounds(start: float, end: float, field: str) -> None:
    """It ends after its start and still to come, lasts a year at most, and lies within three."""
    desk = Desk()
    with pytest.raises(InvalidField) as refused:
        desk.do(0, desk.record.add_override, Span(hour(start), hour(end)), [], None)
    assert refused.value.field == field


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"rotation": "yearly"}, "layers.0.rotation"),
        ({"interval": 0}, "layers.0.interval"),
        ({"interval": 367}, "layers.0.interval"),
        ({"start": "2026-02-30T09:00"}, "layers.0.start"),
        ({"start": "1999-12-31T09:00"}, "layers.0.start"),
        ({"start": "2026-03-02T09:00Z"}, "layers.0.start"),
        ({"participants": []}, "layers.0.participants"),
        ({"participants": ["ann"] * 101}, "layers.0.participants"),
        ({"lengths": [5, 2]}, "layers.0.lengths"),
        ({"rotation": "custom"}, "layers.0.lengths"),
        ({"rotation": "custom", "lengths": [367]}, "layers.0.lengths"),
        ({"turns": "never"}, "layers.0.turns"),
        ({"restrictions": [{"days": [], "from": "09:00", "to": "17:00"}]}, "layers.0.restrictions.0.days"),
        ({"restrictions": [{"days": ["mon", "mon"], "from": "09:00", "to": "17:00"}]}, "layers.0.restrictions.0.days"),
        ({"restrictions": [{"days": ["mon"], "from": "9:00", "to": "17:00"}]}, "layers.0.restrictions.0.from"),
        ({"restrictions": [{"days": ["mon"], "from": "09:00", "to": "25:00"}]}, "layers.0.restrictions.0.to"),
        ({"restrictions": [{"days": ["mon"], "from": "09:00", "to": "09:00"}]}, "layers.0.restrictions.0.from"),
    ],
)
def test_a_layer_that_cannot_be_is_refused_by_the_field(change: dict[str, Any], field: str) -> None:
    """Whoever wrote it reads where the mistake is."""
    with pytest.raises(InvalidField) as refused:
        Desk(DAILY | change)
    assert refused.value.field == field


def test_settings_have_bounds() -> None:
    """A zone that there is not is refused, by a near name; nobody is warned twice; there are so many layers."""
    desk = Desk()
    with pytest.raises(InvalidField, match="Europe/Berlin") as refused:
        desk.do(1, desk.record.edit, Settings(None, "Europe/Berlim"))
    assert refused.value.field == "tz"
    with pytest.raises(InvalidField) as refused:
        desk.do(1, desk.record.edit, Settings(None, "UTC", ("ops", "ops")))
    assert refused.value.field == "warn"
    with pytest.raises(InvalidField) as refused:
        Desk(*[DAILY] * (MOST_LAYERS + 1))
    assert refused.value.field == "layers"


def test_hours_over_midnight_are_of_the_day_on_which_they_begin() -> None:
    """From 22:00 on Monday to 06:00 on Tuesday somebody is there, and at no other time."""
    nights = [{"days": ["mon"], "from": "22:00", "to": "06:00"}]
    desk = Desk(DAILY | {"restrictions": nights, "participants": ["ann"]})
    assert [each for each in desk.shifts(0, 48) if each[2]] == [(10, 18, ("ann",))]


def test_only_hours_that_must_be_covered_can_be_gaps() -> None:
    """Office hours without anybody are one, nights are not; where nothing must be covered there is none."""
    office = {"days": ["tue"], "from": "09:00", "to": "17:00"}
    nights = [{"days": ["mon", "tue"], "from": "20:00", "to": "08:00"}]
    layer = DAILY | {"restrictions": nights}
    for must_cover, found in (([office], [(21, 29)]), ([], [])):
        desk = Desk(layer, must_cover=must_cover)
        gaps = desk.record.definition.gaps(hour(0), hour(48))
        assert [((gap.start - NOON) / HOUR, (gap.end - NOON) / HOUR) for gap in gaps] == found


def test_a_retired_schedule_has_nobody_and_takes_no_change() -> None:
    """From then on; who was on call before stays answerable."""
    desk = Desk()
    desk.do(5, desk.record.retire)
    assert (desk.record.on_call(hour(4)), desk.record.on_call(hour(5))) == (("bob",), ())
    for act, args in (
        (desk.record.retire, ()),
        (desk.record.change_layers, ([],)),
        (desk.record.edit, (Settings(None, "UTC"),)),
        (desk.record.add_override, (Span(hour(6), hour(7)), [], None)),
        (desk.record.remove_override, (1,)),
        (desk.record.accept_swap, (1, "ann")),
    ):
        with pytest.raises(ScheduleRetired):
            desk.do(6, act, *args)


def test_the_same_again_changes_nothing() -> None:
    """No fact is told twice."""
    desk = Desk()
    desk.do(1, desk.record.edit, Settings(None, "UTC"))
    desk.do(1, desk.record.change_layers, [DAILY])
    assert len(desk.record.history) == 1
