"""What all facts of an incident have in common, and what can be withheld of each kind."""

from __future__ import annotations

import typing
from dataclasses import field
from functools import cache
from typing import ClassVar

from incidents.ledger.catalogue import snake
from incidents.ledger.facts import Record, Sealed

WHOLE = "*"
"""Stands for all of a fact where a field could stand."""


class IncidentEvent(Record.Event):
    """Something that happened to an incident."""

    NAMES: ClassVar[frozenset[str]] = frozenset()
    """Its fields that name people, beside those that are called so in every kind of fact."""


class Decision(IncidentEvent):
    """Something that people, or programs for them, said or decided.

    `for_party` is whose they were (None: neither side's), `via` how it came in: api, slack, cli, import, heartbeat, or
    the channel of the page whose link was followed (email, sms).
    `visible_to` names the parties that may see it; None: all.
    """

    WHOLE: ClassVar[bool] = False
    """Whether a restriction withholds all of it. Otherwise only its words: the state that it changes is shared."""

    for_party: str | None = field(default=None, kw_only=True)
    via: str | None = field(default=None, kw_only=True)
    visible_to: list[str] | None = field(default=None, kw_only=True)


class SystemEvent(IncidentEvent):
    """What the engine or a sender says; people decide nothing by it."""

    SYSTEM: ClassVar[bool] = True


_NAMED = frozenset(
    {"impact", "urgency", "users_affected_pct", "flags", "assignee", "pages", "recipient", "detail", "whom"}
)


@cache
def kind_of(happening: type[IncidentEvent]) -> str:
    """Give what a kind of fact is called in agreements: `noted`, `update_posted`."""
    return snake(happening.__name__)


@cache
def words_of(happening: type[IncidentEvent]) -> tuple[str, ...]:
    """Give the fields of a kind of fact that people write words into."""
    hints = typing.get_type_hints(happening, include_extras=True)
    return tuple(sorted(name for name, hint in hints.items() if Sealed in _parts(hint)))


@cache
def confidential(happening: type[IncidentEvent]) -> tuple[str, ...]:
    """Give the fields of a kind of fact that can be withheld; the others carry the state that clocks hang on."""
    hints = typing.get_type_hints(happening)
    return tuple(sorted({*words_of(happening), *(_NAMED & hints.keys()), *happening.NAMES}))


def _parts(hint: object) -> set[object]:
    inner = (*typing.get_args(hint), *getattr(hint, "__metadata__", ()))
    return {hint, *(part for each in inner for part in _parts(each))} if inner else {hint}
