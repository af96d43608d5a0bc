"""`tocsin import` as a person calls it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from api.cli import main
from tests.support import servicenow

DESK = servicenow.ROOT / "examples" / "network-desk"


@pytest.fixture
def log(tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a copy of the sample log, and the database to the command."""
    monkeypatch.setenv("TOCSIN_DATABASE_URL", database_url)
    return Path(shutil.copy(DESK / "log.csv", tmp_path / "log.csv"))


def called(*arguments: object) -> tuple[int, str, str]:
    """Call the command; give its exit code and what it wrote."""
    result = CliRunner(env={"COLUMNS": "120"}).invoke(main, ["import", *map(str, arguments)])
    return result.exit_code, " ".join(result.stdout.split()), result.stderr


def test_an_import_ends_with_a_table(log: Path) -> None:
    """Rows, incidents, events, reopenings, paused hours, clocks; and where the rejected rows are."""
    code, output, _ = called(log, "--mapping", DESK / "mapping.yaml")
    assert code == 0
    for figure in ("rows │ 26", "incidents │ 4", "events added │ 21", "reopened │ 1", "wall time) │ 12.0"):
        assert figure in output
    assert "respond │ S1 │ 0 │ 0 │ 1 │ 0 │ -" in output
    assert f"7 rows were rejected: {log.with_suffix('.rejected.csv')}" in output


def test_the_table_tells_what_was_tolerated(log: Path, tmp_path: Path) -> None:
    """Half an hour late is a deviation where that much is tolerated, and no breach."""
    mapping = Path(shutil.copy(DESK / "mapping.yaml", tmp_path / "mapping.yaml"))
    agreement = (DESK / "agreement.yaml").read_text(encoding="utf-8")
    tolerance = "  tolerance:\n    per_incident: [{target: respond, deviation_up_to: PT30M}]\n\n  ladders:"
    (tmp_path / "agreement.yaml").write_text(agreement.replace("  ladders:", tolerance), "utf-8")
    code, output, _ = called(log, "--mapping", mapping)
    assert code == 0
    assert "target ┃ severity ┃ met ┃ deviation ┃ breached ┃ excused ┃ other" in output
    assert "respond │ S1 │ 0 │ 1 │ 0 │ 0 │ -" in output


def test_a_check_records_nothing(log: Path, database_url: str) -> None:
    """With --check the rows are counted and rejected as always, and the database stays empty."""
    code, output, _ = called(log, "--mapping", DESK / "mapping.yaml", "--check")
    assert code == 0
    assert "events planned │ 21" in output
    assert log.with_suffix(".rejected.csv").exists()
    with create_engine(database_url, poolclass=NullPool).connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM events")).scalar_one() == 0


def test_a_mapping_with_mistakes_is_refused_with_all_of_them(log: Path, tmp_path: Path) -> None:
    """Each mistake is a line with file, line and field, on standard error; nothing is imported."""
    mapping = tmp_path / "mapping.yaml"
    text = (DESK / "mapping.yaml").read_text(encoding="utf-8").replace("agreement.yaml", str(DESK / "agreement.yaml"))
    mapping.write_text(
        text.replace("waiting_on_shop", "waiting_on_shops").replace("format: iso", "format: isso"), "utf-8"
    )
    code, _, errors = called(log, "--mapping", mapping)
    assert code == 1
    assert len(errors.splitlines()) == 3
    assert "line 7: times.format" in errors
    assert "did you mean 'waiting_on_shop'?" in errors
    assert errors.endswith("Nothing was imported.\n")
