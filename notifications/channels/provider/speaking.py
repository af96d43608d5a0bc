"""A message as it is read out in a call: English, twice, with its number spelt, and no link. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from escalation.crew.trial import TEST
from notifications.channels.provider.texting import cut
from notifications.message.reminder import Reminder
from notifications.message.words import printable
from notifications.queue.delivery import NOTICE, PAGE, REMINDER, TAKEN

if TYPE_CHECKING:
    from collections.abc import Iterable

    from notifications.message.bundle import Bundle
    from notifications.message.message import Message

LONGEST_SAID = 200
"""Characters of a title or reason: about a quarter of a minute."""
LONGEST_SPELT = 12
"""Characters of a name that is spelt: a longer one is a word."""
MOST_OF_BUNDLE = 3

_KINDS = {
    PAGE: "Please answer incident",
    NOTICE: "This is for your information, on incident",
    TAKEN: "Nothing more to do on incident",
    REMINDER: "This is a reminder.",
    TEST: "This is a test call.",
}


def speech_of(message: Message) -> str:
    """Give what is read out."""
    return _twice(["This is Tocsin.", *_said(message)])


def speech_of_bundle(bundle: Bundle) -> str:
    """Give what is read out of several messages: how many, and the first of them."""
    messages = bundle.messages
    told = [sentence for message in messages[:MOST_OF_BUNDLE] for sentence in _said(message)]
    return _twice([f"This is Tocsin, with {len(messages)} messages.", *told])


def spelt(name: str) -> str:
    """Spell a label, so that INC-1042 is heard letter by letter."""
    if len(name) > LONGEST_SPELT:
        return name
    return " ".join(character.upper() if character.isalnum() else "," for character in name).replace(" ,", ",")


def _said(message: Message) -> list[str]:
    told = [_sentence(message.title), _sentence(message.why)]
    if isinstance(message, Reminder):
        return [_KINDS[message.kind], *told]
    return [f"{_KINDS[message.kind]} {spelt(message.label)}.", f"Severity {spelt(message.severity)}.", *told]


def _sentence(text: str) -> str:
    words = cut(printable(text), LONGEST_SAID).rstrip(".!?")
    return f"{words}."


def _twice(sentences: Iterable[str]) -> str:
    once = " ".join(sentences)
    return f"{once} I repeat. {once}"
