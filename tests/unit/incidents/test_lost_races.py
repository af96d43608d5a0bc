"""What people decide is decided afresh when others are first: the sender and the engine write to the same records."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any, cast

import pytest

from escalation.changes import Sender, once
from incidents.carrying_out import Answer, Asked, CarryingOut
from incidents.errors import TRIES, Conflict
from incidents.incident import Incident
from incidents.ledger.command import Command, in_command

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from incidents.ledger.ledger import Ledger

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


class Busy:
    """A ledger in which others are first so many times."""

    def __init__(self, losses: int) -> None:
        """Begin with nothing lost."""
        self.losses = losses

    @contextmanager
    def command(self) -> Iterator[Command]:
        """Begin a command."""
        with in_command(Command(NOW)) as command:
            yield command

    def answered(self, _: object) -> None:
        """Know no receipt."""

    def save(self, *_: object, **__: object) -> None:
        """Lose, or save at last."""
        if self.losses:
            self.losses -= 1
            raise Conflict


class Hurried(CarryingOut):
    """Use cases whose one attempt is to save."""

    def _try(self, *_: Any) -> Answer:  # noqa: ANN401 - what an attempt is given does not matter here
        self.ledger.save()
        return Answer(cast("Incident", None), NOW)


def outcomes(losses: int) -> list[bool]:
    """Try a command on an incident, and a change of a shared record; say which came through."""
    ledgers = [cast("Ledger", Busy(losses)) for _ in range(2)]
    asked = Asked(by="key:1")
    nothing = cast("Any", None)
    commanded = partial(Hurried(ledgers[0], nothing, nothing)._change, "x", asked, nothing)  # noqa: SLF001 - each use case's own way
    changed = partial(once, ledgers[1], Incident, Sender("key:1"), lambda _: (cast("Incident", None), ()))
    return [_comes_through(commanded), _comes_through(changed)]


def _comes_through(act: Callable[[], object]) -> bool:
    try:
        act()
    except Conflict:
        return False
    return True


@pytest.mark.parametrize(("losses", "through"), [(0, True), (10, True), (TRIES - 1, True), (TRIES, False)])
def test_a_command_outlasts_a_run_of_lost_races(losses: int, through: bool) -> None:  # noqa: FBT001 - a column
    """Ten pages recorded in a row disturb nobody; only a record that never rests does."""
    assert outcomes(losses) == [through, through]
