"""The access log: who read or exported which partnership's data. A row is written before its reader has an answer.

The rows answer the auditors' questions; the journal puts them into the partnership's own log (see journal.py).
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import structlog
from psycopg import Error
from sqlalchemy import insert, select
from sqlalchemy.exc import SQLAlchemyError

from api.access.tables import access_log
from incidents.errors import TocsinError
from incidents.ledger.pipeline import Write, send

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import Engine

_INSERT = insert(access_log)
_ENTRY = (
    access_log.c.at,
    access_log.c.actor,
    access_log.c.party,
    access_log.c.operation,
    access_log.c.target,
)
_PAGE = select(access_log.c.id, *_ENTRY).order_by(access_log.c.id.desc())

_log = structlog.get_logger(__name__)


class NotLogged(TocsinError):
    """The access log cannot be written, and what is not logged is not given out. Try again in a moment."""

    code = "access_not_logged"
    headers: ClassVar[Mapping[str, str]] = {"Retry-After": "1"}


@dataclass(frozen=True)
class Read:
    """Somebody was given data of a partnership: by which operation, and of what, where that is one thing."""

    partnership: str
    at: datetime
    actor: str
    party: str | None
    operation: str
    target: str | None


@dataclass(frozen=True)
class Wanted:
    """Which rows of a partnership's access log; None: whatever it is. `since` is included, `until` is not."""

    partnership: str
    actor: str | None = None
    operation: str | None = None
    since: datetime | None = None
    until: datetime | None = None


class Reads:
    """Writes and reads the access log."""

    def __init__(self, engine: Engine) -> None:
        """Take an engine in autocommit mode."""
        self._engine = engine

    def write(self, reads: Sequence[Read]) -> None:
        """Keep who read what; after this it stays. NotLogged."""
        try:
            with self._engine.connect() as connection:
                send(connection, [Write(_INSERT, [asdict(read) for read in reads])], commit=True)
        except (Error, SQLAlchemyError) as error:
            _log.error("access_not_logged", exc_info=error)
            raise NotLogged from error

    def page(self, wanted: Wanted, *, before: int | None, most: int) -> tuple[Sequence[Any], int | None]:
        """Give the newest rows, below an id if one is given; and the id below which the next page begins, if any."""
        query = _PAGE.where(access_log.c.partnership == wanted.partnership).limit(most + 1)
        for column, value in ((access_log.c.actor, wanted.actor), (access_log.c.operation, wanted.operation)):
            if value is not None:
                query = query.where(column == value)
        if wanted.since is not None:
            query = query.where(access_log.c.at >= wanted.since)
        if wanted.until is not None:
            query = query.where(access_log.c.at < wanted.until)
        if before is not None:
            query = query.where(access_log.c.id < before)
        with self._engine.connect() as connection:
            found = connection.execute(query).all()
        return found[:most], found[most - 1].id if len(found) > most else None
