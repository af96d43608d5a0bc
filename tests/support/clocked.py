"""Incidents in memory whose clocks count seconds: facts at any time, reported later, and an engine's turns."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any

from escalation.agreement.model import PauseRule, Rung, Target
from escalation.agreement.reading import read
from escalation.calendars.calendar import Calendar, CalendarRules, Window
from escalation.clocks.reading import Reading, readings
from escalation.clocks.runs import seconds
from escalation.engine.owed import Owed, due_by, next_instant
from escalation.engine.sources import instant
from escalation.terms import AgreementTerms
from incidents.incident import Incident
from incidents.ledger.command import Command, in_command
from incidents.terms import Assessment
from tests.support.clock import NOON

if TYPE_CHECKING:
    from collections.abc import Callable

    from escalation.agreement.model import Agreement
    from incidents.happenings import SystemEvent

START = seconds(NOON)
DAY = 86_400
ALWAYS = Calendar(CalendarRules("UTC", (((0, DAY),),) * 7))

_DOCUMENT = """
apiVersion: partnership-sla/v1
kind: PartnershipAgreement
metadata: {id: acme-globex, version: 1, title: Clocks in seconds}
spec:
  term: {effective_from: "2026-01-01T00:00:00Z", effective_to: null}
  defaults: {tz: Europe/Berlin}
  parties:
    - {id: acme, role: provider, kind: signatory}
    - {id: globex, role: client, kind: signatory}
  contacts:
    - {id: duty, party: acme, role: duty_manager}
    - {id: boss, party: acme, role: head_of_operations}
    - {id: vacant, party: acme, role: coo, via: []}
    - {id: partner, party: globex, role: service_owner}
  services:
    - {id: payments, provided_by: acme, used_by: globex, tier: critical}
  calendars:
    always: {tz: UTC, hours: {daily: [["00:00", "24:00"]]}}
  severity:
    scale: [S1, S2, S3]
    impact: [high, low]
    urgency: [now]
    matrix: {high: {now: S1}, low: {now: S2}}
  clock_rules:
    reopen: {within: P5D}
    late_facts: {accept_backdated_by: PT4H}
  targets:
    acknowledge: {from: reported, until: acknowledged, pausable: false,
      within: {S1: PT10S, S2: PT20S, S3: null}, calendar: always}
    respond: {from: reported, until: first_qualified_response, pausable: false,
      within: {S1: PT20S, S2: PT60S, S3: null}, calendar: always}
    update: {from: [severity_set, last_update], until: next_update, repeats: true, pausable: [waiting],
      within: {S1: PT30S, S2: PT60S, S3: PT100S}, calendar: always}
    resolve: {from: reported, until: resolved, pausable: [waiting, window, free],
      within: {S1: PT100S, S2: PT200S, S3: null}, calendar: always}
  pauses:
    - {reason: waiting, max_each: PT50S}
    - {reason: window, max_total: PT30S}
    - {reason: free}
  ladders:
    S1:
      - {when: opened, to: [duty], notify: [partner], repeat_every: PT5S, max_repeats: 3}
      - {when: {clock: acknowledge, at: 100%}, to: [boss, duty], repeat_every: PT10S, max_repeats: 2}
    default:
      - {when: opened, notify: [duty]}
      - {when: {clock: resolve, at: 50%}, to: [vacant]}
      - {when: {clock: any, at: 100%}, to: provider.head_of_operations}
"""


@cache
def the_agreement() -> Agreement:
    """Read the agreement of these tests: acknowledge 10 s, respond 20 s, update 30 s, resolve 100 s at S1."""
    agreement, mistakes = read(_DOCUMENT)
    assert agreement is not None, mistakes
    return agreement


def worded(changes: dict[str, str]) -> Agreement:
    """Read that agreement with some of its words changed."""
    text = _DOCUMENT
    for found, instead in changes.items():
        assert found in text
        text = text.replace(found, instead)
    agreement, mistakes = read(text)
    assert agreement is not None, mistakes
    return agreement


def agreed(**changes: Any) -> Agreement:  # noqa: ANN401 - the fields of Agreement
    """Give that agreement with some fields changed; targets and calendars are added to those it has."""
    base = the_agreement()
    for name in ("targets", "calendars"):
        if name in changes:
            changes[name] = {**getattr(base, name), **changes[name]}
    return replace(base, **changes)


def target(
    name: str, within: dict[str, int], calendar: str | dict[str, str] = "always", warn_at: tuple[int, ...] = ()
) -> Target:
    """Give a target of other lengths, in one calendar or one for each severity."""
    calendars = dict.fromkeys(within, calendar) if isinstance(calendar, str) else calendar
    return replace(the_agreement().targets[name], within=within, calendar=calendars, warn_at=warn_at)


def open_between(*windows: Window) -> Calendar:
    """Give a calendar that is open every day between seconds from noon."""
    noon = 12 * 3600
    return Calendar(CalendarRules("UTC", (tuple((noon + start, noon + end) for start, end in windows),) * 7))


def open_once(end: int) -> Calendar:
    """Give a calendar that is open for so many seconds from noon of the incident's day, and never again."""
    noon = 12 * 3600
    return Calendar(CalendarRules("UTC", ((),) * 7, exceptions={NOON.date(): ((noon, noon + end),)}))


def rung(when: str, percent: int | None = None, *, index: int = 0, every: int | None = None, most: int = 0) -> Rung:
    """Give a rung that pages the duty manager."""
    return Rung(index, when, percent, ("duty",), (), every, most)


def rule(reason: str, *, each: int | None = None, total: int | None = None) -> dict[str, PauseRule]:
    """Give a reason to pause with its limits."""
    return {reason: PauseRule(reason, reason, each, total)}


