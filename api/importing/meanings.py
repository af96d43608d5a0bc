"""Reading what a state means: `means: acknowledge`, `means: [acknowledge, {pause: waiting_on_user}]`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from api.importing.mapping import Meaning
from escalation.agreement.text import values
from escalation.agreement.text.fields import show
from incidents.incident import AUDIENCES

if TYPE_CHECKING:
    from collections.abc import Collection

    from escalation.agreement.text.fields import Field

_ACTIVE = {"phase": "active"}
WORDS: dict[str, dict[str, Any]] = {
    "nothing": {"ignored": True},
    "note": {},
    "open": _ACTIVE,
    "resume": _ACTIVE,
    "reopen": _ACTIVE,
    "acknowledge": _ACTIVE | {"acknowledged": True},
    "unacknowledge": _ACTIVE | {"acknowledged": False},
    "mitigate": _ACTIVE | {"mitigated": True},
    "resolve": {"phase": "resolved"},
    "close": {"phase": "closed"},
    "cancel": {"phase": "cancelled"},
}
"""`open`, `resume` and `reopen` say the same: it is being worked on, and its clocks run."""
_WITH_A_VALUE = ("pause", "update")


def read_meaning(field: Field, reasons: Collection[str] | None) -> Meaning:
    """Read one word or several that fit together; `reasons` are the agreement's pauses, None if they are not known."""
    said: dict[str, Any] = {}
    items = field.one_or_many()
    if field.value == []:
        field.mistake("an empty list", "write `nothing` if the state means nothing")
    for item in items:
        part = _with_value(item, reasons) if isinstance(item.value, dict) else _word(item)
        clash = [name for name in part if name in said and said[name] != part[name]]
        if clash or (said and "ignored" in said | part):
            item.mistake("it contradicts what stands before it", "keep one of them")
        said |= part
    if "pause" in said and said.get("phase") != "active":
        field.mistake("clocks are paused only while it is active", "remove the pause, or the end")
    return Meaning(**said)


def _word(item: Field) -> dict[str, Any]:
    if isinstance(item.value, str) and item.value in WORDS:
        return WORDS[item.value]
    if item.given:
        item.mistake(f"{show(item.value)} is not understood here", item.meant(str(item.value), _choices(), "one of"))
    return {}


def _with_value(item: Field, reasons: Collection[str] | None) -> dict[str, Any]:
    """Read `{pause: reason}` or `{update: audience}`."""
    section = item.section(_WITH_A_VALUE)
    found: dict[str, Any] = {}
    if "pause" in section.found:
        found |= _ACTIVE | {"pause": values.refer(section.get("pause"), reasons, "reason to pause")}
    if "update" in section.found:
        found["update"] = values.one_of(section.get("update"), AUDIENCES)
    return found


def _choices() -> list[str]:
    return [*WORDS, "{pause: REASON}", "{update: partner}"]
