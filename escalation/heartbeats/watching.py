"""When a heartbeat is late, when its silence is told, and when it is over. Pure.

Time counts from the last call, or from when the heartbeat began to count (made, or resumed), whichever is later. It is
due an interval after that, and silent once its grace has passed as well.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol


class State(StrEnum):
    """How a heartbeat is at an instant."""

    NEVER_HEARD = "never_heard"
    ALIVE = "alive"
    LATE = "late"
    SILENT = "silent"
    PAUSED = "paused"
    REMOVED = "removed"


class Watched(Protocol):
    """What is known of a heartbeat: its row has it."""

    @property
    def counts_from(self) -> datetime:
        """When it began to count."""

    @property
    def heard_at(self) -> datetime | None:
        """When it called last."""

    @property
    def interval_seconds(self) -> int:
        """Within which it calls again."""

    @property
    def grace_seconds(self) -> int:
        """For which it may be late."""

    @property
    def silent_since(self) -> datetime | None:
        """When the silence began that was told."""

    @property
    def incident(self) -> str | None:
        """What it opened; None also where that was refused."""

    @property
    def paused_at(self) -> datetime | None:
        """Since when it is paused."""

    @property
    def removed_at(self) -> datetime | None:
        """Since when it is no more."""


@dataclass(frozen=True, slots=True)
class Missing:
    """A silence is to be told, which began then."""

    since: datetime


@dataclass(frozen=True, slots=True)
class Back:
    """A silence that was told is over: it called then."""

    heard_at: datetime


def since(watched: Watched) -> datetime:
    """Give from when time counts."""
    return watched.counts_from if watched.heard_at is None else max(watched.counts_from, watched.heard_at)


def expected_at(watched: Watched) -> datetime:
    """Give by when it should call."""
    return since(watched) + timedelta(seconds=watched.interval_seconds)


def silent_at(watched: Watched) -> datetime:
    """Give from when on it is silent, if it does not call before."""
    return expected_at(watched) + timedelta(seconds=watched.grace_seconds)


def verdict(watched: Watched, now: datetime) -> Missing | Back | None:
    """Say what is to be told at an instant; None: nothing. What opened an incident is not told again."""
    if watched.paused_at is not None or watched.removed_at is not None:
        return None
    if watched.heard_at is not None and _is_back(watched):
        return Back(watched.heard_at)
    if watched.incident is None and now >= silent_at(watched):
        return Missing(since(watched))
    return None


def state(watched: Watched, now: datetime) -> State:
    """Say how it is at an instant, whether or not that was told yet."""
    if watched.removed_at is not None:
        return State.REMOVED
    if watched.paused_at is not None:
        return State.PAUSED
    if now >= silent_at(watched) or (watched.silent_since is not None and not _is_back(watched)):
        return State.SILENT
    if now >= expected_at(watched):
        return State.LATE
    return State.NEVER_HEARD if watched.heard_at is None else State.ALIVE


def _is_back(watched: Watched) -> bool:
    """Say whether it called after the beginning of the silence that was told."""
    return watched.silent_since is not None and watched.heard_at is not None and watched.heard_at > watched.silent_since