def moment(at: float) -> datetime:
    """Give the instant so many seconds after the incident began."""
    return NOON + timedelta(seconds=at)


class Clocked:
    """An incident that began at second 0; all times are seconds from then."""

    def __init__(
        self,
        agreement: Agreement | None = None,
        severity: str = "S1",
        *,
        at: float = 0,
        **fields: Any,  # noqa: ANN401 - the fields of Declared
    ) -> None:
        """Declare it."""
        self.agreement = agreement or the_agreement()
        self.terms = AgreementTerms(self.agreement)
        self.versions = {1: self.agreement}
        """The versions of its agreement, by number."""
        values: dict[str, Any] = {
            "id": "acme-globex/incident/5f0c",
            "number": 1042,
            "title": "Payments fail",
            "description": None,
            "service": "payments",
            "agreement_version": 1,
            "impact": None,
            "urgency": None,
            "users_affected_pct": None,
            "flags": [],
            "severity": severity,
            "because": "severity as given",
            "source": None,
            "source_id": None,
            "by": "key:1",
            "at": moment(at),
        }
        with in_command(Command(moment(at))):
            self.incident = Incident._create(Incident.Declared, **(values | fields))  # noqa: SLF001 - the library's way

    def do(self, at: float, act: Callable[[Incident, datetime], None], was: float | None = None) -> None:
        """Do something at a second, reported as having been so at an earlier one."""
        with in_command(Command(moment(at))):
            act(self.incident, moment(at if was is None else was))

    def acknowledge(self, at: float, was: float | None = None) -> None:
        """Take it."""
        self.do(at, lambda it, when: it.acknowledge(self.terms, by="key:1", at=when), was)

    def unacknowledge(self, at: float, was: float | None = None) -> None:
        """Give it back."""
        self.do(at, lambda it, when: it.unacknowledge(None, self.terms, by="key:1", at=when), was)

    def update(self, at: float, was: float | None = None, audience: str = "partner") -> None:
        """Post an update."""
        self.do(at, lambda it, when: it.post_update("x", audience, by="key:1", at=when), was)

    def mitigate(self, at: float, was: float | None = None) -> None:
        """Mitigate it."""
        self.do(at, lambda it, when: it.mitigate(None, by="key:1", at=when), was)

    def resolve(self, at: float, was: float | None = None) -> None:
        """Resolve it."""
        self.do(at, lambda it, when: it.resolve(None, by="key:1", at=when), was)

    def reopen(self, at: float, was: float | None = None) -> None:
        """Reopen it."""
        self.do(at, lambda it, when: it.reopen("x", by="key:1", at=when), was)

    def cancel(self, at: float, was: float | None = None) -> None:
        """Call it a false alarm."""
        self.do(at, lambda it, when: it.cancel("x", by="key:1", at=when), was)

    def duplicate(self, at: float, was: float | None = None) -> None:
        """Mark it as a duplicate."""
        self.do(at, lambda it, when: it.mark_duplicate("other", by="key:1", at=when), was)

    def severity(self, at: float, severity: str, was: float | None = None) -> None:
        """Change its severity."""
        self.do(at, lambda it, when: it.change_severity(severity, "x", self.terms, by="key:1", at=when), was)

    def classify(self, at: float, impact: str, was: float | None = None) -> None:
        """Assess it again: high is S1, low is S2."""
        found = Assessment(impact, "now")
        self.do(at, lambda it, when: it.classify(found, self.terms, by="key:1", at=when), was)

    def pause(self, at: float, reason: str = "free", was: float | None = None) -> None:
        """Pause all clocks that the reason may pause."""
        self.do(at, lambda it, when: it.pause(reason, None, None, self.terms, by="key:1", at=when), was)

    def resume(self, at: float, reason: str = "free", was: float | None = None) -> None:
        """End that pause."""
        self.do(at, lambda it, when: it.resume(reason, by="key:1", at=when), was)

    def version(self, number: int) -> Agreement:
        """Give a version of its agreement."""
        return self.versions[number]

    def owed(self, at: float) -> list[Owed]:
        """Give what is owed at a second."""
        return due_by(self.incident, self.version, moment(at))

    def turn(self, at: float) -> list[Owed]:
        """Let the engine have a turn at a second; give what it told."""
        found = self.owed(at)
        with in_command(Command(moment(at))):
            for owed in found:
                when = instant(owed.at) if owed.happening is Incident.PauseExpired else moment(at)
                self.incident.tell(owed.happening, when, **owed.values)
        return found

    def turns(self, *ats: float) -> list[tuple[float, str]]:
        """Let the engine have turns; give the second and name of each fact it told."""
        return [(at, owed.happening.__name__) for at in ats for owed in self.turn(at)]

    def next(self) -> int | None:
        """Give the second at which the deadline row falls due."""
        found = next_instant(self.incident, self.version)
        return None if found is None else seconds(found) - START

    def readings(self, at: float) -> list[Reading]:
        """Read all clocks."""
        return readings(self.incident, self.version, moment(at))

    def reading(self, clock: str, at: float) -> Reading:
        """Read the last run of a clock."""
        return [reading for reading in self.readings(at) if reading.clock == clock][-1]

    def state(self, clock: str, at: float) -> str:
        """Read the state of a clock's last run."""
        return self.reading(clock, at).state

    def due(self, clock: str, at: float) -> int | None:
        """Read the second at which a clock's last run is due."""
        found = self.reading(clock, at).due_at
        return None if found is None else seconds(found) - START

    def told(self, kind: type[SystemEvent]) -> list[Any]:
        """Give the facts of a kind that the engine told."""
        return [fact for fact in self.incident.history if isinstance(fact, kind)]
