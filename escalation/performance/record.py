"""How a partnership performs: the record of its periods, judged month by month, and of formal warnings.

Both parties see it. It counts every incident, also one that exists for some parties only: they share its clocks, and a
share that left them out would be nobody's. It names no incident.
"""

from __future__ import annotations

from datetime import datetime  # noqa: TC003 - the catalogue reads the annotations at run time
from typing import TYPE_CHECKING, Any, ClassVar, TypedDict

from eventsourcing.domain import event
from sqlalchemy.dialects.postgresql import insert as upsert

from escalation.engine.reminders import Occasion, Reminding
from escalation.tables import periods
from incidents.incident import ENGINE
from incidents.ledger.facts import FirstFact
from incidents.ledger.pipeline import Write

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from escalation.agreement.model import FormalWarning
    from escalation.crew.reaching import Calling
    from incidents.ledger.facts import Fact, Record

FORMAL_WARNING = "formal_warning"
"""The kind of reminder that brings a formal warning."""


class Verdict(TypedDict):
    """What a period of an objective comes to."""

    objective: str
    agreement_version: int
    starts: datetime
    ends: datetime
    met: int
    of: int
    judgement: str


class Performance(Reminding):
    """How one partnership performs."""

    # --- what can happen ---------------------------------------------------------------------------------------------

    class Event(Reminding.Event):
        """Something that is to be said of it."""

    class Begun(FirstFact):
        """A clock came to an end that objectives or warnings are about. The month that `ends` is judged at `due_at`."""

        SYSTEM: ClassVar[bool] = True

        ends: datetime
        due_at: datetime

    class PeriodJudged(Event):
        """A period of an objective is over: `met` clocks of `of`, which is met, deviation, breach or too_few.

        `agreement_version` is the one that was in force at its end.
        """

        SYSTEM: ClassVar[bool] = True

        objective: str
        agreement_version: int
        starts: datetime
        ends: datetime
        met: int
        of: int
        judgement: str

    class PeriodCorrected(Event):
        """Something reported or decided later changed what a judged period came to (clock rule 13)."""

        SYSTEM: ClassVar[bool] = True

        objective: str
        agreement_version: int
        starts: datetime
        ends: datetime
        met: int
        of: int
        judgement: str

    class MonthClosed(Event):
        """What there was to judge of a month is judged. The next one `ends`, and is judged at `due_at`."""

        SYSTEM: ClassVar[bool] = True

        ends: datetime
        due_at: datetime

    class FormalWarningIssued(Event):
        """So many breaches within the agreed time: a formal warning, of a level that the agreement names."""

        SYSTEM: ClassVar[bool] = True

        level: str
        breaches: int
        agreement_version: int

    # --- what may be asked -------------------------------------------------------------------------------------------

    @classmethod
    def begin(cls, partnership: str, ends: datetime, due_at: datetime, *, at: datetime) -> Performance:
        """Begin the record of a partnership."""
        stream = stream_of(partnership)
        return cls._create(cls.Begun, id=stream, ends=ends, due_at=due_at, by=ENGINE, at=at)

    @property
    def path(self) -> str:
        """Where its periods are read."""
        return f"attainment/periods?partnership={self.partnership}"

    def subject(self, reminded: Reminding.Reminded) -> str:
        """Say what is warned of."""
        return f"Formal warning {reminded.about}: {self.warned[str(reminded.about)]} breaches within the agreed time"

    def wants(self, reminded: Reminding.Reminded) -> bool:  # noqa: ARG002 - the base's
        """A formal warning stands once it was issued."""
        return True

    def judge(self, verdict: Verdict, at: datetime) -> None:
        """Say what a period comes to; the same again changes nothing."""
        known = self.judged.get((verdict["objective"], verdict["starts"]))
        if known != _weight(verdict):
            kind = Performance.PeriodJudged if known is None else Performance.PeriodCorrected
            self.trigger_event(kind, **verdict, by=ENGINE, at=at)

    def close_month(self, ends: datetime, due_at: datetime, at: datetime) -> None:
        """Be done with the month, and name the next."""
        self.trigger_event(Performance.MonthClosed, ends=ends, due_at=due_at, by=ENGINE, at=at)

    def warn(self, rule: FormalWarning, breaches: int, calling: Calling) -> None:
        """Issue a formal warning, and have it delivered. Whoever calls has looked whether it is due."""
        self.trigger_event(
            Performance.FormalWarningIssued,
            level=rule.id,
            breaches=breaches,
            agreement_version=calling.agreement.version,
            by=ENGINE,
            at=calling.at,
        )
        about = _about(rule.id, len(self.warnings[rule.id]))
        self.remind(Occasion(FORMAL_WARNING, about), calling, page=rule.page, notify=rule.notify)

    # --- what changes ------------------------------------------------------------------------------------------------

    @event(Begun)
    def __init__(self, ends: datetime, due_at: datetime) -> None:
        """Begin with nothing judged."""
        self.ends, self.due_at = ends, due_at
        self.judged: dict[tuple[str, datetime], tuple[int, int, str]] = {}
        """What a period came to, by its objective and beginning."""
        self.warnings: dict[str, list[datetime]] = {}
        """When warnings of a level were issued."""
        self.warned: dict[str, int] = {}
        """How many breaches each warning was about, by the name that people are told."""

    @event(PeriodJudged)
    def _judged(self, objective: str, starts: datetime, met: int, of: int, judgement: str) -> None:
        self.judged[objective, starts] = (met, of, judgement)

    @event(PeriodCorrected)
    def _corrected(self, objective: str, starts: datetime, met: int, of: int, judgement: str) -> None:
        self.judged[objective, starts] = (met, of, judgement)

    @event(MonthClosed)
    def _month_closed(self, ends: datetime, due_at: datetime) -> None:
        self.ends, self.due_at = ends, due_at

    @event(FormalWarningIssued)
    def _warned(self, level: str, breaches: int, at: datetime) -> None:
        issued = self.warnings.setdefault(level, [])
        issued.append(at)
        self.warned[_about(level, len(issued))] = breaches


