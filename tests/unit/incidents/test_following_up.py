from __future__ import annotations

import pytest

from incidents import refusals
from incidents.errors import InvalidField
from tests.support.claimed import CLIENT, DAYS, HOUR, PROVIDER, Claimed
from tests.support.clocked import moment


def agreed() -> Claimed:
    """Give an incident with an action of high priority."""
    case = Claimed()
    case.act(60, "agree_action", "rotate-keys", "high", "Rotate the keys")
    return case


def test_a_review_looks_back_once() -> None:
    """Not while it lasts; after a reopening there is more to look back at."""
    case = Claimed()
    with pytest.raises(refusals.NothingToReview):
        case.act(60, "publish_review", None)
    case.resolve(HOUR)
    case.act(2 * HOUR, "publish_review", "wiki/7")
    assert case.incident.reviewed_at == moment(2 * HOUR)
    with pytest.raises(refusals.AlreadyPublished):
        case.act(2 * HOUR, "publish_review", None)
    case.reopen(3 * HOUR)
    case.resolve(4 * HOUR)
    case.act(5 * HOUR, "publish_review", None)
    assert case.incident.reviewed_at == moment(5 * HOUR)


def test_an_action_is_agreed_and_closed_once() -> None:
    """Each under a name of its own."""
    case = agreed()
    with pytest.raises(refusals.AlreadyAgreed):
        case.act(60, "agree_action", "rotate-keys", "low", "Again")
    case.act(120, "close_action", "rotate-keys", None)
    assert case.incident.actions["rotate-keys"].closed_at == moment(120)
    with pytest.raises(refusals.ActionOver):
        case.act(180, "close_action", "rotate-keys", None)
    with pytest.raises(refusals.ActionOver):
        case.act(180, "extend_action", "rotate-keys", moment(DAYS), "Holidays")


@pytest.mark.parametrize(
    ("command", "args", "field"),
    [
        ("agree_action", ("rotate keys", "high", "x"), "action"),
        ("agree_action", ("", "high", "x"), "action"),
        ("agree_action", ("a" * 65, "high", "x"), "action"),
        ("agree_action", ("more", "urgent", "x"), "priority"),
        ("close_action", ("other", None), "action"),
        ("extend_action", ("other", moment(DAYS), "x"), "action"),
        ("extend_action", ("rotate-keys", moment(60), "x"), "until"),
        ("extend_action", ("rotate-keys", moment(HOUR), "x"), "until"),
        ("extend_action", ("rotate-keys", moment(4000 * DAYS), "x"), "until"),
    ],
)
def test_what_is_wrong_with_an_action_is_named(command: str, args: tuple[object, ...], field: str) -> None:
    """By its field."""
    with pytest.raises(InvalidField) as refused:
        agreed().act(HOUR, command, *args)
    assert refused.value.field == field


def test_more_time_for_an_action_is_claimed() -> None:
    """The board has five local dates; one claim at a time for each action."""
    case = agreed()
    case.act(HOUR, "extend_action", "rotate-keys", moment(DAYS), "Holidays")
    assert (case.only.kind, case.only.name, case.only.until) == ("extension", "rotate-keys", moment(DAYS))
    assert (case.only.clocks, case.only.if_silent) == (("action_due",), "refused")
    with pytest.raises(refusals.AlreadyClaimed):
        case.act(HOUR, "extend_action", "rotate-keys", moment(2 * DAYS), "Holidays")
    for party in (PROVIDER, CLIENT):
        case.vote(2 * HOUR, case.only.number, "granted", party)
    assert case.only.granted
