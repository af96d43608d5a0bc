"""The parts and values of an agreement in words, with the contract's terms. Pure. Any key at all has readable words."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from escalation.agreement.text.mistakes import Path

THINGS = {
    "parties": "party",
    "contacts": "contact",
    "webhooks": "webhook",
    "services": "service",
    "bodies": "body",
    "calendars": "calendar",
    "floors": "floor",
    "targets": "target",
    "pauses": "pause",
    "exclusions": "exclusion",
    "per_incident": "deviation rule",
    "per_period": "objective",
    "ladders": "ladder",
    "classes": "class",
    "notifications": "legal notification",
    "credits": "credit",
    "bonuses": "bonus",
    "reviews": "review",
    "authorities": "authority to",
    "layers": "layer",
}
"""What an entry of each list or mapping is called; its name or its number follows."""
NAMES = ("id", "reason", "decision")
"""The keys by which the items of a list are told apart, the first that each of them has."""
_TARGETS, LADDERS, PARTIES, _LAYERS = "targets", "ladders", "parties", "layers"
_PATTERNS: Sequence[tuple[tuple[str, ...], str]] = (
    (("targets", "*", "within"), "{0}"),
    (("targets", "*", "within", "*"), "{0}, {1}"),
    (("targets", "*", "by", "business_days", "*"), "{0}, business days of {1}"),
    (("targets", "*", "calendar", "*"), "{0}, calendar of {1}"),
    (("calendars", "*", "hours", "*"), "{0}, hours of {1}"),
    (("calendars", "*", "exceptions", "*"), "{0}, hours of {1}"),
    (("severity", "matrix", "*", "*"), "severity of impact {0}, urgency {1}"),
    (("confidentiality", "fields", "*"), "class of {0}"),
    (("ladders", "acknowledgement"), "limit of acknowledgements"),
    (("ladders", "acknowledgement", "expires_after"), "limit of acknowledgements"),
    (("ladders", "acknowledgement", "expires_after", "*"), "limit of acknowledgements, {0}"),
    (("ladders", "exhausted"), "rule for unanswered ladders"),
    (("ladders", "exhausted", "repeat"), "how often unanswered ladders begin again"),
    (("ladders", "exhausted", "hand_to"), "who is paged after unanswered ladders"),
    (("ladders", "parties"), "own ladders of parties"),
    (("ladders", "parties", "*"), "own ladders of {0}"),
    (("ladders", "parties", "*", "exhausted"), "rule for unanswered ladders of {0}"),
    (("ladders", "parties", "*", "exhausted", "repeat"), "how often unanswered ladders of {0} begin again"),
    (("ladders", "parties", "*", "exhausted", "hand_to"), "who is paged after unanswered ladders of {0}"),
)
_ANY = "*"
_UNITS = {"Y": "year", "M": "month", "D": "day"}
_DURATION = re.compile(r"PT(?=[0-9])(?:([0-9]+)H)?(?:([0-9]+)M)?(?:([0-9]+)S)?|P([0-9]+)([YMD])", re.ASCII)
_WINDOW = re.compile(r"[0-9]{2}:[0-9]{2}", re.ASCII)
_EDGES = 2
_PLAIN = re.compile(r"[\w.@:+/%*-]+")


def subject(path: Path) -> str:
    """Say what stands at a path: `resolve, S1`, `rung 3 of ladder S1`, `pause monitoring, max each`."""
    steps = steps_of(path)
    if steps[:1] == (_LAYERS,) and steps[2:3] == ("spec",) and steps[3:]:
        return f"layer {steps[1]}: {subject(steps[3:])}"
    for pattern, said in _PATTERNS:
        if len(pattern) == len(steps) and all(one in (_ANY, step) for one, step in zip(pattern, steps, strict=True)):
            return said.format(*(step for one, step in zip(pattern, steps, strict=True) if one == _ANY))
    if steps[:2] == (LADDERS, PARTIES) and steps[3:]:
        return subject((LADDERS, f"{steps[3]} of {steps[2]}", *steps[4:]))
    return ", ".join(_parts(steps)) or "the document"


def _parts(steps: Path) -> list[str]:
    """The steps of a path, each collection with the entry that is meant."""
    parts: list[str] = []
    rest = list(steps)
    while rest:
        step = rest.pop(0)
        if step in THINGS and rest:
            name = rest.pop(0)
            label = "" if step == _TARGETS and rest else THINGS[str(step)]
            parts.append(f"{label} {_number(name)}".strip())
            if step == LADDERS and rest and isinstance(rest[0], int):
                parts[-1] = f"rung {_number(rest.pop(0))} of {parts[-1]}"
        else:
            parts.append(f"entry {step + 1}" if isinstance(step, int) else _word(step))
    return parts


def steps_of(path: Path) -> Path:
    """Give the steps of a path without the `spec` that most begin with."""
    return path[1:] if path[:1] == ("spec",) and len(path) > 1 else path


def _number(name: str | int) -> str:
    return str(name + 1) if isinstance(name, int) else name


def _word(step: str | int) -> str:
    return str(step).replace("_", " ")


def say(value: object) -> str:
    """Give a value for people: `PT1H30M` is 1 h 30 min."""
    if isinstance(value, dict):
        return ", ".join(f"{_word(key)} {inner(each)}" for key, each in value.items()) or "nothing"
    if isinstance(value, list):
        return _window(value) or listed([inner(each) for each in value])
    if isinstance(value, str):
        return _duration(value) or (value if _PLAIN.fullmatch(value) else plain(value))
    return "nothing" if value is None else plain(value)


def listed(items: Sequence[str]) -> str:
    """Give words one after the other."""
    return ", ".join(items) or "none"


def inner(value: object) -> str:
    """Give a value inside of another, apart from its neighbours."""
    grouped = isinstance(value, dict) or (isinstance(value, list) and not _window(value) and len(value) > 1)
    return f"({say(value)})" if grouped else say(value)


def _window(value: Sequence[object]) -> str:
    """Opening hours: from and to."""
    edges = [each for each in value if isinstance(each, str) and _WINDOW.fullmatch(each)]
    return "-".join(edges) if len(edges) == len(value) == _EDGES else ""


def _duration(text: str) -> str:
    """As it was written: PT60M stays 60 minutes."""
    match = _DURATION.fullmatch(text)
    if match is None:
        return ""
    *counted, amount, unit = match.groups()
    if amount:
        return f"{amount} {_UNITS[unit]}{'' if amount == '1' else 's'}"
    return " ".join(f"{each} {name}" for each, name in zip(counted, ("h", "min", "s"), strict=True) if each)


def plain(value: object) -> str:
    """Give a value as the document has it."""
    return json.dumps(value, ensure_ascii=False)
