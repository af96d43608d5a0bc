"""The command in hand: which one it is, and when it is recorded.

A ContextVar carries it to the Mapper, which the library gives no other way to (design decision 11).
"""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from uuid import uuid4

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime


@dataclass
class Command:
    """One request to change something. All facts that it causes share its id and its recording time."""

    recorded_at: datetime
    id: str = field(default_factory=lambda: uuid4().hex)
    keys: dict[str, bytes] = field(default_factory=dict)
    """Keys of the streams that this command has read or begun (see sealing.py)."""


_current: ContextVar[Command] = ContextVar("tocsin_command")


def current_command() -> Command:
    """Give the command in hand; LookupError where a fact is made outside of one."""
    return _current.get()


def command_in_hand() -> Command | None:
    """Give the command in hand, if there is one: reading alone needs none."""
    return _current.get(None)


@contextmanager
def in_command(command: Command) -> Iterator[Command]:
    """Make `command` the one in hand for a block."""
    token = _current.set(command)
    try:
        yield command
    finally:
        _current.reset(token)
