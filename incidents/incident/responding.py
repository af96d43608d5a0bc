"""Who is asked to come and help with an incident, and what they answered."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime  # noqa: TC003 - the library reads the annotations of what changes at run time
from typing import TYPE_CHECKING, Unpack

from eventsourcing.domain import event

from incidents import happenings, refusals
from incidents.errors import InvalidField
from incidents.incident.staffing import SHARED_ROLE, Staffed
from incidents.ledger.sealing import Hidden  # noqa: TC001 - the library reads the annotations at run time
from incidents.terms import PERSON

if TYPE_CHECKING:
    from incidents.incident.base import Said
    from incidents.terms import Terms

ASKED, ACCEPTED, DECLINED = "asked", "accepted", "declined"


@dataclass(frozen=True)
class Request:
    """Somebody was asked to come: `whom` is an addressee. `answer` is asked, accepted or declined."""

    number: int
    whom: str | Hidden
    asked_by: str
    asked_at: datetime
    answer: str = ASKED
    answered_by: str | None = None
    answered_at: datetime | None = None


class Respondable(Staffed):
    """The people who are asked to come."""

    # --- what can happen ---------------------------------------------------------------------------------------------

    Event = happenings.IncidentEvent
    Assigned = Staffed.Assigned
    ResponderAsked = happenings.ResponderAsked
    ResponderAccepted = happenings.ResponderAccepted
    ResponderDeclined = happenings.ResponderDeclined

    # --- what may be asked -------------------------------------------------------------------------------------------

    requests: dict[int, Request]
    """Everybody who was ever asked, by the version of the fact that asked."""

    def ask_responder(self, whom: str, text: str | None, terms: Terms, **said: Unpack[Said]) -> None:
        """Ask somebody to come.

        NotActive; PagesNobody; InvalidField for a name that is nobody's; AddresseeCannotSee; AlreadyAsked.
        """
        self._must_page()
        terms.check_addressee("whom", whom)
        self._must_exist_for(terms.parties_addressed(whom))
        if any(each.whom == whom and each.answer == ASKED for each in self.requests.values()):
            raise refusals.AlreadyAsked
        self.trigger_event(self.ResponderAsked, whom=whom, text=text, **said)

    def accept_request(self, request: int, terms: Terms, **said: Unpack[Said]) -> None:
        """Come: whoever does has the role of responder for their party.

        NotActive; InvalidField where there is no such request; RequestAnswered; NotAsked.
        """
        party = self._must_be_asked(request, said, terms)
        self.trigger_event(self.ResponderAccepted, request=request, **said)
        self.trigger_event(self.Assigned, role=SHARED_ROLE, assignee=said["by"], party=party, **said)

    def decline_request(self, request: int, reason: str | None, terms: Terms, **said: Unpack[Said]) -> None:
        """Not come. It refuses as `accept_request` does."""
        self._must_be_asked(request, said, terms)
        self.trigger_event(self.ResponderDeclined, request=request, reason=reason, **said)

    def _must_be_asked(self, number: int, said: Said, terms: Terms) -> str:
        """Give the party for which a request is answered."""
        self._must_be_active()
        request = self.requests.get(number)
        if request is None:
            raise InvalidField("request", "There is no such request. Give the number of one of `responders`.")
        if request.answer != ASKED:
            raise refusals.RequestAnswered(answer=request.answer, by=request.answered_by)
        party, whom = said.get("for_party"), str(request.whom)
        meant = said["by"] == whom if whom.startswith(PERSON) else party in terms.parties_addressed(whom)
        if party is None or not meant:
            raise refusals.NotAsked
        return party

    # --- what changes ------------------------------------------------------------------------------------------------

    def _begin_responding(self) -> None:
        self.requests = {}

    @event(happenings.ResponderAsked)
    def _responder_asked(self, whom: str | Hidden, by: str, at: datetime, originator_version: int) -> None:
        self.requests[originator_version] = Request(originator_version, whom, by, at)

    @event(happenings.ResponderAccepted)
    def _responder_accepted(self, request: int, by: str, at: datetime) -> None:
        self._answer(request, ACCEPTED, by, at)

    @event(happenings.ResponderDeclined)
    def _responder_declined(self, request: int, by: str, at: datetime) -> None:
        self._answer(request, DECLINED, by, at)

    def _answer(self, number: int, answer: str, by: str, at: datetime) -> None:
        if asked := self.requests.get(number):
            self.requests[number] = replace(asked, answer=answer, answered_by=by, answered_at=at)
