"""Two parties with people, teams and schedules, everything over HTTP; an engine and a sender that are let work."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from api.access.members import Grant
from api.settings import OidcSettings
from incidents import happenings as h
from notifications.message.message import Composer
from notifications.queue.sender import Sender
from tests.support.clock import MovedClock
from tests.support.http import DEMO, OURS, PUBLIC_URL, Reply, declaration, party_key, site_on
from tests.support.sending import FakeChannel, work

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from notifications.message.message import Message
    from tests.support.http import Site

SCHEDULES = f"/v1/partnerships/{OURS}/schedules"
TEAMS = f"/v1/partnerships/{OURS}/teams"
OIDC = OidcSettings("https://127.0.0.1:9", "tocsin", "secret")
"""Nobody answers there: people are given their sessions outright."""

LADDERS = """
  ladders:
    S1:
      - {when: opened, to: [{schedule: acme.first}], repeat_every: PT10M, max_repeats: 2, wait: PT10M}
      - {when: unanswered, to: [{schedule: acme.second}], wait: PT10M}
      - {when: unanswered, to: [{team: acme.payments}], reach: one_at_a_time, wait: PT10M}
      - {when: {clock: resolve, at: 100%}, to: provider.head_of_operations}
    default:
      - {when: opened, to: [{schedule: acme.first}]}
    parties:
      globex:
        S1:
          - {when: opened, to: [{schedule: globex.first}], repeat_every: PT15M, max_repeats: 7, wait: PT15M}
        exhausted: {hand_to: client.service_owner}
    acknowledgement: {expires_after: {S1: PT30M}}
    exhausted: {repeat: 1, hand_to: provider.service_manager}
"""


def rota_text() -> bytes:
    """Give the demo's agreement with clocks of hours, each party in its own zone, and ladders of steps."""
    text = DEMO[: DEMO.index("  # With nobody answering")] + LADDERS.lstrip("\n")
    for found, instead in {
        "role: provider, kind: signatory}": "role: provider, kind: signatory, tz: Europe/Berlin}",
        "role: client, kind: signatory}": "role: client, kind: signatory, tz: America/New_York}",
        "{S1: PT6S, S2: PT1M, S3: PT5M}": "{S1: PT30M, S2: PT1H, S3: PT2H}",
        "{S1: PT20S, S2: PT2M, S3: PT10M}": "{S1: PT40M, S2: PT1H, S3: PT2H}",
        "{S1: PT30S, S2: PT5M}": "{S1: PT2H, S2: PT4H}",
        "{S1: PT40S, S2: PT10M, S3: PT1H}": "{S1: PT8H, S2: PT10H, S3: PT20H}",
    }.items():
        assert text.count(found) == 1, found
        text = text.replace(found, instead)
    return text.encode()


@dataclass(frozen=True)
class Page:
    """A page that left: to whom, when, by which rung and round."""

    to: str
    at: datetime
    ladder: str
    rung: int
    round: int
    cycle: int
    kind: str


