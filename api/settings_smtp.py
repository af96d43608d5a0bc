"""The mail server of this installation: settings that belong together, or are all left out."""

from __future__ import annotations

from email.headerregistry import Address
from email.utils import parseaddr
from ipaddress import ip_address
from typing import TYPE_CHECKING, cast

from environs import ValidationError, validate

from notifications.channels.channel import SendFailed
from notifications.channels.email.letter import mailbox
from notifications.channels.email.server import MailServer, Security
from notifications.message.words import printable

if TYPE_CHECKING:
    from environs import Env

_NAMES = ("HOST", "PORT", "SECURITY", "USERNAME", "PASSWORD", "FROM", "PER_SECOND")
_PORTS = {Security.STARTTLS: "587", Security.TLS: "465", Security.NONE: "25"}
_LOGIN = {"USERNAME", "PASSWORD"}
_ONE_OF = f"must be one of {', '.join(Security)}"


def mail_server(env: Env) -> MailServer | None:
    """Read `TOCSIN_SMTP_*`; None: this installation sends no mails. What is wrong is told when `env` is sealed."""
    given = {name: value for name in _NAMES if (value := env.str(f"SMTP_{name}", ""))}
    if not given:
        return None
    env.add_parser("sender", _parse_sender)
    security = given.get("SECURITY", Security.STARTTLS)
    if security in _PORTS:
        _check(env, given, Security(security))
    else:
        env.str("SMTP_SECURITY", validate=validate.OneOf([*Security], error=_ONE_OF))
        security = Security.STARTTLS
    sender = cast("Address | None", env.sender("SMTP_FROM", None)) if "FROM" in given else None
    port = given.get("PORT") or _PORTS[Security(security)]
    return MailServer(
        host=given.get("HOST", ""),
        port=cast("int", env.whole("SMTP_PORT", port, least=1, most=65535) if "PORT" in given else int(port)),
        security=Security(security),
        sender=sender or Address(),
        username=given.get("USERNAME"),
        password=given.get("PASSWORD"),
        per_second=env.whole("SMTP_PER_SECOND", least=1, most=1000) if "PER_SECOND" in given else None,
    )


def _check(env: Env, given: dict[str, str], security: Security) -> None:
    """Hold the settings that were given to each other."""
    needed = {"HOST", "FROM"} | (_LOGIN if given.keys() & _LOGIN else set())
    missing = [f"TOCSIN_SMTP_{name}" for name in _NAMES if name in needed - given.keys()]

    def together(_value: str) -> None:
        if missing:
            raise ValidationError(f"needs {' and '.join(missing)} beside it")

    def local(_value: str) -> None:
        if security is Security.NONE and not _is_loopback(given.get("HOST", "")):
            raise ValidationError("none is for a mail server on this machine; use starttls or tls")

    for name in given:
        rules = [together, *([local] if name == "SECURITY" else []), *([_sayable] if name in _LOGIN else [])]
        env.str(f"SMTP_{name}", validate=rules)


def _sayable(value: str) -> None:
    """Refuse what the standard library's client cannot log in with."""
    if not value.isascii():
        raise ValidationError("must be in ASCII")


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def _parse_sender(value: str) -> Address:
    """Read an address, with a name perhaps."""
    name, spec = parseaddr(value)
    try:
        found = mailbox(spec)
    except SendFailed:
        raise ValidationError("must look like Tocsin <pages@tocsin.example.com>") from None
    return Address(printable(name), addr_spec=found.addr_spec)
