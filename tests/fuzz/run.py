"""Sends requests in rounds, each to a world of its own, until there were enough."""

from __future__ import annotations

import random
from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from tests.fuzz.findings import exchange, finding, findings
from tests.fuzz.parts import SEARCHES, parts_of, searches, unsupported
from tests.fuzz.world import world_on

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from contextlib import AbstractContextManager

    from schemathesis import Case

    from tests.fuzz.findings import Finding
    from tests.fuzz.parts import Part
    from tests.fuzz.world import Sender, World

MORE = st.integers(0, 2**32)
"""Is drawn with each request, so that the same one counts as another: it may come from somebody else, and later."""
SETTINGS = settings(
    deadline=None,
    database=None,
    phases=[Phase.generate],  # the same request has another answer by the time that it would be sent again, smaller
    suppress_health_check=list(HealthCheck),
)


@dataclass
class Report:
    """What was sent, and what was found."""

    statuses: Counter[int] = field(default_factory=Counter)
    operations: Counter[str] = field(default_factory=Counter)
    callers: Counter[str] = field(default_factory=Counter)
    found: dict[tuple[str, str], Finding] = field(default_factory=dict)
    """The first of its kind, by check and operation."""

    @property
    def cases(self) -> int:
        """How many requests were sent."""
        return self.operations.total()


@dataclass
class Fuzz:
    """One run."""

    cases: int
    seed: int
    only: frozenset[str] | None = None
    """Operations by path; None: all."""
    first: bool = False
    """Whether to end with the first finding."""
    sent: Callable[[int], None] = lambda _: None
    """Hears after each kind of requests how many there have been."""
    report: Report = field(default_factory=Report)

    def run(self, fresh: Callable[[], AbstractContextManager[str]]) -> Report:
        """Send all requests; `fresh` gives the URL of a new migrated database."""
        draw = random.Random(self.seed)  # noqa: S311 - it is to be the same again
        while self._left() > 0:
            with ExitStack() as stack:
                world = stack.enter_context(world_on(stack.enter_context(fresh())))
                self._round(world, draw)
        return self.report

    def _round(self, world: World, draw: random.Random) -> None:
        parts = [part for part in parts_of(world) if self.only is None or part.path in self.only]
        draw.shuffle(parts)
        for part in parts:
            if self._left() > 0:
                self._try(world, part, min(part.most, self._left()), draw.getrandbits(64))
                world.move()
                self.sent(self.report.cases)
        if self.only is None:
            self._send_all(world, ((case, draw.choice(world.senders)) for case in unsupported(parts, world)))
        if self.only is None or self.only >= SEARCHES.keys():
            self._send_all(world, searches(parts, world, draw))

    def _send_all(self, world: World, requests: Iterable[tuple[Case[Any], Sender]]) -> None:
        for case, sender in requests:
            if self._left() > 0:
                self._send(world, case, sender)

    def _left(self) -> int:
        return 0 if self.first and self.report.found else self.cases - self.report.cases

    def _try(self, world: World, part: Part, most: int, number: int) -> None:
        draw = random.Random(number)  # noqa: S311 - as above

        @seed(number)
        @settings(SETTINGS, max_examples=most)
        @given(part.schema[part.path][part.method].as_strategy(generation_mode=part.mode), MORE)
        def send(case: Case[Any], _: int) -> None:
            self._send(world, case, world.sender(draw, str((case.path_parameters, case.query, case.body))))

        send()

    def _send(self, world: World, case: Case[Any], sender: Sender) -> None:
        self.report.operations[case.operation.label] += 1
        self.report.callers[sender.name] += 1
        try:
            response = case.call(headers=sender.headers)
        except Exception as error:  # noqa: BLE001 - whatever the application lets out is what is looked for
            self._take(finding(case, sender, "An exception", repr(error)))
            return
        self.report.statuses[response.status_code] += 1
        for found in findings(case, response, sender, world.secrets):
            self._take(found)
        happened = exchange(case, response, sender)
        world.secrets.learn(happened)
        if happened.carried_out and case.path.endswith("/visibility"):
            world.secrets.share(response.json()["id"])

    def _take(self, found: Finding) -> None:
        self.report.found.setdefault((found.check, found.operation), found)
