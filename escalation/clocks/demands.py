"""What one version of an agreement demands of an incident: its clocks, by the moments that start and stop them. Pure.

Legal notifications are clocks like any other here: from when a party became aware until it has filed (clock rule 12).
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

from escalation.agreement.model import Target
from escalation.calendars.derived_calendars import business_days
from escalation.calendars.local_days import instant
from escalation.clocks.maintenance import maintained, maintenances
from escalation.clocks.runs import ACKNOWLEDGES, RESPONDS, Stretch

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from escalation.agreement.model import Agreement, Exclusion, LegalNotification, Tolerated
    from escalation.calendars.calendar import Calendar
    from escalation.clocks.maintenance import Maintenance

AWARE, FILED = "became_aware", "filed"
"""What starts and stops a legal clock."""

RESOLVED, PUBLISHED = "resolved", "pir_published"
LAW = ("law",)
"""Instead of severities: a legal clock is the same at each."""
NEVER_STOPPED = frozenset({ACKNOWLEDGES, RESPONDS})


@dataclass(frozen=True, slots=True)
class Demand:
    """What a target demands at a severity, or of an action of a priority.

    Attributes:
        target: The target.
        severity: The severity or priority.
        amount: Counted seconds, or business days.
        by_days: Whether it is business days.
        calendar: The calendar's name.
        counts_in: That calendar, without the maintenance that stops this clock.
        plain: The calendar as agreed.
        windows: That maintenance.
        tolerated: How far it may be exceeded before that is a breach.
        known_end: The first instant (epoch seconds) for which the calendar's holidays are not known; None: all are.
        version: The version of the agreement.
    """

    target: Target
    severity: str
    amount: int
    by_days: bool
    calendar: str
    counts_in: Calendar
    plain: Calendar
    windows: tuple[Maintenance, ...]
    tolerated: Tolerated | None
    known_end: int | None
    version: int

    @property
    def allowance(self) -> int:
        """What is tolerated, in counted time: a share of the target is cut to whole seconds or days."""
        if self.tolerated is None:
            return 0
        return self.tolerated.seconds or self.amount * (self.tolerated.percent or 0) // 100

    def stretch(self, at: int, entry: int, least: int = 0) -> Stretch:
        """Give a stretch of a run that begins at an instant, by a fact, of which so much must be left."""
        return Stretch(at, self.amount, self.counts_in, self, entry, least)

    def before_counting(self, started: int) -> tuple[int, int] | None:
        """Give the rest of the date on which a clock starts, if that does not count: business days come after it."""
        if not self.by_days:
            return None
        days = business_days(self.plain)
        return started, days.after(started)

    def until(self, started: int, until: int) -> int:
        """How much a clock that started at an instant may count if it shall be due at another."""
        if self.by_days:
            return business_days(self.plain).up_to(started, until)
        return self.counts_in.counted(started, until)


class Demands:
    """All that a version demands of an incident of a service.

    Attributes:
        agreement: The agreement as it holds for the service.
        targets: By name: those of the agreement, and a target for each legal notification.
        starting, stopping: Targets by the moments that start and stop them.

    Nobody changes one.
    """

    def __init__(self, agreement: Agreement, service: str) -> None:
        self.agreement = agreement.for_service(service)
        legal = {each.id: _legal_target(each, self.agreement) for each in self.agreement.notifications.values()}
        self.targets: dict[str, Target] = {**self.agreement.targets, **legal}
        self.starting: dict[str, list[Target]] = defaultdict(list)
        self.stopping: dict[str, list[Target]] = defaultdict(list)
        for target in self.targets.values():
            self.stopping[target.until].append(target)
            for moment in target.starts:
                self.starting[moment].append(target)
        self._service = service
        self._maintenances = maintenances(self.agreement, service)
        self._known: dict[tuple[str, str], Demand | None] = {}

    def of(self, target: Target, severity: str) -> Demand | None:
        """Give what a target demands at a severity or priority; None: nothing."""
        key = (target.name, severity)
        if key not in self._known:
            level = LAW[0] if target.until == FILED else severity
            self._known[key] = self._demand(target, level) if target.applies_to(level) else None
        return self._known[key]

    def owed_by(self, target: Target) -> tuple[str, ...]:
        """Give the parties that owe a target: those named, else the provider of the incident's service."""
        if target.duty_of is not None:
            return tuple(sorted(self.agreement.parties_named(target.duty_of)))
        service = self.agreement.services.get(self._service)
        return (service.provided_by,) if service else ()

    def of_side(self, side: str | None) -> Callable[[Target], bool]:
        """Tell which targets a side answers for by acknowledging: those that it owes.

        The side that all share (None) answers for all but those that only parties with a ladder of their own owe.
        """
        alone = frozenset(self.agreement.sides)

        def answers(target: Target) -> bool:
            owing = self.owed_by(target)
            return side in owing if side is not None else not owing or not alone.issuperset(owing)

        return answers

    def stoppable(self, exclusion: Exclusion, target: Target) -> bool:
        """Whether an exclusion concerns a target; what cannot be paused cannot be stopped either (clock rule 14)."""
        named = target.name in exclusion.targets if exclusion.targets else not is_legal(target)
        return named and (exclusion.excuses or can_stop(target))

    def _demand(self, target: Target, level: str) -> Demand:
        by_days = level in target.by
        name = target.calendar[level]
        plain = self.agreement.calendars[name]
        counted: Calendar = business_days(plain) if by_days else plain
        windows = tuple(each for each in self._maintenances if self.stoppable(each.exclusion, target))
        return Demand(
            target=target,
            severity=level,
            amount=target.by[level] if by_days else target.within[level],
            by_days=by_days,
            calendar=name,
            counts_in=maintained(counted, windows) if windows else counted,
            plain=plain,
            windows=windows,
            tolerated=_tolerance_of(target.name, self.agreement.tolerance.per_incident),
            known_end=self._known_end(name),
            version=self.agreement.version,
        )

    def _known_end(self, calendar: str) -> int | None:
        last = self.agreement.known_until.get(calendar)
        return None if last is None else instant(last + timedelta(days=1), 0, self.agreement.calendars[calendar].tz)


@lru_cache(maxsize=256)
def demands(agreement: Agreement, service: str) -> Demands:
    """What a version demands of incidents of a service: worked out once, for each command asks."""
    return Demands(agreement, service)


def is_legal(target: Target) -> bool:
    """Whether it is a legal clock."""
    return target.until == FILED


def outlives(target: Target) -> bool:
    """Whether its clock goes on, or begins, once the incident is resolved."""
    after = {RESOLVED, PUBLISHED}
    return target.per_action or is_legal(target) or target.until == PUBLISHED or bool(after & {*target.starts})


def can_stop(target: Target) -> bool:
    """Whether its clocks can be paused at all (clock rules 5 and 14)."""
    return bool(target.pausable) and target.name not in NEVER_STOPPED and not is_legal(target)


def _tolerance_of(name: str, tolerances: Iterable[Tolerated]) -> Tolerated | None:
    return next((each for each in tolerances if name in each.targets), None)


def _legal_target(notification: LegalNotification, agreement: Agreement) -> Target:
    return Target(
        name=notification.id,
        starts=(AWARE,),
        until=FILED,
        within=dict.fromkeys(LAW, notification.within),
        calendar=dict.fromkeys(LAW, notification.calendar),
        pausable=frozenset(),
        repeats=False,
        warn_at=agreement.clock_rules.warn_at,
        duty_of=notification.duty_of,
    )
