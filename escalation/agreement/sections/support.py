"""Reading how a service is supported: spec.services[].support."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from escalation.agreement.model import Support, SupportChannel
from escalation.agreement.sections.people import postable
from escalation.agreement.text import values
from escalation.agreement.text.fields import Field, distinct, show

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

_PHONE = re.compile(r"\+?[0-9][0-9 ()/.-]{2,38}", re.ASCII)
_EMAIL = re.compile(r"[^\s@]+@[^\s@]+")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8}){0,6}", re.ASCII)
"""A BCP 47 tag as far as its form goes."""
_MOST_LETTERS = 300


def _is_line(address: str) -> bool:
    return address.isprintable()


_FORMS: dict[str, tuple[Callable[[str], object], str]] = {
    "phone": (_PHONE.fullmatch, 'write its digits, such as "+49 30 1234567"'),
    "email": (_EMAIL.fullmatch, "write NAME@HOST"),
    "chat": (_is_line, "write one line, such as #payments-support"),
    "portal": (postable, "write https://host/path, without a password"),
}
"""Each kind of channel: what its addresses look like, and what to write."""


def read_support(field: Field, calendars: Collection[str] | None) -> Support | None:
    """How people reach whoever supports a service; None: nothing is said."""
    if not field.given:
        return None
    entry = field.section(("channels", "hours", "languages"))
    if field.value == {}:
        field.mistake("an empty mapping", "add `channels`, `hours` or `languages`, or remove it")
    return Support(
        channels=tuple(_channel(item) for item in distinct(_filled(entry.get("channels"), "channel"))),
        hours=values.refer(entry.get("hours"), calendars, "calendar") or None,
        languages=tuple(_language(item) for item in distinct(_filled(entry.get("languages"), "language"))),
    )


def _filled(field: Field, what: str) -> list[Field]:
    if field.value == []:
        field.mistake("an empty list", f"name at least one {what}, or remove it")
    return field.items()


def _channel(field: Field) -> SupportChannel:
    entry = field.section(("kind", "address"))
    kind = values.one_of(entry.need("kind"), _FORMS)
    address = values.text(entry.need("address"), _MOST_LETTERS)
    fits, right = _FORMS.get(kind, (_is_line, "write one line"))
    if address and not fits(address):
        entry.get("address").mistake(f"{show(address)} is no address of kind {kind or 'chat'}", right)
    return SupportChannel(kind, address)


def _language(field: Field) -> str:
    tag = values.text(field)
    if tag and not _LANGUAGE.fullmatch(tag):
        field.mistake(f"{show(tag)} is not a language", "write a tag of BCP 47, such as de or en-GB")
    return tag
