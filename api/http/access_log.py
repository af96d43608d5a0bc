"""Noting whose data a request is given, and logging that before the answer leaves.

What a view reaches is noted by what lets it reach (access.py). A list over all partnerships notes its rows' own; what
streams notes and logs each part before it sends it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from flask import g, request

from api.access.reads import Read

if TYPE_CHECKING:
    from collections.abc import Iterable

    from api.bootstrap import Tocsin

READING = {"GET", "HEAD"}
"""What commands and publications do stands in the ledger anyway, under their senders' names."""


def noted(partnership: str, target: str | None = None) -> None:
    """Note that this request is given data of a partnership: of one thing there, by its id, or of several."""
    targets = _noted().setdefault(partnership, {})
    if target is not None:
        targets[target] = None


def noted_all(partnerships: Iterable[str]) -> None:
    """Note that this request is given data of each of some partnerships."""
    for partnership in partnerships:
        noted(partnership)


def log_reads(tocsin: Tocsin) -> None:
    """Log what has been noted since the last time: one row for each partnership, or for each thing. NotLogged."""
    found = _noted()
    if found and request.method in READING:
        at, who = tocsin.clock.now(), g.principal
        tocsin.reads.write(
            [
                Read(partnership, at, who.actor, who.membership(partnership).party, g.operation, target)
                for partnership, targets in found.items()
                for target in targets or (None,)
            ]
        )
    found.clear()


def _noted() -> dict[str, dict[str, None]]:
    return cast("dict[str, dict[str, None]]", g.setdefault("noted", {}))
