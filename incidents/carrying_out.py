"""How a use case is carried out: get, command, save, once for each request (convention 3)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from incidents.errors import TRIES, Conflict, InvalidField, Stale, TocsinError
from incidents.incident import Incident
from incidents.incident.claims import check_near
from incidents.ledger.recorder import ReceiptExists
from incidents.refusals import TooLate

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from incidents.incident.base import Said
    from incidents.ledger.ledger import Ledger
    from incidents.ledger.receipts import Receipt, RequestKey
    from incidents.terms import Addressees, Agreements, Terms

    Act = Callable[[Incident, Terms, Said], Sequence[Incident] | None]
    """What a command does to an incident; it gives the others that it changed beside it, if any."""
    Timing = Callable[["Asked", Incident, datetime, Terms], datetime]

CLOCK_SKEW = timedelta(seconds=5)
"""How far ahead a sender's clock may be."""


@dataclass(frozen=True)
class Asked:
    """Who asks, when it was so (None: now), which revision they have seen (None: any), and the request's key.

    For which `party` (None: neither side), by which way in, and which parties may see it (`visible_to`; None: all).
    """

    by: str
    at: datetime | None = None
    revision: int | None = None
    request: RequestKey | None = None
    party: str | None = None
    via: str = "api"
    visible_to: tuple[str, ...] | None = None

    def said(self, at: datetime, terms: Terms) -> Said:
        """Give what a fact says of its origin. InvalidField for a party that the agreement does not name."""
        for party in self.visible_to or ():
            terms.check_party(party)
        visible_to = None if self.visible_to is None else list(self.visible_to)
        return {"by": self.by, "at": at, "for_party": self.party, "via": self.via, "visible_to": visible_to}


@dataclass(frozen=True)
class Answer:
    """An incident as a command left it, and when: the same for a repeated request (`replayed`), to the byte."""

    incident: Incident
    at: datetime
    replayed: bool = False


class CarryingOut:
    """What all use cases share. All raise NotFound, Stale, Conflict, KeyReused and TooLate."""

    def __init__(self, ledger: Ledger, agreements: Agreements, addressees: Addressees) -> None:
        """Take the ledger, where terms are found, and what knows who is there."""
        self.ledger = ledger
        self.agreements = agreements
        self._addressees = addressees

    def _once(self, asked: Asked, carry_out: Callable[[], Answer]) -> Answer:
        """Carry a request out, unless it was carried out before: then give what it led to.

        Its receipt is looked for only where it is refused. A request that is new pays no query for that; one that is
        sent again is refused, if by nothing else, by the key of its receipt. What it did itself may refuse it as
        well: an acknowledgement that is sent again, or twice at once, meets an acknowledged incident.
        """
        try:
            return carry_out()
        except (TocsinError, ReceiptExists) as refusal:
            if receipt := self.ledger.answered(asked.request):
                return self._again(receipt)
            if isinstance(refusal, ReceiptExists):
                raise Conflict from None
            raise

    def _change(self, stream: str, asked: Asked, act: Act, timing: Timing | None = None) -> Answer:
        """Let a command act at the time that is reported, or as another `timing` reads it."""
        return self._once(asked, lambda: self._decide(stream, asked, act, timing or reported))

    def _decide(self, stream: str, asked: Asked, act: Act, timing: Timing) -> Answer:
        """Where another command was first, decide afresh, never save again."""
        for _ in range(TRIES - 1):
            try:
                return self._try(stream, asked, act, timing)
            except Conflict:
                continue
        return self._try(stream, asked, act, timing)

    def _try(self, stream: str, asked: Asked, act: Act, timing: Timing) -> Answer:
        with self.ledger.command() as command:
            incident = self.ledger.get(Incident, stream)
            if asked.revision not in {None, incident.revision}:
                raise Stale(revision=incident.revision)
            pinned = self.agreements.pinned(incident.partnership, incident.agreement_version)
            terms = pinned.for_service(incident.service)
            at = timing(asked, incident, command.recorded_at, terms)
            beside = act(incident, terms, asked.said(at, terms)) or ()
            self.ledger.save(incident, *beside, request=asked.request)
            return Answer(incident, command.recorded_at)

    def _again(self, receipt: Receipt) -> Answer:
        """Answer a repeated request with what it led to the first time."""
        incident = self.ledger.get(Incident, receipt.stream, version=receipt.version)
        return Answer(incident, receipt.recorded_at, replayed=True)


def reported(asked: Asked, incident: Incident, now: datetime, terms: Terms) -> datetime:
    """Read when something was so: within what the agreement accepts, and not before the incident."""
    # The report may lie ahead of now, by as much as a sender's clock may.
    at = asked.at or max(now, incident.reported_at)
    check_time(at, now, terms)
    if at < incident.reported_at:
        raise InvalidField("occurred_at", "It lies before the incident was reported.")
    return at


def decided_now(asked: Asked, incident: Incident, now: datetime, _: Terms) -> datetime:
    """Read when something acts that deadlines or pages hang on: it is when it is recorded."""
    if asked.at is not None:
        raise InvalidField("occurred_at", "This counts from when it is recorded. Leave it out.")
    return max(now, incident.reported_at)


def known_since(asked: Asked, _: Incident, now: datetime, __: Terms) -> datetime:
    """Read when a party came to know of something, which may lie long before the report (clock rule 12)."""
    at = asked.at or now
    _check_not_ahead(at, now)
    check_near("occurred_at", at, now)
    return at


def check_time(at: datetime, now: datetime, terms: Terms) -> None:
    """Hold a reported time to clock rule 13: not in the future, not further back than agreed."""
    _check_not_ahead(at, now)
    if at < now - terms.accept_backdated_by - CLOCK_SKEW:
        by_claim = f"{TooLate.__doc__} Record it as of now, then claim its time." if terms.older_by_claim else ""
        raise TooLate(by_claim, accepted_back_to=(now - terms.accept_backdated_by).isoformat())


def _check_not_ahead(at: datetime, now: datetime) -> None:
    if at > now + CLOCK_SKEW:
        raise InvalidField("occurred_at", "It lies in the future. Leave it out for now, or give a past instant.")
