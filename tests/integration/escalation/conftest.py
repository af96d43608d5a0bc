"""Fixtures for tests of escalation on a real database."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.desk import Desk

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def desk(database_url: str) -> Iterator[Desk]:
    """Yield a desk on a database of its own."""
    made = Desk(database_url)
    yield made
    made.close()
