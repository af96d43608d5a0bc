"""The adapter: a text message or call is one request to a provider, as its file describes it."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import structlog

from escalation.contact_points import number
from escalation.crew.ways import SMS, VOICE
from notifications.channels.channel import SendFailed
from notifications.channels.provider.filling import as_form, as_json, values_for
from notifications.channels.provider.service import among
from notifications.channels.provider.speaking import speech_of, speech_of_bundle
from notifications.channels.provider.texting import text_of, text_of_bundle
from notifications.queue.retry import asked_rest

if TYPE_CHECKING:
    from collections.abc import Callable

    from incidents.ledger.clock import Clock
    from notifications.channels.provider.service import Service
    from notifications.message.bundle import Bundle
    from notifications.message.message import Message
    from notifications.posting.poster import Answer, Poster
    from notifications.queue.delivery import Delivery

LONGEST_ANSWER = 16 * 1024
"""Bytes of an answer that are read for the provider's id."""
LONGEST_SEND = 10.0
"""Seconds."""

_ID = re.compile(r"[A-Za-z0-9._:-]{1,64}", re.ASCII)
_log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Wording:
    """How messages are put into words."""

    of: Callable[[Message], str]
    of_bundle: Callable[[Bundle], str]


class Phone:
    """Sends text messages, or makes calls: `name` is `sms` or `voice`."""

    def __init__(  # noqa: PLR0913 - what it stands between
        self,
        name: str,
        service: Service,
        poster: Poster,
        clock: Clock,
        wording: Wording,
        *,
        longest_send: float = LONGEST_SEND,
    ) -> None:
        """Take how the provider is talked to, the way out, and a clock, by which Retry-After dates are read."""
        self.name = name
        self._service = service
        self._poster = poster
        self._clock = clock
        self._wording = wording
        self._longest_send = longest_send
        if service.per_second is not None:
            self.per_second = service.per_second
        if service.seconds_per_number is not None:
            self.per_lane_seconds = service.seconds_per_number

    def send(self, message: Message, delivery: Delivery, address: str) -> None:
        """Hand a message to the provider. SendFailed: by the statuses that its file calls so, or whatever broke."""
        self._hand_over(self._wording.of(message), delivery, address)

    def send_bundle(self, bundle: Bundle, address: str) -> None:
        """Hand several over as one. SendFailed: of all of them."""
        self._hand_over(self._wording.of_bundle(bundle), bundle.parts[0].delivery, address)

    def _hand_over(self, text: str, delivery: Delivery, address: str) -> None:
        to = number(address)
        if to is None:
            raise SendFailed("not a telephone number", permanent=True)
        answer = self._asked(values_for(to, text, delivery.id), delivery)
        if not among(answer.status, self._service.taken):
            raise self._refusal(answer)
        _log.info("a provider took it", channel=self.name, delivery=delivery.id, its_id=self._its_id(answer))

    def _asked(self, values: dict[str, str], delivery: Delivery) -> Answer:
        service, seconds = self._service, self._longest_send
        headers = dict(service.headers)
        if service.idempotency_header is not None:
            headers[service.idempotency_header] = delivery.id
        filled = (as_form if service.form else as_json)(service.fields, values)
        if service.get:
            url = f"{service.url}{'&' if '?' in service.url else '?'}{filled.content.decode('ascii')}"
            return self._poster.get(url, headers, most=LONGEST_ANSWER, seconds=seconds)
        headers["Content-Type"] = filled.media_type
        return self._poster.post(service.url, filled.content, headers, most=LONGEST_ANSWER, seconds=seconds)

    def _refusal(self, answer: Answer) -> SendFailed:
        """A rest is asked of us, and not of whoever is called: it holds for the whole channel."""
        again = among(answer.status, self._service.again)
        rest = asked_rest(answer.header("Retry-After"), self._clock.now()) if again else None
        return SendFailed(
            f"HTTP {answer.status} from the provider", retry_after=rest, permanent=not again, whole_channel=True
        )

    def _its_id(self, answer: Answer) -> str | None:
        """Find what the provider calls the message, to ask it about; None: it is not where the file says."""
        try:
            found = json.loads(answer.body) if self._service.id_path else None
        except (ValueError, RecursionError):
            return None
        for step in self._service.id_path:
            found = _inside(found, step)
        told = str(found) if isinstance(found, str | int) else ""
        return told if _ID.fullmatch(told) else None


def texting(service: Service, poster: Poster, clock: Clock) -> Phone:
    """Give the channel of text messages."""
    most = service.segments
    wording = Wording(lambda message: text_of(message, most), lambda bundle: text_of_bundle(bundle, most))
    return Phone(SMS, service, poster, clock, wording)


def calling(service: Service, poster: Poster, clock: Clock) -> Phone:
    """Give the channel of calls."""
    return Phone(VOICE, service, poster, clock, Wording(speech_of, speech_of_bundle))


def _inside(found: object, step: str) -> object:
    if isinstance(found, dict):
        return found.get(step)
    if isinstance(found, list) and step.isdecimal() and int(step) < len(found):
        return found[int(step)]
    return None
