"""Rungs that somebody has told by hand, rather than waiting for them. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from incidents.errors import InvalidField
from incidents.refusals import TopOfLadder

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from escalation.agreement.model import Rung


def named(rungs: Iterable[Rung], wanted: int) -> int:
    """Give the place of a rung that somebody names. InvalidField for one that pages nobody."""
    paging = [rung.index for rung in rungs if rung.page]
    if wanted not in paging:
        choices = ", ".join(map(str, paging)) or "none: this ladder pages nobody"
        raise InvalidField("rung", f"It must be one of: {choices}.")
    return wanted


def above(rungs: Iterable[Rung], told: Sequence[int]) -> int:
    """Give the place of the first paging rung above the last that paged; `told` are places in order. TopOfLadder."""
    paging = [rung.index for rung in rungs if rung.page]
    standing = next((place for place in reversed(told) if place in paging), -1)
    for place in paging:
        if place > standing:
            return place
    raise TopOfLadder


def counts(rung: Rung, severity: str, service: str | None) -> bool:
    """Whether a rung counts for the incident at all; that it asks for hours is no matter to whoever calls it now."""
    only = rung.only
    return (not only.severities or severity in only.severities) and (not only.services or service in only.services)
