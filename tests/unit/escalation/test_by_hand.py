from __future__ import annotations

from dataclasses import replace

import pytest

from escalation.agreement.model import Condition, Rung
from escalation.terms import AgreementTerms
from incidents.refusals import TopOfLadder
from tests.support.clocked import agreed

RUNGS = (
    Rung(0, "opened", None, ("duty",), ()),
    Rung(1, "unanswered", None, ("boss",), (), only=Condition(services=frozenset({"other"}))),
    Rung(2, "unanswered", None, ("boss",), (), only=Condition(severities=frozenset({"S2"}))),
    Rung(3, "severity_changed", None, (), ("partner",)),
    Rung(4, "acknowledge", 100, ("boss",), (), only=Condition(during="always")),
)


def up(told: list[int], severity: str = "S1", service: str = "payments") -> int:
    """Go up from what was told of the ladder."""
    agreement = agreed(ladders={"default": RUNGS})
    terms = AgreementTerms(agreement).for_service(service)
    ladder, rung = terms.rung_above(severity, None, [("default", each) for each in told], None)
    assert ladder == "default"
    return rung


@pytest.mark.parametrize(
    ("told", "severity", "expected"),
    [
        ([], "S1", 0),
        ([0], "S1", 4),
        ([0], "S2", 2),
        ([0, 2, 3], "S2", 4),
        ([4, 0], "S1", 4),
        ([99, 0], "S1", 4),
    ],
)
def test_the_next_rung_up_is_one_that_pages_and_counts_here(told: list[int], severity: str, expected: int) -> None:
    """What is only for another service or severity, or only informs, is passed over; hours are no matter."""
    assert up(told, severity) == expected


def test_above_the_last_there_is_none() -> None:
    """Whatever informs is no rung to climb to."""
    with pytest.raises(TopOfLadder):
        up([0, 4])


def test_a_rung_that_is_named_may_be_any_that_pages() -> None:
    """Also one that would not count by itself: somebody wants it told."""
    terms = AgreementTerms(replace(agreed(ladders={"default": RUNGS})))
    assert terms.rung_above("S1", None, [], 1) == ("default", 1)
