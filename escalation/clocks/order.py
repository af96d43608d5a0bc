"""The order in which facts move clocks: that in which they were so, also where they were reported late. Pure.

Clock rules 8 and 13. Whatever times people report, clocks and incident agree on what state it is in: of facts that turn
the same thing (taken and given back, paused and resumed, over and reopened, one severity and the next) a later decision
never acts before an earlier one. Such a fact acts at that one's time, if it claims to have been so before. A fact whose
older time a body has accepted acts at that time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from escalation.clocks.runs import seconds
from incidents import happenings as h

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from escalation.clocks.grants import Backdated
    from incidents.ledger.facts import Fact

_TAKEN, _OVER, _SEVERITY, _PAUSE, _ACTION = "taken", "over", "severity", "pause", "action"

_TURNS: dict[type[Fact], tuple[str, ...]] = {
    h.Declared: (_SEVERITY,),
    h.Classified: (_SEVERITY,),
    h.SeverityChanged: (_SEVERITY,),
    h.SeveritySettled: (_SEVERITY,),
    h.Acknowledged: (_TAKEN,),
    h.Unacknowledged: (_TAKEN, _OVER),
    h.Resolved: (_OVER,),
    h.Cancelled: (_OVER,),
    h.MarkedDuplicate: (_OVER,),
    h.Reopened: (_OVER,),
    h.ReviewPublished: (_OVER,),
    h.ClockPaused: (_PAUSE, _OVER),
    h.ClockResumed: (_PAUSE,),
    h.PauseExpired: (_PAUSE,),
    h.PauseVetoed: (_PAUSE,),
    h.ActionAgreed: (_ACTION,),
    h.ActionClosed: (_ACTION,),
    h.UpdatePosted: (),
    h.Mitigated: (),
    h.MilestoneReached: (),
    h.BecameAware: (),
    h.FilingSubmitted: (),
    h.FilingAmended: (),
    h.AgreementMigrated: (),
    h.ClaimDecided: (),
    h.ClaimLapsed: (),
}
"""What a fact turns; then what it must not lie before either, for pauses and open questions end with the incident."""

_NAMED = {_TAKEN: "side", _PAUSE: "reason", _ACTION: "action"}
"""Things of which there are several, with the field that tells them apart."""

_RETARGETS = (h.Classified, h.SeverityChanged, h.SeveritySettled, h.AgreementMigrated)
_kinds: dict[type, type[Fact] | None] = {}


def kind_of(fact: Fact) -> type[Fact] | None:
    """Give a fact's class in happenings, which the library subclasses; None if the fact moves no clock."""
    made = type(fact)
    if made not in _kinds:
        _kinds[made] = next((base for base in made.__mro__ if base in _TURNS), None)
    return _kinds[made]


def in_order(history: Sequence[Fact], accepted: Mapping[int, Backdated]) -> Iterable[tuple[int, type[Fact], Fact]]:
    """Give the facts that move clocks, each with its class and the second at which it acts.

    `accepted` has the older times that bodies accepted, by the versions of the facts that have them.

    Within one second they act as they were recorded, and what retargets comes last: a stop is judged by the target it
    was made under. The order of stops, pauses and starts among themselves changes no counted time, and to reverse one
    that was recorded would put an acknowledgement before the declaration that it answers.
    """
    turned: dict[str, int] = {}
    moving = []
    for fact in history:
        kind = kind_of(fact)
        if kind is not None:
            older = accepted.get(fact.originator_version)
            at = seconds(fact.at) if older is None else older.start
            moving.append((_acts_at(at, fact, kind, turned), kind, fact))
    return sorted(moving, key=lambda item: (item[0], item[1] in _RETARGETS))


def _acts_at(at: int, fact: Fact, kind: type[Fact], turned: dict[str, int]) -> int:
    """Give the second at which a fact acts, and note it for what it turns."""
    things = _TURNS[kind]
    if things:
        field = _NAMED.get(things[0])
        own = things[0] if field is None else f"{things[0]} {getattr(fact, field)}"
        at = max(at, *(turned.get(thing, at) for thing in (own, *things[1:])))
        turned[own] = at
    return at
