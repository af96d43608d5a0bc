"""Made-up incidents under the worked example, on which both parties do whatever there is; and the engine's turns."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from hypothesis import given, settings
from hypothesis import strategies as st

from escalation.agreement.moments import MILESTONES
from escalation.clocks.runs import seconds
from incidents import happenings as h
from incidents.incident import Incident
from incidents.incident.aware import FilingMade
from incidents.incident.claims import GRANTED, SEVERITY
from incidents.ledger.command import Command, in_command
from incidents.terms import Assessment, PauseSought
from tests.support.claimed import CLIENT, DAYS, HOUR, PROVIDER, Claimed, delay
from tests.support.clocked import START, moment, open_once
from tests.support.example_agreement import example_agreement, worded

if TYPE_CHECKING:
    from collections.abc import Callable

    from escalation.agreement import Agreement

NEXT = worded(
    {
        "S1: PT8H, S2: PT24H": "S1: PT2H, S2: PT90H",
        "workaround:  {": "fallback:    {",
        "targets: [workaround, resolve], claim_within": "targets: [fallback, resolve], claim_within",
        "targets: [update, workaround, resolve]": "targets: [update, fallback, resolve]",
        "target: [workaround, resolve]": "target: [fallback, resolve]",
    }
)
"""Another version to move to: with a shorter clock, a longer one, and one of another name."""
SEVERITIES = ("S1", "S2", "S3", "S4")
FLAGS = ("personal_data_breach", "significant", "unlikely_risk")
REASONS = ("waiting_on_partner", "change_window", "monitoring", "approved_extension")
TURNS = 12
"""Turns after which an engine that still has something to say at one instant runs hot."""

Step = tuple[float, str, int, int]
"""Hours since the step before, what is done, by which party, and a number that says with which values."""


class Lived(Claimed):
    """An incident to which anything may happen; what is refused does not."""

    def __init__(self, severity: str, agreement: Agreement | None = None) -> None:
        """Declare it."""
        super().__init__(agreement or example_agreement(), severity)
        self.versions[2] = NEXT
        self.hot = False

    def step(self, at: float, verb: str, who: int, with_: int) -> None:
        """Try something."""
        if verb == "migrate":
            with in_command(Command(moment(at))):
                self.incident.tell(h.AgreementMigrated, moment(at), agreement_version=1 + with_ % 2)
        elif verb == "decide":
            for claim in self.incident.open_claims:
                for party in claim.voters:
                    wanted = claim.name if claim.kind == SEVERITY else GRANTED
                    self.tried(at, "vote", claim.number, wanted, None, party=party)
        else:
            name, arguments = _ACTS[verb](self, at, with_)
            self.tried(at, name, *arguments, party=(PROVIDER, CLIENT)[who])

    def work(self, at: float) -> None:
        """Let the engine have turns until it has nothing more to say at an instant."""
        for _ in range(TURNS):
            if not self.turn(at):
                return
        self.hot = True

    def number(self, with_: int) -> int:
        """Give a claim's number, or that of none."""
        numbers = [*self.incident.claims, 99]
        return numbers[with_ % len(numbers)]


def _pick(values: Any, with_: int) -> Any:  # noqa: ANN401 - whatever there is to choose from
    return tuple(values)[with_ % len(values)]


def _older(case: Lived, at: float, with_: int) -> tuple[str, tuple[Any, ...]]:
    entry = 1 + with_ % case.incident.version
    return "claim_backdating", (entry, moment(at - HOUR * (1 + with_ % 200)), "x")


