"""What becomes of incidents in a year, told through the domain: short ones, long ones, some still open.

Each fact is a command of its own, at its own instant. The same seed tells the same story, but for ids and salts. Pure.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from itertools import accumulate
from typing import TYPE_CHECKING, Any

from incidents.incident import Incident
from incidents.incident.visibility import VisibilityChange
from incidents.ledger.command import Command, in_command
from incidents.opening import Report, opened
from incidents.terms import Assessment

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from random import Random

    from incidents.incident.base import Said
    from incidents.terms import Terms

SIZES = (240, 80, *[30] * 8, *[16] * 20, *[6] * 20)
"""Facts of fifty incidents: a thousand, 20 each on average, and in one of them as many as in forty short ones."""

PARTIES = PROVIDER, CLIENT = ("acme", "globex")
SERVICES = ("payments-api", "checkout", "reporting", "ledger-export", "identity")
SERVICE_WEIGHTS = (40, 25, 20, 10, 5)
FATES = ("closed", "resolved", "cancelled", "duplicate", "active")
LATELY = timedelta(days=30)

AGREEMENT = """
apiVersion: partnership-sla/v1
kind: PartnershipAgreement
metadata: {{id: {id}, version: 1, title: For measuring}}
spec:
  term: {{effective_from: "2020-01-01T00:00:00Z", effective_to: null}}
  defaults: {{tz: Europe/Berlin}}
  parties:
    - {{id: acme, role: provider, kind: signatory}}
    - {{id: globex, role: client, kind: signatory}}
  contacts:
    - {{id: duty, party: acme, role: duty_manager}}
    - {{id: boss, party: acme, role: head_of_operations}}
  services:
    - {{id: payments-api, provided_by: acme, used_by: globex, tier: critical}}
    - {{id: checkout, provided_by: acme, used_by: globex, tier: critical}}
    - {{id: reporting, provided_by: acme, used_by: globex, tier: standard}}
    - {{id: ledger-export, provided_by: acme, used_by: globex, tier: standard}}
    - {{id: identity, provided_by: globex, used_by: acme, tier: standard}}
  calendars:
    always: {{tz: UTC, hours: {{daily: [["00:00", "24:00"]]}}}}
    office: {{tz: Europe/Berlin, hours: {{mon-fri: [["09:00", "17:00"]]}}}}
  severity:
    scale: [S1, S2, S3]
    impact: [critical, major, minor]
    urgency: [immediate, normal]
    matrix:
      critical: {{immediate: S1, normal: S1}}
      major: {{immediate: S2, normal: S2}}
      minor: {{immediate: S3, normal: S3}}
  targets:
    acknowledge:
      {{from: reported, until: acknowledged, pausable: false, within: PT15M, calendar: always}}
    respond:
      {{from: reported, until: first_qualified_response, pausable: false, within: PT2H, calendar: office}}
    update:
      from: [severity_set, last_update]
      until: next_update
      repeats: true
      within: {{S1: PT30M, S2: PT2H}}
      calendar: always
    resolve:
      from: reported
      until: resolved
      pausable: [waiting_on_partner]
      within: {{S1: PT4H, S2: PT8H, S3: PT24H}}
      calendar: office
  pauses:
    - {{reason: waiting_on_partner, title: Waiting for the partner, max_each: PT4H}}
  ladders:
    default:
      - {{when: opened, to: [duty]}}
      - {{when: {{clock: acknowledge, at: 100%}}, to: [boss]}}
  confidentiality:
    classes:
      - {{id: on_call, readable_by: [provider]}}
    fields:
      rung_fired.pages: on_call
      page_sent.recipient: on_call
