"""Server-sent events (WHATWG HTML, section 9.2): a feed that stays open, and goes on where a reader was cut off."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, NamedTuple

import orjson

from incidents.errors import TocsinError
from notifications.feed_view import event_view

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from incidents.disclosure import Viewer
    from incidents.feed import Entry, Feed, Wanted
    from incidents.ledger.wake import Bell

AT_ONCE = 100
"""Events that are read and sent at once."""
COME_BACK_MS = 2_000
"""After how many milliseconds a reader whose stream has ended comes back."""


class Rhythm(NamedTuple):
    """Seconds: between signs of life, and until a stream ends, so that none stays in a process for ever."""

    heartbeat: float = 15.0
    lifetime: float = 300.0


class EventStream:
    """One reader's stream."""

    def __init__(
        self,
        feed: Feed,
        bell: Bell,
        cursor_at: Callable[[int], str],
        still: Callable[[], Viewer],
        rhythm: Rhythm,
    ) -> None:
        """Take where events come from and what announces them.

        Args:
            feed: Is read.
            bell: Wakes whoever waits for more.
            cursor_at: Gives the cursor of an index.
            still: Gives as whom the reader reads by now; a TocsinError where they may no longer.
            rhythm: How often it gives a sign of life and asks `still`, and how long it lasts.
        """
        self._feed = feed
        self._bell = bell
        self._cursor_at = cursor_at
        self._still = still
        self._rhythm = rhythm

    def parts(self, wanted: Wanted, after: int) -> Iterator[str]:
        """Yield the stream's text from an index on. It ends in good order: with its time, or with the right to read.

        A heartbeat carries the cursor over what is left out; it comes with the clock, so it tells nothing of that.
        """
        now = time.monotonic()
        end, next_beat = now + self._rhythm.lifetime, now + self._rhythm.heartbeat
        yield f"retry: {COME_BACK_MS}\n\n"
        with self._bell.heard() as wait:
            while now < end:
                if now >= next_beat:
                    next_beat = now + self._rhythm.heartbeat
                    try:
                        wanted = wanted._replace(viewer=self._still())
                    except TocsinError:
                        return
                    yield f": still here\nid: {self._cursor_at(after)}\n\n"
                page = self._feed.page(wanted, after, AT_ONCE)
                after = page.after
                if page.entries:
                    yield "".join(map(self._part, page.entries))
                elif not page.more:
                    wait(min(next_beat, end) - now)
                now = time.monotonic()

    def _part(self, entry: Entry) -> str:
        data = orjson.dumps(event_view(entry)).decode()  # in one line: JSON escapes the ends of lines
        return f"id: {self._cursor_at(entry.place)}\nevent: {entry.type}\ndata: {data}\n\n"
