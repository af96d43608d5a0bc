from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, cast

from escalation.engine.reminders import Reminding
from escalation.oncall.duties import LOOKED, ScheduleDuties
from escalation.oncall.record import OnCallSchedule
from escalation.oncall.settings import Settings
from escalation.oncall.swaps import Span
from escalation.oncall.writing import checked_layers
from incidents.ledger.command import Command, in_command
from tests.support.clocked import the_agreement

if TYPE_CHECKING:
    from collections.abc import Callable

    from escalation.agreement.model import Agreement
    from escalation.book import AgreementBook

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
DAY = timedelta(days=1)
ALWAYS: dict[str, Any] = {"rotation": "weekly", "start": "2026-03-01T12:00", "participants": ["ann"]}


class OneBook:
    """The agreement, whatever the time."""

    def named(self, _partnership: str, _at: datetime) -> list[Agreement]:
        """Give it."""
        return [the_agreement()]


class Watched:
    """A schedule, and an engine that comes whenever something is due."""

    def __init__(self, *layers: dict[str, Any], must_cover: list[dict[str, Any]] | None = None) -> None:
        self.duties = ScheduleDuties(cast("AgreementBook", OneBook()))
        with in_command(Command(NOON)):
            self.record: OnCallSchedule = OnCallSchedule._create(  # noqa: SLF001 - the library's way
                OnCallSchedule.Created,
                id="schedule/1",
                partnership="acme-globex",
                party="acme",
                name="first",
                title=None,
                tz="Europe/Berlin",
                warn=["duty"],
                must_cover=must_cover,
                layers=checked_layers(layers or [ALWAYS], NOON),
                by="key:1",
                at=NOON,
            )

    def do(self, at: datetime, act: Callable[..., object], *args: object) -> None:
        """Change it."""
        with in_command(Command(at)):
            act(*args, by="key:1", at=at)

    def gap(self, told: datetime, start: datetime, end: datetime) -> None:
        """Say that nobody is on call for a time."""
        self.do(told, self.record.add_override, Span(start, end), [], None)

    def run(self, until: datetime) -> list[tuple[float, str, float]]:
        """Let the engine come until an instant; give when it reminded, of what, and of which start, in days."""
        for _ in range(1000):
            due = self.duties.next_instant(self.record)
            if due is None or due > until:
                return self.told()
            now = max(due, self.record.history[-1].timestamp)
            with in_command(Command(now)):
                self.duties.tell(self.record, now)
        raise AssertionError("it comes again and again")

    def told(self) -> list[tuple[float, str, float]]:
        """Give the reminders so far."""
        return [
            ((fact.timestamp - NOON) / DAY, fact.reminder, (fact.due_at - NOON) / DAY)
            for fact in self.record.history
            if isinstance(fact, Reminding.Reminded) and fact.due_at
        ]


def test_a_gap_is_told_seven_days_and_one_day_ahead() -> None:
    """Each once, to those whom the owner named."""
    watched = Watched()
    watched.gap(NOON, NOON + 20 * DAY, NOON + 21 * DAY)
    assert watched.run(NOON + 40 * DAY) == [(13, "gap_in_7_days", 20), (19, "gap_in_1_days", 20)]
    [first, _] = [fact for fact in watched.record.history if isinstance(fact, Reminding.Reminded)]
    assert [page["recipient"] for page in first.pages] == ["duty"]
    assert watched.record.wants(first)
    said = "Nobody is on call for acme.first from 2026-03-22 13:00 until 2026-03-23 13:00 (Europe/Berlin)"
    assert watched.record.subject(first) == said


def test_a_nearer_gap_is_told_at_once() -> None:
    """Three days ahead: now, and again the day before."""
    watched = Watched()
    watched.gap(NOON + DAY, NOON + 4 * DAY, NOON + 5 * DAY)
    assert watched.run(NOON + 30 * DAY) == [(1, "gap_in_7_days", 4), (3, "gap_in_1_days", 4)]


def test_a_gap_that_is_hours_away_is_told_once() -> None:
    """It is late for both reminders: they would say the same in the same second."""
    watched = Watched()
    watched.gap(NOON, NOON + 0.5 * DAY, NOON + DAY)
    assert watched.run(NOON + 30 * DAY) == [(0, "gap_in_1_days", 0.5)]


