from __future__ import annotations

import os
from email.headerregistry import Address

import pytest

from api.settings import Settings
from api.startup_errors import SettingsError
from notifications.channels.email.server import MailServer, Security

GIVEN = {"HOST": "mail.acme.example", "FROM": "Tocsin <pages@acme.example>"}
SENDER = Address("Tocsin", addr_spec="pages@acme.example")


@pytest.fixture(autouse=True)
def _nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    """Start from an environment without any setting of ours."""
    for name in [name for name in os.environ if name.startswith("TOCSIN_")]:
        monkeypatch.delenv(name)


def _read(monkeypatch: pytest.MonkeyPatch, **given: str) -> MailServer | None:
    for name, value in given.items():
        monkeypatch.setenv(f"TOCSIN_SMTP_{name}", value)
    return Settings.read().mail_server


def test_without_settings_there_are_no_mails(monkeypatch: pytest.MonkeyPatch) -> None:
    """Empty ones count as left out."""
    assert _read(monkeypatch) is None
    assert _read(monkeypatch, HOST="", FROM="") is None


@pytest.mark.parametrize(
    ("security", "host", "port"),
    [
        (None, "mail.acme.example", 587),
        ("tls", "mail.acme.example", 465),
        ("none", "127.0.0.1", 25),
        ("none", "::1", 25),
    ],
)
def test_the_port_follows_the_security(
    monkeypatch: pytest.MonkeyPatch, security: str | None, host: str, port: int
) -> None:
    """By default it is STARTTLS; in clear only to this machine."""
    given = GIVEN | {"HOST": host} | ({"SECURITY": security} if security else {})
    assert _read(monkeypatch, **given) == MailServer(host, port, Security(security or "starttls"), SENDER)


def test_a_login_and_a_pace(monkeypatch: pytest.MonkeyPatch) -> None:
    """The password does not show in what the settings say of themselves."""
    given = GIVEN | {"USERNAME": "tocsin", "PASSWORD": "hush", "PORT": "2525", "PER_SECOND": "5"}
    found = _read(monkeypatch, **given)
    assert found == MailServer("mail.acme.example", 2525, Security.STARTTLS, SENDER, "tocsin", "hush", 5)
    assert "hush" not in repr(Settings.read())


@pytest.mark.parametrize(
    ("given", "line"),
    [
        ({"HOST": "mail.acme.example"}, "TOCSIN_SMTP_HOST: needs TOCSIN_SMTP_FROM beside it."),
        ({"FROM": "a@acme.example"}, "TOCSIN_SMTP_FROM: needs TOCSIN_SMTP_HOST beside it."),
        (GIVEN | {"USERNAME": "a"}, "TOCSIN_SMTP_USERNAME: needs TOCSIN_SMTP_PASSWORD beside it."),
        (GIVEN | {"PASSWORD": "hush"}, "TOCSIN_SMTP_PASSWORD: needs TOCSIN_SMTP_USERNAME beside it."),
        (GIVEN | {"FROM": "nobody"}, "TOCSIN_SMTP_FROM: must look like Tocsin <pages@tocsin.example.com>."),
        (GIVEN | {"PORT": "0"}, "TOCSIN_SMTP_PORT: must be a whole number from 1 to 65535."),
        (GIVEN | {"SECURITY": "ssl"}, "TOCSIN_SMTP_SECURITY: must be one of starttls, tls, none."),
        (GIVEN | {"USERNAME": "a", "PASSWORD": "hüsh"}, "TOCSIN_SMTP_PASSWORD: must be in ASCII."),
        (
            GIVEN | {"SECURITY": "none"},
            "TOCSIN_SMTP_SECURITY: none is for a mail server on this machine; use starttls or tls.",
        ),
    ],
)
def test_what_is_wrong_is_named(monkeypatch: pytest.MonkeyPatch, given: dict[str, str], line: str) -> None:
    """At the start, and not when the first page is due; the password is not repeated."""
    with pytest.raises(SettingsError) as caught:
        _read(monkeypatch, **given)
    assert line in caught.value.lines
    assert "hush" not in str(caught.value)
