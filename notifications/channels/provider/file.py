"""Reading the file that describes a provider (docs/phone.md), with every mistake in it. Pure, given the environment."""

from __future__ import annotations

import re
from ipaddress import ip_address
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from escalation.agreement.sections.people import postable
from escalation.agreement.text import values
from escalation.agreement.text.fields import Field, show
from escalation.agreement.text.mistakes import Findings
from escalation.agreement.text.plain import root_of
from escalation.agreement.text.yaml_source import load
from escalation.crew.ways import SMS, VOICE
from notifications.channels.provider.authorization import read_authorization, read_header_name
from notifications.channels.provider.filling import KNOWN, NUMBER, TEXT, placeholders
from notifications.channels.provider.service import AGAIN, SEGMENTS, TAKEN, Service, Services

if TYPE_CHECKING:
    from collections.abc import Mapping

    from escalation.agreement.text.fields import Section
    from escalation.agreement.text.mistakes import Mistake
    from notifications.channels.provider.service import Statuses

MOST_SEGMENTS = 6
FASTEST = 1000
LONGEST_BETWEEN = 3600
KEYS = (
    "url", "method", "auth", "format", "fields", "taken", "again", "idempotency_header", "id", "per_second",
    "seconds_per_number",
)  # fmt: skip
_STATUS = range(100, 600)
_SPAN = re.compile(r"([1-5][0-9]{2})-([1-5][0-9]{2})", re.ASCII)
_ID_PATH = re.compile(r"[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*", re.ASCII)


def read(text: bytes, environment: Mapping[str, str]) -> tuple[Services | None, list[Mistake]]:
    """Give the services and no mistakes, or none and every mistake in the order of the file."""
    findings = Findings()
    document = load(text, findings) if text.strip() else {}
    section = root_of(document, findings).section((SMS, VOICE))
    if not section.found:
        section.field.mistake("neither sms nor voice stands here", "describe at least one of them")
    sms, voice = (_service(section.get(name), environment, name) for name in (SMS, VOICE))
    return (None if len(findings) else Services(sms, voice)), findings.in_order()


def _service(field: Field, environment: Mapping[str, str], name: str) -> Service | None:
    if not field.given:
        return None
    entry = field.section((*KEYS, "segments") if name == SMS else KEYS)
    get = values.one_of(entry.get("method", "POST"), ("POST", "GET")) == "GET"
    form = values.one_of(entry.get("format", "form" if get else "json"), ("form", "json")) == "form"
    if get and not form:
        entry.get("format").mistake("a GET has no body", "write form, or POST as its method")
    return Service(
        url=_url(entry.need("url")),
        fields=_fields(entry.need("fields"), flat=form),
        headers=read_authorization(entry.get("auth"), environment),
        get=get,
        form=form,
        idempotency_header=read_header_name(entry.get("idempotency_header")),
        id_path=_id_path(entry.get("id")),
        per_second=_rate(entry.get("per_second"), FASTEST),
        seconds_per_number=_rate(entry.get("seconds_per_number"), LONGEST_BETWEEN),
        segments=values.whole(entry.get("segments", SEGMENTS), 1, MOST_SEGMENTS),
        **_judged(entry),
    )


def _url(field: Field) -> str:
    """An https URL; plain http carries secrets and numbers in clear, so it is for one's own network alone."""
    url = values.text(field, most=2000)
    if url and (not postable(url) or any(sign in url for sign in "{}#")):
        field.mistake("this is not an address to send to", "write https://host/path, without a password")
    elif url.startswith("http:") and not _is_near(urlsplit(url).hostname or ""):
        field.mistake("http carries secrets in clear", "write https; http is for localhost and private IP addresses")
    return url


def _is_near(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_private
    except ValueError:
        return False


def _fields(field: Field, *, flat: bool) -> dict[str, object]:
    fields: dict[str, object] = {name: entry.value for name, entry in field.entries().items()}
    for entry in field.entries().values() if flat else ():
        if isinstance(entry.value, dict | list):
            entry.mistake(f"{show(entry.value)} stands here", "write one value: a form holds no other")
    used = set(placeholders(fields))
    for unknown in sorted(used - KNOWN):
        field.mistake(
            f"no placeholder {{{unknown}}} is known", f"known: {', '.join(f'{{{each}}}' for each in sorted(KNOWN))}"
        )
    for needed in (NUMBER, TEXT) if field.given else ():
        if not used & needed:
            field.mistake(f"no {{{min(needed)}}} stands in any of them", "say where it goes")
    return fields


def _judged(entry: Section) -> dict[str, Statuses]:
    """Which statuses are which; one that would be both is a mistake."""
    found = {"taken": _statuses(entry.get("taken"), TAKEN), "again": _statuses(entry.get("again"), AGAIN)}
    both = next(
        (status for status in _STATUS if all(any(status in span for span in found[key]) for key in found)), None
    )
    if both is not None:
        entry.get("again").mistake(f"{both} stands under taken too", "keep it under one of them")
    return found


def _statuses(field: Field, default: Statuses) -> Statuses:
    return tuple(_span(item) for item in field.one_or_many()) if field.given else default


def _span(field: Field) -> range:
    value = field.value
    found = _SPAN.fullmatch(value) if isinstance(value, str) else None
    if found and int(found[1]) <= int(found[2]):
        return range(int(found[1]), int(found[2]) + 1)
    if isinstance(value, int) and not isinstance(value, bool) and value in _STATUS:
        return range(value, value + 1)
    if field.given:
        field.mistake(f"{show(value)} is no HTTP status", "write one such as 201, or a span such as 500-599")
    return range(0)


def _id_path(field: Field) -> tuple[str, ...]:
    if not field.given:
        return ()
    path = values.text(field)
    if path and not _ID_PATH.fullmatch(path):
        field.mistake(f"{show(path)} is no path", "write keys and places with dots between, such as messages.0.id")
    return tuple(path.split("."))


def _rate(field: Field, most: int) -> float | None:
    value = field.value
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 < value <= most:
        return float(value)
    if field.given:
        field.mistake(f"{show(value)} stands here", f"write a number above 0, at most {most}")
    return None
