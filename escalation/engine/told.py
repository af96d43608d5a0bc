"""What the history of an incident has told already, of all ladders and warnings, in one pass. Pure."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from escalation.clocks.runs import seconds
from incidents import happenings as h

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from incidents.ledger.facts import Fact

Place = tuple[int, str | None, int]
"""Where on a ladder something is told: the rung, its clock, and its cycle."""

RoundTold = h.RungFired | h.RungSkipped
Ending = h.Unacknowledged | h.AcknowledgementExpired | h.SnoozeExpired | h.Escalated | h.Reassigned
"""What takes an incident out of the hands of a side."""

RESUMED = "resumed"
GONE = frozenset({"left", "handed_over", "away"})
"""Why a page is withdrawn whose recipient is there no more: somebody else may be."""


class Loss(NamedTuple):
    """A page that reached nobody: since when that is known, and whether because its recipient is gone."""

    at: int
    gone: bool


@dataclass
class Trail:
    """What was told of one ladder, in its order. `resumed`: the version at which it last went on where it stood."""

    rounds: list[RoundTold] = field(default_factory=list)
    places: dict[Place, list[RoundTold]] = field(default_factory=dict)
    exhausted: list[h.LadderExhausted] = field(default_factory=list)
    resumed: int = 0


@dataclass
class Told:
    """What a history has told.

    Attributes:
        warnings: The last warning of each run, by its clock and cycle.
        trails: What was told of each ladder, by its name.
        lost: Pages that reached nobody, by delivery.
        ended: The last fact that took it out of a side's hands, by side.
        woken: When a snooze of a side was last ended by hand.
        reopened: The last time at which it was reopened.
        rated: The last fact that changed the severity, and the severity since.
        requests: Who was asked to come and has not answered, by the version of the fact that asked.
    """

    warnings: dict[tuple[str, int], int] = field(default_factory=dict)
    trails: defaultdict[str, Trail] = field(default_factory=lambda: defaultdict(Trail))
    lost: dict[str, Loss] = field(default_factory=dict)
    ended: dict[str | None, Ending] = field(default_factory=dict)
    woken: dict[str | None, int] = field(default_factory=dict)
    reopened: h.Reopened | None = None
    severity: str | None = None
    rated: Fact | None = None
    requests: dict[int, h.ResponderAsked] = field(default_factory=dict)

    def warn(self, fact: h.ClockWarned) -> None:
        """Note a warning."""
        self.warnings[fact.clock, fact.cycle] = fact.percent

    def climb(self, fact: RoundTold) -> None:
        """Note a round."""
        trail = self.trails[fact.ladder]
        trail.rounds.append(fact)
        trail.places.setdefault((fact.rung, fact.clock, fact.cycle), []).append(fact)
        if fact.because == RESUMED:
            trail.resumed = fact.originator_version

    def exhaust(self, fact: h.LadderExhausted) -> None:
        """Note the end of a ladder."""
        self.trails[fact.ladder].exhausted.append(fact)

    def fail(self, fact: h.PageFailed) -> None:
        """Note a page that could not be delivered."""
        self.lost[fact.delivery] = Loss(seconds(fact.timestamp), gone=False)

    def send_again(self, fact: h.PageRequeued) -> None:
        """Note that a page has another chance: it is lost no more, until it fails again."""
        self.lost.pop(fact.delivery, None)

    def withdraw(self, fact: h.PageWithdrawn) -> None:
        """Note a page whose recipient was there no more."""
        if fact.why in GONE:
            self.lost[fact.delivery] = Loss(seconds(fact.timestamp), gone=True)

    def end(self, fact: Ending) -> None:
        """Note what ended an acknowledgement."""
        self.ended[fact.side] = fact

    def asked_anew(self, side: str | None) -> Ending | h.Reopened | None:
        """Give the last fact since which a side is to answer anew; one that has it in hand need not."""
        ended, reopened = self.ended.get(side), self.reopened
        if ended is None or reopened is None:
            return ended or reopened
        return max(ended, reopened, key=lambda fact: fact.originator_version)

    def wake(self, fact: h.SnoozeEnded) -> None:
        """Note that somebody ended a snooze."""
        self.woken[fact.side] = seconds(fact.timestamp)

    def reopen(self, fact: h.Reopened) -> None:
        """Note that it was not over."""
        self.reopened = fact

    def rate(self, fact: h.Declared | h.Classified | h.SeverityChanged | h.SeveritySettled) -> None:
        """Note another severity."""
        if self.severity not in {None, fact.severity}:
            self.rated = fact
        self.severity = fact.severity

    def ask(self, fact: h.ResponderAsked) -> None:
        """Note a request."""
        self.requests[fact.originator_version] = fact

    def reply(self, fact: h.ResponderAccepted | h.ResponderDeclined) -> None:
        """Note that a request was answered."""
        self.requests.pop(fact.request, None)


def told_of(history: Iterable[Fact]) -> Told:
    """Read a history."""
    told = Told()
    for fact in history:
        note = _notes.get(type(fact), _unknown)
        if note is _unknown:
            note = _notes[type(fact)] = _note_for(type(fact))
        if note is not None:
            note(told, fact)
    return told


_NOTES: dict[type[Fact], Callable[[Told, Any], None]] = {
    h.ClockWarned: Told.warn,
    h.RungFired: Told.climb,
    h.RungSkipped: Told.climb,
    h.LadderExhausted: Told.exhaust,
    h.PageFailed: Told.fail,
    h.PageRequeued: Told.send_again,
    h.PageWithdrawn: Told.withdraw,
    h.Unacknowledged: Told.end,
    h.AcknowledgementExpired: Told.end,
    h.SnoozeExpired: Told.end,
    h.Escalated: Told.end,
    h.Reassigned: Told.end,
    h.SnoozeEnded: Told.wake,
    h.Reopened: Told.reopen,
    h.Declared: Told.rate,
    h.Classified: Told.rate,
    h.SeverityChanged: Told.rate,
    h.SeveritySettled: Told.rate,
    h.ResponderAsked: Told.ask,
    h.ResponderAccepted: Told.reply,
    h.ResponderDeclined: Told.reply,
}


def _unknown(_: Told, __: Fact) -> None:
    """Stand for a kind that was not looked up yet."""


_notes: dict[type[Fact], Callable[[Told, Any], None] | None] = {}
"""By the class that the library makes of each kind."""


def _note_for(kind: type[Fact]) -> Callable[[Told, Any], None] | None:
    return next((_NOTES[base] for base in kind.__mro__ if base in _NOTES), None)
