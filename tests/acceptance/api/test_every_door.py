"""Every operation of the document, tried by everybody: each role for each party, and those who have none.

What is expected follows from the scope that the document names and from the one table of roles, nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from itertools import count, cycle
from typing import TYPE_CHECKING, Any, cast

import pytest
from sqlalchemy import text
from sqlalchemy.engine import make_url

from api.access.members import Grant
from api.access.permissions import OF_A_PARTNERSHIP, OF_THE_OPERATOR, ROLES, Scope
from api.http.app import create_app
from api.http.documentation.document import operations
from api.http.documentation.requests import example_request
from api.settings import OidcSettings
from escalation.changes import Sender
from escalation.crew.profile import Leave
from escalation.crew.teams import Place
from escalation.matters import Certificate, Dispute, Notice
from escalation.oncall.book import Place as SchedulePlace
from escalation.oncall.swaps import Span
from tests.support.beating import heartbeat_of
from tests.support.http import OURS, PUBLIC_URL, THEIRS, Site, party_key, site_on
from tests.support.ledgers import declare
from tests.support.letters import dead_page, dead_reminder
from tests.support.matters import matter_of
from tests.support.questions import claim_on, filing_on, let_decide, request_on
from tests.support.rostered import scheduled
from tests.support.webhooked import webhook_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy import Engine

    from api.bootstrap import Tocsin

PARTIES = ("acme", "globex")
OPEN = {"signIn", "finishSignIn", "signOut", "isAlive", "isReady", "getCalendar", "callHeartbeat", "postHeartbeat"}
"""What anybody may do. A new operation is only added here if it should serve those whom nobody knows."""

FOR_ALL_KNOWN = {
    "getMe", "getMyProfile", "describeMe", "setMyContactRules", "listMyAbsences", "addMyAbsence", "removeMyAbsence",
    "listMyAddresses", "giveMyAddress", "removeMyAddress",
}  # fmt: skip
"""What needs no scope."""

UNDOCUMENTED = {"/", "/acknowledge/<token>", "/docs", "/docs/static/<path:filename>", "/v1/openapi.json"}
"""The documentation itself, for everybody; and a page for whoever was sent its address."""

DOCUMENT: dict[str, Any] = create_app(cast("Tocsin", object())).test_client().get("/v1/openapi.json").get_json()
OPERATIONS = {described["operationId"]: (path, method) for path, method, described in operations(DOCUMENT)}
NUMBERED = {"/claims/": claim_on, "/filings/": filing_on, "/responders/": request_on}
"""What makes what an address names by its number."""
_numbers = count(1)


@dataclass(frozen=True)
class Visitor:
    """Somebody at the door: what they may do here, for whom, and what they show."""

    name: str
    scopes: frozenset[Scope] | None
    """None: the partnership does not exist for them."""
    party: str | None
    headers: dict[str, str]
    elsewhere: frozenset[Scope] = frozenset()
    """What they may do in another partnership."""
    known: bool = True
    person: str | None = None
    """Their id, unless they are a key."""


class House:
    """A site with everybody in it."""

    def __init__(self, site: Site) -> None:
        """Register and let in everybody once."""
        self.site = site
        let_decide(site, OURS)
        self.keys = {party: party_key(site.tocsin, OURS, party, [Scope.EVENTS_READ]).split("_")[1] for party in PARTIES}
        self.visitors = [
            *(
                self._person(f"{role} of {party}", OURS, party, [role])
                for role, party in zip(ROLES, cycle(PARTIES), strict=False)
            ),
            self._person("a person without a role", None, None, []),
            self._person("every role elsewhere", THEIRS, "acme", list(ROLES)),
            self._key("a key of the partnership", OF_A_PARTNERSHIP, party_key(site.tocsin, OURS, "acme")),
            self._key("a key of another", None, party_key(site.tocsin, THEIRS, "acme"), OF_A_PARTNERSHIP),
            self._key("the operator's key", frozenset(Scope), site.tocsin.keys.issue("door", by="test").token),
            *(self._limited(scope) for scope in sorted(OF_THE_OPERATOR)),
            Visitor("nobody", None, None, {}, known=False),
            Visitor("a wrong key", None, None, _bearer(f"tocsin_{'0' * 16}_x"), known=False),
        ]

    def status(self, operation: str, visitor: Visitor) -> int:
        """Send an operation's example, aimed at our partnership, as somebody; give the status."""
        path, method = OPERATIONS[operation]
        party = visitor.party or "acme"
        values = {
            "partnership": OURS,
            "version": 1,
            "key": self.keys[party],
            "If-Match": "*",
            "Idempotency-Key": f"door-{next(_numbers)}",
        }
        values |= self._made_for(path, party, visitor)
        request = example_request(DOCUMENT, path, method, values)
        body = _aimed(request.body, party) if isinstance(request.body, dict) else request.body
        sent: dict[str, Any] = {"json": body} if isinstance(body, dict) else {"data": body}
        response = self.site.app.test_client(use_cookies=False).open(
            request.target,
            method=request.method,
            base_url=PUBLIC_URL,
            headers={**request.headers, "Origin": PUBLIC_URL, **visitor.headers},
            content_type=request.content_type or None,
            **({} if body is None else sent),
        )
        response.close()  # unread: a stream has no end
        return response.status_code

    def _made_for(self, path: str, party: str, visitor: Visitor) -> dict[str, Any]:
        """Make whatever an address names; give the names."""
        tocsin = self.site.tocsin
        person = self._member(party) if "{person}" in path else visitor.person
        makers: dict[str, Callable[[], dict[str, Any]]] = {
            "{reference}": lambda: self._incident(path, party),
            "{partnership}/deliveries/{": lambda: {"delivery": dead_reminder(tocsin, OURS, party)},
            "{absence}": lambda: self._away(person),
            "{team}": lambda: self._team(party),
            "{schedule}": lambda: self._schedule(party, visitor),
            "calendars/{token}": lambda: self._schedule(party, visitor),
            "heartbeats/{": lambda: heartbeat_of(tocsin, OURS, party),
            "{test_page}": lambda: self._test_page(visitor),
            "{webhook}": lambda: webhook_of(tocsin, OURS, party),
            "{page_webhook}": lambda: {"page_webhook": f"{party}-pager"},
            "{dispute}": lambda: matter_of(tocsin, Dispute, OURS, party),
            "{notice}": lambda: matter_of(tocsin, Notice, OURS, party),
            "{certificate}": lambda: matter_of(tocsin, Certificate, OURS, party),
            "{migration}": lambda: self._migration(party),
        }
        values = {} if person is None else {"person": person}
        for part, make in makers.items():
            if part in path:
                values |= make()
        return values

    def _incident(self, path: str, party: str) -> dict[str, Any]:
        """Declare an incident, with whatever of it is named by a number, or a page that failed for good."""
        stream = declare(self.site.tocsin)
        values: dict[str, Any] = {"reference": stream.rpartition("/")[2]}
        if "{number}" in path:
            made = next(make for part, make in NUMBERED.items() if part in path)
            values["number"] = made(self.site.tocsin, stream)
        if "{delivery}" in path:
            values["delivery"] = dead_page(self.site.tocsin, stream, party)
        return values

    def _migration(self, party: str) -> dict[str, Any]:
        """Propose to move an incident that is not there: nobody looks at it before all have signed."""
        tocsin = self.site.tocsin
        with tocsin.ledger.command() as command:
            record = tocsin.book.record(OURS)
            record.propose_migration(1, [f"{0:032x}"], PARTIES, party, by="test", at=command.recorded_at)
            tocsin.ledger.save(record)
        return {"migration": record.version}

    def _member(self, party: str) -> str:
        person = self.site.tocsin.people.register("Somebody", f"p{next(_numbers)}@{party}.example", by="test")
        self.site.tocsin.members.grant(OURS, Grant(person, party, ["approver"]), by="test")
        return person

    def _away(self, person: str | None) -> dict[str, Any]:
        """Let somebody be away, whose first absence is to be removed."""
        absences = self.site.tocsin.crew.profiles
        if person is not None:
            now = self.site.clock.now()
            absences.add_absence(person, Leave(now, now + timedelta(days=1), within=OURS), Sender("test"))
        return {}

    def _team(self, party: str) -> dict[str, Any]:
        name = f"team-{next(_numbers)}"
        self.site.tocsin.crew.teams.create(Place(OURS, party, name), None, [], Sender("test", party))
        return {"team": f"{party}.{name}"}

    def _schedule(self, party: str, visitor: Visitor) -> dict[str, Any]:
        """Make a schedule with an override, a swap, and a calendar that the visitor made."""
        book, now, by = self.site.tocsin.schedules, self.site.clock.now(), Sender("test", party)
        for before in book.listed(OURS, party):
            book.retire(before.id, by)  # a party has so many at most
        people = [self._member(party) for _ in range(2)]
        layers = [{"rotation": "daily", "start": "2026-03-01T09:00", "participants": people[:1]}]
        made = scheduled(self.site.tocsin, SchedulePlace(OURS, party, f"line-{next(_numbers)}"), layers)
        span = Span(now, now + timedelta(days=1))
        book.add_override(made.id, span, people[:1], None, by)
        book.propose_swap(made.id, people[1], span, None, Sender(f"person:{people[0]}", party))
        maker = f"person:{visitor.person}" if visitor.person and visitor.party else "test"
        feed, token = self.site.tocsin.calendar_feeds.make(made, None, Sender(maker, party))
        return {"schedule": made.label, "override": 1, "swap": 1, "feed": feed.public_id, "token": token}

    def _test_page(self, visitor: Visitor) -> dict[str, Any]:
        """Let a member have asked for a test page; for whoever is none there is no such page."""
        if visitor.person is None or visitor.scopes is None:
            return {"test_page": "0" * 32}
        asked = self.site.tocsin.crew.trials.ask(OURS, visitor.person, 0, Sender(f"person:{visitor.person}"))
        return {"test_page": asked.record.public_id}

    def _person(self, name: str, partnership: str | None, party: str | None, roles: list[str]) -> Visitor:
        """Give somebody who is signed in."""
        person = self.site.tocsin.people.register(name, f"p{next(_numbers)}@visitors.example", by="test")
        if partnership is not None and party is not None:
            self.site.tocsin.members.grant(partnership, Grant(person, party, roles), by="test")
        scopes = frozenset[Scope]().union(*(ROLES[role] for role in roles))
        here, there = (scopes, frozenset()) if partnership == OURS else (None, scopes)
        cookie = {"Cookie": f"__Host-tocsin={self.site.served.sessions.begin(person)}"}
        return Visitor(name, here, party, cookie, there, person=person)

    def _limited(self, scope: Scope) -> Visitor:
        """Give a key of the operator's that can do one thing alone."""
        token = self.site.tocsin.keys.issue("door", scopes=[scope], by="test").token
        return self._key(f"the operator's key for {scope}", frozenset({scope}), token)

    def _key(
        self, name: str, scopes: frozenset[Scope] | None, token: str, elsewhere: frozenset[Scope] = frozenset()
    ) -> Visitor:
        return Visitor(name, scopes, "acme", _bearer(token), elsewhere)


