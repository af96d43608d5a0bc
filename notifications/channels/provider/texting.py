"""A message as a text message: short, in the alphabet of mobile phones where that can be, in few parts. Pure.

A part holds 160 characters of that alphabet (3GPP TS 23.038, section 6.2.1), or 153 where there are several; one
character beyond it and all are counted in 16 bits: 70, or 67.
"""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

from notifications.message.reminder import Reminder
from notifications.message.words import printable

if TYPE_CHECKING:
    from collections.abc import Callable

    from notifications.message.bundle import Bundle
    from notifications.message.message import Message

BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENDED = frozenset("^{}\\[~]|€\f")
"""Two septets each."""
ONE, OF_SEVERAL = 160, 153
ONE_WIDE, OF_SEVERAL_WIDE = 70, 67
SHORT_TITLE = 60
"""Characters that a title may have where not all can be said."""
LEAST_WHY = 12
"""Characters below which the beginning of a reason says nothing."""

_QUOTES_AND_DASHES = {
    **dict.fromkeys("\N{LEFT SINGLE QUOTATION MARK}\N{RIGHT SINGLE QUOTATION MARK}", "'"),
    **dict.fromkeys(
        "\N{LEFT DOUBLE QUOTATION MARK}\N{RIGHT DOUBLE QUOTATION MARK}\N{DOUBLE LOW-9 QUOTATION MARK}", '"'
    ),
    **dict.fromkeys("\N{EN DASH}\N{EM DASH}\N{NON-BREAKING HYPHEN}", "-"),
}
_SPELT = str.maketrans(_QUOTES_AND_DASHES)


def text_of(message: Message, segments: int) -> str:
    """Give the text: what it is, its title, why it is told, the link to acknowledge it by; cut in that order."""
    if isinstance(message, Reminder):
        return _fitted(f"{message.partnership} {message.kind}: ", message.title, message.why, "", segments)
    link = f" Ack: {message.ack_link}" if message.ack_link else ""
    head = f"{message.label} {message.severity} {message.kind}: "
    return _fitted(head, message.title, message.why, link, segments)


def text_of_bundle(bundle: Bundle, segments: int) -> str:
    """Give one text for several messages: how many, and the beginning of each."""
    each = [text_of(message, 1) for message in bundle.messages]
    return _longest(lambda most: f"{len(each)} messages: {cut('; '.join(each), most)}", "; ".join(each), segments) or ""


def parts(text: str) -> int:
    """Give how many parts a text message has. No character is torn apart between two of them."""
    if all(character in BASIC or character in EXTENDED for character in text):
        return _filling([1 + (character in EXTENDED) for character in text], ONE, OF_SEVERAL)
    return _filling([len(character.encode("utf-16-be")) // 2 for character in text], ONE_WIDE, OF_SEVERAL_WIDE)


def _filling(widths: list[int], one: int, several: int) -> int:
    if sum(widths) <= one:
        return 1
    count, used = 1, 0
    for width in widths:
        count, used = (count + 1, width) if used + width > several else (count, used + width)
    return count


def cut(text: str, most: int) -> str:
    """Cut a text to so many characters, with dots where something is left out."""
    return text if len(text) <= most else text[: max(0, most - 2)].rstrip() + ".."


def _fitted(head: str, title: str, why: str, link: str, segments: int) -> str:
    head, title, why = (_plain(text) for text in (head, title, why))
    head += " "
    whole = f"{head}{title}. {why}{link}"
    if parts(whole) <= segments:
        return whole
    short = cut(title, SHORT_TITLE)
    return (
        _longest(lambda most: f"{head}{short}. {cut(why, most)}{link}", why, segments, LEAST_WHY)
        or _longest(lambda most: f"{head}{cut(title, most)}{link}", title, segments, LEAST_WHY)
        or _longest(lambda most: f"{head}{cut(title, most)}", title, segments)
        or cut(head, OF_SEVERAL_WIDE)
    )


def _longest(make: Callable[[int], str], whole: str, segments: int, least: int = 0) -> str | None:
    """Give the text with the most of a word that fits; None: not even the `least` does."""
    for most in range(len(whole), min(least, len(whole)) - 1, -1):
        if parts(made := make(most)) <= segments:
            return made
    return None


def _plain(text: str) -> str:
    """Write a text on one line, in the phones' alphabet wherever a character can be spelt in it."""
    return "".join(_spelt(character) for character in printable(text).translate(_SPELT))


def _spelt(character: str) -> str:
    if character in BASIC or character in EXTENDED:
        return character
    bare = "".join(each for each in unicodedata.normalize("NFKD", character) if not unicodedata.combining(each))
    return bare if bare and all(each in BASIC for each in bare) else character
