"""Which processes die, in which order: drawn from a seed, so that a run can be repeated. Pure."""

from __future__ import annotations

import random
from dataclasses import dataclass
from itertools import chain, count, islice
from typing import TYPE_CHECKING

from tests.faults.points import NAMED

if TYPE_CHECKING:
    from collections.abc import Iterator

WEB, MASTER, WORKER, SEQUENCER = "web", "web master", "worker", "sequencer"
AT_RANDOM = (WEB, MASTER, WORKER, SEQUENCER)
"""Who dies at a random instant; `web` is one of gunicorn's processes, `web master` the one above them."""

SHORTEST, LONGEST = 0.2, 1.6
"""Seconds between a victim's death and the next kill."""


@dataclass(frozen=True)
class Kill:
    """One kill: at a named point, or (`at_random`) of a process of that kind at whatever it is doing then."""

    where: str
    at_random: bool
    wait: float

    def __str__(self) -> str:
        """Name it."""
        return f"{self.where}: at a random instant" if self.at_random else self.where


def plan(seed: int, kills: int) -> list[Kill]:
    """Draw `kills` kills: all named points first, then the rest, and so in rounds, each in an order of its own."""
    chance = drawing(seed)
    return list(islice(chain.from_iterable(_round(chance) for _ in count()), kills))


def drawing(*seeds: int) -> random.Random:
    """Give chance that can be repeated."""
    return random.Random("/".join(map(str, seeds)))  # noqa: S311 - nothing secret hangs on it


def _round(chance: random.Random) -> Iterator[Kill]:
    for places, at_random in ((NAMED, False), (AT_RANDOM, True)):
        for where in chance.sample(places, len(places)):
            yield Kill(where, at_random, chance.uniform(SHORTEST, LONGEST))
