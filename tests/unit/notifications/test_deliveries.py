from __future__ import annotations

from datetime import timedelta
from typing import Any

from incidents.incident import Incident
from notifications.owed.deliveries import _FINISH, _OWE
from tests.support.paging import Story, page


def _rows(story: Story, *, at_once: bool) -> dict[str, dict[str, Any]]:
    """Play a story's facts to the projection, and its writes to a table that is a dictionary."""
    history = story.incident.history
    shown = [history] if at_once else [[fact] for fact in history]
    writes = [write for new in shown for write in story.projection.writes(story.incident, new)]
    table: dict[str, dict[str, Any]] = {}
    for write in writes:
        for row in write.rows:
            if write.statement is _OWE:
                table.setdefault(row["id"], dict(row))
            elif write.statement is _FINISH:
                changed = {"status": row["outcome"], "finished_at": row["finished"], "detail": row["reason"]}
                table[row["delivery"]].update(changed)
    return table


def _kinds(story: Story) -> dict[str, list[str]]:
    """Give the recipients by kind; the facts one by one and all at once must agree."""
    rows = _rows(story, at_once=True)
    assert rows == _rows(story, at_once=False)
    kinds: dict[str, list[str]] = {}
    for row in rows.values():
        kinds.setdefault(row["kind"], []).append(row["recipient"])
    return kinds


def test_a_rung_owes_its_pages_and_notices_from_the_moment_it_fires() -> None:
    """Each page of a rung is a row that waits, under the id that the rung gave it."""
    story, told, informed = Story(), page(), page("globex-ops", urgency=1)
    story.fire(told, informed)
    rows = _rows(story, at_once=False)
    assert {row["status"] for row in rows.values()} == {"waiting"}
    assert [rows[each["delivery"]]["kind"] for each in (told, informed)] == ["page", "notice"]
    assert rows[told["delivery"]]["due_at"] == story.incident.history[-1].timestamp
    assert rows[told["delivery"]]["version"] == story.incident.version


def test_a_persons_later_way_of_being_reached_waits_for_its_time() -> None:
    """First the terminal, after five minutes a webhook: two rows of one person, each due when they said."""
    story, first = Story(), page("person:ann", channel="terminal") | {"party": "acme", "called": "acme-duty"}
    later = page("person:ann", destination="https://pager.example/ann") | {"party": "acme", "after": 300}
    story.fire(first, later)
    rows, told_at = _rows(story, at_once=True), story.incident.history[-1].timestamp
    assert [rows[each["delivery"]]["due_at"] - told_at for each in (first, later)] == [
        timedelta(),
        timedelta(minutes=5),
    ]
    assert {row["party"] for row in rows.values()} == {"acme"}


def test_a_skipped_rung_owes_the_notices_that_it_lists() -> None:
    """Nobody is on call: whoever owns the schedule is told so; a rung that lists none owes nothing."""
    story, warned = Story(), page("acme-ops", urgency=1)
    place: dict[str, Any] = {"ladder": "S1", "rung": 1, "clock": None, "cycle": 1, "round": 0}
    with story.moment() as at:
        story.incident.tell(Incident.RungSkipped, at, **place, why="no_one_on_call", pages=[warned])
        story.incident.tell(Incident.RungSkipped, at, **place | {"rung": 2}, why="no_one_to_reach")
    assert _kinds(story) == {"notice": ["acme-ops"]}


def test_a_ladder_at_its_end_owes_those_to_whom_it_is_handed() -> None:
    """They are paged like anybody else."""
    story = Story()
    with story.moment() as at:
        story.incident.tell(Incident.LadderExhausted, at, ladder="S1", times=1, again=False, pages=[page("acme-ops")])
    assert _kinds(story) == {"page": ["acme-ops"]}


def test_an_acknowledgement_is_announced_to_everybody_whose_page_left() -> None:
    """Who was paged hears of it, once; who was only informed, or not reached yet, does not."""
    story, first, again, informed, stuck = Story(), page(), page(), page("globex-ops", urgency=1), page("acme-ops")
    story.fire(first, informed, stuck)
    story.fire(again)
    for each in (first, informed, again):
        story.sent(each)
    story.acknowledge()
    assert _kinds(story)["taken"] == ["acme-duty"]


def test_a_page_that_was_under_way_at_the_acknowledgement_is_announced_too() -> None:
    """A page recorded as sent after the acknowledgement reached somebody who now need not come."""
    story, under_way = Story(), page()
    story.fire(under_way)
    story.acknowledge()
    assert "taken" not in _kinds(story)
    story.sent(under_way)
    assert _kinds(story)["taken"] == ["acme-duty"]


def test_a_page_for_a_later_clock_is_not_announced() -> None:
    """A page fired after the acknowledgement says itself that it is acknowledged."""
    story, later = Story(), page()
    story.acknowledge()
    story.fire(later, clock="resolve")
    story.sent(later)
    assert "taken" not in _kinds(story)


def test_a_second_acknowledgement_is_announced_to_those_paged_since_the_first() -> None:
    """Giving back and taking again tells those who were paged in between."""
    story, before, between = Story(), page(), page("acme-ops")
    story.fire(before)
    story.sent(before)
    story.acknowledge()
    story.unacknowledge()
    story.fire(between)
    story.sent(between)
    assert _kinds(story)["taken"] == ["acme-duty"]
    story.acknowledge()
    assert _kinds(story)["taken"] == ["acme-duty", "acme-ops"]


def test_an_outcome_finishes_its_delivery() -> None:
    """The fact that a page left makes its row sent, at the time of recording."""
    story, told = Story(), page()
    story.fire(told)
    story.sent(told)
    row = _rows(story, at_once=True)[told["delivery"]]
    assert (row["status"], row["finished_at"]) == ("sent", story.incident.history[-1].timestamp)


def test_imported_history_pages_nobody() -> None:
    """What another system already told is not told again."""
    story = Story(source="servicenow")
    story.fire(page())
    assert _rows(story, at_once=True) == {}
