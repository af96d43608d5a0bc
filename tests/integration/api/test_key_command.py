"""`tocsin key`: what an operator does about keys at the terminal."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner, Result

from api.access.permissions import OF_A_PARTNERSHIP, Scope
from api.access.principal import Principal
from api.cli import main
from tests.support.http import OURS

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.http import Site


@pytest.fixture
def key(site: Site, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Give a function that runs `tocsin key` on the site's database."""
    del site  # it has keys of others
    monkeypatch.setenv("TOCSIN_DATABASE_URL", database_url)
    monkeypatch.setenv("COLUMNS", "240")
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


def test_a_key_of_a_partnership_works_and_neither_signs_audits_nor_administers(
    site: Site, key: Callable[..., Result]
) -> None:
    """Unless somebody asks for that; `--scope` gives what it names alone, for the party named."""
    usual = site.tocsin.keys.find(key("create", "usual", "--partnership", OURS, "--party", "acme").output.strip())
    assert usual is not None
    [membership] = usual.memberships
    assert (membership.partnership, membership.party) == (OURS, "acme")
    assert set(OF_A_PARTNERSHIP) - set(membership.scopes) == {Scope.AGREEMENTS_DECIDE, Scope.AUDIT_READ, Scope.ADMIN}
    asked = key("create", "asked", "--partnership", OURS, "--scope", "admin", "--scope", "audit:read").output.strip()
    found = site.tocsin.keys.find(asked)
    assert found is not None
    assert found.memberships[0].scopes == {Scope.AUDIT_READ, Scope.ADMIN}


def test_an_operators_key_can_be_limited_to_metrics(site: Site, key: Callable[..., Result]) -> None:
    """It reads metrics, and nothing of any partnership; the list says so. Without `--scope` it may do everything."""
    token = key("create", "prometheus", "--scope", "metrics:read").output.strip()
    found = site.tocsin.keys.find(token)
    assert found == Principal(f"key:{token.split('_')[1]}", operator=True, powers=frozenset({Scope.METRICS_READ}))
    assert site.caller(token).get("/v1/incidents").status == 403
    assert site.caller(token).get(f"/v1/partnerships/{OURS}/keys").status == 403
    [line] = [line for line in key("list").output.splitlines() if "prometheus" in line]
    assert "metrics:read" in line
    everything = site.tocsin.keys.find(key("create", "all").output.strip())
    assert everything is not None
    assert everything.powers == set(Scope)


def test_a_key_can_be_given_an_end(site: Site, key: Callable[..., Result]) -> None:
    """So long after the database's present."""
    before = datetime.now(UTC)
    identity = key("create", "short", "--partnership", OURS, "--expires-in", "90d").output.split("_")[1]
    ends = site.tocsin.keys.described(identity).expires_at
    assert before + timedelta(days=90) <= ends <= datetime.now(UTC) + timedelta(days=90)


def test_a_key_is_rotated_by_its_id(site: Site, key: Callable[..., Result]) -> None:
    """The new token is printed alone; the old one goes on as long as asked for."""
    old = key("create", "long").output.strip()
    identity = old.split("_")[1]
    result = key("rotate", identity, "--old-for", "0m")
    assert (result.exit_code, result.stderr) == (0, "")
    assert site.caller(result.output.strip()).get("/v1/incidents").status == 200
    site.clock.move(hours=24 * 365 * 10)  # the command goes by the database's clock, which is later than the site's
    assert site.caller(old).get("/v1/incidents").status == 401
    refused = key("rotate", identity, "--old-for", "31d")
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert "30 days" in refused.stderr


def test_keys_are_listed_without_their_secrets(site: Site, key: Callable[..., Result]) -> None:
    """Name, party, last use and state; nothing that lets anybody in."""
    token = key(
        "create", "mine [red]", "--partnership", OURS, "--party", "acme", "--scope", "events:read"
    ).output.strip()
    revoked = key("create", "gone", "--partnership", OURS).output.split("_")[1]
    key("revoke", revoked)
    assert site.tocsin.keys.find(token)
    result = key("list", "--partnership", OURS)
    assert result.exit_code == 0
    [mine] = [line for line in result.output.splitlines() if token.split("_")[1] in line]
    assert all(word in mine for word in ("mine [red]", "acme", "events:read", "2026-03-02 12:00Z", "valid"))
    assert "revoked" in next(line for line in result.output.splitlines() if revoked in line)
    assert token.split("_", 2)[2] not in result.output
    assert "operator" not in result.output
    assert "operator" in key("list").output


@pytest.mark.parametrize(
    "arguments",
    [
        ("--party", "acme"),
        ("--scope", "admin"),
        ("--partnership", OURS, "--party", "initech"),
        ("--partnership", OURS, "--scope", "metrics:read"),
    ],
)
def test_what_does_not_fit_is_one_line(key: Callable[..., Result], arguments: tuple[str, ...]) -> None:
    """A party without a partnership, one that its agreement does not name, a scope that such a key cannot have."""
    result = key("create", "wrong", *arguments)
    assert (result.exit_code, result.stdout) == (1, "")
    assert len(result.stderr.splitlines()) == 1


@pytest.mark.parametrize("arguments", [("--scope", "events:write"), ("--expires-in", "soon"), ("--expires-in", "1.5d")])
def test_what_is_no_scope_or_duration_is_wrong_usage(key: Callable[..., Result], arguments: tuple[str, ...]) -> None:
    """Exit code 2, and what would be right."""
    result = key("create", "wrong", "--partnership", OURS, *arguments)
    assert result.exit_code == 2
    assert "'events:read'" in result.stderr or "90d" in result.stderr


def test_a_party_that_is_misspelt_is_named_with_those_there_are(key: Callable[..., Result]) -> None:
    """What is wrong, and what would be right, in one line."""
    result = key("create", "wrong", "--partnership", OURS, "--party", "acne")
    assert (result.exit_code, result.stderr) == (1, "party: It must be one of: acme, globex.\n")


@pytest.mark.parametrize("unknown", ["0" * 16, "key:", "tocsin_0123456789abcdef_secret"])
def test_an_unknown_key_is_one_line_that_says_what_to_give(key: Callable[..., Result], unknown: str) -> None:
    """It does not repeat what was typed, which may be a secret."""
    for verb in ("revoke", "rotate"):
        result = key(verb, unknown)
        assert (result.exit_code, result.stdout) == (1, "")
        assert result.stderr.startswith("There is no such key. Give ")
        assert len(result.stderr.splitlines()) == 1
        assert "secret" not in result.stderr


@pytest.mark.parametrize("name", ["create", "list", "rotate", "revoke"])
def test_its_help_has_an_example(name: str) -> None:
    """An example is a line of its own that can be copied."""
    result = CliRunner().invoke(main, ["key", name, "--help"])
    assert f"\n    tocsin key {name} " in result.output
