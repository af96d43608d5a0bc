"""`tocsin key`: what an operator does about keys at the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner, Result

from api.cli import main

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.http import Site


@pytest.fixture
def key(site: Site, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Give a function that runs `tocsin key` on the site's database."""
    del site  # it has keys of others
    monkeypatch.setenv("TOCSIN_DATABASE_URL", database_url)
    return lambda *arguments: CliRunner().invoke(main, ["key", *arguments])


@pytest.mark.parametrize("prefix", ["", "key:"])
def test_a_key_is_taken_back_by_its_id(site: Site, key: Callable[..., Result], prefix: str) -> None:
    """As it stands in the token or in an actor; the other keys stay."""
    token = key("create", "short").output.strip()
    result = key("revoke", prefix + token.split("_")[1])
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.output == "Revoked. Every process stops taking it within 5 seconds.\n"
    assert site.caller(token).get("/v1/incidents").status == 401
    assert site.operator.get("/v1/incidents").status == 200


def test_a_key_is_taken_back_once(key: Callable[..., Result]) -> None:
    """The second time is one line and exit code 1."""
    identity = key("create", "short").output.split("_")[1]
    assert key("revoke", identity).exit_code == 0
    result = key("revoke", identity)
    assert (result.exit_code, result.stdout, result.stderr) == (1, "", "The key is revoked already.\n")


@pytest.mark.parametrize("unknown", ["0" * 16, "key:", "tocsin_0123456789abcdef_secret"])
def test_an_unknown_key_is_one_line_that_says_what_to_give(key: Callable[..., Result], unknown: str) -> None:
    """It does not repeat what was typed, which may be a secret."""
    result = key("revoke", unknown)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith("There is no such key. Give ")
    assert len(result.stderr.splitlines()) == 1
    assert "secret" not in result.stderr


@pytest.mark.parametrize("name", ["create", "revoke"])
def test_its_help_has_an_example(name: str) -> None:
    """An example is a line of its own that can be copied."""
    result = CliRunner().invoke(main, ["key", name, "--help"])
    assert f"\n    tocsin key {name} " in result.output
