"""Snippets: the part of a text around what was searched for. Pure."""

from __future__ import annotations

import re

BEFORE, AFTER = 60, 140
"""Characters that are shown before the first match and from it on, at most; words are not cut."""

_EXCLUDED = re.compile(r'-(?:"[^"]*"?|\S+)')
_WORD = re.compile(r"\w+")
_SKIPPED = "…"


def snippet(text: str, query: str) -> str:
    """Cut a text around the first word of a query that it has, or its beginning; `…` stands for what is left out.

    What the query excludes (`-word`) is not looked for. Line breaks become spaces.
    """
    line = " ".join(text.split())
    wanted = {word.lower() for word in _WORD.findall(_EXCLUDED.sub(" ", query))} - {"or"}
    found = next((each.start() for each in _WORD.finditer(line) if each[0].lower() in wanted), 0)
    start = 0 if found <= BEFORE else line.find(" ", found - BEFORE, found) + 1 or found
    end = found + AFTER
    if end < len(line):
        end = max(line.rfind(" ", found, end), found)
        end = end if end > found else found + AFTER
    before, after = _SKIPPED if start else "", _SKIPPED if end < len(line) else ""
    return f"{before}{line[start:end]}{after}"
