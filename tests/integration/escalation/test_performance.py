"""Periods and formal warnings on a real database: judged by the engine, corrected by late facts, warned of once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, cast

import pytest
from sqlalchemy import update

from escalation.performance.record import Performance, PeriodRows
from incidents.errors import NotFound
from incidents.incident import Incident
from incidents.ledger.rebuild import check
from incidents.ledger.tables import followers
from tests.support.clocked import the_agreement
from tests.support.desk import ME
from tests.support.performing import BREACHED, DEVIATED, MET, US, Performing, tolerant

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from api.bootstrap import Tocsin
    from incidents.ledger.facts import Fact, Record
    from incidents.ledger.pipeline import Write
    from incidents.ledger.projections import Projection

APRIL = "2026-04-01T04:01:00+02:00"
"""March is judged four hours after its end, for so long facts may be reported late."""
Judged, Corrected, Warned = Performance.PeriodJudged, Performance.PeriodCorrected, Performance.FormalWarningIssued


@pytest.fixture
def desk(database_url: str) -> Iterator[Performing]:
    """Yield a desk in March 2026, with a monthly and a quarterly objective."""
    made = Performing(database_url)
    yield made
    made.close()


def verdicts(desk: Performing, kind: type[Fact] = Judged) -> list[tuple[str, int, int, str]]:
    """Give what was told of periods."""
    return [(fact.objective, fact.met, fact.of, fact.judgement) for fact in desk.said(kind)]


def test_a_month_is_judged_when_nothing_of_it_can_be_late_any_more(desk: Performing) -> None:
    """Four hours after its last local day; the quarter that ends with it as well, each once."""
    for seconds in (MET, MET, MET, DEVIATED, BREACHED):
        desk.resolved_after(seconds)
    desk.resolved_after(MET, "S2")
    desk.move_to("2026-04-01T03:59:59+02:00")
    assert verdicts(desk) == []
    desk.move_to(APRIL)
    assert verdicts(desk) == [("s1-resolve", 3, 5, "deviation"), ("all-resolve", 4, 6, "breach")]
    [month, quarter] = desk.said(Judged)
    april = datetime(2026, 3, 31, 22, tzinfo=UTC)
    assert (month.starts, month.ends) == (datetime(2026, 2, 28, 23, tzinfo=UTC), april)
    assert (quarter.starts, quarter.ends) == (datetime(2025, 12, 31, 23, tzinfo=UTC), april)
    desk.move_to("2026-05-01T04:01:00+02:00")
    assert verdicts(desk)[2:] == [("s1-resolve", 0, 0, "too_few")]


def test_what_was_decided_after_the_end_belongs_to_the_next_period(desk: Performing) -> None:
    """Whenever it began."""
    desk.resolved_after(MET)
    desk.move_to("2026-03-31T23:59:30+02:00")
    desk.resolved_after(MET)
    desk.move_to(APRIL)
    assert verdicts(desk)[0] == ("s1-resolve", 1, 1, "too_few")
    desk.move_to("2026-05-01T04:01:00+02:00")
    assert verdicts(desk)[2] == ("s1-resolve", 1, 1, "too_few")


def test_cancelled_clocks_count_not(desk: Performing) -> None:
    """Nobody was held to them."""
    desk.resolved_after(MET)
    desk.incidents.cancel(desk.declare(), "A false alarm.", ME)
    desk.follow()
    desk.move_to(APRIL)
    assert verdicts(desk)[0] == ("s1-resolve", 1, 1, "too_few")


def test_a_fact_that_comes_late_all_the_same_corrects_a_judged_period(desk: Performing) -> None:
    """As where a body accepted it. What was said stays on record beside the correction; the list shows the latter."""
    for seconds in (MET, MET, BREACHED):
        desk.resolved_after(seconds)
    desk.move_to("2026-03-31T23:50:00+02:00")
    stream = desk.declare()
    desk.turn(seconds=200)
    desk.move_to(APRIL)
    assert verdicts(desk)[0] == ("s1-resolve", 2, 4, "deviation")
    in_time = desk.get(stream).reported_at + timedelta(seconds=MET)
    desk.tocsin.ledger.witness(Incident, stream, lambda it, _: it.resolve(None, by="key:1", at=in_time))
    desk.turn()
    desk.follow()
    assert verdicts(desk, Corrected) == [("all-resolve", 3, 4, "breach"), ("s1-resolve", 3, 4, "met")]
    [shown] = [each for each in desk.tocsin.periods.of([US]) if each.objective.id == "s1-resolve" and each.judgement]
    assert (shown.judgement, shown.tally.met, shown.corrected_at) == ("met", 3, desk.clock.now())


def test_a_follower_that_lags_behind_is_waited_for_by_a_correction(desk: Performing) -> None:
    """The engine judges by what is counted; whoever counts later looks at the judgement again."""
    desk.resolved_after(MET)
    stream = desk.declare()
    desk.clock.move(seconds=MET)
    desk.incidents.resolve(stream, None, ME)
    desk.turn(seconds=(datetime.fromisoformat(APRIL).astimezone(UTC) - desk.clock.now()).total_seconds())
    assert verdicts(desk)[0] == ("s1-resolve", 1, 1, "too_few")
    desk.follow()
    assert verdicts(desk, Corrected) == [("all-resolve", 2, 2, "met"), ("s1-resolve", 2, 2, "too_few")]


def test_the_version_in_force_at_its_end_judges_a_period(desk: Performing) -> None:
    """With an objective gone there is nothing to judge; the next version's own are judged under its number."""
    desk.resolved_after(MET)
    desk.move_to("2026-03-31T12:00:00+02:00")
    version = {"version: 1, title": "version: 2, title"}
    desk.tocsin.book.publish(tolerant({"s1-resolve": "renamed"}, version), by="key:1")
    desk.move_to(APRIL)
    assert [(fact.objective, fact.agreement_version) for fact in desk.said(Judged)] == [
        ("renamed", 2),
        ("all-resolve", 2),
    ]


