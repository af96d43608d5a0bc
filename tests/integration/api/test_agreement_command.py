"""`tocsin agreement` on what is published."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner, Result

from api.cli import main
from tests.support.http import OURS, Site, agreement_text

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.fixture
def agreement(site: Site, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Give a function that runs `tocsin agreement` where a second version is tighter."""
    second = agreement_text(version=2).replace(b"S1: PT40S", b"S1: PT30S")
    assert site.operator.send("/v1/agreements", second, "application/yaml").status == 201
    monkeypatch.setenv("TOCSIN_DATABASE_URL", database_url)
    return lambda *arguments: CliRunner().invoke(main, ["agreement", *arguments])


def test_two_published_versions_are_compared(agreement: Callable[..., Result]) -> None:
    """Each is named as PARTNERSHIP@VERSION."""
    result = agreement("diff", f"{OURS}@1", f"{OURS}@2")
    assert result.exit_code == 0
    assert "metadata, version: 1 → 2" in result.output
    assert "resolve, S1: 40 s → 30 s" in result.output
    assert result.output.endswith("2 differences.\n")


def test_a_version_that_is_not_published_is_one_line(agreement: Callable[..., Result]) -> None:
    """And exit code 1."""
    result = agreement("diff", f"{OURS}@1", f"{OURS}@9")
    assert (result.exit_code, len(result.stderr.splitlines())) == (1, 1)


def test_what_holds_under_a_published_version_is_shown(agreement: Callable[..., Result]) -> None:
    """As of a file."""
    result = agreement("show", f"{OURS}@2", "--service", "reporting")
    assert result.exit_code == 0
    assert "30 s" in result.output
