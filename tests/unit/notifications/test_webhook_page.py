"""What docs/webhooks.md tells receivers to do with a signature works."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from standardwebhooks import WebhookVerificationError

from notifications.posting.signing import new_secret, signed

PAGE = (Path(__file__).resolve().parents[3] / "docs" / "webhooks.md").read_text(encoding="utf-8")
BODY = b'{"type": "tocsin.ping.v1"}'
REFUSALS = (ValueError, WebhookVerificationError)


def examples() -> dict[str, Any]:
    """Run the page's examples in Python; give what they define."""
    names: dict[str, Any] = {}
    for example in re.findall(r"^```python\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE):
        exec(example, names)  # noqa: S102 - the page is our own
    return names


@pytest.mark.parametrize("way", ["received", "received_by_hand"])
def test_a_receiver_can_check_a_message(way: str) -> None:
    """By any of two secrets while one takes the other's place; not what is changed, old, or signed by somebody else."""
    old, new, now = new_secret(), new_secret(), datetime.now(UTC)
    check, headers = examples()[way], signed("msg_1", now, BODY, [new, old])
    assert check(old, headers, BODY) == check(new, headers, BODY) == {"type": "tocsin.ping.v1"}
    for secret, sent, body in (
        (new_secret(), headers, BODY),
        (new, headers, BODY.replace(b"ping", b"pong")),
        (new, headers | {"webhook-id": "msg_2"}, BODY),
        (new, signed("msg_1", now - timedelta(minutes=6), BODY, [new]), BODY),
        (new, signed("msg_1", now + timedelta(minutes=6), BODY, [new]), BODY),
    ):
        with pytest.raises(REFUSALS):
            check(secret, sent, body)
