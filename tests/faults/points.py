"""Kill points: moments at which a victim kills itself, once the harness has armed them.

An armed point is a file; the first process that gets there takes it away by renaming it, which succeeds for one alone,
and dies by SIGKILL.
"""

from __future__ import annotations

import os
import signal
import time
from dataclasses import dataclass
from pathlib import Path

DIRECTORY = "FAULTS_DIRECTORY"
"""The environment variable that tells a victim where armed points are."""

UNANSWERED = "web: committed but unanswered"
CLAIMED = "engine: claimed but uncommitted"
UNSEQUENCED = "worker: committed but unsequenced"
UNSENT = "sender: claimed but unsent"
MID_SEND = "sender: mid-send"
SEQUENCING = "sequencer: sequenced but uncommitted"
NAMED = (UNANSWERED, CLAIMED, UNSEQUENCED, UNSENT, MID_SEND, SEQUENCING)


@dataclass(frozen=True)
class Death:
    """Which process died, and when (on the monotonic clock, which all processes share)."""

    pid: int
    at: float


def reached(point: str) -> None:
    """Die here if the point is armed. Called by victims."""
    directory = Path(os.environ[DIRECTORY])
    grave = _grave(directory, point)
    try:
        (directory / _file(point)).rename(grave)
    except FileNotFoundError:
        return
    grave.write_text(f"{os.getpid()} {time.monotonic()}\n")
    os.kill(os.getpid(), signal.SIGKILL)


class Points:
    """The harness's side: arms a point, and learns who died there."""

    def __init__(self, directory: Path) -> None:
        """Take a directory that the victims can see."""
        self._directory = directory

    def arm(self, point: str) -> None:
        """Have the first process that reaches the point die there."""
        _grave(self._directory, point).unlink(missing_ok=True)
        (self._directory / _file(point)).touch()

    def disarm(self, point: str) -> None:
        """Let everybody pass again."""
        (self._directory / _file(point)).unlink(missing_ok=True)

    def death(self, point: str) -> Death | None:
        """Tell who died at the point since it was armed."""
        grave = _grave(self._directory, point)
        told = grave.read_text() if grave.exists() else ""
        if not told.endswith("\n"):  # it is still writing its last words
            return None
        pid, at = told.split()
        return Death(int(pid), float(at))


def _file(point: str) -> str:
    return point.replace(": ", ".").replace(" ", "-")


def _grave(directory: Path, point: str) -> Path:
    return directory / f"{_file(point)}.dead"
