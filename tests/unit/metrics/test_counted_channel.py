"""A channel that counts: what goes through it is the same, and what came of it is counted."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, cast

import pytest

from api.metrics.counted import REGISTRY
from api.metrics.counted_channel import counting
from notifications.channels.channel import Bundling, SendFailed
from notifications.queue.delivery import NOTICE, PAGE, Delivery
from notifications.queue.pace import pace_of
from tests.support.clock import NOON, MovedClock

if TYPE_CHECKING:
    from notifications.message.bundle import Bundle
    from notifications.message.message import Message

MESSAGE = cast("Message", object())
DELIVERY = Delivery(
    "d1", "s", 1, PAGE, "acme-sm", "sms", "+49301234567", 0, 1, NOON + timedelta(seconds=30), "acme-globex", NOON
)


class Sms:
    """A channel that takes what it is given, unless it was told how to fail."""

    name = "sms"
    per_second = 3.0

    def __init__(self, failure: Exception | None = None) -> None:
        self.failure = failure
        self.sent: list[object] = []

    def send(self, message: Message, delivery: Delivery, address: str) -> None:
        """Take it."""
        if self.failure is not None:
            raise self.failure
        self.sent.append((message, delivery, address))


class Mail(Sms):
    """One that bundles."""

    def send_bundle(self, bundle: Bundle, address: str) -> None:
        """Take several."""
        self.sent.append((bundle, address))


def value(name: str, **labels: str) -> float:
    """Read a counter."""
    return REGISTRY.get_sample_value(name, labels) or 0.0


def test_what_is_sent_is_counted_with_how_long_it_waited() -> None:
    """A page that was owed 7 seconds ago; a notice has no one waiting for it. Nothing stays in progress."""
    clock, channel = MovedClock(), Sms()
    counted = counting(channel, clock)
    clock.move(seconds=7)
    before = {
        "sent": value("tocsin_delivery_attempts_total", channel="sms", outcome="sent"),
        "waited": value("tocsin_page_wait_seconds_sum", channel="sms"),
        "timed": value("tocsin_delivery_attempt_duration_seconds_count", channel="sms"),
    }
    counted.send(MESSAGE, DELIVERY, "+49")
    counted.send(MESSAGE, replace(DELIVERY, kind=NOTICE), "+49")
    assert channel.sent == [(MESSAGE, DELIVERY, "+49"), (MESSAGE, replace(DELIVERY, kind=NOTICE), "+49")]
    assert value("tocsin_delivery_attempts_total", channel="sms", outcome="sent") == before["sent"] + 2
    assert value("tocsin_page_wait_seconds_sum", channel="sms") == before["waited"] + 7
    assert value("tocsin_delivery_attempt_duration_seconds_count", channel="sms") == before["timed"] + 2
    assert value("tocsin_delivery_attempts_in_progress", channel="sms") == 0


@pytest.mark.parametrize(
    ("failure", "outcome"),
    [
        (SendFailed("HTTP 503"), "retry"),
        (SendFailed("no such number", permanent=True), "failed"),
        (ValueError("a defect"), "retry"),
    ],
)
def test_a_failure_is_counted_and_passed_on(failure: Exception, outcome: str) -> None:
    """As one that may get through later, or never; whoever sends hears the same failure."""
    counted = counting(Sms(failure), MovedClock())
    before = value("tocsin_delivery_attempts_total", channel="sms", outcome=outcome)
    waited = value("tocsin_page_wait_seconds_count", channel="sms")
    with pytest.raises(type(failure)) as raised:
        counted.send(MESSAGE, DELIVERY, "+49")
    assert raised.value is failure
    assert value("tocsin_delivery_attempts_total", channel="sms", outcome=outcome) == before + 1
    assert value("tocsin_page_wait_seconds_count", channel="sms") == waited
    assert value("tocsin_delivery_attempts_in_progress", channel="sms") == 0


def test_what_a_channel_says_of_itself_stays() -> None:
    """Its name and pace; and it bundles if it did before, as one attempt."""
    counted, bundling = counting(Sms(), MovedClock()), counting(mail := Mail(), MovedClock())
    assert counted.name == "sms"
    assert pace_of(counted) == pace_of(Sms())
    assert not isinstance(counted, Bundling)
    assert isinstance(bundling, Bundling)
    before = value("tocsin_delivery_attempts_total", channel="sms", outcome="sent")
    bundle = cast("Bundle", object())
    bundling.send_bundle(bundle, "+49")
    assert mail.sent == [(bundle, "+49")]
    assert value("tocsin_delivery_attempts_total", channel="sms", outcome="sent") == before + 1