class Somebody:
    """A person who is signed in."""

    def __init__(self, site: Site, person: str) -> None:
        """Take who they are."""
        self.id = person
        self._client = site.app.test_client(use_cookies=False)
        self._headers = {"Cookie": f"__Host-tocsin={site.served.sessions.begin(person)}", "Origin": PUBLIC_URL}

    def get(self, path: str) -> Reply:
        """GET."""
        return Reply(self._client.get(path, base_url=PUBLIC_URL, headers=self._headers))

    def post(self, path: str, body: object = None, **headers: str) -> Reply:
        """POST JSON."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return Reply(self._client.post(path, base_url=PUBLIC_URL, json=body or {}, headers=self._headers | named))


class Rota:
    """Who is next, at both parties."""

    def __init__(self, site: Site) -> None:
        """Publish the agreement."""
        self.site = site
        self.clock: MovedClock = site.clock
        self.people: dict[str, Somebody] = {}
        self._parties: dict[str, str] = {}
        self.manager = {party: site.caller(party_key(site.tocsin, OURS, party)) for party in ("acme", "globex")}
        self.terminal = FakeChannel("terminal")
        composer = Composer(site.tocsin.book, PUBLIC_URL, site.tocsin.crew.directory)
        self._sender = Sender(site.tocsin.incidents, composer, {"terminal": self.terminal})
        self.at_send: list[datetime] = []

    def close(self) -> None:
        """Let the sender's threads go."""
        self._sender.close()

    def join(self, party: str, *names: str, roles: tuple[str, ...] = ("responder",)) -> None:
        """Let people become members."""
        for name in names:
            person = self.site.tocsin.people.register(name.title(), f"{name}@{party}.example", by="test")
            self.site.tocsin.members.grant(OURS, Grant(person, party, roles), by="test")
            self.people[name] = Somebody(self.site, person)
            self._parties[name] = party

    def name_of(self, recipient: str) -> str:
        """Give what a test calls whoever was reached; a contact goes by its id."""
        names = {f"person:{somebody.id}": name for name, somebody in self.people.items()}
        return names.get(recipient, recipient)

    def schedule(self, party: str, name: str, tz: str, start: str, *people: str, **layer: object) -> str:
        """Make a schedule with one layer of daily turns; give its address."""
        turns = {"rotation": "daily", "interval": 1, "start": start, "participants": self.ids(*people), **layer}
        self.must(self.manager[party].post(SCHEDULES, {"name": name, "tz": tz, "layers": [turns]}), 201)
        return f"{SCHEDULES}/{party}.{name}"

    def team(self, party: str, name: str, *people: str) -> None:
        """Make a team."""
        self.must(self.manager[party].post(TEAMS, {"name": name, "members": self.ids(*people)}), 201)

    def ids(self, *people: str) -> list[str]:
        """Give the ids of people."""
        return [self.people[name].id for name in people]

    @staticmethod
    def must(reply: Reply, status: int = 200) -> dict[str, Any]:
        """Give what was answered with a status."""
        assert reply.status == status, reply.raw
        return reply.body if reply.raw else {}

    def declare(self, **fields: object) -> str:
        """Declare an incident of severity S1; give its public id."""
        reply = self.manager["acme"].post("/v1/incidents", declaration(**{"service": "payments-api", **fields}))
        return str(self.must(reply, 201)["id"])

    def do(self, who: str, incident: str, verb: str, **body: object) -> dict[str, Any]:
        """Let somebody command an incident."""
        return self.must(self.people[who].post(f"/v1/incidents/{incident}/{verb}", body, If_Match="*"))

    def ladder(self, incident: str, party: str = "acme") -> dict[str, Any]:
        """Read its ladder as a party."""
        return self.must(self.manager[party].get(f"/v1/incidents/{incident}/ladder"))

    def turn(self, **later: float) -> None:
        """Move the clock; let engine and sender work until nothing is due."""
        self.clock.move(**later)
        for _ in range(1000):
            done = self.site.tocsin.engine.run_once() + work(self._sender)
            self.at_send += [self.clock.now()] * (len(self.terminal.sent) - len(self.at_send))
            if not done:
                return
        message = "the engine runs hot"
        raise AssertionError(message)

    def pass_time(self, minutes: int) -> None:
        """Let minutes pass, one by one: whatever is due in between happens when it is."""
        for _ in range(minutes):
            self.turn(minutes=1)

    def history(self, incident: str) -> list[Any]:
        """Read all facts of an incident."""
        return list(self.site.tocsin.incidents.get(f"{OURS}/incident/{incident}").history)

    def pages(self, incident: str, *kinds: str) -> list[Page]:
        """Give the messages that left, of some kinds (pages alone where none is named)."""
        rungs = {fact.originator_version: fact for fact in self.history(incident) if isinstance(fact, h.RungFired)}
        found = []
        for (delivery, _), at in zip(self.terminal.sent, self.at_send, strict=True):
            fired = rungs.get(delivery.version)
            if delivery.kind in (kinds or ("page",)) and delivery.stream.endswith(incident):
                place = (fired.ladder, fired.rung, fired.round, fired.cycle) if fired else ("", 0, 0, 0)
                found.append(Page(self.name_of(delivery.recipient), at, *place, delivery.kind))
        return found

    def messages(self, incident: str) -> list[Message]:
        """Give the messages that left, of an incident."""
        return [message for delivery, message in self.terminal.sent if delivery.stream.endswith(incident)]

    def told(self, incident: str, *kinds: type[Any]) -> list[Any]:
        """Give the facts of some kinds."""
        return [fact for fact in self.history(incident) if isinstance(fact, kinds)]


@contextmanager
def rota_at(database_url: str, start: datetime) -> Iterator[Rota]:
    """Give a rota whose clock begins at an instant."""
    with site_on(database_url, clock=MovedClock(start), oidc=OIDC) as site:
        text = rota_text().replace(b"version: 1\n", b"version: 2\n  supersedes: 1\n", 1)
        answer = site.operator.send("/v1/agreements", text, "application/yaml")
        assert answer.status == 201, answer.raw
        rota = Rota(site)
        try:
            yield rota
        finally:
            rota.close()
