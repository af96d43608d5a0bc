"""The worker's loops: a part that turns gives signs of life, one that hangs or fails gives none."""

from __future__ import annotations

import threading

from api.processes.worker import Worker


class Quiet:
    """A listener to whom nothing is said."""

    def wait(self) -> None:
        """Wait a moment."""
        threading.Event().wait(0.01)


def test_only_a_part_that_gets_through_its_turn_gives_a_sign_of_life() -> None:
    """One that hangs beside it, and one that fails, are silent; and neither stops the others."""
    beaten: list[str] = []
    turned, hanging = threading.Event(), threading.Event()

    def beat(part: str) -> None:
        beaten.append(part)
        if len(beaten) == 3:
            turned.set()

    def fail() -> int:
        raise RuntimeError("not today")

    works = {"turning": lambda: 1, "hanging": lambda: int(hanging.wait()), "failing": fail}
    worker = Worker(Quiet(), works, beat)  # type: ignore[arg-type] # waits as one does
    running = threading.Thread(target=worker.run)
    running.start()
    assert turned.wait(10)
    worker.stop()
    seen = set(beaten)
    hanging.set()
    running.join(10)
    assert seen == {"turning"}
