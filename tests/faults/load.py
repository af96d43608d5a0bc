"""The load: people who declare incidents and command them over HTTP, and never give up on a request.

What was not answered is sent again under its Idempotency-Key, as a careful client does; some requests are sent twice
at once. Whatever was sent and answered is kept for the checks.
"""

from __future__ import annotations

import heapq
import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import count
from math import inf
from typing import TYPE_CHECKING, Any

import httpx

from tests.faults.agreement import PARTNERSHIP, SERVICE
from tests.faults.plan import drawing

if TYPE_CHECKING:
    import random
    from collections.abc import Iterator

CALLERS = 8
PAUSE_SECONDS = 0.03
DECLARE_EVERY_SECONDS = 2.5
"""By each caller; together with the pause this bounds the load."""
ANSWERED_SHARE = 0.4
TWICE_SHARE = 0.1
PATIENCE_SECONDS = 60.0
"""How long a caller goes on sending one request."""
RETRY_SECONDS = 0.1
NOTES_AMONG = 5
"""A note goes to one of this many of the caller's latest incidents."""


@dataclass
class Attempt:
    """One HTTP request: when it left, and when its answer, or the end of its connection, came."""

    began: float
    ended: float = inf
    answered: bool = False


@dataclass(frozen=True)
class Answer:
    """What came back; `replayed` when it was marked as given before."""

    status: int
    content: bytes
    replayed: bool = False

    @property
    def acknowledged(self) -> bool:
        """Whether the command was accepted: from here on it must not be lost."""
        return 200 <= self.status < 300


@dataclass
class Command:
    """One command under one Idempotency-Key; its free text is that key, so that its effects can be counted."""

    key: str
    verb: str
    path: str
    body: dict[str, Any]
    answers: list[Answer] = field(default_factory=list)

    @property
    def acknowledged(self) -> bool:
        """Whether its sender was told that it was carried out."""
        return any(answer.acknowledged for answer in self.answers)


class Agenda:
    """What one caller does next: a new incident now and then, answers to some of them, and notes all the time."""

    def __init__(self, name: str, chance: random.Random) -> None:
        """Begin with a declaration soon."""
        self._chance = chance
        self._keys = (f"{name}-{number}" for number in count())
        self._planned: list[tuple[float, str, str]] = [(chance.uniform(0, DECLARE_EVERY_SECONDS), "declare", "")]
        self._incidents: list[str] = []

    def next(self, now: float) -> Command | None:
        """Give the next command; `now` is in seconds since the beginning."""
        if self._planned and self._planned[0][0] <= now:
            _, verb, incident = heapq.heappop(self._planned)
            if verb == "declare":
                heapq.heappush(self._planned, (now + DECLARE_EVERY_SECONDS, "declare", ""))
            return self._command(verb, incident)
        if self._incidents:
            return self._command("note", self._chance.choice(self._incidents[-NOTES_AMONG:]))
        return None

    def declared(self, incident: str, now: float) -> None:
        """Plan what becomes of a new incident: some are answered, sooner or later, and the others never."""
        self._incidents.append(incident)
        if self._chance.random() < ANSWERED_SHARE:
            taken = now + self._chance.uniform(0.2, 4)
            heapq.heappush(self._planned, (taken, "acknowledge", incident))
            heapq.heappush(self._planned, (taken + 0.3, "update", incident))
            if self._chance.random() < ANSWERED_SHARE:
                heapq.heappush(self._planned, (taken + self._chance.uniform(0.6, 3), "resolve", incident))

    def _command(self, verb: str, incident: str) -> Command:
        key = next(self._keys)
        path = "/v1/incidents" if verb == "declare" else f"/v1/incidents/{incident}/{verb}"
        return Command(key, verb, path, _body(verb, key))


class Load:
    """Several callers at once, until stopped."""

    def __init__(self, address: str, token: str, seed: int) -> None:
        """Take where to send, as whom, and the seed of what is sent."""
        self.commands: list[Command] = []
        self.attempts: list[Attempt] = []
        self._seed = seed
        self._began = time.monotonic()
        self._stopping = threading.Event()
        limits = httpx.Limits(max_connections=4 * CALLERS, max_keepalive_connections=CALLERS)
        headers = {"Authorization": f"Bearer {token}", "If-Match": "*"}
        self._http = httpx.Client(base_url=address, headers=headers, limits=limits, timeout=10, trust_env=False)
        self._callers = ThreadPoolExecutor(CALLERS, thread_name_prefix="caller")
        self._seconds = ThreadPoolExecutor(CALLERS, thread_name_prefix="twice")
        self._running = [self._callers.submit(self._call, number) for number in range(CALLERS)]

    def in_flight(self, at: float) -> int:
        """Count the requests that were on their way at an instant of the monotonic clock."""
        return sum(attempt.began <= at <= attempt.ended for attempt in list(self.attempts))

    def flows(self, since: float) -> bool:
        """Say whether a request that left after an instant has been answered: the web processes are at work again."""
        return any(attempt.answered and attempt.began > since for attempt in list(self.attempts))

    def stop(self) -> None:
        """Send nothing new, and wait for the answers; raises what a caller broke on."""
        self._stopping.set()
        for caller in self._running:
            caller.result()
        self._callers.shutdown()
        self._seconds.shutdown()
        self._http.close()

    def _call(self, number: int) -> None:
        chance = drawing(self._seed, number)
        agenda = Agenda(f"caller-{number}", chance)
        while not self._stopping.wait(PAUSE_SECONDS):
            command = agenda.next(self._now())
            if command is None:
                continue
            self.commands.append(command)
            for answer in self._answers(command, twice=chance.random() < TWICE_SHARE):
                command.answers.append(answer)
            if command.verb == "declare" and command.acknowledged:
                agenda.declared(json.loads(command.answers[0].content)["id"], self._now())

    def _answers(self, command: Command, *, twice: bool) -> Iterator[Answer]:
        second = self._seconds.submit(self._until_answered, command) if twice else None
        yield from self._until_answered(command)
        if second is not None:
            yield from second.result()

    def _until_answered(self, command: Command) -> list[Answer]:
        """Send until there is an answer that is not an excuse; none within the patience gives none."""
        until = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < until:
            answer = self._try(command)
            if answer is not None and answer.status < 500:
                return [answer]
            time.sleep(RETRY_SECONDS)
        return []

    def _try(self, command: Command) -> Answer | None:
        attempt = Attempt(time.monotonic())
        self.attempts.append(attempt)
        try:
            reply = self._http.post(command.path, json=command.body, headers={"Idempotency-Key": command.key})
            attempt.answered = True
        except httpx.TransportError:
            return None
        finally:
            attempt.ended = time.monotonic()
        return Answer(reply.status_code, reply.content, "Idempotency-Replayed" in reply.headers)

    def _now(self) -> float:
        return time.monotonic() - self._began


def _body(verb: str, text: str) -> dict[str, Any]:
    match verb:
        case "declare":
            what = {"impact": "critical", "urgency": "immediate", "title": text}
            return {"partnership": PARTNERSHIP, "service": SERVICE, **what}
        case "acknowledge":
            return {}
        case "update":
            return {"text": text, "audience": "partner"}
        case _:
            return {"text": text}
