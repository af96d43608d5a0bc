"""Words for people: durations, and text that cannot steer a terminal. Pure."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

from escalation.calendars.zones import zone

if TYPE_CHECKING:
    from datetime import datetime

    from incidents.incident.claims import Claim

_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_JOINERS = frozenset("\u200c\u200d")
"""They belong to scripts and emoji, and move no cursor."""


def duration(seconds: int) -> str:
    """Give a duration in its two largest units: 45 s, 15 min, 1 h 30 min."""
    minutes, rest = divmod(seconds, 60)
    hours, minutes_left = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes_left} min" if minutes_left else f"{hours} h"
    if minutes:
        return f"{minutes} min {rest} s" if rest else f"{minutes} min"
    return f"{rest} s"


def on_the_wall(at: datetime, tz: str) -> str:
    """Give an instant as the clocks of a zone show it."""
    return f"{at.astimezone(zone(tz)):%Y-%m-%d %H:%M %Z}"


_SUBJECTS = {
    "exclusion": "exclusion {name}",
    "pause": "pause {name}",
    "severity": "severity {name}",
    "downgrade": "severity {name}, which is milder",
    "backdating": "an earlier time of entry {entry}",
    "extension": "more time for action {name}",
}


def waiting(claim: Claim, *, reminded: bool) -> str:
    """Say which decision waits for its body, and until when."""
    what = _SUBJECTS[claim.kind].format(name=claim.name, entry=claim.entry)
    until = "" if claim.due_at is None else f", until {claim.due_at:%Y-%m-%d %H:%M %Z}"
    return f"A decision is {'still ' if reminded else ''}waiting: {what}{until}"


def printable(text: str) -> str:
    """Give text on one line without anything that could steer a terminal.

    Escape sequences lose their first character, and so their force; so do marks that turn the reading direction.
    """
    return "".join(_shown(character) for character in " ".join(text.split()))


def _shown(character: str) -> str:
    hidden = unicodedata.category(character) in _UNSEEN and character not in _JOINERS
    return "\N{REPLACEMENT CHARACTER}" if hidden else character
