"""An incident in memory under the worked example, on which both parties act; times are seconds from its report."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from incidents.errors import InvalidField, TocsinError
from incidents.ledger.command import Command, in_command
from incidents.terms import ExclusionSought
from tests.support.clocked import Clocked, moment
from tests.support.example_agreement import example_agreement

if TYPE_CHECKING:
    from escalation.agreement import Agreement
    from escalation.terms import AgreementTerms
    from incidents.incident.claims import Claim

HOUR, DAYS = 3600, 86_400
PROVIDER, CLIENT = "acme", "globex"


def delay(start: float = 0, until: float | None = HOUR, **fields: Any) -> ExclusionSought:  # noqa: ANN401 - its fields
    """Give the exclusion of a delay that the client caused."""
    values: dict[str, Any] = {"name": "client_caused_delay", "start": moment(start)}
    return ExclusionSought(**{**values, "until": None if until is None else moment(until), **fields})


class Claimed(Clocked):
    """An incident of the critical service, which the provider owes the client."""

    def __init__(
        self,
        agreement: Agreement | None = None,
        severity: str = "S1",
        **fields: Any,  # noqa: ANN401 - the fields of Declared
    ) -> None:
        """Declare it."""
        super().__init__(agreement or example_agreement(), severity, **{"service": "payments-api", **fields})
        self.terms: AgreementTerms = self.terms.for_service(self.incident.service)

    def act(self, at: float, name: str, *args: Any, party: str | None = PROVIDER, **more: Any) -> None:  # noqa: ANN401 - a command's own
        """Let a party give a command, with the terms where it takes them."""
        command = getattr(self.incident, name)
        if "terms" in command.__annotations__:
            more["terms"] = self.terms
        with in_command(Command(moment(at))):
            command(*args, **{"by": "key:1", **more}, at=moment(at), for_party=party)

    def tried(self, at: float, name: str, *args: Any, party: str | None = PROVIDER) -> str:  # noqa: ANN401 - as above
        """Let a party try a command; give `done`, or the field or the code of what refused it."""
        try:
            self.act(at, name, *args, party=party)
        except InvalidField as refused:
            return refused.field
        except TocsinError as refused:
            return refused.code
        return "done"

    def claim(self, at: float = HOUR, **fields: Any) -> int:  # noqa: ANN401 - those of an exclusion
        """Claim the client's delay; give the claim's number."""
        self.act(at, "claim_exclusion", delay(**fields), "They had locked us out.")
        return self.incident.version

    def vote(self, at: float, number: int, vote: str, party: str) -> None:
        """Vote for a party."""
        self.act(at, "vote", number, vote, None, party=party)

    @property
    def only(self) -> Claim:
        """The one claim that there is."""
        [claim] = self.incident.claims.values()
        return claim

    def facts(self, since: int = 1) -> list[str]:
        """Name the facts after a version."""
        return [type(fact).__name__ for fact in self.incident.history if fact.originator_version > since]
