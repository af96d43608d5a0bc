"""In which zone the parties of the worked example are told times."""

from __future__ import annotations

from dataclasses import replace

import pytest

from notifications.channels.terminal import line
from notifications.channels.webhook import body
from notifications.message.message import Composer
from tests.support.clocked import moment
from tests.support.example_agreement import OneVersion, example_agreement
from tests.support.example_incident import Exemplary
from tests.support.paging import a_delivery, rung

ZONES = {
    "acme-duty": ("Europe/Berlin", "2026-03-02 13:15 CET"),
    "globex-ops": ("America/New_York", "2026-03-02 07:15 EST"),
    "authority": ("Europe/Berlin", "2026-03-02 13:15 CET"),
}


@pytest.mark.parametrize(("recipient", "tz", "due"), [(name, *told) for name, told in ZONES.items()])
def test_who_reads_a_page_is_told_times_in_its_partys_zone(recipient: str, tz: str, due: str) -> None:
    """A webhook is told the zone beside instants in UTC; the terminal shows when each clock is due there."""
    case = Exemplary("S1")
    case.do(0, lambda it, when: it.tell(it.RungFired, when, **rung()))
    delivery = replace(a_delivery("page", case.incident, case.incident.version), recipient=recipient)
    message = Composer(OneVersion(example_agreement()), "http://tocsin.example").compose(
        replace(delivery, destination=recipient), case.incident, moment(0)
    )
    assert f"acknowledge running (due in 15 min, {due})" in line(message)
    posted = body(message, delivery)
    assert (posted["tz"], posted["clocks"][0]["due_at"]) == (tz, "2026-03-02T12:15:00.000000Z")
