"""Two partnerships full of secrets, and everybody who knocks at the API."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from api.access.members import Grant
from api.access.permissions import OF_A_PARTNERSHIP, Scope
from escalation.changes import Sender as Asking
from escalation.crew.staff import Step
from escalation.crew.teams import Place
from escalation.oncall.book import Place as SchedulePlace
from escalation.oncall.settings import Settings
from escalation.oncall.swaps import Span
from tests.fuzz.agreeing import PARTIES, Agreed
from tests.fuzz.hurry import hurried
from tests.fuzz.incidents import tell_incidents
from tests.fuzz.secrets import Secret, Secrets
from tests.support.beating import heartbeat_of
from tests.support.http import OURS, THEIRS, Site
from tests.support.letters import dead_page
from tests.support.webhooked import webhook_of

if TYPE_CHECKING:
    import random
    from collections.abc import Iterator

MATTERS = ("dispute", "notice", "certificate")
AUDITOR = "auditor"
"""Reads everything in our partnership, but for what only a party's administrators do."""
STRANGER = "stranger"
"""May do everything in the other partnership."""
OFTEN, SELDOM = 6, 3
"""How often a party, and how often others, send requests where those whom nobody knows send one."""
READING = (Scope.INCIDENTS_READ, Scope.EVENTS_READ, Scope.AGREEMENTS_READ)


@dataclass(frozen=True)
class Sender:
    """Somebody who sends requests, and what they show at the door."""

    name: str
    token: str | None

    @property
    def headers(self) -> dict[str, str]:
        """Give their headers."""
        return {} if self.token is None else {"Authorization": f"Bearer {self.token}"}


@dataclass
class World:
    """A site, who sends requests to it, what they may not learn, and the values that exist there."""

    site: Site
    secrets: Secrets = field(default_factory=Secrets)
    senders: list[Sender] = field(default_factory=list)
    known: dict[str, list[Any]] = field(default_factory=dict)
    """What requests may name: `reference`, `key`, `person`, `email`, `digest`, `migration`, and whole documents."""

    def sender(self, draw: random.Random, request: str) -> Sender:
        """Draw who sends a request: anybody; half of what names the other partnership, somebody who belongs to it."""
        belonging = [sender for sender in self.senders if sender.name == STRANGER]
        return draw.choice(belonging if THEIRS in request and draw.random() < 1 / 2 else self.senders)

    def move(self) -> None:
        """Let a while pass, and all that follows the record catch up."""
        self.site.clock.move(seconds=20)
        self.site.tocsin.engine.run_once()
        self.site.sequence()
        for follower in self.site.tocsin.followers():
            while follower.run_once():
                pass


@contextmanager
def world_on(url: str) -> Iterator[World]:
    """Give a world on a migrated database."""
    with hurried() as bell:
        site = Site(url)
        site.served.bell = bell  # type: ignore[assignment] # rings as one does
        try:
            yield _filled(World(site))
        finally:
            site.served.close()
            site.tocsin.close()


def _filled(world: World) -> World:
    kinds = (
        "reference",
        "free",
        "decided",
        "key",
        "person",
        "email",
        "team",
        "heartbeat",
        "delivery",
        "webhook",
        "message",
        "schedule",
        "digest",
        "migration",
        "document",
    )
    world.known = {kind: [] for kind in (*kinds, *MATTERS)}
    own = {party: frozenset({party, AUDITOR}) for party in PARTIES}
    _partnership(world, OURS, own)
    ours = len(world.known["reference"])
    _partnership(world, THEIRS, dict.fromkeys(PARTIES, frozenset({STRANGER})))
    # Most requests are to get past the first door.
    del world.known["reference"][ours + 2 :]
    del world.known["decided"][len(PARTIES) :]
    keys, issue = world.site.tocsin.keys, world.site.tocsin.keys.issue
    soon = world.site.clock.now() + timedelta(seconds=1)
    audit = issue("audit", OURS, None, [*READING, Scope.AUDIT_READ], by="test").token
    stranger = issue("stranger", THEIRS, None, OF_A_PARTNERSHIP, by="test").token
    expired = issue("expired", OURS, "acme", expires_at=soon, by="test").token
    revoked = issue("revoked", OURS, "acme", by="test")
    keys.revoke(revoked.id, by="test")
    world.senders += [Sender(AUDITOR, audit), Sender(STRANGER, stranger)] * SELDOM
    world.senders += [Sender("expired", expired), Sender("revoked", revoked.token), Sender("nobody", None)]
    world.move()
    world.known |= {"events": _cursors(world, "/v1/events?", "cursor"), "cursor": _cursors(world, "/v1/incidents?")}
    return world


def _cursors(world: World, path: str, name: str = "next_cursor") -> list[str]:
    """Give where the lists of several callers go on: none may open another's."""
    callers = [(sender, OURS if sender.name != STRANGER else THEIRS) for sender in world.senders if sender.token]
    answers = [world.site.caller(sender.token).get(f"{path}partnership={of}&limit=2") for sender, of in callers]
    return sorted({answer.body[name] for answer in answers if answer.status == 200})


