"""What the delivery log keeps: no secret, nothing that cannot be stored, no more than the beginning."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifications.posting.signing import new_secret, signed
from notifications.webhooks.log import (
    MOST_BODY,
    MOST_HEADERS,
    STRUCK,
    host_of,
    request_kept,
    response_kept,
    without_secrets,
)
from tests.support.clock import MovedClock


@pytest.mark.parametrize(
    "name",
    [
        *("webhook-signature", "Authorization", "Proxy-Authorization", "Set-Cookie", "Cookie", "X-Api-Key"),
        *("X-Auth-Token", "WWW-Authenticate", "X-Amz-Security-Token", "Client-Secret"),
    ],
)
def test_headers_that_may_be_secret_are_struck_out(name: str) -> None:
    """By their names, in any case."""
    assert response_kept([(name, "s3cret")], b"")["headers"] == [[name, STRUCK]]


def test_other_headers_are_kept() -> None:
    """As they came; what an address in one may hold behind its `?` is struck out."""
    headers = [("webhook-id", "msg_1"), ("Location", "https://a.example/x?token=1")]
    kept = response_kept(headers, b"")["headers"]
    assert kept == [["webhook-id", "msg_1"], ["Location", f"https://a.example/x?{STRUCK}"]]


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://a.example/hook", "https://a.example/hook"),
        ("https://a.example/hook?key=1&b=2", f"https://a.example/hook?{STRUCK}"),
        ("https://a.example?key=1", f"https://a.example?{STRUCK}"),
        ("https://u:p@a.example:8443/hook", "https://a.example:8443/hook"),
        ("https://a.example/u:p@b", "https://a.example/u:p@b"),
    ],
)
def test_an_address_is_shown_without_what_may_be_secret(url: str, shown: str) -> None:
    """Name and password, and whatever is behind the `?`."""
    assert without_secrets(url) == shown


def test_a_receiver_that_answers_with_what_it_was_sent_gives_nothing_away() -> None:
    """Signatures and secrets are struck out of bodies too."""
    secret = new_secret()
    headers = signed("msg_1", MovedClock().now(), b"{}", [secret])
    echo = json.dumps({"headers": headers, "secret": secret}).encode()
    kept = response_kept([("X-Echo", headers["webhook-signature"])], echo)
    assert headers["webhook-signature"] not in json.dumps(kept)
    assert secret not in json.dumps(kept)
    assert "msg_1" in kept["body"]


def test_a_body_is_kept_from_its_beginning() -> None:
    """2 KiB of it, and that there was more; so is what the receiver broke off."""
    whole, long = request_kept("https://a.example", [], b"x" * MOST_BODY), response_kept([], b"x" * (MOST_BODY + 1))
    assert (len(whole["body"]), whole["cut"]) == (MOST_BODY, False)
    assert (len(long["body"]), long["cut"]) == (MOST_BODY, True)
    assert response_kept([], b"x", cut=True)["cut"] is True
    assert len(response_kept([("a", "b")] * 1000, b"")["headers"]) == MOST_HEADERS


@given(st.lists(st.tuples(st.text(), st.text())), st.binary())
def test_whatever_comes_back_can_be_stored(headers: list[tuple[str, str]], content: bytes) -> None:
    """JSON without NUL and lone surrogates, which PostgreSQL refuses."""
    kept = json.dumps(response_kept(headers, content), ensure_ascii=False)
    assert "\\u0000" not in kept
    kept.encode("utf-8")


def test_a_host_is_named_alone() -> None:
    """Without port, path and query; nothing of what is no address."""
    assert host_of("https://hooks.acme.example:8443/t?k=1") == "hooks.acme.example"
    assert host_of("https://[::1") == ""
