"""Recording what was planned: the history of each incident whole or not at all, many incidents in a transaction."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, cast

from sqlalchemy import select

from incidents.errors import Conflict, InvalidField, NotFound, Refused
from incidents.incident import Incident
from incidents.opening import Report, opened
from incidents.tables import incident_states

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import datetime

    from api.bootstrap import Tocsin
    from api.importing.mapping import LogMapping
    from api.importing.plan import Opening, Plan, Step
    from escalation.agreement import Agreement
    from escalation.terms import AgreementTerms
    from incidents.incident.base import Said
    from incidents.terms import Assessment

BATCH = 50
"""Incidents in one transaction: enough that its flush costs little, few enough that nobody waits for it."""
TRIES = 5
NO_TERMS = "No version of the agreement was in force when it was reported."

Verdict = Literal["added", "known", "grown", "differs", "refused"]


@dataclass(frozen=True)
class Recorded:
    """What became of one incident of the log.

    `known` is there already, `grown` got what the log had more; one that `differs` from its record is left alone, and
    one that was `refused` is not recorded at all: `why` says more of both. `incident` is as recorded now.
    """

    plan: Plan
    verdict: Verdict
    incident: Incident | None
    facts: int = 0
    why: str = ""


class Recorder:
    """Records plans under the agreement versions that were in force when their incidents were reported."""

    def __init__(self, tocsin: Tocsin, mapping: LogMapping, agreement: Agreement) -> None:
        """Take the agreement that the mapping names; it is published if that version is not there yet."""
        self._tocsin = tocsin
        self._mapping = mapping
        self._partnership = agreement.partnership
        tocsin.book.publish(agreement, by=mapping.actor)
        self._versions = list(reversed(tocsin.book.versions([agreement.partnership])))

    def record(self, plans: Sequence[Plan]) -> Iterator[Recorded]:
        """Record all plans that have an opening, in batches; what was recorded before is not recorded again."""
        openable = [plan for plan in plans if plan.opening is not None]
        for first in range(0, len(openable), BATCH):
            yield from self._batch(openable[first : first + BATCH])

    def _batch(self, plans: Sequence[Plan]) -> list[Recorded]:
        """Decide on what stands now; where another import was first on one of them, decide afresh."""
        for _ in range(TRIES - 1):
            try:
                return self._try(plans)
            except Conflict:
                continue
        return self._try(plans)

    def _try(self, plans: Sequence[Plan]) -> list[Recorded]:
        with self._tocsin.ledger.command():
            known = self._known(plans)
            # Drawn many at once: one by one they cost a sixth of an import.
            numbers = iter(self._tocsin.incidents.numbers(sum(plan.foreign_id not in known for plan in plans)))
            results = [self._one(plan, known.get(plan.foreign_id), numbers) for plan in plans]
            changed = [each.incident for each in results if each.incident and each.facts]
            self._tocsin.ledger.save(*changed)
        return results

    def _one(self, plan: Plan, incident: Incident | None, numbers: Iterator[int]) -> Recorded:
        if incident is None:
            return self._added(plan, next(numbers))
        said = [(type(fact).__name__, fact.at) for fact in incident.history if fact.by == self._mapping.actor]
        both = min(len(said), len(plan.facts))
        if said[:both] != plan.facts[:both]:
            return Recorded(plan, "differs", incident, why=_first_difference(said, plan.facts))
        if both == len(plan.facts):
            return Recorded(plan, "known", incident)
        return self._grown(plan, incident, plan.steps[len(said) - 1 :])

    def _added(self, plan: Plan, number: int) -> Recorded:
        opening = cast("Opening", plan.opening)
        try:
            terms = self._terms_at(opening.at)
            report = self._report(plan, opening)
            incident = opened(self._partnership, number, report, terms, **_said(self._mapping, opening.at))
            for step in plan.steps:
                carry_out(incident, step, terms, self._mapping)
        except (InvalidField, NotFound, Refused) as refusal:
            return Recorded(plan, "refused", None, why=refusal.message)
        return Recorded(plan, "added", incident, facts=len(plan.facts))

    def _grown(self, plan: Plan, incident: Incident, steps: Sequence[Step]) -> Recorded:
        """Add what the log has more now. What somebody did in Tocsin meanwhile may stand against it."""
        terms = self._tocsin.book.pinned(incident.partnership, incident.agreement_version)
        try:
            for step in steps:
                carry_out(incident, step, terms, self._mapping)
        except (InvalidField, Refused) as refusal:
            unchanged = self._tocsin.ledger.get(Incident, incident.id)
            return Recorded(plan, "differs", unchanged, why=f"the log has grown, but: {refusal.message}")
        return Recorded(plan, "grown", incident, facts=len(steps))

    def _report(self, plan: Plan, opening: Opening) -> Report:
        return Report(
            title=opening.title,
            description=opening.description,
            service=opening.service,
            assessment=opening.assessment,
            source=self._mapping.source,
            source_id=plan.foreign_id,
        )

    def _terms_at(self, at: datetime) -> AgreementTerms:
        """Find the version in force at an instant: what an incident opened then is pinned to (clock rule 3)."""
        for row in self._versions:
            begun = row.in_force_from is not None and row.in_force_from <= at
            if begun and (row.ends_at is None or at < row.ends_at):
                return self._tocsin.book.pinned(self._partnership, row.version)
        raise NotFound(NO_TERMS)

    def _known(self, plans: Sequence[Plan]) -> dict[str, Incident]:
        """Read the incidents of these plans that are recorded already."""
        query = select(incident_states.c.stream).where(
            incident_states.c.partnership == self._partnership,
            incident_states.c.source == self._mapping.source,
            incident_states.c.source_id.in_([plan.foreign_id for plan in plans]),
        )
        with self._tocsin.ledger.recorder.reading.connect() as connection:
            streams = list(connection.execute(query).scalars())
            found = self._tocsin.ledger.get_many(streams, connection).values() if streams else ()
        return {str(each.source_id): each for each in found if isinstance(each, Incident)}


def carry_out(incident: Incident, step: Step, terms: AgreementTerms, mapping: LogMapping) -> None:
    """Let a step happen to an incident, whose own guards hold here as anywhere. Refused; InvalidField."""
    _ACTS[step.fact](incident, step, _Setting(terms, mapping, _said(mapping, step.at, internal=_internal(step))))


@dataclass(frozen=True)
class _Setting:
    terms: AgreementTerms
    mapping: LogMapping
    said: Said


def _said(mapping: LogMapping, at: datetime, *, internal: bool = False) -> Said:
    party = mapping.party
    visible_to = ([] if party is None else [party]) if internal else None
    return {"by": mapping.actor, "at": at, "for_party": party, "via": "import", "visible_to": visible_to}


def _internal(step: Step) -> bool:
    """Whether a step is for one's own side: a note, or an update that is not for the partner."""
    return step.fact == "Noted" or (step.fact == "UpdatePosted" and step.audience != "partner")


