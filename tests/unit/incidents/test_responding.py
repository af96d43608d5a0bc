from __future__ import annotations

import pytest

from incidents.incident.responding import ACCEPTED, ASKED, DECLINED
from tests.support.answered import answered
from tests.support.claimed import CLIENT, PROVIDER, Claimed

PERSON = "person:" + "a" * 32
ASKING = ("ask_responder", "boss", "Bring the key")


def asked(whom: str = "boss") -> tuple[Claimed, int]:
    """Ask somebody; give the incident and the request."""
    case = answered()
    case.act(1, "ask_responder", whom, None)
    return case, case.incident.version


def test_whoever_comes_is_a_responder_of_their_party() -> None:
    """One command says both: the request is answered, and the role given."""
    case, number = asked()
    assert case.incident.requests[number].answer == ASKED
    case.act(2, "accept_request", number)
    assert case.facts(number) == ["ResponderAccepted", "Assigned"]
    assert case.incident.requests[number].answer == ACCEPTED
    assert case.incident.requests[number].answered_by == "key:1"
    assert case.incident.roles == {("responder", PROVIDER): ["key:1"]}


def test_whoever_does_not_come_has_no_role() -> None:
    """The request says so."""
    case, number = asked()
    case.act(2, "decline_request", number, "On a train")
    assert case.incident.requests[number].answer == DECLINED
    assert case.incident.roles == {}


@pytest.mark.parametrize("first", [("accept_request",), ("decline_request", None)])
@pytest.mark.parametrize("second", [("accept_request",), ("decline_request", None)])
def test_a_request_is_answered_once(first: tuple[str, ...], second: tuple[str, ...]) -> None:
    """Also by whoever would now come after all: they are asked again."""
    case, number = asked()
    case.act(2, first[0], number, *first[1:])
    assert case.tried(3, second[0], number, *second[1:]) == "request_answered"
    assert case.tried(4, *ASKING) == "done"


@pytest.mark.parametrize(
    ("whom", "party", "outcome"),
    [
        ("boss", PROVIDER, "done"),
        ("boss", CLIENT, "not_asked"),
        ("boss", None, "not_asked"),
        ("client.service_owner", CLIENT, "done"),
        ("client.service_owner", PROVIDER, "not_asked"),
        ("team:acme.first", PROVIDER, "done"),
        ("schedule:provider.first", CLIENT, "not_asked"),
        (PERSON, PROVIDER, "not_asked"),
    ],
)
def test_only_whoever_was_asked_answers(whom: str, party: str | None, outcome: str) -> None:
    """Anybody of the party of what was named; where it is one person, nobody else."""
    case, number = asked(whom)
    assert case.tried(2, "accept_request", number, party=party) == outcome
    case, number = asked(whom)
    assert case.tried(2, "decline_request", number, None, party=party) == outcome


def test_one_person_answers_for_themselves() -> None:
    """They are known by the name that they were asked under."""
    case, number = asked(PERSON)
    case.act(2, "accept_request", number, by=PERSON)
    assert case.incident.roles == {("responder", PROVIDER): [PERSON]}


def test_who_has_not_answered_is_not_asked_again() -> None:
    """One page is under way; others may be asked beside them."""
    case, _ = asked()
    assert case.tried(2, *ASKING) == "already_asked"
    assert case.tried(2, "ask_responder", "duty", None) == "done"


@pytest.mark.parametrize("number", [1, 99])
def test_what_is_no_request_is_named(number: int) -> None:
    """The field says which."""
    case, _ = asked()
    assert case.tried(2, "accept_request", number) == "request"


def test_nobody_comes_to_what_is_over() -> None:
    """Nor need they say that they do not."""
    case, number = asked()
    case.resolve(2)
    assert case.tried(3, "accept_request", number) == "not_active"
    assert case.tried(3, "decline_request", number, None) == "not_active"
