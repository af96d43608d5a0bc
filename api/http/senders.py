"""Who asks for a change of what the parties share, and for which of them."""

from __future__ import annotations

from api.http.access import must_reach, principal
from api.http.idempotency import request_key
from api.http.refusals import Forbidden
from escalation.changes import Sender
from incidents.errors import TocsinError


class ForNeitherSide(Forbidden):
    """The parties decide this: come in as a member, or with a key, of one of them."""

    code = "for_neither_side"

    def __init__(self) -> None:
        """Say so."""
        TocsinError.__init__(self)


def sender_in(partnership: str) -> Sender:
    """Give who sends this request, for their party; the operator is for none. ForNeitherSide; NotFound; Forbidden."""
    party = must_reach(partnership).party
    if party is None and not principal().operator:
        raise ForNeitherSide
    return Sender(principal().actor, party, request_key())
