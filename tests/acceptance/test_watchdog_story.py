"""One Tocsin watches over another: the worker's watchdog calls a heartbeat, as long as its parts turn."""

from __future__ import annotations

from contextlib import ExitStack
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from structlog.testing import capture_logs

from api.bootstrap import build
from api.processes.beats import Beats
from api.processes.worker import PARTS
from api.settings import Settings
from tests.support.beating import heartbeat_of
from tests.support.clock import MovedClock
from tests.support.ledgers import PARTNERSHIP, publish
from tests.support.live import live

if TYPE_CHECKING:
    import pytest


def test_a_worker_calls_until_one_of_its_parts_hangs(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Over real HTTP, on this machine, which nothing else may be posted to; then the log says what is wrong."""
    clock = MovedClock(datetime.now(UTC))
    with live(database_url) as (address, watching), ExitStack() as leaving:
        publish(watching)
        heartbeat = heartbeat_of(watching, PARTNERSHIP, "acme")
        monkeypatch.setenv("TOCSIN_WATCHDOG_URL", f"{address}/v1/heartbeats/{heartbeat['token']}")
        tocsin = build(database_url, clock=clock, committed=lambda: None)
        leaving.callback(tocsin.close)
        turn = PARTS["watchdog"](tocsin, Settings.read(), leaving)

        def heard() -> Any:  # noqa: ANN401 - an instant or None
            return watching.heartbeats.book.found(PARTNERSHIP, heartbeat["heartbeat"]).heard_at

        beats = Beats(tocsin.database, clock, passing=lambda: clock.now().timestamp())
        turn()
        clock.move(seconds=10)
        for part in PARTS:
            beats.beat(part)
        turn()
        first = heard()
        assert first is not None
        clock.move(seconds=61)
        for part in PARTS:
            if part != "engine":
                beats.beat(part)
        with capture_logs() as logged:
            turn()
        assert heard() == first
        assert [line.get("why") for line in logged] == ["worker: no sign of life of engine for 61 s"]
