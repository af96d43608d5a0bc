from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import psutil
import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from api.postgres.cluster import recorded_server
from api.postgres.embedded import embedded_postgres, running_elsewhere, running_postgres
from api.startup_errors import DataDirectoryUnusable

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

HOLD = """
import sys, time
from pathlib import Path
from api.postgres.embedded import embedded_postgres
with embedded_postgres(Path(sys.argv[1])) as url:
    print(url, flush=True)
    time.sleep(600)
"""


def run(url: str, statement: str) -> object:
    """Run one statement in a transaction of its own and return the first value, if any."""
    with create_engine(url, poolclass=NullPool).begin() as connection:
        result = connection.execute(text(statement))
        return result.scalar() if result.returns_rows else None


@pytest.fixture
def holder(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """Yield another process that runs the database on the test's directory."""
    argv = [sys.executable, "-c", HOLD, str(tmp_path)]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, text=True, start_new_session=True) as process:
        try:
            assert process.stdout
            assert process.stdout.readline().startswith("postgresql")
            yield process
        finally:
            process.kill()


def test_it_keeps_its_data(tmp_path: Path) -> None:
    """What was committed in one run is there in the next; no server runs in between."""
    with embedded_postgres(tmp_path) as url:
        run(url, "CREATE TABLE kept AS SELECT 42 AS answer")
    assert recorded_server(tmp_path / "postgres") is None
    with embedded_postgres(tmp_path) as url:
        assert run(url, "SELECT answer FROM kept") == 42


def test_it_is_postgresql_18_in_utc_with_durability_on(tmp_path: Path) -> None:
    """What the ledger relies on is not left to the machine's habits."""
    with embedded_postgres(tmp_path) as url:
        assert str(run(url, "SHOW server_version")).startswith("18")
        shown = [run(url, f"SHOW {name}") for name in ("TimeZone", "fsync", "synchronous_commit", "full_page_writes")]
    assert shown == ["UTC", "on", "on", "on"]


def test_nobody_else_reaches_the_socket(tmp_path: Path) -> None:
    """There is no password, so that the directory must be closed and no port open."""
    with embedded_postgres(tmp_path) as url:
        assert run(url, "SHOW listen_addresses") == ""
        assert (tmp_path / "postgres").stat().st_mode & 0o077 == 0


def test_a_path_too_long_for_a_socket_works(tmp_path: Path) -> None:
    """The socket then lives elsewhere, and its directory goes with the server."""
    with running_postgres(tmp_path / ("deep" * 30), fast=True) as postgres:
        recorded = recorded_server(tmp_path / ("deep" * 30) / "postgres")
        assert recorded
        assert recorded.sockets
        assert recorded.sockets.is_dir()
        assert run(postgres.url, "SELECT 1") == 1
    assert not recorded.sockets.exists()


def test_a_second_start_on_the_same_data_is_refused(tmp_path: Path) -> None:
    """One line says what to do, and the first is not disturbed."""
    with embedded_postgres(tmp_path, fast=True) as url:
        with pytest.raises(DataDirectoryUnusable, match=r"^Another Tocsin runs on .*TOCSIN_DATA_DIR"):
            embedded_postgres(tmp_path, fast=True).__enter__()
        assert run(url, "SELECT 1") == 1


def test_commands_find_the_database_of_a_running_serve(tmp_path: Path) -> None:
    """Another process learns the URL while the server runs, and None before and after."""
    assert running_elsewhere(tmp_path) is None
    with embedded_postgres(tmp_path, fast=True) as url:
        assert running_elsewhere(tmp_path) == url
    assert running_elsewhere(tmp_path) is None


def test_the_server_ends_when_its_tocsin_is_killed(tmp_path: Path, holder: subprocess.Popen[str]) -> None:
    """After SIGKILL the next start succeeds at once, with the data, and finds no second server."""
    orphan = recorded_server(tmp_path / "postgres")
    holder.kill()
    holder.wait()
    with embedded_postgres(tmp_path) as url:
        assert run(url, "SELECT 1") == 1
        assert orphan
        assert not orphan.is_alive()


def test_a_start_after_everything_was_killed_recovers(tmp_path: Path, holder: subprocess.Popen[str]) -> None:
    """A power cut leaves `postmaster.pid` behind; what was committed is there."""
    url = running_elsewhere(tmp_path)
    server = recorded_server(tmp_path / "postgres")
    assert url
    assert server
    run(url, "CREATE TABLE kept AS SELECT 42 AS answer")
    for victim in [*psutil.Process(holder.pid).children(recursive=True), psutil.Process(holder.pid)]:
        victim.kill()
    holder.wait()
    assert (tmp_path / "postgres" / "postmaster.pid").exists()
    with embedded_postgres(tmp_path) as again:
        assert run(again, "SELECT answer FROM kept") == 42


def test_a_process_number_that_passed_on_does_not_block_the_start(tmp_path: Path) -> None:
    """After a restart of the machine the recorded number may be anybody's."""
    with embedded_postgres(tmp_path, fast=True):
        pass
    bystander = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    pid_file = tmp_path / "postgres" / "postmaster.pid"
    pid_file.write_text(f"{bystander.pid}\n{tmp_path}\n0\n5432\n{tmp_path}\n\n0 0\nready\n")
    (tmp_path / "postgres" / ".s.PGSQL.5432.lock").write_text(f"{bystander.pid}\n{tmp_path}\n0\n5432\n{tmp_path}\n")
    try:
        assert running_elsewhere(tmp_path) is None
        with embedded_postgres(tmp_path, fast=True) as url:
            assert run(url, "SELECT 1") == 1
        assert bystander.poll() is None
    finally:
        bystander.kill()
        bystander.wait()


def test_a_terminals_ctrl_c_does_not_reach_the_server(tmp_path: Path) -> None:
    """It is in a session of its own: only its Tocsin decides when it ends."""
    with running_postgres(tmp_path, fast=True) as postgres:
        assert os.getsid(postgres.server.pid) == postgres.server.pid != os.getsid(0)


def test_damaged_files_are_reported_with_the_reason(tmp_path: Path) -> None:
    """The line carries PostgreSQL's reason and where the whole log is."""
    with embedded_postgres(tmp_path, fast=True):
        pass
    (tmp_path / "postgres" / "PG_VERSION").write_text("9.6\n")
    with pytest.raises(DataDirectoryUnusable, match=r"does not start: .*FATAL.*postgres\.log"):
        embedded_postgres(tmp_path, fast=True).__enter__()


def test_a_stop_by_signal_leaves_a_clean_shutdown(tmp_path: Path) -> None:
    """The next start need not recover anything."""
    with running_postgres(tmp_path) as postgres:
        pass
    assert postgres.server.returncode == 0
    assert "database system is shut down" in postgres.log.read_text()
