"""The terminal channel: the worker prints the page."""

from __future__ import annotations

import io
from threading import Lock
from typing import TYPE_CHECKING

from rich.console import Console
from rich.panel import Panel
from rich.text import Text

from escalation.crew.trial import TEST
from notifications.channels.channel import SendFailed
from notifications.message.lines import facts, title
from notifications.message.reminder import Reminder
from notifications.message.words import printable
from notifications.queue.delivery import NOTICE, PAGE, REMINDER, TAKEN

if TYPE_CHECKING:
    from typing import TextIO

    from notifications.message.bundle import Bundle
    from notifications.message.message import Message
    from notifications.queue.delivery import Delivery

STYLES = {PAGE: "bold red", NOTICE: "yellow", TAKEN: "green", REMINDER: "cyan", TEST: "magenta"}
WIDTH = 96


class Terminal:
    """Prints a panel a message, coloured; or, where nobody is watching, a plain line for the log."""

    name = "terminal"

    def __init__(self, stream: TextIO, *, coloured: bool | None = None) -> None:
        """Take where to print; `coloured` None: only if that is a terminal."""
        self._stream = stream
        self._coloured = stream.isatty() if coloured is None else coloured
        self._lock = Lock()

    def send(self, message: Message, delivery: Delivery, address: str) -> None:  # noqa: ARG002 - the port's
        """Print. SendFailed where nobody can read it any more."""
        self._print(panel(message) if self._coloured else line(message))

    def send_bundle(self, bundle: Bundle, address: str) -> None:  # noqa: ARG002 - the port's
        """Print several as one. SendFailed where nobody can read it any more."""
        self._print(panel_of(bundle) if self._coloured else "".join(map(line, bundle.messages)))

    def _print(self, text: str) -> None:
        encoding = self._stream.encoding or "utf-8"
        readable = text.encode(encoding, "replace").decode(encoding)
        try:
            with self._lock:
                self._stream.write(readable)
                self._stream.flush()
        except (OSError, ValueError) as error:
            raise SendFailed("the terminal is closed") from error


def line(message: Message) -> str:
    """Give a message as one plain line."""
    return f"{_heading(message)}: {' | '.join(_body(message))}\n"


def panel(message: Message) -> str:
    """Give a message as a coloured panel. Nothing in it is read as markup or reaches the terminal as a command."""
    return _framed(_heading(message), STYLES[message.kind], [_text(message)])


def panel_of(bundle: Bundle) -> str:
    """Give several messages as one coloured panel, with what each is about."""
    heading = printable(f"{len(bundle.messages)} MESSAGES for {bundle.to}")
    parts = [Text("\n").join([Text(_heading(each), STYLES[each.kind]), _text(each)]) for each in bundle.messages]
    return _framed(heading, STYLES[NOTICE], parts)


def _text(message: Message) -> Text:
    first, *rest = _body(message)
    return Text("\n").join([Text(first, "bold"), *map(Text, rest)])


def _framed(heading: str, style: str, parts: list[Text]) -> str:
    """Frame texts, a blank line between them."""
    frame = Panel(Text("\n\n").join(parts), title=Text(heading, style), title_align="left", border_style=style)
    console = Console(
        file=io.StringIO(), force_terminal=True, color_system="standard", width=WIDTH, legacy_windows=False
    )
    with console.capture() as captured:
        console.print(frame)
    return captured.get()


def _heading(message: Message) -> str:
    of = message.partnership if isinstance(message, Reminder) else f"{message.label} {message.severity}"
    return printable(f"{message.kind.upper()} {of} for {message.to}")


def _body(message: Message) -> list[str]:
    return [title(message), *facts(message), printable(message.link)]