def stream_of(partnership: str) -> str:
    """Give the stream of a partnership's performance."""
    return f"{partnership}/performance"


def _weight(verdict: Verdict) -> tuple[int, int, str]:
    return verdict["met"], verdict["of"], verdict["judgement"]


def _about(level: str, nth: int) -> str:
    """Name a warning for people: its level, and from the second time on, the how-manieth it is."""
    return level if nth == 1 else f"{level} ({nth})"


_insert = upsert(periods)
_CHANGED = ("met", "of", "judgement", "corrected_at")
_UPSERT = _insert.on_conflict_do_update(
    index_elements=[periods.c.partnership, periods.c.objective, periods.c.starts],
    set_={name: _insert.excluded[name] for name in _CHANGED},
)


class PeriodRows:
    """The projection: one row a period that was judged."""

    table = periods
    compared = tuple(column.name for column in periods.c)

    def writes(self, record: Record, new: Sequence[Fact]) -> Iterable[Write]:
        """Give a row for each judgement; a correction changes it."""
        if isinstance(record, Performance):
            judged = (Performance.PeriodJudged, Performance.PeriodCorrected)
            for fact in new:
                if isinstance(fact, judged):
                    yield Write(_UPSERT, [_row(record, fact)])


def _row(record: Performance, fact: Performance.PeriodJudged | Performance.PeriodCorrected) -> dict[str, Any]:
    corrected = isinstance(fact, Performance.PeriodCorrected)
    return {
        "partnership": record.partnership,
        "objective": fact.objective,
        "starts": fact.starts,
        "ends": fact.ends,
        "agreement_version": fact.agreement_version,
        "met": fact.met,
        "of": fact.of,
        "judgement": fact.judgement,
        "judged_at": fact.at,
        "corrected_at": fact.at if corrected else None,
    }
