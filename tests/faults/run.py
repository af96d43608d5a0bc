"""One run: start everything, load it, kill and restart, wait until all is quiet, look, and check."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import httpx

from api.bootstrap import build
from api.postgres.embedded import embedded_postgres
from api.postgres.migrate import upgrade
from api.processes.listener import address, listen
from tests.faults import points
from tests.faults.agreement import agreement_text
from tests.faults.checks import findings
from tests.faults.fleet import Fleet, reported_errors
from tests.faults.load import Load
from tests.faults.observations import Arrival, Observations, observe, quiet
from tests.faults.plan import plan
from tests.faults.points import Death, Points
from tests.support.receiver import receiving

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Iterator

    from api.bootstrap import Tocsin
    from tests.faults.plan import Kill

START_SECONDS = 60.0
"""How long the web processes may need until they answer."""
POINT_SECONDS = 60.0
"""How long an armed point may wait for its victim: once all are up, each is reached several times a second."""
QUIET_SECONDS = 90.0
TICK_SECONDS = 0.02
ROOT = Path(__file__).resolve().parents[2]
"""Where the processes find the modules of this directory."""


class HarnessFailed(Exception):
    """The run could not be carried out, so it says nothing about Tocsin."""


@dataclass
class Report:
    """What was done, seen and found; `wrong` is empty when all held."""

    kills: list[str]
    seen: Observations
    wrong: dict[str, list[str]]

    def summary(self) -> str:
        """Say how much there was to lose."""
        seen = self.seen
        acknowledged = sum(command.acknowledged for command in seen.commands)
        receipted = sum(answer.replayed for command in seen.commands for answer in command.answers)
        again = len(seen.arrivals) - len({arrival.delivery for arrival in seen.arrivals})
        return (
            f"{len(self.kills)} kills; {len(seen.commands)} commands, {acknowledged} acknowledged, "
            f"{sum(len(command.answers) > 1 for command in seen.commands)} sent twice at once, "
            f"{receipted} answered from a receipt; {len(seen.timelines)} incidents, {len(seen.stored)} facts; "
            f"{len(seen.arrivals)} messages arrived, {again} of them again"
        )


@dataclass
class Killer:
    """Kills, and keeps a list of it."""

    fleet: Fleet
    load: Load
    points: Points
    say: Callable[[str], None]
    done: list[str] = field(default_factory=list)
    last: float = 0.0

    def carry_out(self, kill: Kill) -> None:
        """Kill, until commands were in flight at that very moment; what died is started again at once."""
        in_flight = 0
        while not in_flight:
            # A kill counts under load, so commands must be answered again after the one before.
            if not _wait(lambda: self.load.flows(self.last), START_SECONDS, self.fleet):
                raise HarnessFailed(f"no command is answered any more; the processes said: {self.fleet.last_words()}")
            _pause(self.fleet, kill.wait)
            death = self.fleet.kill(kill.where) if kill.at_random else self._at_point(kill.where)
            self.fleet.tend()
            self.last, in_flight = death.at, self.load.in_flight(death.at)
        line = f"{len(self.done) + 1:>3}. {kill} (process {death.pid}, {in_flight} commands in flight)"
        self.done.append(line)
        self.say(line)

    def _at_point(self, point: str) -> Death:
        """Arm a point and wait for its victim. HarnessFailed."""
        self.points.arm(point)
        until = time.monotonic() + POINT_SECONDS
        while (death := self.points.death(point)) is None:
            if time.monotonic() > until:
                raise HarnessFailed(f"nobody reached the point {point!r} within {POINT_SECONDS:.0f} s")
            _pause(self.fleet, TICK_SECONDS)
        return death


def run(directory: Path, seed: int, kills: int, say: Callable[[str], None]) -> Report:
    """Carry out a run on an empty directory; `say` shows one line. HarnessFailed."""
    with (
        embedded_postgres(directory / "data") as url,
        _built(url) as tocsin,
        receiving() as sink,
        listen("127.0.0.1", 0) as listener,
    ):
        with _serving(directory, url, listener) as fleet:
            with _loaded(tocsin, address(listener), sink.url, seed) as load:
                killer = Killer(fleet, load, Points(directory), say)
                for kill in plan(seed, kills):
                    killer.carry_out(kill)
            say("Waiting until every ladder is climbed and every page sent ...")
            _wait(lambda: quiet(tocsin), QUIET_SECONDS, fleet)
        arrivals = [Arrival(delivery, body) for _, delivery, body in sink.received]
        seen = observe(tocsin, load.commands, arrivals, [*_replay(url)])
    told = {"no process ends by itself": fleet.unexplained, "no process reports an error": reported_errors(fleet.log)}
    return Report(killer.done, seen, findings(seen) | {title: wrong for title, wrong in told.items() if wrong})


@contextmanager
def _built(url: str) -> Iterator[Tocsin]:
    """Bring the tables up to date, and yield a Tocsin of the harness's own to look with."""
    upgrade(url)
    tocsin = build(url)
    try:
        yield tocsin
    finally:
        tocsin.close()


