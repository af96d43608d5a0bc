"""The worker: what must happen by itself. One thread a part; each sleeps until a commit or a quarter of a second."""

from __future__ import annotations

import os
import signal
import sys
import threading
from contextlib import ExitStack
from ipaddress import ip_network
from typing import TYPE_CHECKING

import structlog

from api.bootstrap import Tocsin, build
from api.metrics.counted import PART_FAILURES, begin_at_zero
from api.metrics.counted_channel import counting
from api.metrics.counted_poster import WatchdogPoster, WebhookPoster
from api.metrics.own import serve_own
from api.processes.beats import Beats
from api.processes.vitals import vitals
from api.processes.watchdog import Watchdog
from escalation.crew.ways import EMAIL, SMS, VOICE
from incidents.ledger.wake import POLL_SECONDS, Listener
from notifications.channels.email.channel import Email
from notifications.channels.provider.channel import calling, texting
from notifications.channels.terminal import Terminal
from notifications.channels.unconfigured import Unconfigured
from notifications.channels.webhook import Webhook
from notifications.links import Links
from notifications.message.message import Composer
from notifications.posting.poster import Poster
from notifications.queue.sender import Sender
from notifications.webhooks.body import Bodies
from notifications.webhooks.retention import Retention
from notifications.webhooks.sender import Ports, WebhookSender

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from api.settings import Settings
    from incidents.incidents import Incidents
    from incidents.ledger.clock import Clock
    from notifications.channels.channel import Channel

log = structlog.get_logger()

AFTER_FAILURE_SECONDS = 1.0
ANYWHERE = (ip_network("0.0.0.0/0"), ip_network("::/0"))
"""Where the watchdog may be: its address is the operator's own."""


def run(settings: Settings, *, only: str | None = None) -> None:
    """Work until SIGTERM or Ctrl-C, at everything or at one of PARTS `only`. Any number of workers may run."""
    if settings.database_url is None:
        message = "a worker needs a database"
        raise ValueError(message)
    tocsin = build(settings.database_url, pool_size=settings.pool_size)
    with ExitStack() as leaving:
        leaving.callback(tocsin.close)
        begin_at_zero()
        if settings.metrics is not None:
            leaving.callback(serve_own(settings.metrics))
        works = {part: work(tocsin, settings, leaving) for part, work in PARTS.items() if only in {None, part}}
        listener = tocsin.listener()
        leaving.callback(listener.close)
        worker = Worker(listener, works, Beats(tocsin.database, tocsin.clock).beat)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: worker.stop())
        worker.run()


class Worker:
    """Runs parts side by side, each in a loop that nothing but `stop` ends."""

    def __init__(
        self,
        listener: Listener,
        works: Mapping[str, Callable[[], int]],
        beat: Callable[[str], None] = lambda _part: None,
    ) -> None:
        """Take what does one turn of each part, and returns how much it found to do; and what is told of each turn."""
        self._works = works
        self._beat = beat
        self._listener = listener
        self._woken = {part: threading.Event() for part in works}
        self._stopping = threading.Event()

    def run(self) -> None:
        """Run all parts until stopped; what is in hand is finished first."""
        threads = [threading.Thread(target=self._loop, args=(part,), name=part) for part in self._works]
        for thread in threads:
            thread.start()
        while not self._stopping.is_set():
            self._listener.wait()
            for event in self._woken.values():
                event.set()
        for thread in threads:
            thread.join()

    def stop(self) -> None:
        """End soon.

        A signal handler may call it. So it wakes nobody: `run`, which does, may be what the signal interrupts, and then
        holds the very lock that waking takes. Who sleeps looks again within POLL_SECONDS.
        """
        self._stopping.set()

    def _loop(self, part: str) -> None:
        while not self._stopping.is_set():
            self._woken[part].clear()
            try:
                done = self._works[part]()
                self._beat(part)  # from here alone: a part that hangs, or fails each time, gives no sign of life
            except Exception:
                PART_FAILURES.labels(part).inc()
                log.exception("worker part failed; it goes on", part=part)
                self._stopping.wait(AFTER_FAILURE_SECONDS)
                continue
            if not done:
                self._woken[part].wait(POLL_SECONDS)