def test_two_breaches_within_a_month_bring_one_formal_warning(desk: Performing) -> None:
    """It is delivered; a third breach brings none of that level, until the month is over."""
    desk.resolved_after(250, "S2")
    assert [type(fact).__name__ for fact in desk.performance().history] == ["Begun"]
    for _ in range(3):
        desk.resolved_after(250, "S2")
    [warning] = desk.said(Warned)
    assert (warning.level, warning.breaches, warning.agreement_version) == ("first", 2, 1)
    [reminded] = desk.said(Performance.Reminded)
    assert [(page["recipient"], page["urgency"]) for page in reminded.pages] == [("boss", 0), ("partner", 1)]
    assert desk.deliveries(desk.performance().id) == [("reminder", "boss"), ("reminder", "partner")]
    assert desk.performance().subject(reminded) == "Formal warning first: 2 breaches within the agreed time"
    desk.clock.move(hours=24 * 35)
    for _ in range(2):
        desk.resolved_after(250, "S2")
    assert [fact.breaches for fact in desk.said(Warned)] == [2, 2]
    assert [fact.about for fact in desk.said(Performance.Reminded)] == ["first", "first (2)"]


def test_a_breach_by_repetition_calls_for_a_warning_too(desk: Performing) -> None:
    """At once, with the one before it."""
    desk.resolved_after(BREACHED)
    for _ in range(2):
        desk.resolved_after(DEVIATED)
    assert desk.said(Warned) == []
    desk.resolved_after(DEVIATED)
    assert [fact.breaches for fact in desk.said(Warned)] == [2]


def test_the_breach_of_a_period_calls_for_a_warning_too(database_url: str) -> None:
    """One clock and one period make two breaches."""
    desk = Performing(
        database_url,
        tolerant(
            {
                "min_sample: 3": "min_sample: 1",
                "objective: 0.9,": "objective: 0,",
                "breach_below: 0.8": "breach_below: 0",
            }
        ),
    )
    desk.move_to("2026-03-20T12:00:00+01:00")
    desk.resolved_after(BREACHED)
    assert desk.said(Warned) == []
    desk.move_to(APRIL)
    assert verdicts(desk)[0] == ("s1-resolve", 0, 1, "breach")
    assert [fact.breaches for fact in desk.said(Warned)] == [2]
    desk.close()


def test_a_follower_that_begins_anew_says_nothing_anew(desk: Performing) -> None:
    """Its rows stay and are replaced; and all rows are what the facts say."""
    for seconds in (MET, DEVIATED, BREACHED, BREACHED):
        desk.resolved_after(seconds)
    desk.move_to(APRIL)
    told = [fact.originator_version for fact in desk.performance().history]
    with desk.tocsin.database.begin() as connection:
        connection.execute(update(followers).values(position=0))
    desk.follow()
    assert [fact.originator_version for fact in desk.performance().history] == told
    assert check(desk.tocsin.ledger, desk.tocsin.followed).differences == ()


class Overtaking:
    """A projection by which somebody else is the first to write to the partnership's record, once."""

    table, compared = PeriodRows.table, PeriodRows.compared

    def __init__(self, other: Tocsin) -> None:
        """Take what the other one works with."""
        self._other = other
        self.overtook = False

    def writes(self, record: Record, new: Sequence[Fact]) -> Iterable[Write]:
        """Come first, if it is about a warning."""
        if not self.overtook and any(isinstance(fact, Warned) for fact in new):
            self.overtook = True
            self._other.ledger.witness(
                Performance, record.id, lambda it, at: it.close_month(it.ends, it.due_at + timedelta(days=1), at)
            )
        return ()


def test_a_record_that_others_change_meanwhile_is_read_again(desk: Performing) -> None:
    """The follower loses the race for the partnership's record, and issues its warning after all."""
    overtaking = Overtaking(desk.another())
    cast("list[Projection]", desk.tocsin.ledger.projections).append(overtaking)
    desk.resolved_after(BREACHED)
    desk.resolved_after(BREACHED)
    assert overtaking.overtook
    assert [type(fact).__name__ for fact in desk.performance().history] == [
        "Begun",
        "MonthClosed",
        "FormalWarningIssued",
        "Reminded",
    ]


def test_a_partnership_without_objectives_and_warnings_has_no_record(database_url: str) -> None:
    """Nor a deadline for one."""
    desk = Performing(database_url, the_agreement())
    desk.resolved_after(BREACHED)
    with pytest.raises(NotFound):
        desk.performance()
    desk.close()