"""

_VOCABULARY = (
    "payment card decline timeout issuer gateway queue retry backlog database replica failover latency certificate "
    "deploy rollback partner batch export report login token session cache region network packet loss disk memory "
    "restart checkout order refund shop customer since again slower normal errors rate graph looking found cause fix "
    "waiting confirmed works morning evening second first another still"
)
COMMON = _VOCABULARY.split()
_WORDS = [*COMMON, *(f"{thing}{number:03}" for number in range(500) for thing in ("host", "shop", "node", "route"))]
_OFTEN = [*accumulate(1 / (rank + 10) for rank in range(len(_WORDS)))]
"""The commonest word is in every third note, the last ones in few (Zipf's law, with its top cut off)."""

RARE = 2_000
"""Error codes that are told of: each is in few incidents, and what people search for."""


def agreement(partnership: str) -> str:
    """Write a partnership's agreement."""
    return AGREEMENT.format(id=partnership)


@dataclass
class Told:
    """An incident while it is told: how far the time is, and by chance what comes next."""

    incident: Incident
    terms: Terms
    rng: Random
    at: datetime
    party: str | None

    def said(self, *, internal: bool = False) -> Said:
        """Let somebody of a party say it, for their own side alone or for both."""
        party = self.party or self.rng.choice(PARTIES)
        by = f"person:{party}-{self.rng.randrange(9)}"
        return {
            "by": by,
            "at": self.at,
            "for_party": party,
            "via": self.rng.choice(("api", "slack")),
            "visible_to": [party] if internal else None,
        }


def begun(partnership: str, number: int, terms: Terms, at: datetime, rng: Random) -> Told:
    """Declare an incident; one in a hundred exists for its own side alone."""
    alone = rng.randrange(100) == 0
    party = rng.choice(PARTIES)
    report = Report(
        title=words(rng, 6),
        service=rng.choices(SERVICES, SERVICE_WEIGHTS)[0],
        description=words(rng, 40),
        assessment=_assessment(rng),
    )
    said: Said = {"by": f"person:{party}-0", "at": at, "for_party": party, "via": "api"}
    said["visible_to"] = [party] if alone else None
    with in_command(Command(at)):
        incident = opened(partnership, number, report, terms, **said)
    return Told(incident, terms, rng, at, party if alone else None)


def live(told: Told, size: int, fate: str) -> None:
    """Let so many facts come to an incident, with its end among them."""
    beginning = [_rung, _sent, _acknowledge]
    ending = list(_ENDINGS[fate])
    work = told.rng.choices(*zip(*_WORK, strict=True), k=size - 1 - len(beginning) - len(ending))
    for step in (*beginning, *work, *ending):
        told.at += timedelta(seconds=told.rng.expovariate(1 / 240), microseconds=1)
        with in_command(Command(told.at)):
            step(told)


def fate(age: timedelta, rng: Random) -> str:
    """Draw how an incident stands that was reported so long ago: most are closed, recent ones often active."""
    active = 50 if age < LATELY else 2
    return rng.choices(FATES, (76, 12, 3, 1, active))[0]


def words(rng: Random, count: int) -> str:
    """Write a text, now and then with an error code."""
    text = " ".join(rng.choices(_WORDS, cum_weights=_OFTEN, k=count))
    return f"{text} E{rng.randrange(RARE):04}" if rng.randrange(3) == 0 else text


def _assessment(rng: Random) -> Assessment:
    [impact] = rng.choices(("critical", "major", "minor"), (10, 30, 60))
    return Assessment(impact=impact, urgency=rng.choice(("immediate", "normal")), users_affected_pct=rng.randrange(100))


def _rung(told: Told) -> None:
    page = {"delivery": _id(told), "recipient": "duty", "channel": "terminal", "via": "terminal", "urgency": 0}
    _tell(told, Incident.RungFired, ladder="default", rung=0, clock=None, cycle=1, round=0, pages=[page])


def _sent(told: Told) -> None:
    _tell(told, Incident.PageSent, delivery=_id(told), kind="page", recipient="duty", channel="terminal", tries=1)


def _warned(told: Told) -> None:
    _tell(told, Incident.ClockWarned, clock="update", cycle=1, percent=75, late=False)


def _breached(told: Told) -> None:
    _tell(told, Incident.ClockBreached, clock="update", cycle=1, breached_at=told.at, detected_at=told.at)


def _tell(told: Told, happening: Any, **values: Any) -> None:  # noqa: ANN401 - a type of fact, and its own fields
    told.incident.tell(happening, told.at, **values)


def _id(told: Told) -> str:
    return f"{told.rng.getrandbits(128):032x}"


def _acknowledge(told: Told) -> None:
    told.incident.acknowledge(told.terms, **told.said())


def _assign(told: Told) -> None:
    said = told.said()
    told.incident.assign("responder", said["by"], said["for_party"] or PROVIDER, told.terms, **said)


def _note(told: Told) -> None:
    told.incident.note(words(told.rng, 25), **told.said(internal=told.rng.randrange(3) == 0))


def _update(told: Told) -> None:
    told.incident.post_update(words(told.rng, 30), "partner", **told.said())


def _severity(told: Told) -> None:
    other = told.rng.choice([each for each in ("S1", "S2", "S3") if each != told.incident.severity])
    told.incident.change_severity(other, words(told.rng, 8), told.terms, **told.said())


def _classify(told: Told) -> None:
    told.incident.classify(_assessment(told.rng), told.terms, **told.said())


def _pause_or_resume(told: Told) -> None:
    if told.incident.pauses:
        told.incident.resume("waiting_on_partner", **told.said())
    else:
        told.incident.pause("waiting_on_partner", None, words(told.rng, 8), told.terms, **told.said())


def _restrict(told: Told) -> None:
    """Keep the description for one's own side, after all: only its own side may."""
    incident = told.incident
    said = told.said() | {"for_party": incident.reported_for}
    own = (incident.reported_for or PROVIDER,)
    incident.change_visibility(VisibilityChange(1, ("description",), own, None), **said)


def _resolve(told: Told) -> None:
    told.incident.resolve(words(told.rng, 15), **told.said(internal=told.rng.randrange(5) == 0))


_WORK: tuple[tuple[Callable[[Told], None], int], ...] = (
    (_note, 40),
    (_update, 22),
    (_warned, 8),
    (_assign, 8),
    (_classify, 5),
    (_severity, 5),
    (_pause_or_resume, 5),
    (_breached, 4),
    (_sent, 2),
    (_restrict, 1),
)
_ENDINGS: dict[str, tuple[Callable[[Told], None], ...]] = {
    "active": (),
    "resolved": (_resolve,),
    "closed": (_resolve, lambda told: told.incident.close(**told.said())),
    "cancelled": (lambda told: told.incident.cancel(words(told.rng, 8), **told.said()),),
    "duplicate": (lambda told: told.incident.mark_duplicate("0" * 32, **told.said()),),
}
