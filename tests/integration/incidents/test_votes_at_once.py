from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import TYPE_CHECKING

import pytest

from incidents import happenings as h
from incidents.errors import InvalidField
from incidents.incidents import Asked
from incidents.opening import Report
from incidents.refusals import ClaimOver
from incidents.terms import Assessment, ExclusionSought
from tests.support.clock import NOON
from tests.support.desk import Desk
from tests.support.example_agreement import worded

if TYPE_CHECKING:
    from collections.abc import Iterator

    from api.bootstrap import Tocsin

ACME, GLOBEX = Asked(by="key:1", party="acme"), Asked(by="key:2", party="globex")


@pytest.fixture
def desk(database_url: str) -> Iterator[Desk]:
    """Yield a desk under the worked example, in force without signatures."""
    made = Desk(database_url, worded({"signed_by: [acme, globex], ": ""}))
    yield made
    made.close()


@pytest.fixture
def stream(desk: Desk) -> str:
    """Give an incident on which the client's delay is claimed."""
    report = Report("Payments fail", "payments-api", assessment=Assessment(severity="S1"))
    stream = desk.incidents.declare("acme-globex", report, ACME).incident.id
    desk.incidents.claim_exclusion(
        stream, ExclusionSought("client_caused_delay", NOON, NOON + timedelta(hours=1)), "They had locked us out", ACME
    )
    return stream


def test_votes_cast_at_once_decide_once(desk: Desk, stream: str) -> None:
    """Two processes, two parties, one instant: whoever comes second decides afresh, and its vote decides."""
    barrier = Barrier(2)

    def vote(process: Tocsin, asked: Asked) -> None:
        barrier.wait()
        process.incidents.vote(stream, 2, "granted", None, asked)

    with ThreadPoolExecutor() as pool:
        list(pool.map(vote, (desk.tocsin, desk.another()), (ACME, GLOBEX)))
    decided = [fact for fact in desk.get(stream).history if isinstance(fact, h.ClaimDecided)]
    assert [fact.outcome for fact in decided] == ["granted"]
    assert desk.get(stream).claims[2].votes == {"acme": "granted", "globex": "granted"}


def test_a_vote_and_the_deadline_at_once_come_to_one_outcome(desk: Desk, stream: str) -> None:
    """The deadline has passed: whether the engine or the vote is first, the vote comes too late."""
    desk.incidents.vote(stream, 2, "granted", None, ACME)
    desk.clock.move(days=11)
    with pytest.raises(ClaimOver):
        desk.incidents.vote(stream, 2, "granted", None, GLOBEX)
    desk.turn()
    claim = desk.get(stream).claims[2]
    assert (claim.open, claim.body, claim.votes) == (True, "steering_committee", {})


def test_a_claim_has_no_time_of_its_own(desk: Desk, stream: str) -> None:
    """It counts from when it is recorded: nobody claims in time after the time is over."""
    with pytest.raises(InvalidField) as refused:
        desk.incidents.vote(stream, 2, "granted", None, Asked(by="key:1", party="acme", at=NOON))
    assert refused.value.field == "occurred_at"


def test_what_is_claimed_at_once_of_a_report_from_ahead_lies_not_before_it(desk: Desk) -> None:
    """A sender's clock may be ahead by seconds: the incident still comes first."""
    report = Report("Payments fail", "payments-api", assessment=Assessment(severity="S1"))
    ahead = Asked(by="key:1", party="acme", at=NOON + timedelta(seconds=4))
    stream = desk.incidents.declare("acme-globex", report, ahead).incident.id
    desk.incidents.claim_exclusion(
        stream, ExclusionSought("client_caused_delay", NOON, NOON + timedelta(hours=1)), "They had locked us out", ACME
    )
    made, claimed = desk.get(stream).history
    assert claimed.at == made.at


def test_a_deadline_is_armed_and_disarmed(desk: Desk, stream: str) -> None:
    """The row holds what the claim owes, also once the incident is over; withdrawn, it owes nothing any more."""
    desk.incidents.resolve(stream, None, ACME)
    desk.turn()
    for days in (6, 5):
        assert desk.deadline(stream) == desk.expected_deadline(stream)
        assert desk.deadline(stream) is not None
        desk.turn(days=days)
    desk.incidents.withdraw_claim(stream, 2, None, ACME)
    desk.turn(days=30)
    assert desk.deadline(stream) == desk.expected_deadline(stream)
    assert [fact.claim for fact in desk.told(stream, h.ClaimLapsed)] == []


def test_awareness_may_lie_before_the_report_but_not_ahead(desk: Desk, stream: str) -> None:
    """Clock rule 12; nor further back than anybody can mean."""
    early = NOON.replace(month=1)
    desk.incidents.become_aware(stream, "globex", Asked(by="key:2", party="globex", at=early))
    assert desk.get(stream).aware == {"globex": early}
    for at in (NOON.replace(year=2027), NOON.replace(year=1990)):
        with pytest.raises(InvalidField) as refused:
            desk.incidents.become_aware(stream, "acme", Asked(by="key:1", party="acme", at=at))
        assert refused.value.field == "occurred_at"
