"""The product opened for a command: settings, logging, database, migrations, wiring; and closed again."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from api.logs import configure_logging
from api.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from api.bootstrap import Tocsin


@contextmanager
def opened(committed: Callable[[], None] | None = None) -> Iterator[Tocsin]:
    """Open Tocsin on the configured database, or on the embedded one, which is started if it does not run yet.

    Raises:
        CannotStart: the settings are wrong, or the database cannot be had.
    """
    from api.bootstrap import build  # noqa: PLC0415 - --help need not wait for every floor
    from api.postgres.database import database  # noqa: PLC0415
    from api.postgres.migrate import upgrade  # noqa: PLC0415

    settings = Settings.read()
    configure_logging(settings.log_level, settings.log_format)
    with database(settings) as url:
        upgrade(settings.migrations_url or url)
        tocsin = build(url, committed=committed)
        try:
            yield tocsin
        finally:
            tocsin.close()
