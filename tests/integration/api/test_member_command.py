"""`tocsin member`: what an operator does about people at the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner, Result

from api.cli import main
from tests.support.http import OURS

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.http import Site

ANN = ("ann@acme.example", "--name", "Ann Olsen", "--partnership", OURS, "--party", "acme")


@pytest.fixture
def member(site: Site, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Give a function that runs `tocsin member` on the site's database."""
    del site  # it has published the agreements
    monkeypatch.setenv("TOCSIN_DATABASE_URL", database_url)
    monkeypatch.setenv("COLUMNS", "240")
    return lambda *arguments: CliRunner().invoke(main, ["member", *arguments])


def test_a_member_is_added_listed_and_removed(site: Site, member: Callable[..., Result]) -> None:
    """Registered on the way, known by their e-mail address, and gone from the list in the end."""
    added = member("add", *ANN, "--role", "responder", "--role", "administrator")
    person = site.tocsin.people.by_email("ann@acme.example")
    assert (added.exit_code, added.stderr) == (0, "")
    assert added.output == f"person:{person} is now administrator, responder for acme in {OURS}.\n"
    for words in ((), ("--partnership", OURS)):
        [line] = [line for line in member("list", *words).output.splitlines() if "Ann Olsen" in line]
        assert all(word in line for word in (str(person), "ann@acme.example", OURS, "acme", "administrator responder"))
    removed = member("remove", "Ann@acme.example", "--partnership", OURS)
    assert (removed.exit_code, removed.output) == (0, "Removed. Every process knows within 5 seconds.\n")
    assert "Ann Olsen" not in member("list").output
    assert site.tocsin.people.principal_of(str(person)) is not None


def test_whoever_is_deactivated_is_let_in_nowhere(site: Site, member: Callable[..., Result]) -> None:
    """Removed from one partnership, and gone from all."""
    member("add", *ANN, "--role", "responder")
    person = site.tocsin.people.by_email("ann@acme.example")
    assert member("remove", f"person:{person}", "--partnership", OURS, "--deactivate").exit_code == 0
    assert site.tocsin.people.principal_of(str(person)) is None


def test_a_service_is_added_by_what_its_provider_calls_it(site: Site, member: Callable[..., Result]) -> None:
    """Added again, it is the same one, with other roles."""
    service = ("add-service", "Monitoring", "--issuer", "https://login.acme.example", "--subject", "client-7")
    for role in ("responder", "auditor"):
        assert member(*service, "--partnership", OURS, "--party", "acme", "--role", role).exit_code == 0
    [row] = site.tocsin.members.listed(OURS)
    assert row.person == site.tocsin.people.by_identity("https://login.acme.example", "client-7")
    assert row.roles == ["auditor"]


@pytest.mark.parametrize(
    "arguments",
    [
        ("add", "ann", *ANN[1:], "--role", "responder"),
        ("add", *ANN[:-1], "initech", "--role", "responder"),
        ("remove", "nobody@acme.example", "--partnership", OURS),
        ("remove", "0" * 32, "--partnership", OURS),
    ],
)
def test_what_does_not_fit_is_one_line(site: Site, member: Callable[..., Result], arguments: tuple[str, ...]) -> None:
    """No address, no such party, no such member; and nobody is registered on the way."""
    result = member(*arguments)
    assert (result.exit_code, result.stdout) == (1, "")
    assert len(result.stderr.splitlines()) == 1
    assert site.tocsin.people.by_email("ann@acme.example") is None


@pytest.mark.parametrize("name", ["add", "add-service", "list", "remove"])
def test_its_help_has_an_example(name: str) -> None:
    """An example is a line of its own that can be copied."""
    result = CliRunner().invoke(main, ["member", name, "--help"])
    assert f"\n    tocsin member {name} " in result.output
