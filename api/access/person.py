"""A person or service as their facts tell it, and the rows by which they are found. Who they are can be erased."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from eventsourcing.domain import event
from sqlalchemy import bindparam, delete, insert
from sqlalchemy.dialects.postgresql import insert as upsert

from api.access.tables import identities, people
from incidents.errors import Refused
from incidents.ledger.facts import Fact, FirstFact, FreeText, Record
from incidents.ledger.pipeline import Write
from incidents.ledger.sealing import ERASED, Hidden

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

PERSON, SERVICE = "person", "service"


class AlreadyDeactivated(Refused):
    """They are deactivated already."""

    code = "already_deactivated"


class IdentityTaken(Refused):
    """That provider knows them as somebody already, or knows somebody else by that. An identity is linked once."""

    code = "identity_taken"


class Person(Record):
    """Somebody who may be let in: a person, or a service that an identity provider vouches for."""

    class Registered(FirstFact):
        """They were made known. `kind` is `person` or `service`; an e-mail address is kept in small letters."""

        kind: str
        name: FreeText
        email: FreeText | None

    class IdentityLinked(Fact):
        """An identity provider knows them by this (OpenID Connect Core, section 2: `iss` and `sub`)."""

        issuer: str
        subject: FreeText

    class Deactivated(Fact):
        """They are let in no more. Address and identities are free for a new record, should they come back."""

    class SubjectErased(Fact):
        """Name, address and identities were erased; so they are let in no more."""

    def link(self, issuer: str, subject: str, *, by: str, at: datetime) -> None:
        """Link an identity, one for each provider. AlreadyDeactivated; IdentityTaken."""
        if self.deactivated_at is not None:
            raise AlreadyDeactivated
        if issuer in self.identities:
            raise IdentityTaken
        self.trigger_event(Person.IdentityLinked, issuer=issuer, subject=subject, by=by, at=at)

    def deactivate(self, *, by: str, at: datetime) -> None:
        """Let them in no more. AlreadyDeactivated."""
        if self.deactivated_at is not None:
            raise AlreadyDeactivated
        self.trigger_event(Person.Deactivated, by=by, at=at)

    def forget(self, *, by: str, at: datetime) -> None:
        """Record that who they are was erased (see ledger/erasure.py)."""
        self.trigger_event(Person.SubjectErased, by=by, at=at)

    @event(Registered)
    def __init__(self, kind: str, name: str | Hidden, email: str | Hidden | None, at: datetime) -> None:
        """Begin active, known to no identity provider."""
        self.kind, self.name, self.email = kind, name, email
        self.registered_at = at
        self.deactivated_at: datetime | None = None
        self.identities: dict[str, str | Hidden] = {}

    @event(IdentityLinked)
    def _linked(self, issuer: str, subject: str | Hidden) -> None:
        self.identities[issuer] = subject

    @event(Deactivated)
    def _deactivated(self, at: datetime) -> None:
        self.deactivated_at = at

    @event(SubjectErased)
    def _erased(self, at: datetime) -> None:
        self.name = ERASED
        self.email = ERASED
        self.identities = dict.fromkeys(self.identities, ERASED)
        self.deactivated_at = self.deactivated_at or at


_insert = upsert(people)
_WRITE = _insert.on_conflict_do_update(
    index_elements=[people.c.stream],
    set_={column.name: _insert.excluded[column.name] for column in people.c if not column.primary_key},
)
_LINK = insert(identities)
_UNLINK = delete(identities).where(identities.c.person == bindparam("of"))


class PersonRows:
    """Projection: one row a person or service."""

    table = people
    compared = tuple(column.name for column in people.c)

    def writes(self, record: Record, new: Sequence[Fact]) -> Iterable[Write]:
        """Give their row anew."""
        if isinstance(record, Person) and new:
            yield Write(_WRITE, [_row(record)])


class IdentityRows:
    """Projection: the identities by which somebody is let in; of who is let in no more there are none."""

    table = identities
    compared = tuple(column.name for column in identities.c)

    def writes(self, record: Record, new: Sequence[Fact]) -> Iterable[Write]:
        """Link what was linked, and unlink all of whoever was deactivated or erased."""
        if not isinstance(record, Person):
            return
        if record.deactivated_at is not None:
            yield Write(_UNLINK, [{"of": identity_of(record)}])
            return
        linked = [fact for fact in new if isinstance(fact, Person.IdentityLinked)]
        yield Write(_LINK, [_identity_row(record, fact) for fact in linked])


def identity_of(person: Person) -> str:
    """Give a person's id."""
    return person.id.removeprefix("person/")


def _row(person: Person) -> dict[str, Any]:
    active = person.deactivated_at is None
    return {
        "stream": person.id,
        "id": identity_of(person),
        "kind": person.kind,
        "name": person.name if isinstance(person.name, str) else None,
        "email": person.email if isinstance(person.email, str) and active else None,
        "registered_at": person.registered_at,
        "deactivated_at": person.deactivated_at,
    }


def _identity_row(person: Person, fact: Person.IdentityLinked) -> dict[str, Any]:
    return {
        "issuer": fact.issuer,
        "subject": fact.subject,
        "person": identity_of(person),
        "linked_at": fact.at,
    }
