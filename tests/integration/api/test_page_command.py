"""`tocsin page test`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner, Result

from api.access.members import Grant
from api.cli import main
from tests.support.http import OURS

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.http import Site


@pytest.fixture
def page(site: Site, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Give a function that runs `tocsin page test`."""
    monkeypatch.setenv("TOCSIN_DATABASE_URL", site.tocsin.url)
    return lambda *arguments: CliRunner().invoke(main, ["page", "test", *arguments])


def test_it_shows_each_step(page: Callable[..., Result], site: Site) -> None:
    """By mail address or by id; with nothing said, there is the terminal."""
    ann = site.tocsin.people.register("Ann Olsen", "ann.olsen@acme.example", by="test")
    site.tocsin.members.grant(OURS, Grant(ann, "acme", ("responder",)), by="test")
    for person in ("ann.olsen@acme.example", ann):
        shown = page(person, "--partnership", OURS, "--no-wait")
        assert shown.exit_code == 0, shown.output
        assert "terminal" in shown.output
        assert "waiting" in shown.output


def test_nobody_by_that_name(page: Callable[..., Result]) -> None:
    """It says what to do."""
    refused = page("nobody@acme.example", "--partnership", OURS)
    assert refused.exit_code == 1
    assert "tocsin member list" in refused.output
