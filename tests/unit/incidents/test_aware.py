from __future__ import annotations

from dataclasses import replace

import pytest

from incidents import refusals
from incidents.errors import InvalidField
from incidents.incident.aware import FilingMade
from tests.support.claimed import CLIENT, HOUR, PROVIDER, Claimed
from tests.support.clocked import moment

CLIENTS = FilingMade("notify-authority")
FIRST_PHASE = replace(CLIENTS, complete=False, reference="A-1")
PROVIDERS = FilingMade("notify-client")


def aware(case: Claimed, at: float = 0, party: str = CLIENT) -> None:
    """Say when a party became aware."""
    case.do(at, lambda it, when: it.become_aware(party, case.terms, by="key:1", at=when, for_party=party))


def file(case: Claimed, at: float, made: FilingMade) -> int:
    """File the client's notification; give its number."""
    case.act(at, "file", made, party=CLIENT)
    return case.incident.version


def test_a_party_says_itself_when_it_knew() -> None:
    """Once; a wrong time is put right by a claim."""
    case = Claimed()
    with pytest.raises(refusals.NotYourAwareness):
        case.act(60, "become_aware", CLIENT, party=PROVIDER)
    with pytest.raises(InvalidField, match="acme, globex"):
        case.act(60, "become_aware", "nobody", party=None)
    aware(case, -HOUR)
    assert case.incident.aware == {CLIENT: moment(-HOUR)}
    with pytest.raises(refusals.AlreadyAware):
        aware(case)


def test_a_notification_is_filed_in_phases() -> None:
    """A first, incomplete one, then the rest; once complete, it is only amended."""
    case = Claimed()
    aware(case)
    first = file(case, HOUR, FIRST_PHASE)
    assert not case.incident.filings[first].complete
    second = file(case, 80 * HOUR, CLIENTS)
    assert case.incident.filings[second].complete
    with pytest.raises(refusals.AlreadyFiled):
        file(case, 81 * HOUR, CLIENTS)


def test_a_filing_is_confirmed_and_amended() -> None:
    """Confirmed once; what was complete stays so, whatever is added; by no other party."""
    case = Claimed()
    aware(case)
    number = file(case, HOUR, FIRST_PHASE)
    case.act(2 * HOUR, "acknowledge_filing", number, "R-7", party=CLIENT)
    assert case.incident.filings[number].acknowledged_at == moment(2 * HOUR)
    with pytest.raises(refusals.FilingConfirmed):
        case.act(2 * HOUR, "acknowledge_filing", number, None, party=CLIENT)
    with pytest.raises(refusals.NotYourDuty):
        case.act(2 * HOUR, "amend_filing", number, "More", None, complete=True, party=PROVIDER)
    case.act(3 * HOUR, "amend_filing", number, "More", None, complete=True, party=CLIENT)
    case.act(4 * HOUR, "amend_filing", number, "Still more", None, complete=False, party=CLIENT)
    assert case.incident.filings[number].complete
    with pytest.raises(InvalidField) as refused:
        case.act(4 * HOUR, "acknowledge_filing", 99, None, party=CLIENT)
    assert refused.value.field == "filing"


@pytest.mark.parametrize(
    ("at", "party", "made", "expected"),
    [
        (72 * HOUR, CLIENT, CLIENTS, "done"),
        (72 * HOUR + 1, CLIENT, CLIENTS, "reasons"),
        (72 * HOUR + 1, CLIENT, replace(CLIENTS, reasons="We were asleep"), "done"),
        (HOUR, PROVIDER, CLIENTS, "not_your_duty"),
        (HOUR, PROVIDER, PROVIDERS, "done"),
        (HOUR, PROVIDER, replace(PROVIDERS, complete=False), "complete"),
        (25 * HOUR, PROVIDER, PROVIDERS, "done"),
        (HOUR, CLIENT, FilingMade("nobody"), "notification"),
    ],
)
def test_what_a_filing_must_give(at: float, party: str, made: FilingMade, expected: str) -> None:
    """Late it needs reasons where the agreement wants them; in phases only where it allows them; by who owes it."""
    case = Claimed()
    aware(case)
    aware(case, party=PROVIDER)
    assert case.tried(at, "file", made, party=party) == expected


def test_who_files_was_aware() -> None:
    """Without that, nobody knows whether it was in time."""
    case = Claimed()
    aware(case, party=PROVIDER)
    with pytest.raises(refusals.NotAware):
        file(case, HOUR, CLIENTS)


def test_who_was_told_by_a_filing_was_aware_from_then_on() -> None:
    """The provider's notification goes to the client's officer: the client's own 72 hours begin, and it may file."""
    case = Claimed()
    aware(case, party=PROVIDER)
    case.act(HOUR, "file", FilingMade("notify-client"), party=PROVIDER)
    late = FilingMade("notify-authority")
    assert case.tried(HOUR + 73 * HOUR, "file", late, party=CLIENT) == "reasons"
    assert case.tried(HOUR + 71 * HOUR, "file", late, party=CLIENT) == "done"
