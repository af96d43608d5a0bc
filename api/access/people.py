"""People and services: made known, linked to their identity provider, found when they come, deactivated."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from sqlalchemy import select

from api.access.permissions import ROLES, scopes_of
from api.access.person import PERSON, SERVICE, IdentityTaken, Person, identity_of
from api.access.principal import Membership, Principal
from api.access.tables import identities, members, people
from incidents.errors import Conflict, InvalidField, NotFound, Refused
from incidents.ledger.reach import at_the_gate, reaching_all

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

    from sqlalchemy import Row, Select

    from incidents.ledger.ledger import Ledger

CACHE_SECONDS = 5.0
"""How long a process may go on letting somebody in with roles that another process has changed."""

CACHE_SIZE = 10_000
LONGEST_EMAIL = 254
"""RFC 5321, section 4.5.3.1.3: a path has 256 octets, two of which are its angle brackets."""

_EMAIL = re.compile(r"[^@\s\x00-\x1f\x7f]+@[^@\s\x00-\x1f\x7f]+")
_IDENTITY = re.compile(r"[0-9a-f]{32}")


class KnownByAnotherName(Refused):
    """Somebody is registered by that address under another name. Give the name they go by, or ask the operator."""

    code = "known_by_another_name"


class EmailTaken(Refused):
    """Somebody has that e-mail address already. Give them roles; or deactivate that record first."""

    code = "email_taken"


class People:
    """Whoever may be let in beside keys. Their facts are in the operator's log."""

    def __init__(self, ledger: Ledger, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        """Take the ledger; `monotonic` gives seconds and ages what is remembered."""
        self._ledger = ledger
        self._reading = ledger.recorder.reading
        self._monotonic = monotonic
        self._known: dict[str, tuple[Principal | None, float]] = {}

    def register(self, name: str, email: str, *, by: str) -> str:
        """Make a person known, and give their id. InvalidField; EmailTaken."""
        address = normal_email(email)
        with reaching_all(), self._ledger.command() as command:
            if self.by_email(address) is not None:
                raise EmailTaken
            person = self._created(PERSON, name, address, by=by, at=command.recorded_at)
            try:
                self._ledger.save(person)
            except Conflict:  # the address is unique: somebody registered it at the same moment
                raise EmailTaken from None
        return identity_of(person)

    def registered(self, name: str, email: str, *, by: str) -> str:
        """Give the id of whoever has an e-mail address; where nobody has it, make them known by it.

        InvalidField; KnownByAnotherName, for who asks must not learn from us what somebody is called elsewhere.
        """
        known = self.by_email(email)
        if known is None:
            try:
                return self.register(name, email, by=by)
            except EmailTaken:
                known = self.by_email(email) or self.register(name, email, by=by)
        if (self.described([known])[known].name or "").casefold() != name.casefold():
            raise KnownByAnotherName
        return known

    def service(self, name: str, issuer: str, subject: str, *, by: str) -> str:
        """Make a service known by what its identity provider calls it, and give its id. IdentityTaken."""
        with reaching_all(), self._ledger.command() as command:
            if self.by_identity(issuer, subject) is not None:
                raise IdentityTaken
            service = self._created(SERVICE, name, None, by=by, at=command.recorded_at)
            service.link(issuer, subject, by=by, at=command.recorded_at)
            try:
                self._ledger.save(service)
            except Conflict:  # the identity is unique: it was linked at the same moment
                raise IdentityTaken from None
        return identity_of(service)

    def by_email(self, email: str) -> str | None:
        """Find the active person with an e-mail address, whatever its capitals. InvalidField."""
        return self._found(select(people.c.id).where(people.c.email == normal_email(email)))

    def by_identity(self, issuer: str, subject: str) -> str | None:
        """Find whom an identity provider knows by a subject; nobody who was deactivated."""
        wanted = (identities.c.issuer == issuer) & (identities.c.subject == subject)
        return self._found(select(identities.c.person).where(wanted))

    def link(self, email: str, issuer: str, subject: str) -> str | None:
        """Link an identity at its first sign-in to the active person with its address, and give their id.

        The provider must have verified the address: whoever has it becomes that person. None where nobody has it, or
        that provider knows them by another subject: an address may pass to somebody else, a subject never does.
        """
        if known := self.by_identity(issuer, subject):
            return known
        try:
            identity = self.by_email(email)
        except InvalidField:
            return None
        if identity is None:
            return None
        try:
            with reaching_all(), self._ledger.command() as command:
                person = self._ledger.get(Person, _stream(identity))
                person.link(issuer, subject, by=f"person:{identity}", at=command.recorded_at)
                self._ledger.save(person)
        except (Conflict, Refused):  # it has another subject, or this one was linked at the same moment
            return self.by_identity(issuer, subject)
        return identity

    def deactivate(self, identity: str, *, by: str) -> None:
        """Let somebody in no more: at once in this process, in others within CACHE_SECONDS.

        NotFound; AlreadyDeactivated.
        """
        with reaching_all(), self._ledger.command() as command:
            person = self._ledger.get(Person, _stream(identity))
            person.deactivate(by=by, at=command.recorded_at)
            self._ledger.save(person)
        self.changed(identity)

    def principal_of(self, identity: str) -> Principal | None:
        """Give as whom somebody acts, with what their roles let them do; None for those who are let in no more."""
        now = self._monotonic()
        known, until = self._known.get(identity, (None, 0.0))
        if now < until:
            return known
        if len(self._known) >= CACHE_SIZE:
            self._known.clear()
        found = self._principal(identity)
        self._known[identity] = found, now + CACHE_SECONDS
        return found

    def changed(self, identity: str) -> None:
        """Remember no longer what somebody may do: it has changed."""
        self._known.pop(identity, None)

    def described(self, wanted: Iterable[str]) -> dict[str, Row[Any]]:
        """Give kind, name, e-mail and end of people, by id. Name and e-mail are None once erased."""
        columns = [people.c[name] for name in ("id", "kind", "name", "email", "deactivated_at")]
        with at_the_gate(), self._reading.connect() as connection:
            rows = connection.execute(select(*columns).where(people.c.id.in_(list(wanted))))
            return {row.id: row for row in rows}

    def memberships(self, identity: str) -> list[Row[Any]]:
        """Give partnership, party and roles of each membership of somebody."""
        columns = [members.c[name] for name in ("partnership", "party", "roles")]
        query = select(*columns).where(members.c.person == identity).order_by(members.c.partnership)
        with at_the_gate(), self._reading.connect() as connection:
            return [*connection.execute(query)]

    def _principal(self, identity: str) -> Principal | None:
        person = self.described([identity]).get(identity)
        if person is None or person.deactivated_at is not None:
            return None
        memberships = (
            # A role that this version does not know any more lets nobody do anything.
            Membership(row.partnership, row.party, scopes_of(role for role in row.roles if role in ROLES))
            for row in self.memberships(identity)
        )
        return Principal(f"person:{identity}", tuple(memberships))

    def _found(self, query: Select[Any]) -> str | None:
        with at_the_gate(), self._reading.connect() as connection:
            found: str | None = connection.scalar(query)
            return found

    def _created(self, kind: str, name: str, email: str | None, *, by: str, at: datetime) -> Person:
        return Person._create(  # noqa: SLF001 - the library's own way to create with a given id
            Person.Registered,
            id=f"person/{uuid4().hex}",
            kind=kind,
            name=name,
            email=email,
            by=by,
            at=at,
        )


def normal_email(email: str) -> str:
    """Write an e-mail address the one way it is kept: in small letters. InvalidField."""
    address = email.strip().lower()
    if len(address) > LONGEST_EMAIL or not _EMAIL.fullmatch(address):
        raise InvalidField("email", "Give an e-mail address, such as ann@example.com.")
    return address


def _stream(identity: str) -> str:
    """Give the stream of a person. NotFound for what can be nobody's id."""
    if not _IDENTITY.fullmatch(identity):
        raise NotFound
    return f"person/{identity}"
