"""The HTTP API on a database of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text
from sqlalchemy.engine import make_url

from tests.support.http import Site, site_on

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Engine


@pytest.fixture
def site(database_url: str) -> Iterator[Site]:
    """Yield the API, with an agreement published for each of two partnerships."""
    with site_on(database_url) as site:
        yield site


@pytest.fixture(scope="session")
def shared_site(postgres_url: str, _server: Engine) -> Iterator[Site]:
    """Yield one API for tests that look at nothing but the answers to their own requests."""
    with _server.connect() as connection:
        connection.execute(text("CREATE DATABASE shared TEMPLATE migrated"))
    with site_on(make_url(postgres_url).set(database="shared").render_as_string(hide_password=False)) as site:
        yield site
