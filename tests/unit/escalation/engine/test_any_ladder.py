"""Made-up ladders, played with made-up people until nothing is owed: what holds whatever happens."""

from __future__ import annotations

from collections import Counter, defaultdict
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from hypothesis import given, settings
from hypothesis import strategies as st

from escalation.agreement.model import Acknowledging, Condition, Exclusion, Exhausted, QuietHours, Reach, Rung, Window
from escalation.agreement.model.ladders import ANSWERED_BY_ACKNOWLEDGING, OPENED, SEVERITY_CHANGED
from escalation.crew.reaching import PAGE
from incidents import happenings as h
from incidents.errors import InvalidField, Refused
from incidents.incident import Incident
from tests.support.clocked import agreed, moment, open_between
from tests.support.laddered import Laddered
from tests.support.staffed import Staffed

if TYPE_CHECKING:
    from escalation.agreement.model import Agreement
    from escalation.engine.owed import Owed

PEOPLE = ANN, BOB, CAT = ("a" * 32, "b" * 32, "c" * 32)
NAMES = ("duty", "boss", "vacant", "schedule:acme.first", "team:acme.all", f"person:{BOB}")
PLANNED = Exclusion("planned", excuses=False, targets=("resolve",), windows=(Window("FREQ=DAILY", 43_260, 40, "UTC"),))
"""From second 60 to second 100, for the incidents begin at noon."""

ENDINGS = (h.Unacknowledged, h.AcknowledgementExpired, h.SnoozeExpired, h.Escalated, h.Reassigned)


@st.composite
def rungs(draw: st.DrawFn) -> tuple[Rung, ...]:
    """Draw a ladder."""
    found: list[Rung] = []
    for index in range(draw(st.integers(1, 5))):
        kinds = ["opened", "opened", "unacknowledged", "severity_changed", "resolve", "any", "silent"]
        pages = tuple(draw(st.lists(st.sampled_from(NAMES), max_size=2, unique=True)))
        before = found[-1] if found else None
        if before is not None and before.page and before.when in ANSWERED_BY_ACKNOWLEDGING:
            kinds += ["unanswered"] * 6
        when = draw(st.sampled_from(kinds))
        on_clock = when not in ANSWERED_BY_ACKNOWLEDGING
        reach = draw(st.sampled_from(Reach)) if pages else Reach.ALL
        every = draw(st.sampled_from([None, 3, 10])) if reach is Reach.ALL else None
        found.append(
            Rung(
                index,
                when,
                draw(st.sampled_from([50, 100])) if on_clock else None,
                pages,
                () if pages else ("partner",),
                every,
                draw(st.integers(1, 3)) if every else 0,
                after=draw(st.integers(0, 30)) if on_clock or when == "unacknowledged" else 0,
                wait=draw(st.sampled_from([5, 20])),
                reach=reach,
                only=draw(st.sampled_from([Condition()] * 4 + [Condition(outside="shop"), Condition(during="shop")])),
            )
        )
    return tuple(found)


@st.composite
def agreements(draw: st.DrawFn) -> Agreement:
    """Draw an agreement: a ladder for each severity, perhaps one of the client's own, and what follows them."""
    ladders = {"S1": draw(rungs()), "default": draw(rungs())}
    if draw(st.booleans()):
        ladders["globex/default"] = draw(rungs())
    rule = Exhausted(draw(st.integers(0, 2)), ("partner",))
    return agreed(
        ladders=ladders,
        calendars={"shop": open_between((-100, 30), (80, 900))},
        exhausted={None: rule, "globex": replace(rule, hand_to=("duty",))},
        acknowledging=Acknowledging(draw(st.sampled_from([{}, {"S1": 15, "S2": 40}]))),
        quiet_hours=draw(st.sampled_from([None, QuietHours(frozenset({"S2"}), "shop")])),
        exclusions=draw(st.sampled_from([{}, {"planned": PLANNED}])),
    )


