"""Words for people: durations, and text that cannot steer a terminal. Pure."""

from __future__ import annotations

import unicodedata

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


def printable(text: str) -> str:
    """Give text on one line without anything that could steer a terminal.

    Escape sequences lose their first character, and so their force; so do marks that turn the reading direction.
    """
    return "".join(_shown(character) for character in " ".join(text.split()))


def _shown(character: str) -> str:
    hidden = unicodedata.category(character) in _UNSEEN and character not in _JOINERS
    return "\N{REPLACEMENT CHARACTER}" if hidden else character