@contextmanager
def _serving(directory: Path, url: str, listener: socket.socket) -> Iterator[Fleet]:
    """Run the fleet; what it writes to standard error is in `log` of the directory."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("TOCSIN_")}
    env = own | {
        "TOCSIN_DATABASE_URL": url,
        "TOCSIN_OUTBOUND_ALLOW": "127.0.0.0/8",
        "TOCSIN_RATE_PER_SECOND": "100000",
        "TOCSIN_RATE_BURST": "1000000",
        "TOCSIN_LOG_LEVEL": "WARNING",
        "TOCSIN_LOG_FORMAT": "json",
        "PYTHONPATH": str(ROOT),
        points.DIRECTORY: str(directory),
    }
    fleet = Fleet(listener, env, directory / "log")
    fleet.start()
    try:
        if not _wait(lambda: _ready(address(listener)), START_SECONDS, fleet):
            raise HarnessFailed(f"the web processes do not answer; they said: {fleet.last_words()}")
        yield fleet
    finally:
        fleet.stop()


@contextmanager
def _loaded(tocsin: Tocsin, base: str, sink: str, seed: int) -> Iterator[Load]:
    """Publish the agreement and load the web processes; on the way out wait for the last answers."""
    token = tocsin.keys.issue("load", by="faults").token
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/yaml"}
    published = httpx.post(f"{base}/v1/agreements", content=agreement_text(sink), headers=headers, trust_env=False)
    if not published.is_success:
        raise HarnessFailed(f"the agreement was refused: {published.text}")
    load = Load(base, token, seed)
    try:
        yield load
    finally:
        load.stop()


def _wait(happened: Callable[[], bool], seconds: float, fleet: Fleet) -> bool:
    """Wait, at most so long; say whether it happened."""
    until = time.monotonic() + seconds
    while not happened():
        if time.monotonic() > until:
            return False
        _pause(fleet, 0.1)
    return True


def _pause(fleet: Fleet, seconds: float) -> None:
    """Wait while whatever ends is started again."""
    until = time.monotonic() + seconds
    fleet.tend()
    while (left := until - time.monotonic()) > 0:
        time.sleep(min(left, TICK_SECONDS))
        fleet.tend()


def _ready(base: str) -> bool:
    try:
        return httpx.get(f"{base}/readyz", timeout=2, trust_env=False).is_success
    except httpx.HTTPError:
        return False


def _replay(url: str) -> list[str]:
    """Rebuild every projection and compare, as an operator would; give what was found to differ."""
    command = [sys.executable, "-m", "api.cli", "replay", "--check"]
    env = os.environ | {"TOCSIN_DATABASE_URL": url}
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    return [] if done.returncode == 0 else (done.stdout + done.stderr).strip().splitlines()