def test_a_gap_without_an_end_is_told_without_one() -> None:
    """Nobody stands in the schedule at all: there is no date to name."""
    watched = Watched(ALWAYS | {"restrictions": []})
    watched.run(NOON)
    [told] = [fact for fact in watched.record.history if isinstance(fact, Reminding.Reminded)]
    assert watched.record.subject(told) == "Nobody is on call for acme.first from 2026-03-02 13:00 (Europe/Berlin)"


def test_gaps_that_come_together_are_told_together() -> None:
    """Every night, but not each for itself: what is told counts the others; of the nearest nights a day ahead."""
    watched = Watched(ALWAYS | {"restrictions": [{"days": _week(), "from": "06:00", "to": "22:00"}]})
    told = watched.run(NOON + 15 * DAY)
    assert [round(at) for at, reminder, _ in told if reminder == "gap_in_7_days"] == [0, 3, 11]
    assert len([at for at, reminder, _ in told if reminder == "gap_in_1_days"]) == 8
    [first, then, *_] = [fact for fact in watched.record.history if isinstance(fact, Reminding.Reminded)]
    assert watched.record.subject(first).endswith("(Europe/Berlin), and once more within a day")
    assert watched.record.subject(then).endswith("(Europe/Berlin), and 7 times more within 7 days")


def test_a_gap_that_nobody_knew_of_is_told_though_others_were() -> None:
    """Told today of tonight, and then somebody makes a gap this afternoon: that is told as well."""
    watched = Watched()
    watched.gap(NOON, NOON + 0.9 * DAY, NOON + DAY)
    assert watched.run(NOON) == [(0, "gap_in_1_days", 0.9)]
    watched.gap(NOON + 0.1 * DAY, NOON + 0.3 * DAY, NOON + 0.4 * DAY)
    told = watched.run(NOON + 5 * DAY)
    assert [round(start, 1) for _, _, start in told] == [0.9, 0.3]


def test_a_change_during_a_gap_tells_it_no_second_time() -> None:
    """It was told when it was to come; a new title makes it no new gap."""
    watched = Watched()
    watched.gap(NOON, NOON + 2 * DAY, NOON + 40 * DAY)
    before = watched.run(NOON + 10 * DAY)
    watched.do(NOON + 10 * DAY, watched.record.edit, Settings("x", "Europe/Berlin", ("duty",)))
    assert watched.run(NOON + 30 * DAY) == before


def test_what_must_not_be_covered_is_not_told() -> None:
    """A schedule that wants nobody at night keeps quiet; nor does one that is retired owe anything."""
    office = [{"days": _week(), "from": "06:00", "to": "22:00"}]
    watched = Watched(ALWAYS | {"restrictions": office}, must_cover=office)
    assert watched.run(NOON + 30 * DAY) == []
    empty = Watched(ALWAYS)
    empty.gap(NOON, NOON + 20 * DAY, NOON + 21 * DAY)
    empty.do(NOON + DAY, empty.record.retire)
    assert empty.duties.next_instant(empty.record) is None


def test_a_gap_that_was_filled_is_wanted_no_more() -> None:
    """A reminder under way asks the record as it stands."""
    watched = Watched()
    watched.gap(NOON, NOON + 3 * DAY, NOON + 4 * DAY)
    watched.run(NOON)
    [told] = [fact for fact in watched.record.history if isinstance(fact, Reminding.Reminded)]
    watched.do(NOON + DAY, watched.record.remove_override, 1)
    assert not watched.record.wants(told)


def test_it_is_looked_further_each_year_and_not_for_ever() -> None:
    """Without a gap there is one look in a year; a gap beyond the first year is found in time."""
    watched = Watched()
    watched.gap(NOON, NOON + 2 * LOOKED, NOON + 2 * LOOKED + DAY)
    told = watched.run(NOON + 2 * LOOKED)
    assert [(round(at), round(start)) for at, _, start in told] == [(723, 730), (729, 730)]
    looks = [fact for fact in watched.record.history if isinstance(fact, OnCallSchedule.LookedAhead)]
    assert len(looks) == 2


def _week() -> list[str]:
    return ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
