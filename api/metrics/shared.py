"""The directory in which the processes of one `serve` or `web` count together (prometheus_client's multiprocess mode).

prometheus_client looks for PROMETHEUS_MULTIPROC_DIR when it is first imported, so a process gets it from whoever starts
it. The files of a process that ended stay, as what it counted has happened; but not what was true only while it lived.
"""

from __future__ import annotations

import os
import shutil
import socket
import tempfile
from pathlib import Path

import psutil

VARIABLE = "PROMETHEUS_MULTIPROC_DIR"


def fresh_directory(data_dir: Path) -> Path:
    """Make an empty directory for this process and its children, and remove those that ended processes have left.

    It is beneath the data directory, and where nothing can be written there, among temporary files.
    """
    try:
        return _made(data_dir / "metrics")
    except OSError:
        return _made(Path(tempfile.gettempdir()) / "tocsin-metrics")


def remove(directory: Path) -> None:
    """Remove it with all that was counted."""
    shutil.rmtree(directory, ignore_errors=True)


def forget(pid: int | str) -> None:
    """Forget what was true only while a process lived, such as what it had under way."""
    if VARIABLE in os.environ:
        from prometheus_client.multiprocess import mark_process_dead  # noqa: PLC0415 - see above

        mark_process_dead(pid)  # type: ignore[no-untyped-call] # as the library has it


def forget_ended() -> None:
    """Forget it of every process that is no more: not all end where somebody sees it."""
    for file in Path(os.environ[VARIABLE]).glob("gauge_live*_*.db"):
        pid = int(file.stem.rpartition("_")[2])
        if not _lives(pid):
            file.unlink(missing_ok=True)


def _made(base: Path) -> Path:
    base.mkdir(parents=True, exist_ok=True)
    _remove_left(base)
    directory = base / f"{socket.gethostname()}-{os.getpid()}"
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir(mode=0o700)
    return directory


def _remove_left(base: Path) -> None:
    for directory in base.glob(f"{socket.gethostname()}-*"):
        pid = directory.name.rpartition("-")[2]
        if pid.isdecimal() and not _lives(int(pid)):
            remove(directory)


def _lives(pid: int) -> bool:
    """Say whether there is such a process; one that ended, and that nobody has asked for its exit code yet, is none."""
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
