"""What stands in a mail, as plain text and as HTML for a phone: the same words, no pictures, nothing from elsewhere."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from escalation.crew.trial import TEST
from notifications.links import LASTS
from notifications.message.lines import facts, title
from notifications.message.reminder import Reminder
from notifications.message.words import on_the_wall, printable
from notifications.queue.delivery import NOTICE, PAGE, REMINDER, TAKEN

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from notifications.message.message import Message

COLOURS = {PAGE: "#b3001b", NOTICE: "#7a4b00", TAKEN: "#1a6630", REMINDER: "#0b5563", TEST: "#5b2a86"}
"""Dark enough to be read in, or on, white (WCAG 2.2, 1.4.6)."""
CLOSING = "Sent by Tocsin, because the agreement or your contact rules say so. Nobody reads answers to this mail."
_RULE = "* * *"
_FONT = "font-size:16px;line-height:1.5;font-family:system-ui,-apple-system,'Segoe UI',Roboto,sans-serif"
_SMALL = "margin:0 0 8px;color:#595959;font-size:13px"
_BUTTON = "display:inline-block;padding:14px 24px;border-radius:6px;color:#ffffff;font-weight:bold;text-decoration:none"


def plain_text(messages: Sequence[Message]) -> str:
    """Give the text, a fact a line."""
    told = f"\n{_RULE}\n\n".join(_text(message) for message in messages)
    return f"{told}\n-- \n{CLOSING}\n"


def hypertext(messages: Sequence[Message]) -> str:
    """Give the HTML. Every value is escaped."""
    told = "".join(_section(message) for message in messages)
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(heading(messages[0]))}</title></head>"
        f'<body style="margin:0;padding:16px;background:#ffffff;color:#1b1b1b;overflow-wrap:anywhere;{_FONT}">'
        f'<div style="max-width:600px;margin:0 auto">{told}'
        f'<p style="margin:24px 0 0;color:#595959;font-size:13px">{escape(CLOSING)}</p>'
        "</div></body></html>\n"
    )


def _text(message: Message) -> str:
    return "\n".join([heading(message), "", title(message), "", *facts(message), "", *_links(message)])


def _section(message: Message) -> str:
    colour = COLOURS[message.kind]
    lines = "".join(f'<p style="margin:0 0 8px">{escape(each)}</p>' for each in facts(message))
    return (
        f'<p style="margin:24px 0 0;color:{colour};font-weight:bold">{escape(heading(message))}</p>'
        f'<h1 style="margin:4px 0 16px;font-size:22px;line-height:1.3">{escape(title(message))}</h1>'
        f"{lines}{_buttons(message, colour)}"
    )


def heading(message: Message) -> str:
    """Say what kind of message it is, of what, for whom."""
    of = message.partnership if isinstance(message, Reminder) else f"{message.label} {message.severity}"
    return printable(f"{message.kind.upper()} {of} for {message.to}")


def _links(message: Message) -> Iterator[str]:
    if link := _ack_link(message):
        yield from ("Acknowledge it:", link, _rules(message), "")
    yield from (_what(message), printable(message.link), "")


def _buttons(message: Message, colour: str) -> str:
    found = ""
    if link := _ack_link(message):
        button = f'<a href="{escape(link)}" style="{_BUTTON};background:{colour}">Acknowledge</a>'
        found += f'<p style="margin:20px 0 4px">{button}</p><p style="{_SMALL}">{escape(_rules(message))}</p>'
    link = escape(printable(message.link))
    anchor = f'<a href="{link}" style="color:#0b4f9e">{link}</a>'
    return f'{found}<p style="margin:16px 0 0">{escape(_what(message))}<br>{anchor}</p>'


def _ack_link(message: Message) -> str | None:
    return None if isinstance(message, Reminder) else message.ack_link


def _rules(message: Message) -> str:
    until = on_the_wall(message.sent_at + LASTS, message.tz)
    return f"The link is yours alone, works once, and until {until}. It asks you once more."


def _what(message: Message) -> str:
    return "What this is about:" if isinstance(message, Reminder) else "The incident:"
