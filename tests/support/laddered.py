"""An incident in memory under ladders that a test writes down, with the people that it names; times are seconds."""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, Any

import yaml

from escalation.agreement.reading import parse
from escalation.crew.reaching import PAGE
from escalation.engine.owed import Owed, due_by
from tests.support.clocked import Clocked, moment, the_agreement
from tests.support.staffed import Staffed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from escalation.agreement import Agreement

Told = tuple[float, list[str]]


def laddered(ladders: str, change: Callable[[dict[str, Any]], object] = lambda spec: spec) -> Agreement:
    """Read the agreement whose clocks count seconds, with other ladders and another change of its spec."""
    document: Any = deepcopy(the_agreement().document)
    document["spec"]["ladders"] = yaml.safe_load(ladders)
    change(document["spec"])
    return parse(document)


class Laddered(Clocked):
    """An incident of severity S1, unless another is given."""

    def __init__(self, agreement: Agreement, staff: Staffed | None = None, severity: str = "S1") -> None:
        """Declare it at second 0."""
        super().__init__(agreement, severity)
        self.staff = staff or Staffed()

    def owed(self, at: float) -> list[Owed]:
        """Give what is owed at a second, to whoever is there then."""
        return due_by(self.incident, self.version, moment(at), staff=self.staff)

    def all_told(self, ats: Iterable[float]) -> Iterator[tuple[float, Owed]]:
        """Let the engine have turns, at each second until nothing more is owed; give what it told."""
        for at in ats:
            while told := self.turn(at):
                yield from ((at, owed) for owed in told)

    def paged(self, ats: Iterable[float]) -> list[Told]:
        """Let the engine have turns; give the second and who was paged, wherever somebody was."""
        return self._reached(ats, lambda urgency: urgency == PAGE)

    def informed(self, ats: Iterable[float]) -> list[Told]:
        """Give the same of those who were only informed."""
        return self._reached(ats, lambda urgency: urgency != PAGE)

    def _reached(self, ats: Iterable[float], wanted: Callable[[int], bool]) -> list[Told]:
        found: list[Told] = []
        for at, owed in self.all_told(ats):
            pages = owed.values.get("pages") or []
            names = [page["recipient"] for page in pages if wanted(page["urgency"])]
            found += [(at, names)] if names else []
        return found