_ACTS: dict[str, Callable[[Lived, float, int], tuple[str, tuple[Any, ...]]]] = {
    "acknowledge": lambda *_: ("acknowledge", ()),
    "unacknowledge": lambda *_: ("unacknowledge", ("x",)),
    "update": lambda *_: ("post_update", ("x", "partner")),
    "mitigate": lambda *_: ("mitigate", (None,)),
    "resolve": lambda *_: ("resolve", (None,)),
    "reopen": lambda *_: ("reopen", ("x",)),
    "close": lambda *_: ("close", ()),
    "cancel": lambda _, __, n: ("cancel" if n % 9 == 0 else "acknowledge", ("x",) if n % 9 == 0 else ()),
    "classify": lambda _, __, n: (
        "classify",
        (Assessment(_pick(("critical", "minor"), n), "normal", None, FLAGS[: n % 4]),),
    ),
    "severity": lambda _, __, n: ("change_severity", (_pick(SEVERITIES, n), "x")),
    "flag": lambda _, __, n: ("flag", ((_pick(FLAGS, n),), (_pick(FLAGS, n + 1),))),
    "pause": lambda _, __, n: ("pause", (_pick(REASONS, n), None, None)),
    "resume": lambda _, __, n: ("resume", (_pick(REASONS, n),)),
    "veto": lambda *_: ("veto_pause", ("waiting_on_partner", "x")),
    "milestone": lambda _, __, n: ("reach_milestone", (_pick(MILESTONES, n), "<1@x>", None)),
    "aware": lambda _, __, n: ("become_aware", (_pick((PROVIDER, CLIENT), n),)),
    "file": lambda _, __, n: (
        "file",
        (FilingMade(_pick(("notify-client", "notify-authority", "early-warning"), n), n % 2 == 0, "r", "late"),),
    ),
    "review": lambda *_: ("publish_review", (None,)),
    "action": lambda _, __, n: ("agree_action", (f"A-{n % 2}", _pick(("high", "low"), n), "x")),
    "done": lambda _, __, n: ("close_action", (f"A-{n % 2}", None)),
    "extend": lambda _, at, n: ("extend_action", (f"A-{n % 2}", moment(at + n * DAYS), "x")),
    "exclude": lambda _, at, n: (
        "claim_exclusion",
        (delay(at - n * HOUR, None if n % 3 else at + n * HOUR, evidence="x", name=_pick(
            ("client_caused_delay", "force_majeure", "third_party_failure"), n)), "x"),
    ),
    "freeze": lambda _, at, n: (
        "claim_pause",
        (PauseSought(_pick(REASONS, n), moment(at - n * HOUR), moment(at + HOUR) if n % 2 else None, None, "x"), "x"),
    ),
    "older": _older,
    "vote": lambda case, _, n: ("vote", (case.number(n), _pick((*["granted"] * 3, "refused", "S1", "S2"), n), None)),
    "withdraw": lambda case, _, n: ("withdraw_claim", (case.number(n), None)),
}  # fmt: skip
VERBS = (*_ACTS, *["decide"] * 4, "file", "migrate")
STEPS = st.lists(
    st.tuples(
        st.sampled_from([0, 0.2, 1, 5, 30, 130, 400]), st.sampled_from(VERBS), st.integers(0, 1), st.integers(0, 200)
    ),
    min_size=4,
    max_size=16,
)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(SEVERITIES), STEPS, st.booleans())
def test_turns_end_and_tell_nothing_twice(severity: str, steps: list[Step], patient: bool) -> None:  # noqa: FBT001 - hypothesis draws it
    """Whatever is done, when, and by whom: the engine comes to rest, owes nothing, and comes back in the future."""
    case, now = Lived(severity), 0.0
    for hours, verb, who, with_ in [*steps, (3000, "update", 0, 0)]:
        if patient:
            _wake(case, now, now + hours * HOUR)
        now += hours * HOUR
        case.step(now, verb, who, with_)
        case.work(now)
        assert not case.hot
        following = case.next()
        assert following is None or following > now
    assert _twice(case) == []
    assert _settled_twice(case) == []
    case.readings(now)


def test_silence_and_endless_closing_leave_the_engine_at_rest() -> None:
    """A calendar that never opens again, claims that nobody answers, a report of years ago: all is told, and once."""
    base = example_agreement()
    case = Lived("S3", replace(base, calendars={**base.calendars, "berlin-office": open_once(1800)}))
    case.step(HOUR, "exclude", 0, 3)
    case.act(HOUR, "claim_backdating", 1, moment(-3600 * DAYS), "x")
    number = case.incident.version
    for party in (PROVIDER, CLIENT):
        case.vote(2 * HOUR, number, "granted", party)
    _wake(case, 2 * HOUR, 200 * DAYS)
    assert (case.hot, _twice(case), _settled_twice(case)) == (False, [], [])
    assert not case.incident.open_claims


def _wake(case: Lived, since: float, until: float) -> None:
    """Let the engine work whenever its row falls due, between two seconds."""
    at = since
    for _ in range(1000):
        due = case.next()
        if due is None or due > until:
            return
        assert due + START > seconds(moment(at)) or at == since
        at = max(float(due), at)
        case.work(at)
    case.hot = True


def _twice(case: Lived) -> list[Any]:
    """Give what was told more than once; what was taken back may come true after all."""
    seen: set[Any] = set()
    twice = []
    for fact in case.incident.history:
        match fact:
            case h.ClockWarned():
                key: Any = ("warned", fact.clock, fact.cycle, fact.percent)
            case h.RungFired() | h.RungSkipped():
                key = ("rung", fact.ladder, fact.rung, fact.clock, fact.cycle, fact.round)
            case h.ClockBreached() | h.ClockDeviated():
                key = (type(fact).__name__, fact.clock, fact.cycle)
            case h.ClockCorrected():
                seen -= {(kind, fact.clock, fact.cycle) for kind in ("ClockBreached", "ClockDeviated")}
                continue
            case _:
                continue
        twice += [key] if key in seen else []
        seen.add(key)
    return twice


def _settled_twice(case: Lived) -> list[int]:
    """Give the claims that came to two ends, or whose severity was settled twice."""
    ends = (Incident.ClaimDecided, Incident.ClaimLapsed, Incident.ClaimWithdrawn)
    facts = case.incident.history
    over = [fact.claim for fact in facts if isinstance(fact, ends)]
    settled = [fact.claim for fact in facts if isinstance(fact, Incident.SeveritySettled)]
    return [number for numbers in (over, settled) for number in set(numbers) if numbers.count(number) > 1]
