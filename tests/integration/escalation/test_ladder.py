"""A whole ladder on a real database: step by step, taken, forgotten, begun again, and handed over."""

from __future__ import annotations

from typing import TYPE_CHECKING

from incidents import happenings as h
from incidents.incident import Incident
from tests.support.desk import ME, Desk
from tests.support.laddered import laddered

if TYPE_CHECKING:
    from incidents.happenings import SystemEvent

STEPS = """
S1:
  - {when: opened, to: duty, wait: PT10S, repeat_every: PT5S, max_repeats: 1}
  - {when: unanswered, to: {schedule: acme.first}, wait: PT60S}
  - {when: unanswered, to: boss, wait: PT10S}
acknowledgement: {expires_after: {S1: PT30S}}
exhausted: {repeat: 1, hand_to: client.service_owner}
"""
ROUNDS = (h.RungFired, h.RungSkipped, h.LadderExhausted)


def test_nobody_answers_for_good(database_url: str) -> None:
    """The row names each next instant; the engine tells each step once, and the deliveries are of what it told."""
    desk = Desk(database_url, laddered(STEPS))
    stream = desk.declare()
    for second in range(1, 131):
        desk.turn(seconds=1)
        if second == 20:
            desk.incidents.acknowledge(stream, ME)
        assert desk.deadline(stream) == desk.expected_deadline(stream)
    told = [_said(fact) for fact in desk.told(stream, *ROUNDS)]
    pages = [recipient for kind, recipient in desk.deliveries(stream) if kind == "page"]
    status = desk.get(stream).status
    desk.close()
    assert told == [
        (1, "RungFired", 0, 0, None),
        (6, "RungFired", 0, 1, None),
        (16, "RungSkipped", 1, 0, "unanswered"),
        (16, "RungFired", 2, 0, "unanswered"),
        (50, "RungFired", 2, 1, "resumed"),
        (60, "LadderExhausted", None, 1, None),
        (60, "RungFired", 0, 0, "again"),
        (70, "RungSkipped", 1, 0, "again"),
        (70, "RungFired", 2, 0, "again"),
        (80, "LadderExhausted", None, 2, None),
    ]
    assert pages == ["duty", "duty", "boss", "boss", "duty", "boss", "partner"]
    assert status == "open"


def test_two_engines_tell_each_step_once(database_url: str) -> None:
    """Whichever comes first tells it; the other finds nothing owed."""
    desk = Desk(database_url, laddered(STEPS))
    other = desk.another()
    stream = desk.declare()
    for _ in range(90):
        other.engine.run_once()
        desk.turn(seconds=1)
    places = [(fact.rung, fact.cycle, fact.round) for fact in desk.told(stream, h.RungFired, h.RungSkipped)]
    ends = [fact.again for fact in desk.told(stream, h.LadderExhausted)]
    desk.close()
    assert len(places) == len(set(places)) == 7
    assert ends == [True, False]


def _said(fact: SystemEvent) -> tuple[float, str, int | None, int, str | None]:
    name = type(fact).__name__
    second = int((fact.timestamp.minute * 60) + fact.timestamp.second)
    if isinstance(fact, Incident.LadderExhausted):
        return second, name, None, fact.times, None
    assert isinstance(fact, h.RungFired | h.RungSkipped)
    return second, name, fact.rung, fact.round, fact.because