@pytest.fixture(scope="module")
def house(postgres_url: str, _server: Engine) -> Iterator[House]:
    """Yield a house where nobody's requests stand in another's way."""
    with _server.connect() as connection:
        connection.execute(text("CREATE DATABASE doors TEMPLATE migrated"))
    url = make_url(postgres_url).set(database="doors").render_as_string(hide_password=False)
    with site_on(url, oidc=OidcSettings("https://127.0.0.1:9", "tocsin", "secret")) as site:
        yield House(site)


def test_every_operation_says_who_may() -> None:
    """One scope, the same for every way in; or it is among the few that need none."""
    for _, _, described in operations(DOCUMENT):
        name, security = described["operationId"], described["security"]
        scopes = [scope for way in security for needed in way.values() for scope in needed]
        if name in OPEN:
            assert security == [], name
        elif name in FOR_ALL_KNOWN:
            assert security, name
            assert scopes == [], name
        else:
            assert len(scopes) == len(security) > 0, name
            assert set(scopes) <= {scope.value for scope in Scope}, name
            assert len(set(scopes)) == 1, name


def test_there_is_no_door_beside_the_documented_ones(house: House) -> None:
    """Every address that Flask serves is in the document, or is the document."""
    served = {rule.rule for rule in house.site.app.url_map.iter_rules()} - UNDOCUMENTED
    assert len(served) == len(DOCUMENT["paths"])
    assert {rule.count("<") for rule in served} == {path.count("{") for path in DOCUMENT["paths"]}


