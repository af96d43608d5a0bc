from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from incidents import happenings as h
from incidents.terms import PauseSought
from notifications.message.message import Composer
from notifications.owed.relevance import no_longer_needed
from tests.support.claimed import CLIENT, DAYS, HOUR, PROVIDER, Claimed
from tests.support.clocked import moment
from tests.support.example_agreement import OneVersion
from tests.support.paging import a_delivery

if TYPE_CHECKING:
    from notifications.queue.delivery import Delivery

BOARD = 10 * DAYS + 11 * HOUR


def asked(case: Claimed, at: float) -> Delivery:
    """Let the engine have a turn; give the notice to a body that it fired last."""
    case.turn(at)
    fired = [fact for fact in case.told(h.RungFired) if fact.ladder == "claims"]
    return a_delivery("notice", case.incident, fired[-1].originator_version)


def needed(case: Claimed, delivery: Delivery) -> str | None:
    """Say why a notice is to be withdrawn, if it is."""
    return no_longer_needed(delivery, case.incident, lambda _: case.agreement)


def why(case: Claimed, at: float) -> str:
    """Say what the body reads."""
    delivery = asked(case, at)
    return (
        Composer(OneVersion(case.agreement), "http://tocsin.example").compose(delivery, case.incident, moment(at)).why
    )


def test_a_body_is_asked_until_it_has_decided() -> None:
    """Also of an incident that is over."""
    case = Claimed()
    number = case.claim()
    delivery = asked(case, HOUR)
    assert needed(case, delivery) is None
    case.resolve(2 * HOUR)
    assert needed(case, delivery) is None
    for party in (PROVIDER, CLIENT):
        case.vote(3 * HOUR, number, "granted", party)
    assert needed(case, delivery) == "answered"


def test_a_body_that_was_silent_is_asked_no_more() -> None:
    """The next one is."""
    case = Claimed()
    case.claim()
    first = asked(case, HOUR)
    case.turn(BOARD)
    second = asked(case, BOARD)
    assert (needed(case, first), needed(case, second)) == ("answered", None)


def test_of_a_false_alarm_nobody_decides_anything() -> None:
    """Its claims are not told of any more."""
    case = Claimed()
    case.claim()
    delivery = asked(case, HOUR)
    case.cancel(2 * HOUR)
    assert needed(case, delivery) == "over"


def test_a_body_reads_what_is_to_be_decided_and_until_when() -> None:
    """And halfway, that it still is."""
    case = Claimed()
    case.claim()
    text = "waiting: exclusion client_caused_delay, until 2026-03-12 23:00 UTC"
    assert why(case, HOUR) == f"A decision is {text}"
    assert why(case, 6 * DAYS) == f"A decision is still {text}"


@pytest.mark.parametrize(
    ("severity", "party", "command", "args", "words"),
    [
        ("S3", CLIENT, "dispute_severity", ("S1", "x"), "severity S1, until 2026-03-02 15:00 UTC"),
        ("S1", PROVIDER, "change_severity", ("S2", "x"), "severity S2, which is milder"),
        ("S1", PROVIDER, "claim_backdating", (2, moment(60), "x"), "an earlier time of entry 2, until"),
        ("S1", PROVIDER, "extend_action", ("keys", moment(DAYS), "x"), "more time for action keys, until"),
        (
            "S1",
            PROVIDER,
            "claim_pause",
            (PauseSought("approved_extension", moment(0)), "x"),
            "pause approved_extension, until",
        ),
    ],
)
def test_every_kind_of_claim_has_words(
    severity: str, party: str, command: str, args: tuple[object, ...], words: str
) -> None:
    """None of which anybody wrote: what the parties said may be kept from some."""
    case = Claimed(severity=severity)
    case.acknowledge(120)
    case.act(180, "agree_action", "keys", "high", "Rotate the keys")
    case.act(HOUR, command, *args, party=party)
    assert f"A decision is waiting: {words}" in why(case, HOUR)
