"""Teams and holders of contacts alone, and the rows that they and ladders leave."""

from __future__ import annotations

from itertools import permutations
from typing import TYPE_CHECKING, Any

import pytest

from escalation.crew.holders import Holders, NobodyNamed
from escalation.crew.rows import HolderRows, TurnRows
from escalation.crew.team import MOST_MEMBERS, Team, TeamRetired, check_name
from incidents.errors import InvalidField
from incidents.incident import Incident
from incidents.ledger.command import Command, in_command
from incidents.ledger.sealing import ERASED
from tests.support.clock import NOON
from tests.support.eventful import Eventful

if TYPE_CHECKING:
    from collections.abc import Iterator

BY = "key:1"


@pytest.fixture(autouse=True)
def command() -> Iterator[None]:
    """Let all be said at noon."""
    with in_command(Command(NOON)):
        yield


@pytest.fixture
def team() -> Team:
    """Give a team of two."""
    values: dict[str, Any] = {"partnership": "acme-globex", "party": "acme", "name": "payments", "title": "Payments"}
    return Team._create(Team.Created, id="team/1", members=["ann", "bob"], **values, by=BY, at=NOON)  # noqa: SLF001 - the library's way


@pytest.fixture
def holders() -> Holders:
    """Give a partnership in which nobody is named."""
    return Holders._create(Holders.Begun, id="acme-globex/holders", by=BY, at=NOON)  # noqa: SLF001 - the library's way


@pytest.mark.parametrize("name", ["", "Payments", "pay.ments", "-pay", "pay ments", "pay\n", "a" * 64])
def test_a_name_that_an_address_could_not_hold_is_refused(name: str) -> None:
    """Without a dot, so that the last one parts party and team."""
    with pytest.raises(InvalidField) as refused:
        check_name(name)
    assert refused.value.field == "name"
    check_name("pay-2")


def test_a_team_changes_by_news_alone(team: Team) -> None:
    """The order of its members counts."""
    team.describe("Payments", by=BY, at=NOON)
    team.change_members(["ann", "bob"], by=BY, at=NOON)
    assert len(team.history) == 1
    team.change_members(["bob", "ann"], by=BY, at=NOON)
    assert team.members == ("bob", "ann")


def test_members_stand_in_a_team_once_and_are_not_too_many(team: Team) -> None:
    """By the name of the field."""
    for members, field in ((["ann", "ann"], "members.1"), ([str(nth) for nth in range(MOST_MEMBERS + 1)], "members")):
        with pytest.raises(InvalidField) as refused:
            team.change_members(members, by=BY, at=NOON)
        assert refused.value.field == field


def test_a_retired_team_changes_no_more(team: Team) -> None:
    """Whatever is asked of it, but to be forgotten."""
    team.retire(by=BY, at=NOON)
    with pytest.raises(TeamRetired):
        team.retire(by=BY, at=NOON)
    with pytest.raises(TeamRetired):
        team.describe(None, by=BY, at=NOON)
    with pytest.raises(TeamRetired):
        team.change_members([], by=BY, at=NOON)
    team.forget(by=BY, at=NOON)
    assert team.title is ERASED


def test_a_contact_has_one_holder_at_a_time(holders: Holders) -> None:
    """The next takes the place of the one before; the same again is no news; then nobody."""
    for holder in ("person:ann", "person:ann", "team:acme.payments"):
        holders.name("acme-duty", "acme", holder, by=BY, at=NOON)
    assert [type(fact).__name__ for fact in holders.history] == ["Begun", "HolderNamed", "HolderNamed"]
    assert holders.holders["acme-duty"].holder == "team:acme.payments"
    holders.remove("acme-duty", "acme", by=BY, at=NOON)
    with pytest.raises(NobodyNamed):
        holders.remove("acme-duty", "acme", by=BY, at=NOON)


def test_rows_of_holders_are_the_same_step_by_step_and_all_at_once(holders: Holders) -> None:
    """A contact that was named and let go of has none."""
    holders.name("acme-duty", "acme", "person:ann", by=BY, at=NOON)
    holders.remove("acme-duty", "acme", by=BY, at=NOON)
    holders.name("acme-ops", "acme", "person:bob", by=BY, at=NOON)
    gone, there = HolderRows().writes(holders, holders.history)
    assert [row["of"] for row in gone.rows] == ["acme-duty"]
    assert [(row["partnership"], row["contact"], row["holder"]) for row in there.rows] == [
        ("acme-globex", "acme-ops", "person:bob")
    ]


def test_a_turn_is_that_of_whom_a_rung_began_with() -> None:
    """Of rungs that page one at a time, by their first round; the latest of several."""
    incident = Eventful()
    rungs = [(1, 0, 3, "person:ann"), (2, 1, 3, "person:bob"), (3, 0, 3, "person:cid"), (4, 0, None, "boss")]
    for second, number, of, recipient in rungs:
        place: dict[str, Any] = {"ladder": "S1", "rung": 0, "clock": None, "cycle": second, "round": number}
        incident.tell(second, Incident.RungFired, **place, of=of, pages=[{"recipient": recipient}])
    for facts in permutations(incident.incident.history):
        [write] = TurnRows().writes(incident.incident, facts)
        assert [(row["ladder"], row["rung"], row["recipient"]) for row in write.rows] == [("S1", 0, "person:cid")]