def _partnership(world: World, partnership: str, readers: dict[str, frozenset[str]]) -> None:
    """Let a partnership begin, with what each party keeps to itself; `readers`: who reads a party's own."""
    both = frozenset[str]().union(*readers.values())
    agreed = Agreed(partnership, world.secrets, readers, world.site.operator)
    agreed.publish()
    world.secrets.add(Secret(partnership, f"the id of {partnership}", both, both))
    callers = {}
    for party in PARTIES:
        own = readers[party] - {AUDITOR}  # keys and members are for their party's administrators, not for auditors
        scopes = OF_A_PARTNERSHIP - {Scope.AUDIT_READ}
        named = world.secrets.word(f"the name of a key of {party}", own)
        key = world.site.tocsin.keys.issue(named, partnership, party, scopes, by="test")
        callers[party] = world.site.caller(key.token)
        if partnership == OURS:
            world.senders += [Sender(party, key.token)] * OFTEN
        spare = world.secrets.word(f"the name of a spare key of {party}", own)
        world.known["key"].append(world.site.tocsin.keys.issue(spare, partnership, party, READING, by="test").id)
        _member(world, partnership, party, readers[party])
    agreed.sign(callers, 1)
    tell_incidents(world, partnership, callers, readers)
    for party in PARTIES:
        _heartbeat(world, partnership, party, readers[party])
        _letter(world, party, readers[party])
    agreed.amend(callers)
    agreed.stand_beside(callers, world.site.clock.now())
    for kind, public_id in agreed.matters.items():
        world.known[kind].append(public_id)
    world.known["digest"] += agreed.digests
    world.known["migration"] += agreed.migrations
    world.known["document"] += agreed.following() if partnership == OURS else []
    if partnership == THEIRS:
        for name in (world.known["key"][-1], world.known["person"][-1]):
            world.secrets.add(Secret(name, f"an id in {partnership}", both, both))


def _member(world: World, partnership: str, party: str, readers: frozenset[str]) -> None:
    """Let somebody be a member, and alone in a team; auditors see who there is, but not their address."""
    name = world.secrets.word(f"the name of somebody of {party}", readers)
    local = world.secrets.word(f"the e-mail of somebody of {party}", readers - {AUDITOR})
    person = world.site.tocsin.people.register(name, f"{local}@people.example", by="test")
    world.site.tocsin.members.grant(partnership, Grant(person, party, ["responder"]), by="test")
    world.known["person"].append(person)
    world.known["email"].append(f"{local}@people.example")
    _addresses(world, person, party)
    title = world.secrets.word(f"the title of a team of {party}", readers)
    team = Place(partnership, party, "payments")
    world.site.tocsin.crew.teams.create(team, title, [person], Asking("test", party))
    world.known["team"].append(f"{party}.payments")
    _schedule(world, SchedulePlace(partnership, party, "first"), person, readers)
    _webhook(world, partnership, party, readers)


def _heartbeat(world: World, partnership: str, party: str, readers: frozenset[str]) -> None:
    """Let a party expect a heartbeat, of a service of the agreement in force."""
    title = world.secrets.word(f"the title of a heartbeat of {party}", readers)
    world.known["heartbeat"].append(heartbeat_of(world.site.tocsin, partnership, party, title)["heartbeat"])


def _letter(world: World, party: str, readers: frozenset[str]) -> None:
    """Let a page of a party's be answered, by its receiver, with what is for that party to know, and fail for good."""
    stream, _ = world.site.tocsin.incidents.found(world.known["free"][-1])
    answered = world.secrets.word(f"what a receiver of {party} answered", readers)
    world.known["delivery"].append(dead_page(world.site.tocsin, stream, party, answered=answered))


def _addresses(world: World, person: str, party: str) -> None:
    """Let somebody have a mail address and a number of their own, which no key may read: they are theirs alone."""
    profiles, by = world.site.tocsin.crew.profiles, Asking(f"person:{person}")
    local = world.secrets.word(f"an address of somebody of {party}", ())
    number = f"+49301{len(world.known['person']):09}"
    world.secrets.add(Secret(number.removeprefix("+"), f"a number of somebody of {party}", frozenset(), frozenset()))
    profiles.give_address(person, "home", "email", f"{local}@home.example", by)
    profiles.give_address(person, "mobile", "phone", number, by)
    profiles.change_rules(person, [Step("sms:mobile"), Step("email:home"), Step("terminal")], [], by)


def _webhook(world: World, partnership: str, party: str, readers: frozenset[str]) -> None:
    """Let a party be told of what happens, at an address that the other may not read."""
    name, path = (world.secrets.word(f"the {what} of a webhook of {party}", readers) for what in ("name", "address"))
    made = webhook_of(world.site.tocsin, partnership, party, name, f"https://hooks.example/{path}")
    for kind, public_id in made.items():
        world.known[kind].append(public_id)


def _schedule(world: World, place: SchedulePlace, person: str, readers: frozenset[str]) -> None:
    """Put somebody on call for their party, with words on it that the other party may not read."""
    words = [
        world.secrets.word(f"the {what} of {place.party}", readers) for what in ("title of a schedule", "override")
    ]
    layers = [{"rotation": "daily", "start": "2026-01-05T09:00", "participants": [person]}]
    by, book, now = Asking("test", place.party), world.site.tocsin.schedules, world.site.clock.now()
    made = book.create(place, Settings(words[0], "Europe/Berlin"), layers, by).record
    book.add_override(made.id, Span(now, now + timedelta(days=300)), [person], words[1], by)
    world.known["schedule"].append(made.label)
