from __future__ import annotations

import pytest

from escalation.crew.own import OwnStaff
from tests.support.clock import NOON
from tests.support.staffed import Staffed


def staffed() -> OwnStaff:
    """Give a staff of both parties."""
    staff = Staffed()
    staff.add("ann", "acme")
    staff.add("gus", "globex")
    staff.teams |= {"acme.payments": ("ann",), "globex.core": ()}
    staff.shifts |= {"acme.first": [], "globex.second": [(NOON, ("gus",))]}
    return OwnStaff(staff)


@pytest.mark.parametrize(
    ("name", "about", "acme", "globex", "operator"),
    [
        ("person:ann", set(), True, False, True),
        ("person:gus", set(), False, True, True),
        ("person:nobody", set(), False, False, False),
        ("team:acme.payments", {"acme"}, True, False, True),
        ("team:client.core", {"globex"}, False, True, True),
        ("team:acme.core", {"acme"}, False, False, False),
        ("schedule:acme.first", {"acme"}, True, False, True),
        ("schedule:globex.second", {"globex"}, False, True, True),
        ("schedule:globex.first", {"globex"}, False, False, False),
        ("schedule:supplier.first", {"acme", "globex"}, True, False, True),
        ("acme-duty", {"acme"}, True, True, True),
        ("client.sponsor", {"globex"}, True, True, True),
        ("body:panel", {"acme", "globex"}, True, True, True),
        ("webhook:pager", {"acme"}, True, True, True),
    ],
)
def test_ones_own_who_are_there(name: str, about: set[str], acme: bool, globex: bool, operator: bool) -> None:  # noqa: FBT001 - one for each sender
    """People, teams and schedules of one's own party; a schedule with nobody on call is there all the same."""
    own = staffed()
    found = [
        own.are_there("acme-globex", name, about=frozenset(about), sender=sender, at=NOON)
        for sender in ("acme", "globex", None)
    ]
    assert found == [acme, globex, operator]