def _sequencer(tocsin: Tocsin, _: Settings, __: ExitStack) -> Callable[[], int]:
    return tocsin.sequencer.run_once


def _engine(tocsin: Tocsin, _: Settings, __: ExitStack) -> Callable[[], int]:
    return tocsin.engine.run_once


def _sender(tocsin: Tocsin, settings: Settings, leaving: ExitStack) -> Callable[[], int]:
    poster = Poster(settings.outbound_allow)
    webhook = Webhook(tocsin.clock, poster, tocsin.page_secrets, base_url=settings.public_url)
    terminal = Terminal(sys.stdout, coloured=True if os.environ.get("FORCE_COLOR") else None)
    channels: list[Channel] = [terminal, webhook, _email(settings, leaving), *_phones(settings, poster, tocsin.clock)]
    links = Links(lambda: tocsin.secret("links"), settings.public_url)
    composer = Composer(tocsin.book, settings.public_url, tocsin.crew.directory, _label_of(tocsin.incidents), links)
    sender = Sender(tocsin.incidents, composer, {channel.name: counting(channel, tocsin.clock) for channel in channels})
    leaving.callback(poster.close)
    leaving.callback(sender.close)  # first of all: what is being sent is finished
    return sender.run_once


def _email(settings: Settings, leaving: ExitStack) -> Channel:
    if settings.mail_server is None:
        return Unconfigured(EMAIL)
    email = Email(settings.mail_server)
    leaving.callback(email.close)
    return email


def _phones(settings: Settings, poster: Poster, clock: Clock) -> Iterator[Channel]:
    sms, voice = settings.phone.sms, settings.phone.voice
    yield texting(sms, poster, clock) if sms else Unconfigured(SMS)
    yield calling(voice, poster, clock) if voice else Unconfigured(VOICE)


def _label_of(incidents: Incidents) -> Callable[[str], str]:
    """Give what tells the label that people say of an incident by its public id."""
    return lambda public_id: incidents.get(incidents.stream_of(public_id)).label


def _webhooks(tocsin: Tocsin, settings: Settings, leaving: ExitStack) -> Callable[[], int]:
    poster = WebhookPoster(settings.outbound_allow, tocsin.clock)
    ports = Ports(poster, Bodies(tocsin.feed, settings.public_url), tocsin.webhooks.disable)
    sender = WebhookSender(tocsin.database, tocsin.clock, ports)
    retention = Retention(tocsin.database, tocsin.clock)
    leaving.callback(poster.close)
    leaving.callback(sender.close)
    return lambda: sender.run_once() + retention.run_once()


def _followers(tocsin: Tocsin, _: Settings, __: ExitStack) -> Callable[[], int]:
    runners = tocsin.followers()
    return lambda: sum(runner.run_once() for runner in runners)


def _journal(tocsin: Tocsin, _: Settings, __: ExitStack) -> Callable[[], int]:
    return tocsin.journal.run_once


def _heartbeats(tocsin: Tocsin, _: Settings, __: ExitStack) -> Callable[[], int]:
    return tocsin.heartbeats.watch.run_once


def _watchdog(tocsin: Tocsin, settings: Settings, leaving: ExitStack) -> Callable[[], int]:
    if settings.watchdog is None:
        return lambda: 0
    watched = [part for part, work in PARTS.items() if work is not _watchdog]
    poster = WatchdogPoster(ANYWHERE, tocsin.clock)
    leaving.callback(poster.close)
    return Watchdog(
        settings.watchdog.url, lambda now: vitals(tocsin.database, now, watched), poster, tocsin.clock
    ).run_once


PARTS = {
    "sequencer": _sequencer,
    "engine": _engine,
    "sender": _sender,
    "webhooks": _webhooks,
    "followers": _followers,
    "journal": _journal,
    "heartbeats": _heartbeats,
    "watchdog": _watchdog,
}
"""What a worker does, by the names that `tocsin worker --only` takes."""