@pytest.mark.parametrize("operation", OPERATIONS)
def test_a_door_opens_to_those_whose_scopes_it_needs(house: House, operation: str) -> None:
    """401 for whom nobody knows, 403 without the scope, 404 where the partnership is not theirs, else it opens."""
    path, method = OPERATIONS[operation]
    security = DOCUMENT["paths"][path][method]["security"]
    nobody = [visitor for visitor in house.visitors if not visitor.known][:1]
    for visitor in nobody if operation in OPEN else house.visitors:  # the open ones do not ask who it is
        answered = house.status(operation, visitor)
        wanted = _expected(security, visitor)
        if wanted is None:
            assert answered not in {401, 403, 404, 405, 500}, f"{visitor.name}: {answered}"
        else:
            assert answered == wanted, visitor.name


def _expected(security: list[dict[str, list[str]]], visitor: Visitor) -> int | None:
    """Give the status with which a visitor is turned away; None: they are let in."""
    if not security:
        return None
    if not visitor.known:
        return 401
    [needed] = {tuple(way) for ways in security for way in ways.values()}
    if not needed:
        return None
    scope = Scope(needed[0])
    if visitor.scopes is None:
        return 404 if scope in visitor.elsewhere else 403
    return None if scope in visitor.scopes else 403


def _aimed(body: dict[str, Any], party: str) -> dict[str, Any]:
    """Aim an example at our partnership and the sender's party; an e-mail address is new each time."""
    new = {"partnership": OURS, "party": party, "email": f"p{next(_numbers)}@new.example"}
    return body | {name: value for name, value in new.items() if name in body}


def _bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}
