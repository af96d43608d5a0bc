"""The fuzz works: generated requests are sent and looked at, and it notices a leak; the short form of `make fuzz`."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from tests.fuzz.findings import LEAK
from tests.fuzz.leak import ENOUGH, FIELD, WHERE, leaking
from tests.fuzz.run import Fuzz

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

SEED, CASES = 1206, 500
CLAIMED = ("evidence", frozenset({"/v1/incidents/{reference}/claims/{number}"}), "evidence")
"""A field of claims, where it shows, and what it is called among the secrets."""


@pytest.fixture
def fresh(database_url: str) -> Callable[[], AbstractContextManager[str]]:
    """Give what makes a database, once."""
    left = [database_url]

    @contextmanager
    def make() -> Iterator[str]:
        yield left.pop()

    return make


def test_no_answer_is_wrong(fresh: Callable[[], AbstractContextManager[str]]) -> None:
    """No server's error, nothing undocumented, no secret told; and some requests did get through."""
    report = Fuzz(CASES, SEED).run(fresh)
    assert report.found == {}
    assert report.cases == CASES
    assert any(status < 300 for status in report.statuses)


@pytest.mark.parametrize(("field", "where", "what"), [(FIELD, WHERE, "a description"), CLAIMED])
def test_a_leak_of_one_field_is_found_out(
    fresh: Callable[[], AbstractContextManager[str]], field: str, where: frozenset[str], what: str
) -> None:
    """Where what is kept from a party is shown, its secret is seen, and the request is told."""
    with leaking(field):
        report = Fuzz(ENOUGH, SEED, only=where, first=True).run(fresh)
    assert {check for check, _ in report.found} == {LEAK}
    [found] = report.found.values()
    assert what in found.message
    assert found.curl.startswith("curl ")