HANDS = ("acknowledge", "acknowledge", "unacknowledge", "snooze", "wake", "escalate", "reassign", "ask")
OTHERS = ("severity", "update", "resolve", "reopen", "fail", "go", "absent", "return", "handoff")
STEP = st.tuples(
    st.integers(0, 40), st.sampled_from(HANDS + OTHERS), st.integers(0, 5), st.sampled_from([0, 0, 7, 100])
)
ACTS = st.lists(STEP, max_size=8)


class Game(Laddered):
    """An incident with people who come and go; an engine that wakes at the instants of its deadline row, or later."""

    def __init__(self, agreement: Agreement, severity: str) -> None:
        staff = Staffed(teams={"acme.all": PEOPLE}, shifts={"acme.first": [(moment(0), (ANN,))]})
        super().__init__(agreement, staff, severity)
        for each in PEOPLE:
            staff.add(each)
        self.now = 0
        self.fired: list[tuple[int, Owed]] = []

    def play(self, verb: str, which: int) -> None:
        """Let somebody do something, if the incident lets them."""
        with suppress(Refused, InvalidField):
            self.do(self.now, lambda it, when: self._act(it, when, verb, which))

    def run_until(self, until: int, delay: int = 0) -> None:
        """Let the engine work; each time it wakes it is so late."""
        for _ in range(400):
            due = self.next()
            if due is None or due > until:
                self.now = max(self.now, until)
                return
            assert due <= self.now or not self.owed(due - 1), "the row is not late"
            self.now = max(self.now, min(due + delay, until))
            self._wake()
        raise AssertionError("it never comes to an end")

    def _wake(self) -> None:
        for _ in range(60):
            told = self.turn(self.now)
            self.fired += [(self.now, owed) for owed in told]
            for owed in told:
                self.check(owed)
            following = self.next()
            if following is None or following > self.now:
                assert self.owed(self.now) == []
                return
            assert told, "what is due is told"
        raise AssertionError("it is always owed something more")

    def check(self, owed: Owed) -> None:
        """Whoever is paged is there, and on call where the rung asks for that."""
        for page in owed.values.get("pages") or ():
            name, _, person = page["recipient"].partition(":")
            if name == "person":
                assert person in self.staff.people
                assert not self.staff.people[person].absent
                if page["called"] == "schedule:acme.first":
                    on_call = self.staff.on_call("acme-globex", "acme", "first", moment(self.now))
                    assert on_call is not None
                    assert person in on_call.people

    def _act(self, it: Incident, when: Any, verb: str, which: int) -> None:  # noqa: ANN401, C901, PLR0912 - verbs
        said: dict[str, Any] = {"by": "key:1", "at": when, "for_party": "globex" if which % 2 else "acme"}
        match verb:
            case "acknowledge":
                it.acknowledge(self.terms, **said)
            case "unacknowledge":
                it.unacknowledge(None, self.terms, **said)
            case "snooze":
                it.snooze(when + timedelta(seconds=10 + 10 * which), "x", self.terms, **said)
            case "wake":
                it.wake(self.terms, **said)
            case "escalate":
                it.escalate(which, None, self.terms, **said)
            case "reassign":
                it.reassign((f"person:{BOB}", "schedule:acme.first", "vacant")[which % 3], None, self.terms, **said)
            case "ask":
                it.ask_responder((f"person:{CAT}", "duty")[which % 2], None, self.terms, **said)
            case "severity":
                it.change_severity(("S1", "S2", "S3")[which % 3], "x", self.terms, **said)
            case "update":
                it.post_update("x", "partner", **said)
            case "resolve":
                it.resolve(None, **said)
            case "reopen":
                it.reopen("x", **said)
            case "fail" | "go":
                self._lose(it, when, gone=verb == "go")
            case "absent" | "return":
                for person in PEOPLE[: which % 3 + 1]:
                    self.staff.people[person] = replace(self.staff.people[person], absent=verb == "absent")
            case "handoff":
                self.staff.shifts["acme.first"].append((when, ((), (BOB,), (CAT,))[which % 3]))

    def _lose(self, it: Incident, when: Any, *, gone: bool) -> None:  # noqa: ANN401 - an instant
        """Let every page of the last round come to nothing."""
        rounds = [fact for fact in it.history if isinstance(fact, h.RungFired)]
        for page in rounds[-1].pages if rounds else ():
            values = {"delivery": page["delivery"], "kind": "page", "recipient": page["recipient"]}
            values |= {"channel": "terminal", "tries": 1}
            if gone:
                it.tell(Incident.PageWithdrawn, when, **values, why="handed_over")
            else:
                it.tell(Incident.PageFailed, when, **values, detail="x")


