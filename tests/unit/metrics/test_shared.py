"""The directory in which processes count together."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from typing import TYPE_CHECKING

import psutil

from api.metrics import shared

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def ended_process() -> int:
    """Give the id of a process that is no more."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


def test_it_is_empty_and_ours_alone(tmp_path: Path) -> None:
    """Whatever a process of the same id has left there is gone; nobody else may look in."""
    directory = shared.fresh_directory(tmp_path / "data")
    (directory / "counter_1.db").touch()
    again = shared.fresh_directory(tmp_path / "data")
    assert again == directory
    assert list(again.iterdir()) == []
    assert again.stat().st_mode & 0o777 == 0o700
    shared.remove(again)
    assert not again.exists()


def test_what_ended_processes_left_is_removed(tmp_path: Path) -> None:
    """Those of live ones and of other machines stay."""
    base = tmp_path / "metrics"
    left, live = base / f"{socket.gethostname()}-{ended_process()}", base / f"{socket.gethostname()}-{os.getppid()}"
    elsewhere = base / "another-host-1"
    for each in (left, live, elsewhere):
        each.mkdir(parents=True)
    directory = shared.fresh_directory(tmp_path)
    assert set(base.iterdir()) == {live, elsewhere, directory}


def test_where_nothing_can_be_written_it_is_among_temporary_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A service whose data directory is read-only counts all the same."""
    (tmp_path / "file").touch()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    directory = shared.fresh_directory(tmp_path / "file")
    assert directory.is_relative_to(tmp_path / "temporary")


def test_only_what_was_true_while_a_process_lived_is_forgotten(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What it counted has happened, and stays; live processes keep all of theirs."""
    monkeypatch.setenv(shared.VARIABLE, str(tmp_path))
    zombie = subprocess.Popen([sys.executable, "-c", ""], stdout=subprocess.PIPE)
    assert zombie.stdout
    zombie.stdout.read()  # it closes as the process ends
    while psutil.Process(zombie.pid).status() != psutil.STATUS_ZOMBIE:
        pass
    ended, live, seen = ended_process(), os.getpid(), os.getppid()
    for pid in (ended, zombie.pid, live, seen):
        for kind in ("counter", "histogram", "gauge_livesum"):
            (tmp_path / f"{kind}_{pid}.db").touch()
    shared.forget_ended()
    shared.forget(seen)
    assert {path.name for path in tmp_path.glob("gauge*")} == {f"gauge_livesum_{live}.db"}
    assert len(list(tmp_path.glob("counter*"))) == len(list(tmp_path.glob("histogram*"))) == 4
    zombie.communicate()
