"""The little Markdown that descriptions hold: paragraphs and code. All else is text, and is escaped as such."""

from __future__ import annotations

import re
from typing import NamedTuple

_BLANK_LINES = re.compile(r"\n\s*\n")


class Span(NamedTuple):
    """A piece of a paragraph."""

    text: str
    code: bool


def paragraphs(text: str) -> list[list[Span]]:
    """Read text: blank lines part paragraphs, backticks enclose code."""
    return [_spans(" ".join(part.split())) for part in _BLANK_LINES.split(text) if part.strip()]


def _spans(text: str) -> list[Span]:
    """Part a paragraph at its backticks; a last one without a partner is text."""
    pieces = text.split("`")
    if len(pieces) % 2 == 0:
        pieces[-2:] = ["`".join(pieces[-2:])]
    return [Span(piece, bool(number % 2)) for number, piece in enumerate(pieces) if piece]
