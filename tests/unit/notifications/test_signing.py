from __future__ import annotations

import base64
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from standardwebhooks import Webhook

from notifications.posting.signing import PREFIX, SECRET_BYTES, new_secret, signed
from tests.support.clock import NOON

CONTENT = b'{"a": 1}'


def test_a_secret_is_long_and_never_the_same() -> None:
    """In the form of Standard Webhooks."""
    first, second = new_secret(), new_secret()
    assert first != second
    assert first.startswith(PREFIX)
    assert len(base64.b64decode(first.removeprefix(PREFIX), validate=True)) == SECRET_BYTES


def test_what_is_signed_now_is_taken_by_the_reference_library() -> None:
    """By each of two secrets; and not by a third, nor with another body."""
    secrets = [new_secret(), new_secret()]
    now = datetime.now(ZoneInfo("America/New_York"))
    headers = signed("msg_1", now, CONTENT, secrets)
    for secret in secrets:
        assert Webhook(secret).verify(CONTENT, headers) == {"a": 1}


def test_the_zone_of_an_instant_is_no_matter() -> None:
    """The library reads the digits of any zone as UTC's: they are UTC's when it gets them."""
    secret = new_secret()
    elsewhere = NOON.astimezone(ZoneInfo("Asia/Kathmandu"))
    assert signed("msg_1", elsewhere, CONTENT, [secret]) == signed("msg_1", NOON, CONTENT, [secret])
    assert signed("msg_1", NOON, CONTENT, [secret])["webhook-timestamp"] == "1772452800"


def test_each_attempt_has_its_own_time_and_the_same_id() -> None:
    """So that a receiver refuses old ones, and knows repeated ones."""
    secret = new_secret()
    first, second = (signed("msg_1", at, CONTENT, [secret]) for at in (NOON, NOON + timedelta(seconds=5)))
    assert first["webhook-id"] == second["webhook-id"]
    assert first["webhook-signature"] != second["webhook-signature"]


def test_without_a_secret_there_is_no_signature() -> None:
    """An empty header would be a signature that fails."""
    assert set(signed("msg_1", NOON, CONTENT, [])) == {"webhook-id", "webhook-timestamp"}
