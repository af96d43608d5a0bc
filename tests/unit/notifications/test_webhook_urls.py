"""Which addresses a webhook may have, as far as they tell by themselves."""

from __future__ import annotations

from ipaddress import ip_network

import pytest

from incidents.errors import InvalidField
from notifications.webhooks.urls import MOST_URL, check_url

OWN = (ip_network("10.20.0.0/16"), ip_network("fd00:20::/32"))


@pytest.mark.parametrize(
    "url",
    [
        "https://hooks.acme.example/tocsin?key=1",
        "https://hooks.acme.example:8443",
        "https://93.184.215.14/",
        "https://[2606:2800:21f:cb07:6820:80da:af6b:8b2c]/",
        "http://10.20.1.2:8080/hook",
        "https://10.20.1.2/hook",
        "http://[fd00:20::1]/hook",
    ],
)
def test_what_can_be_sent_to_is_taken(url: str) -> None:
    """Https to anybody; http within the operator's own networks."""
    check_url(url, OWN)


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("", "https URL"),
        ("hooks.acme.example", "https URL"),
        ("ftp://hooks.acme.example", "https URL"),
        ("https://", "https URL"),
        ("https://user:pass@hooks.acme.example", "https URL"),
        ("https://hooks.acme.example:99999", "https URL"),
        ("https://hooks.acme.example/a b", "https URL"),
        ("https://hooks.acme.example/\r\nX: y", "https URL"),
        ("https://hooks.acme.example/#part", "'#'"),
        ("https://hooks.acme.example/" + "x" * MOST_URL, f"{MOST_URL}"),
        ("http://hooks.acme.example", "Use https"),
        ("http://93.184.215.14/", "Use https"),
        ("https://127.0.0.1/", "127.0.0.1 is not of the open internet"),
        ("http://169.254.169.254/latest/meta-data", "169.254.169.254 is not of the open internet"),
        ("https://[::1]/", "::1 is not of the open internet"),
        ("https://[::ffff:10.0.0.1]/", "not of the open internet"),
        ("https://10.21.0.1/", "10.21.0.1 is not of the open internet"),
    ],
)
def test_what_cannot_be_sent_to_is_refused_at_once(url: str, says: str) -> None:
    """With the field named, and what would be right."""
    with pytest.raises(InvalidField) as refused:
        check_url(url, OWN)
    assert refused.value.field == "url"
    assert says in refused.value.message
