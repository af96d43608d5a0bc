"""With which secrets a provider is shown who we are. They stand in the environment, never in a file. Pure."""

from __future__ import annotations

import base64
import re
from typing import TYPE_CHECKING

from escalation.agreement.text import values
from escalation.agreement.text.fields import Section, show

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from escalation.agreement.text.fields import Field

_AUTHORIZATION = "Authorization"
_WAYS = ("basic", "bearer", "header")
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,63}", re.ASCII)
_OURS = frozenset({"host", "content-type", "content-length", "connection", "transfer-encoding"})
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*", re.ASCII)
_SAYABLE = re.compile(r"[\x20-\x7e]+", re.ASCII)


def read_authorization(field: Field, environment: Mapping[str, str]) -> dict[str, str]:
    """Give the headers that show who we are: none, where nothing is said. No mistake repeats what may be a secret."""
    if not field.given:
        return {}
    entry = _mapping(field, _WAYS)
    if field.value == {} or len(entry.found) > 1:
        field.mistake(f"{len(entry.found)} ways stand here", f"keep one of: {', '.join(_WAYS)}")
    if "bearer" in entry.found:
        return {_AUTHORIZATION: f"Bearer {_secret(entry.found['bearer'], environment)}"}
    if "header" in entry.found:
        header = _mapping(entry.found["header"], ("name", "value"))
        return {read_header_name(header.need("name")) or "": _secret(header.need("value"), environment)}
    if "basic" in entry.found:
        login = _mapping(entry.found["basic"], ("user", "password"))
        user, password = (_secret(login.need(key), environment) for key in ("user", "password"))
        if ":" in user:
            login.get("user").mistake("a user's name with a colon", "the colon ends it (RFC 7617): check the variable")
        login_as = base64.b64encode(f"{user}:{password}".encode()).decode("ascii")
        return {_AUTHORIZATION: f"Basic {login_as}"}
    return {}


def read_header_name(field: Field) -> str | None:
    """Give the name of a header that is not ours to set; None: none is given."""
    if not field.given:
        return None
    name = values.text(field)
    if name and (not _NAME.fullmatch(name) or name.lower() in _OURS):
        field.mistake(f"{show(name)} cannot be set", "write the name of a header that the provider asks for")
    return name


def _mapping(field: Field, known: Collection[str]) -> Section:
    if not isinstance(field.value, dict):
        field.mistake("this is no mapping", f"write its keys below: {', '.join(known)}")
        return Section(field, {})
    return field.section(known)


def _secret(field: Field, environment: Mapping[str, str]) -> str:
    """`{env: NAME}`: what the variable holds. The mistake names the variable, and never tells what stands in it."""
    if field.given and not isinstance(field.value, dict):
        field.mistake("a secret is written out", "write {env: NAME}, and put it into that environment variable")
        return ""
    named = field.section(("env",)).need("env")
    name = values.text(named)
    if name and not _VARIABLE.fullmatch(name):
        named.mistake("this is no name of a variable", "write letters, digits and _, such as SMS_TOKEN")
        return ""
    found = environment.get(name, "")
    if name and not _SAYABLE.fullmatch(found):
        named.mistake(f"{name} {'holds what no header can' if found else 'is not set'}", "set it where the worker runs")
        return ""
    return found
