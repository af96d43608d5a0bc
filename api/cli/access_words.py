"""Keys and members as tables in the terminal, and what names of partnerships look like there."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import click
from rich.table import Table
from rich.text import Text

from api.cli.replay_views import wide
from notifications.message.words import printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from sqlalchemy import Row


def check_partnership(partnership: str | None) -> None:
    """Refuse what no partnership can be called: nothing would be found there."""
    from api.http.access import PARTNERSHIP  # noqa: PLC0415 - --help need not wait for it

    if partnership is not None and not re.fullmatch(PARTNERSHIP, partnership):
        message = "Use small letters, digits and '-', at most 63, such as acme-globex."
        raise click.BadParameter(message, param_hint="--partnership")


def print_keys(rows: Iterable[Row[Any]], now: datetime) -> None:
    """Print one line a key."""
    table = Table("id", "name", "partnership", "party", "scopes", "last used", "state")
    for row in rows:
        scopes = " ".join(row.scopes) or "all"
        used = "never" if row.last_used_at is None else _minute(row.last_used_at)
        cells = (row.id, row.name, row.partnership or "all", row.party or "", scopes, used, _state(row, now))
        table.add_row(*map(_text, cells))
    wide().print(table)


def print_members(rows: Iterable[Row[Any]], people: Mapping[str, Row[Any]]) -> None:
    """Print one line a member."""
    table = Table("person", "name", "e-mail", "partnership", "party", "roles", "since")
    for row in rows:
        known = people[row.person]
        name, email = known.name or "[erased]", known.email or ("" if known.deactivated_at is None else "[deactivated]")
        cells = (row.person, name, email, row.partnership, row.party, " ".join(row.roles), _minute(row.since))
        table.add_row(*map(_text, cells))
    wide().print(table)


def _state(row: Row[Any], now: datetime) -> str:
    if row.revoked_at is not None:
        return f"revoked {_minute(row.revoked_at)}"
    if row.expires_at is not None:
        return f"{'expired' if row.expires_at <= now else 'until'} {_minute(row.expires_at)}"
    if row.old_until is not None and row.old_until > now:
        return f"valid; old secret until {_minute(row.old_until)}"
    return "valid"


def _minute(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M}Z"


def _text(value: str) -> Text:
    return Text(printable(value))