def _words(step: Step) -> str:
    return cast("str", step.detail)


def _assign(it: Incident, step: Step, its: _Setting) -> None:
    assignee = its.mapping.assignee
    if assignee is not None:
        it.assign(assignee.role, _words(step), assignee.party, its.terms, **its.said)


_ACTS: dict[str, Callable[[Incident, Step, _Setting], None]] = {
    "Classified": lambda it, step, its: it.classify(cast("Assessment", step.detail), its.terms, **its.said),
    "Assigned": _assign,
    "Acknowledged": lambda it, _, its: it.acknowledge(its.terms, **its.said),
    "Unacknowledged": lambda it, _, its: it.unacknowledge(None, its.terms, **its.said),
    "ClockPaused": lambda it, step, its: it.pause(_words(step), None, None, its.terms, **its.said),
    "ClockResumed": lambda it, step, its: it.resume(_words(step), **its.said),
    "Noted": lambda it, step, its: it.note(_words(step), **its.said),
    "UpdatePosted": lambda it, step, its: it.post_update(_words(step), step.audience or "internal", **its.said),
    "Mitigated": lambda it, _, its: it.mitigate(None, **its.said),
    "Resolved": lambda it, _, its: it.resolve(None, **its.said),
    "Reopened": lambda it, step, its: it.reopen(_words(step), **its.said),
    "Closed": lambda it, _, its: it.close(**its.said),
    "Cancelled": lambda it, step, its: it.cancel(_words(step), **its.said),
}
"""What each step asks of the incident."""


def _first_difference(said: Sequence[tuple[str, datetime]], planned: Sequence[tuple[str, datetime]]) -> str:
    """Name the first fact on which the record and the log disagree."""
    for recorded, new in zip(said, planned, strict=False):
        if recorded != new:
            return f"the record has {_told(recorded)}, the log now {_told(new)}"
    return ""


def _told(fact: tuple[str, datetime]) -> str:
    name, at = fact
    return f"{name} at {at:%Y-%m-%d %H:%M}"
