"""When Tocsin says outside that it is well, and when it holds its tongue."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import pytest
from structlog.testing import capture_logs

from api.processes.watchdog import Vitals, Watchdog, why_not
from notifications.channels.channel import SendFailed
from notifications.posting.poster import Answer
from tests.support.clock import MovedClock

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

WELL = Vitals(engine=0, queue=0, sequencer=0, parts={"engine": 2.0, "sender": 60.0})
ADDRESS = "https://watch.example.com/ping/a-secret"


@pytest.mark.parametrize(
    ("vitals", "why"),
    [
        (WELL, None),
        (replace(WELL, engine=60, queue=60, sequencer=60), None),
        (replace(WELL, engine=61), "engine: a deadline is overdue by 61 s"),
        (replace(WELL, queue=75.5), "queue: an urgent delivery has waited for 75 s"),
        (replace(WELL, sequencer=61), "sequencer: a commit has waited for 61 s"),
        (replace(WELL, parts={"engine": 61.0}), "worker: no sign of life of engine for 61 s"),
        (replace(WELL, parts={"engine": None}), "worker: no sign of life of engine"),
        (
            replace(WELL, engine=90, parts={"sender": 70.0}),
            "engine: a deadline is overdue by 90 s; worker: no sign of life of sender for 70 s",
        ),
    ],
)
def test_reasons(vitals: Vitals, why: str | None) -> None:
    """Anything that is more than a minute late is one, and each of them is named."""
    assert why_not(vitals) == why


@dataclass
class Outside:
    """Implements watchdog.Getter: answers with a status, or not at all."""

    status: int = 200
    called: list[str] = field(default_factory=list)

    def get(self, url: str, headers: Mapping[str, str]) -> Answer:
        """Be called."""
        assert headers == {}
        self.called.append(url)
        if not self.status:
            raise SendFailed("timed out")
        return Answer(self.status, (), b"", cut=False)


class Body:
    """Whose vitals are read."""

    def __init__(self) -> None:
        """Be well."""
        self.vitals = WELL
        self.read_at: list[datetime] = []

    def __call__(self, now: datetime) -> Vitals:
        """Be looked at."""
        self.read_at.append(now)
        return self.vitals


def test_it_calls_each_minute_while_all_is_well() -> None:
    """Not before the parts can have shown themselves, and no more often, however often its loop turns."""
    clock, outside, body = MovedClock(), Outside(), Body()
    watchdog = Watchdog(ADDRESS, body, outside, clock)
    for _ in range(10):
        assert watchdog.run_once() == 0
        clock.move(seconds=1)
    assert outside.called == []
    for _ in range(121):
        watchdog.run_once()
        clock.move(seconds=1)
    assert outside.called == [ADDRESS] * 3


def test_it_holds_its_tongue_and_says_why() -> None:
    """Nothing leaves while something is late, the log says what; once all is well it calls again."""
    clock, outside, body = MovedClock(), Outside(), Body()
    watchdog = Watchdog(ADDRESS, body, outside, clock)
    watchdog.run_once()
    clock.move(seconds=10)
    body.vitals = replace(WELL, engine=90)
    with capture_logs() as logged:
        watchdog.run_once()
    assert outside.called == []
    assert [(line["event"], line["why"]) for line in logged] == [
        ("watchdog_not_called", "engine: a deadline is overdue by 90 s")
    ]
    clock.move(seconds=60)
    body.vitals = WELL
    watchdog.run_once()
    assert len(outside.called) == 1


@pytest.mark.parametrize(("status", "detail"), [(0, "timed out"), (404, "HTTP 404")])
def test_a_call_that_is_not_taken_is_logged_without_its_secret(status: int, detail: str) -> None:
    """The host and what came back; the next minute it is tried again."""
    clock, outside = MovedClock(), Outside(status)
    watchdog = Watchdog(ADDRESS, Body(), outside, clock)
    watchdog.run_once()
    clock.move(seconds=10)
    with capture_logs() as logged:
        watchdog.run_once()
    [line] = logged
    assert (line["event"], line["host"], line["detail"]) == ("watchdog_call_failed", "watch.example.com", detail)
    assert "a-secret" not in str(line)
    clock.move(seconds=60)
    watchdog.run_once()
    assert len(outside.called) == 2
