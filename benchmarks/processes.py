"""Work in several processes that begin at the same moment."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

R = TypeVar("R")


class Barrier(Protocol):
    """What all wait at until the last is there."""

    def wait(self, timeout: float | None = None) -> int:
        """Wait for the others."""


def side_by_side(processes: int, work: Callable[..., R], *arguments: Any) -> list[R]:  # noqa: ANN401 - the work's own
    """Call `work(*arguments, barrier)` in new processes, each of which waits at the barrier; give what they return."""
    context = get_context("spawn")
    with context.Manager() as manager, ProcessPoolExecutor(processes, mp_context=context) as pool:
        barrier = manager.Barrier(processes, timeout=60)
        started = [pool.submit(work, *arguments, barrier) for _ in range(processes)]
        return [each.result() for each in started]
