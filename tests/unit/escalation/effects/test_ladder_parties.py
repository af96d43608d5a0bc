"""What a party's own ladder brings about beside the one that all share, second by second."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from incidents.incident import Incident
from tests.support.laddered import Laddered, laddered

if TYPE_CHECKING:
    from tests.support.clocked import Clocked

LADDERS = """
default:
  - {when: opened, to: duty, wait: PT5S}
  - {when: unanswered, to: boss}
  - {when: {clock: any, at: 50%}, notify: duty}
parties:
  globex:
    S1:
      - {when: opened, notify: partner}
      - {when: {clock: any, at: 100%}, to: partner, wait: PT4S}
    default:
      - {when: {unacknowledged: PT3S}, to: partner}
    exhausted: {repeat: 1, hand_to: boss}
"""


def confirming(spec: dict[str, Any]) -> None:
    """Let the client owe an answer to each question within eight seconds."""
    spec["targets"] = {
        name: each for name, each in spec["targets"].items() if name in {"acknowledge", "respond", "resolve"}
    }
    spec["targets"]["confirm"] = {
        "from": "reported",
        "until": "client_replied",
        "duty_of": "client",
        "within": {"S1": "PT8S", "S2": "PT8S"},
        "calendar": "always",
    }


def beside(severity: str = "S1") -> Laddered:
    """Declare an incident under both ladders."""
    return Laddered(laddered(LADDERS, confirming), severity=severity)


def by(case: Clocked, at: float, party: str) -> None:
    """Let somebody of a party take it."""
    case.do(at, lambda it, when: it.acknowledge(case.terms, by=f"key:{party}", at=when, for_party=party))


def fired(case: Laddered, until: int) -> list[tuple[str, int, str | None]]:
    """Give the ladder, the rung and the clock of what is told until a second."""
    return [
        (owed.values["ladder"], owed.values["rung"], owed.values["clock"])
        for _, owed in case.all_told(range(until))
        if owed.happening is Incident.RungFired
    ]


def test_each_ladder_looks_at_what_its_parties_owe() -> None:
    """Whatever clock a rung names, it is one of its own side's."""
    told = fired(beside(), 9)
    assert {clock for name, _, clock in told if name == "globex/S1" and clock} == {"confirm"}
    assert {clock for name, _, clock in told if name == "default" and clock} == {"acknowledge"}


def test_each_side_answers_its_own_ladder() -> None:
    """That the client has it in hand does not stop the page to the provider."""
    case = beside()
    case.turn(0)
    by(case, 1, "globex")
    assert case.paged(range(1, 8)) == [(5, ["boss"])]
    other = beside("S2")
    other.turn(0)
    by(other, 1, "acme")
    assert other.paged(range(1, 8)) == [(3, ["partner"])]


def test_a_party_has_a_ladder_for_the_severities_without_one() -> None:
    """As the shared ones do."""
    assert {name for name, _, _ in fired(beside("S2"), 5)} == {"default", "globex/default"}


def test_what_follows_a_partys_own_ladder() -> None:
    """It begins again as often as is agreed for it, and goes to whom it names; the shared one has its own end."""
    case = beside()
    case.turn(0)
    by(case, 1, "acme")
    assert case.paged(range(1, 40)) == [(8, ["partner"]), (12, ["partner"]), (16, ["boss"])]
