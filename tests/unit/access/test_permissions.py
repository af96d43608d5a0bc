"""The one table of roles: what it gives, and that people are told the same."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from api.access.permissions import OF_A_PARTNERSHIP, ROLES, Scope, scopes_of
from api.access.principal import Membership, Principal

DOCS = Path(__file__).resolve().parents[3] / "docs" / "access.md"


def documented(heading: str) -> list[list[str]]:
    """Give the rows of the first table under a heading, its head first."""
    section = DOCS.read_text(encoding="utf-8").split(f"\n## {heading}\n")[1].split("\n## ")[0]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in section.splitlines() if line[:1] == "|"]
    return [rows[0], *rows[2:]]


def test_the_documentation_has_the_same_roles() -> None:
    """Row by row: a role has a mark under each scope that it gives, and no other."""
    head, *rows = documented("Roles")
    scopes = [re.sub("`", "", cell) for cell in head[1:]]
    assert sorted(scopes) == sorted(scope.value for scope in Scope)
    told = {row[0]: {scope for scope, mark in zip(scopes, row[1:], strict=True) if mark} for row in rows}
    assert told == {role: set(given) for role, given in ROLES.items()}


def test_the_documentation_names_every_scope() -> None:
    """Each with what it is for."""
    _, *rows = documented("Scopes")
    assert [row[0].strip("`") for row in rows] == [scope.value for scope in Scope]
    assert all(row[1] for row in rows)


def test_roles_add_up() -> None:
    """Somebody may do what any of their roles may; without one, nothing; and there is no other role."""
    assert scopes_of(["approver", "auditor"]) == ROLES["approver"] | ROLES["auditor"]
    assert scopes_of([]) == frozenset()
    with pytest.raises(KeyError):
        scopes_of(["king"])


def test_nobody_but_the_operator_publishes_agreements() -> None:
    """No role and no partnership's key does."""
    assert frozenset(Scope) - {Scope.AGREEMENTS_WRITE, Scope.METRICS_READ} == OF_A_PARTNERSHIP
    assert not any({Scope.AGREEMENTS_WRITE, Scope.METRICS_READ} & given for given in ROLES.values())
    assert Principal("key:1", operator=True).may(Scope.AGREEMENTS_WRITE)


def test_a_principal_belongs_where_it_is_a_member() -> None:
    """A scope counts in its own partnership alone; the operator is everywhere."""
    reads, writes = frozenset({Scope.INCIDENTS_READ}), frozenset({Scope.INCIDENTS_WRITE})
    somebody = Principal("person:1", (Membership("a-b", "a", reads), Membership("a-c", "a", writes)))
    assert somebody.partnerships(Scope.INCIDENTS_READ) == ["a-b"]
    assert somebody.membership("b-c") is None
    assert not somebody.may(Scope.ADMIN)
    operator = Principal("key:1", operator=True)
    assert operator.partnerships(Scope.ADMIN) is None
    assert operator.membership("b-c") == Membership("b-c", None, frozenset(Scope))
