"""How many claims wait on an incident, and who must be able to see it before a body is asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from escalation.clocks.runs import seconds
from escalation.crew.staff import NOBODY
from escalation.engine.claims_owed import Silence, claims_owed
from incidents.incident import Incident
from incidents.incident.claims import MOST_EVIDENCE, MOST_OPEN
from incidents.incident.visibility import VisibilityChange
from tests.support.claimed import CLIENT, HOUR, PROVIDER, Claimed, delay
from tests.support.clocked import moment
from tests.support.example_agreement import worded

if TYPE_CHECKING:
    from incidents.happenings import SystemEvent

WHY = "They had locked us out."
SUPPLIER = "initech"


def test_so_many_claims_wait_at_once() -> None:
    """One more is refused until one of them is over."""
    case = Claimed()
    for nth in range(MOST_OPEN):
        case.claim(start=nth)
    assert case.tried(HOUR, "claim_exclusion", delay(MOST_OPEN), WHY) == "too_many_claims"
    case.act(HOUR, "withdraw_claim", next(iter(case.incident.claims)), None)
    assert case.tried(HOUR, "claim_exclusion", delay(MOST_OPEN), WHY) == "done"


def test_a_claim_has_so_much_evidence() -> None:
    """One piece more is refused, of that claim alone."""
    case = Claimed()
    full, other = case.claim(), case.claim(start=1)
    for nth in range(MOST_EVIDENCE):
        case.act(HOUR, "give_evidence", full, f"Ticket {nth}")
    assert case.tried(HOUR, "give_evidence", full, "Ticket x") == "too_much_evidence"
    assert case.tried(HOUR, "give_evidence", other, "Ticket x") == "done"


def test_nobody_is_asked_about_what_does_not_exist_for_them() -> None:
    """The board has both parties: of the provider's own incident nothing is claimed, and no lower severity sought."""
    case = Claimed(for_party=PROVIDER, visible_to=[PROVIDER])
    assert case.tried(HOUR, "claim_exclusion", delay(), WHY) == "voter_cannot_see"
    assert case.tried(HOUR, "change_severity", "S3", "Less bad") == "voter_cannot_see"
    case.act(HOUR, "change_visibility", VisibilityChange(1, None, None))
    assert case.tried(HOUR, "claim_exclusion", delay(), WHY) == "done"


def test_whoever_was_asked_keeps_seeing_the_incident() -> None:
    """Also once the claim is over: they were told of it."""
    case = Claimed(for_party=PROVIDER)
    number = case.claim()
    case.act(HOUR, "withdraw_claim", number, None)
    hidden = VisibilityChange(1, None, (PROVIDER,))
    assert case.tried(HOUR, "change_visibility", hidden) == "others_took_part"
    assert Claimed(for_party=PROVIDER).tried(HOUR, "change_visibility", hidden) == "done"


def test_a_claim_climbs_to_no_body_that_cannot_see_the_incident() -> None:
    """The supplier sits in the committee too: where it sees nothing, silence comes to what was agreed."""
    boss = "    - {id: initech-boss, party: initech, role: boss}\n"
    seated = {
        "members: [acme-coo, globex-cio]": "members: [acme-coo, globex-cio, initech-boss]",
        "    - {id: acme-duty, ": f"{boss}    - {{id: acme-duty, ",
    }
    case = Claimed(worded(seated), visible_to=[PROVIDER, CLIENT])
    number = case.claim()
    assert _after_silence(case, number) == (Incident.ClaimLapsed, None)
    case.act(HOUR, "change_visibility", VisibilityChange(1, None, None), party=None)
    assert _after_silence(case, number) == (Incident.ClaimEscalated, [PROVIDER, CLIENT, SUPPLIER])


def _after_silence(case: Claimed, number: int) -> tuple[type[SystemEvent], list[str] | None]:
    """Give what the silence of a claim's body comes to, and whom it asks then."""
    [silence] = [each for each in claims_owed(case.incident, case.agreement, NOBODY) if isinstance(each, Silence)]
    due_at = case.incident.claims[number].due_at
    assert due_at is not None
    assert silence.due == seconds(due_at)
    kind, values = silence.fact(0, late=False, now=moment(20 * 24 * HOUR))
    return kind, values.get("voters")
