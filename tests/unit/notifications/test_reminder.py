"""What a reminder says of the time that is left."""

from __future__ import annotations

from datetime import timedelta

import pytest

from escalation.crew.reaching import Calling
from escalation.crew.staff import NOBODY
from escalation.engine.ahead import ahead
from escalation.engine.reminders import Occasion
from incidents.ledger.command import Command, in_command
from notifications.message.reader import reader_of
from notifications.message.reminder import reminder_of
from notifications.queue.delivery import REMINDER, Delivery
from tests.support.clock import NOON
from tests.support.clocked import the_agreement
from tests.support.permits import granted

SECOND, HOUR, DAY = timedelta(seconds=1), timedelta(hours=1), timedelta(days=1)


def why(occasion: Occasion, left: timedelta) -> str:
    """Say why people are reminded, so long before noon."""
    with in_command(Command(NOON)):
        permit = granted(NOON)
        permit.remind(occasion, Calling(the_agreement(), NOBODY, NOON), notify=["duty"])
    delivery = Delivery(
        "d1", permit.id, permit.version, REMINDER, "duty", "terminal", "", 1, 1, NOON, permit.partnership, NOON
    )
    reader = reader_of(delivery, the_agreement(), NOBODY, NOON)
    return reminder_of(delivery, permit, NOON - left, "http://tocsin.example", reader).why


@pytest.mark.parametrize(
    ("left", "said"),
    [
        (30 * DAY, ", in 30 days"),
        (7 * DAY - 5 * SECOND, ", in 7 days"),
        (7 * DAY - HOUR, ", in 6 days"),
        (47 * HOUR, ", in 1 day"),
        (24 * HOUR, ", in 1 day"),
        (23 * HOUR, ", in less than a day"),
        (SECOND, ", in less than a day"),
        (timedelta(), ""),
        (-HOUR, ""),
    ],
)
def test_a_reminder_says_how_much_time_is_left_when_it_is_sent(left: timedelta, said: str) -> None:
    """Not how much was to be left when it was planned: people may hear of a change an hour ahead."""
    for due in ahead("change", NOON, "UTC", (7, 1)):
        assert why(due.occasion, left) == f"Change, due 2026-03-02 12:00 UTC{said}"


def test_what_has_no_instant_has_no_time_left() -> None:
    """Such as a formal warning; and a kind that counts no days ahead keeps its words."""
    assert why(Occasion("formal_warning", "first"), HOUR) == "Formal warning of first"
    asked = why(Occasion("acknowledgement_after_2_days", None, NOON), DAY)
    assert asked == "Acknowledgement after 2 days, due 2026-03-02 12:00 UTC, in 1 day"
