"""The HTTP API on a database of its own, for scraping."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.http import Site, site_on

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def site(database_url: str) -> Iterator[Site]:
    """Yield the API, with an agreement published for each of two partnerships."""
    with site_on(database_url) as site:
        yield site
