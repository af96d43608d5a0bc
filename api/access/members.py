"""The members of partnerships: who has which roles, for which party."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from sqlalchemy import select

from api.access.permissions import ROLES
from api.access.roster import Member, Roster
from api.access.tables import members
from incidents.errors import TRIES, Conflict, InvalidField, NotFound
from incidents.ledger.recorder import ReceiptExists

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import Row

    from api.access.people import People
    from escalation.book import AgreementBook
    from incidents.ledger.ledger import Ledger
    from incidents.ledger.receipts import RequestKey


class Grant(NamedTuple):
    """What a person is to have in a partnership."""

    person: str
    party: str
    roles: Sequence[str]


class Granted(NamedTuple):
    """A member as a request left them; `replayed`: the request had been carried out before."""

    member: Member
    replayed: bool


class Members:
    """Gives and takes roles, within reach of the partnership: these facts are in its own log."""

    def __init__(self, ledger: Ledger, agreements: AgreementBook, people: People) -> None:
        """Take the ledger, where parties are found, and who there is."""
        self._ledger = ledger
        self._agreements = agreements
        self._people = people

    def grant(self, partnership: str, grant: Grant, *, by: str, request: RequestKey | None = None) -> Granted:
        """Let a person have roles for a party, and no others; the same again changes nothing.

        Raises:
            InvalidField: neither the agreement in force nor a proposal names the party, there is no such role, or
                nobody active has that id.
            NotFound: there is no agreement.
            MemberOfAnother: they are of another party there.
        """
        self.check(partnership, grant.party, grant.roles)
        known = self._people.described([grant.person]).get(grant.person)
        if known is None or known.deactivated_at is not None:
            raise InvalidField("person", "Give the id of somebody who is registered and active.")
        for _ in range(TRIES):
            with suppress(Conflict, ReceiptExists):  # the members changed at the same moment: decide afresh
                granted = self.granted_before(request) or self._grant(partnership, grant, by, request)
                self._people.changed(grant.person)
                return granted
        raise Conflict

    def check(self, partnership: str, party: str, roles: Sequence[str]) -> None:
        """Refuse a party that neither the agreement in force nor a proposal names, and what is no role.

        InvalidField; NotFound.
        """
        self._agreements.check_party(partnership, party, self._ledger.clock.now())
        if not roles or not ROLES.keys() >= set(roles):
            raise InvalidField("roles", f"Give one or more of: {', '.join(ROLES)}.")

    def granted_before(self, request: RequestKey | None) -> Granted | None:
        """Give what a request led to that was carried out before: the member as they stood then. KeyReused."""
        receipt = self._ledger.answered(request)
        if receipt is None:
            return None
        roster = self._ledger.get(Roster, receipt.stream, version=receipt.version)
        return Granted(roster.members[cast("Roster.Granted", roster.history[-1]).person], replayed=True)

    def withdraw(self, partnership: str, person: str, *, by: str, request: RequestKey | None = None) -> bool:
        """Take a person out of a partnership; say whether the request had been carried out before. NotFound.

        Other processes hear of it within people.CACHE_SECONDS.
        """
        for _ in range(TRIES):
            with suppress(Conflict, ReceiptExists):
                replayed = self._withdraw(partnership, person, by, request)
                self._people.changed(person)
                return replayed
        raise Conflict

    def listed(self, partnership: str | None = None) -> list[Row[Any]]:
        """Give the members within reach, of one partnership or of all: `person`, `party`, `roles`, `since`."""
        query = select(members).order_by(members.c.partnership, members.c.party, members.c.since, members.c.person)
        if partnership is not None:
            query = query.where(members.c.partnership == partnership)
        with self._ledger.recorder.reading.connect() as connection:
            return [*connection.execute(query)]

    def _grant(self, partnership: str, grant: Grant, by: str, request: RequestKey | None) -> Granted:
        with self._ledger.command() as command:
            roster = self._roster(partnership, by=by, at=command.recorded_at)
            roster.grant(grant.person, grant.party, grant.roles, by=by, at=command.recorded_at)
            self._ledger.save(roster, request=request)
        return Granted(roster.members[grant.person], replayed=False)

    def _withdraw(self, partnership: str, person: str, by: str, request: RequestKey | None) -> bool:
        if self._ledger.answered(request):
            return True
        with self._ledger.command() as command:
            roster = self._ledger.get(Roster, _stream(partnership))
            roster.withdraw(person, by=by, at=command.recorded_at)
            self._ledger.save(roster, request=request)
        return False

    def _roster(self, partnership: str, *, by: str, at: datetime) -> Roster:
        try:
            return self._ledger.get(Roster, _stream(partnership))
        except NotFound:
            return Roster._create(Roster.Begun, id=_stream(partnership), by=by, at=at)  # noqa: SLF001 - the library's way


def _stream(partnership: str) -> str:
    return f"{partnership}/members"