def places(game: Game) -> list[tuple[Any, ...]]:
    """Give the place and round of all that was told on ladders."""
    return [
        (fact.ladder, fact.rung, fact.clock, fact.cycle, fact.round)
        for fact in game.incident.history
        if isinstance(fact, h.RungFired | h.RungSkipped)
    ]


def played(agreement: Agreement, severity: str, acts: list[Any]) -> Game:
    """Play it to its end."""
    game = Game(agreement, severity)
    for gap, verb, which, delay in acts:
        game.run_until(game.now + gap, delay)
        game.play(verb, which)
    game.run_until(game.now + 100_000)
    return game


@settings(max_examples=30, deadline=None)
@given(agreements(), st.sampled_from(["S1", "S2", "S3"]), ACTS)
def test_it_comes_to_an_end_and_nobody_is_paged_twice_for_one_round(
    agreement: Agreement, severity: str, acts: list[Any]
) -> None:
    """At each instant of the row something is told, before it nothing; then the row moves on, and at last is gone."""
    game = played(agreement, severity, acts)
    assert game.next() is None
    assert [place for place, times in Counter(places(game)).items() if times > 1] == []
    deliveries = Counter(page["delivery"] for _, owed in game.fired for page in owed.values.get("pages") or ())
    assert [delivery for delivery, times in deliveries.items() if times > 1] == []


@settings(max_examples=30, deadline=None)
@given(agreements(), st.sampled_from(["S1", "S2", "S3"]), ACTS)
def test_what_nobody_answers_is_handed_over_and_what_is_answered_is_quiet(
    agreement: Agreement, severity: str, acts: list[Any]
) -> None:
    """In no-one's hands at its end, a ladder that told anybody who was to answer has handed over, after all of it."""
    game = played(agreement, severity, acts)
    taken: dict[str | None, bool] = defaultdict(bool)
    for fact in game.incident.history:
        if isinstance(fact, h.Acknowledged):
            taken[fact.side] = True
        elif isinstance(
            fact, h.Unacknowledged | h.AcknowledgementExpired | h.SnoozeExpired | h.Escalated | h.Reassigned
        ):
            taken[fact.side] = False
        elif isinstance(fact, h.RungFired) and fact.clock is None and fact.ladder != "asked":
            side = "globex" if fact.ladder.startswith("globex/") else None
            rung = game.agreement.ladders[fact.ladder][fact.rung]
            assert not taken[side] or (fact.round == 0 and rung.when in {OPENED, SEVERITY_CHANGED})
    if game.incident.active:
        for side in (None, *game.agreement.sides):
            if side not in game.incident.taken:
                _handed_over(game, *game.agreement.ladder_for(game.incident.severity, side))


def _handed_over(game: Game, ladder: str, rungs: tuple[Rung, ...]) -> None:
    told = [
        fact
        for fact in game.incident.history
        if isinstance(fact, h.RungFired | h.RungSkipped) and fact.ladder == ladder and rungs[fact.rung].page
    ]
    ends = [f for f in game.incident.history if isinstance(f, h.LadderExhausted) and f.ladder == ladder]
    assert not told or ends
    if told:
        assert not ends[-1].again
        assert [page["urgency"] for page in ends[-1].pages] == [PAGE]
        asked = [fact for fact in told if fact.clock is None and fact.because != "gone"]
        assert not asked or asked[-1].originator_version < ends[-1].originator_version
