from __future__ import annotations

import subprocess
import sys

import pytest
from click.testing import CliRunner

from api.cli import COMMANDS, main

HEAVY = ("sqlalchemy", "flask", "eventsourcing", "alembic", "psycopg")


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_with_an_example(name: str) -> None:
    """An example is a line of its own that can be copied."""
    result = CliRunner().invoke(main, [name, "--help"])
    assert result.exit_code == 0
    assert "Example" in result.output
    assert f"tocsin {name}" in result.output


def test_the_list_of_commands_names_each_with_its_meaning() -> None:
    """`tocsin --help` shows them all."""
    output = CliRunner().invoke(main, ["--help"]).output
    assert all(name in output and meaning.split()[0] in output for name, (_, meaning) in COMMANDS.items())


def test_help_imports_nothing_heavy() -> None:
    """What `--help` does not need, it does not wait for."""
    code = f"import sys, api.cli; sys.exit([name for name in {HEAVY} if name in sys.modules] or None)"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_wrong_settings_are_lines_and_exit_code_2(monkeypatch: pytest.MonkeyPatch) -> None:
    """All mistakes appear at once, on standard error, without a traceback."""
    monkeypatch.setenv("TOCSIN_PORT", "eighty")
    monkeypatch.setenv("TOCSIN_LOG_LEVEL", "LOUD")
    result = CliRunner().invoke(main, ["serve"])
    assert result.exit_code == 2
    assert sorted(line.split(":")[0] for line in result.stderr.splitlines()) == ["TOCSIN_LOG_LEVEL", "TOCSIN_PORT"]


@pytest.mark.parametrize("name", ["web", "worker", "migrate"])
def test_an_unreachable_database_is_one_line_and_exit_code_2(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """The line names the server and the setting, not the password."""
    monkeypatch.setenv("TOCSIN_DATABASE_URL", "postgresql://ann:secret@127.0.0.1:1/tocsin")
    result = CliRunner().invoke(main, [name])
    assert result.exit_code == 2
    assert len(result.stderr.splitlines()) == 1
    assert "127.0.0.1:1" in result.stderr
    assert "TOCSIN_DATABASE_URL" in result.stderr
    assert "secret" not in result.stderr
