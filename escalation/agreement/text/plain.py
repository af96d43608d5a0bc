"""What every document must be, before anything in it is read: plain JSON of bounded size that has a canonical form."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING

from escalation.agreement.text.fields import Field
from escalation.agreement.text.yaml_source import MAX_DEPTH, UNREADABLE

if TYPE_CHECKING:
    from escalation.agreement.text.mistakes import Findings

MAX_VALUES = 10_000
_LARGEST_NUMBER = 2**53 - 1
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


def root_of(document: object, findings: Findings) -> Field:
    """The document as a field, each value checked by itself; unreadable if its keys or its size allow no more."""
    root = Field(document, (), findings)
    waiting, seen = [root], 0
    while waiting:
        field = waiting.pop()
        seen += 1
        if not _readable(field, seen):
            return Field(UNREADABLE, (), findings)
        if isinstance(field.value, dict):
            waiting += field.entries().values()
        elif isinstance(field.value, list):
            waiting += field.items()
        else:
            _check_single(field)
    return root


def _readable(field: Field, seen: int) -> bool:
    if seen > MAX_VALUES or len(field.path) > MAX_DEPTH:
        right = f"an agreement has at most {MAX_VALUES} values, {MAX_DEPTH} deep"
        Field(None, field.path[:1], field.findings).mistake("too much to read", right)
        return False
    for key in field.value if isinstance(field.value, dict) else ():
        if not isinstance(key, str) or _CONTROL.search(key):
            field.mistake("a key that is not readable text", "write each key as text without control characters")
            return False
    return True


def _check_single(field: Field) -> None:
    value = field.value
    if isinstance(value, str):
        control = _CONTROL.search(value)
        if control:
            field.mistake(f"control character or line break U+{ord(control[0]):04X}", "remove it")
    elif isinstance(value, int | float):
        if not math.isfinite(value) or abs(value) > _LARGEST_NUMBER:
            field.mistake("a number out of range", f"write one up to {_LARGEST_NUMBER}")
    elif value is not None and value is not UNREADABLE:
        field.mistake(f"a {type(value).__name__} is not a JSON value", "write text, a number, a list or a mapping")
