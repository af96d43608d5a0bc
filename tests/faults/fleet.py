"""The processes of a run: started, killed, and started again at once."""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import psutil

from api.processes.process import end, spawn
from api.processes.serve import web_command
from tests.faults.plan import MASTER, SEQUENCER, WEB, WORKER
from tests.faults.points import Death

if TYPE_CHECKING:
    import socket
    import subprocess
    from collections.abc import Mapping
    from pathlib import Path

PATIENCE = 10.0
"""Seconds that a process gets to stop in at the end."""


@dataclass
class Member:
    """A process that is to run all the time."""

    kind: str
    argv: list[str]
    child: subprocess.Popen[bytes]
    began: float


@dataclass
class Fleet:
    """Two web processes under their master, two workers (engine and sender), two sequencers of which one leads."""

    listener: socket.socket
    env: Mapping[str, str]
    log: Path
    members: list[Member] = field(default_factory=list)
    unexplained: list[str] = field(default_factory=list)
    """Ends that no kill of ours explains: defects."""

    def start(self) -> None:
        """Start all. From the main thread: the kernel ends a child with the thread that began it."""
        for kind in (MASTER, WORKER, WORKER, SEQUENCER, SEQUENCER):
            argv = self._argv(kind)
            self.members.append(Member(kind, argv, self._spawn(argv), time.monotonic()))

    def tend(self) -> None:
        """Start again whatever has ended."""
        for member in self.members:
            code = member.child.poll()
            if code is None:
                continue
            if code != -signal.SIGKILL:
                self.unexplained.append(f"a {member.kind} ended by itself with code {code}")
            end(member.child, patience=0)
            member.child, member.began = self._spawn(member.argv), time.monotonic()

    def kill(self, kind: str) -> Death:
        """Kill one of a kind: that which has run longest, so that it is not still starting."""
        pid = self._web_process() if kind == WEB else self._oldest(kind).child.pid
        death = Death(pid, time.monotonic())
        os.kill(pid, signal.SIGKILL)
        return death

    def stop(self) -> None:
        """End all."""
        for member in self.members:
            member.child.send_signal(signal.SIGTERM)
        for member in self.members:
            end(member.child, PATIENCE)

    def last_words(self) -> str:
        """Give the end of what the processes have said."""
        return self.log.read_text(errors="replace")[-2000:]

    def _argv(self, kind: str) -> list[str]:
        if kind == MASTER:
            return [*web_command(self.listener), "tests.faults.web:app"]
        return [sys.executable, "-m", "tests.faults.victims", kind]

    def _spawn(self, argv: list[str]) -> subprocess.Popen[bytes]:
        with self.log.open("ab") as log:
            return spawn(argv, env=self.env, output=log, pass_fds=[self.listener.fileno()])

    def _oldest(self, kind: str) -> Member:
        return min((member for member in self.members if member.kind == kind), key=lambda member: member.began)

    def _web_process(self) -> int:
        """Pick the oldest of gunicorn's processes; the master may have just begun and have none yet."""
        master = psutil.Process(self._oldest(MASTER).child.pid)
        while not (children := master.children()):
            time.sleep(0.05)
        return int(min(children, key=psutil.Process.create_time).pid)


def reported_errors(log: Path) -> list[str]:
    """Give what processes reported as an error: a neighbour's death is none."""
    lines = (line for line in log.read_text(errors="replace").splitlines() if line.startswith("{"))
    told = (json.loads(line) for line in lines if line.endswith("}"))
    return [str(each["event"]) for each in told if each.get("level") in {"error", "critical"} and not _of_kill(each)]


def _of_kill(told: Mapping[str, Any]) -> bool:
    """Say whether gunicorn tells of a process of its own that we killed."""
    return "SIGKILL" in str(told["event"])
