"""What a rung on silence, a rung under a condition, and each way to name somebody bring about, second by second."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.support.clock import NOON
from tests.support.laddered import Laddered, laddered
from tests.support.staffed import Staffed

ANN, BOB, CY = ("a" * 32, "b" * 32, "c" * 32)


def wider(spec: dict[str, Any]) -> None:
    """Add a service, a body, a webhook, and a shop that closes at noon, when the incident begins."""
    spec["services"].append({"id": "mail", "provided_by": "acme", "used_by": "globex"})
    spec["bodies"] = [{"id": "panel", "members": ["duty", "partner"]}]
    spec["webhooks"] = [{"id": "pager", "party": "acme", "url": "https://pager.acme.example/in"}]
    spec["calendars"]["shop"] = {"tz": "UTC", "hours": {"daily": [["09:00", "12:00"]]}}


def people() -> Staffed:
    """Give a staff of Ann and Bob of acme; Ann is on call for a schedule, and after ten seconds Bob."""
    staff = Staffed(
        shifts={"acme.first": [(NOON - timedelta(days=1), (ANN,)), (NOON + timedelta(seconds=10), (BOB,))]},
        teams={"acme.payments": (ANN, BOB)},
    )
    staff.add(ANN)
    staff.add(BOB)
    staff.add(CY, "globex")
    return staff


def test_silence_past_the_update_cadence() -> None:
    """So much counted time after an update was due, and not while one is there in time."""
    case = Laddered(laddered("S1: [{when: {silent_for: PT4S}, to: boss}]"))
    case.acknowledge(1)
    case.update(2)  # the next is due at 32
    assert case.paged(range(3, 36)) == []
    assert case.paged(range(36, 60)) == [(36, ["boss"])]
    case.update(60)
    assert case.paged(range(60, 94)) == []
    assert case.paged([94]) == [(94, ["boss"])]


@pytest.mark.parametrize(
    ("only", "told"),
    [
        ("{severity: S2}", True),
        ("{severity: S3}", False),
        ("{service: payments}", True),
        ("{service: [mail]}", False),
        ("{outside: shop}", True),
        ("{during: shop}", False),
        ("{severity: [S2, S3], service: payments, during: always, outside: shop}", True),
        ("{severity: S2, service: mail}", False),
    ],
)
def test_a_condition(only: str, told: bool) -> None:  # noqa: FBT001 - a column of the table
    """Each part of it must hold, or the rung does not count."""
    ladders = f"default: [{{when: opened, to: duty, only: {only}}}]"
    case = Laddered(laddered(ladders, wider), severity="S2")
    assert bool(case.paged(range(3))) == told


@pytest.mark.parametrize(
    ("name", "reached"),
    [
        ("duty", ["duty"]),
        ("provider.head_of_operations", ["boss"]),
        ("{body: panel}", ["duty", "partner"]),
        ("{webhook: pager}", ["pager"]),
        ("{schedule: acme.first}", [f"person:{ANN}"]),
        ("{schedule: provider.first}", [f"person:{ANN}"]),
        ("{team: acme.payments}", [f"person:{ANN}", f"person:{BOB}"]),
        (f"{{person: {CY}}}", [f"person:{CY}"]),
        (f"[{{team: acme.payments}}, {{person: {ANN}}}]", [f"person:{ANN}", f"person:{BOB}"]),
    ],
)
def test_each_way_to_name_somebody(name: str, reached: list[str]) -> None:
    """Whom it leads to is paged, and nobody twice; named under `notify` they are informed."""
    ladders = "S1: [{{when: opened, {}: {}}}]"
    assert Laddered(laddered(ladders.format("to", name), wider), people()).paged([0]) == [(0, reached)]
    assert Laddered(laddered(ladders.format("notify", name), wider), people()).informed([0]) == [(0, reached)]


def test_a_schedule_is_asked_when_somebody_is_told() -> None:
    """The repeat goes to whoever is on call then."""
    ladders = "S1: [{when: opened, to: {schedule: acme.first}, repeat_every: PT12S, max_repeats: 1}]"
    paged = Laddered(laddered(ladders), people()).paged(range(20))
    assert paged == [(0, [f"person:{ANN}"]), (12, [f"person:{BOB}"])]


def test_a_contact_is_whoever_holds_it() -> None:
    """Somebody outside the agreement; who is named for it without a holder is reached as the agreement says."""
    staff = people()
    staff.holders["duty"] = "schedule:acme.first"
    assert Laddered(laddered("S1: [{when: opened, to: [duty, boss]}]"), staff).paged([0]) == [
        (0, [f"person:{ANN}", "boss"])
    ]
