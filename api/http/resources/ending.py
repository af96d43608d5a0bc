"""The end of an agreement: when it is, notice, and what becomes of the record."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from api.access.permissions import Scope
from api.http import openapi
from api.http.access import must_reach, tocsin
from api.http.agreement_views import end_view
from api.http.idempotency import replay_headers
from api.http.resources.agreements import PARTNERSHIP, agreements
from api.http.schemas.agreement_life import EndView, NoticeGiven
from api.http.senders import sender_in

if TYPE_CHECKING:
    from api.http.resources.answers import Body, Shown
    from escalation.book import Agreements


@agreements.operation(
    "GET",
    "/<partnership>/end",
    "getEnd",
    gives=EndView,
    errors=openapi.READ_ERRORS,
    path=PARTNERSHIP,
    scope=Scope.AGREEMENTS_READ,
)
def end(partnership: str) -> dict[str, Any]:
    """Read when the agreement ends, who receives the record then, and until when it is to be kept."""
    must_reach(partnership)
    return _shown(tocsin().book.record(partnership))


@agreements.operation(
    "POST",
    "/<partnership>/notice-of-termination",
    "giveNotice",
    takes=NoticeGiven,
    gives=EndView,
    headers={"Idempotency-Replayed": "REPLAYED"},
    errors=openapi.WRITE_ERRORS,
    path=PARTNERSHIP,
    parameters=["Idempotency-Key"],
    example={"body": {"reason": "We run our own gateway from next year on"}},
    scope=Scope.AGREEMENTS_DECIDE,
)
def give_notice(body: Body, partnership: str) -> Shown:
    """Give notice for your party. An open-ended agreement ends when the notice that it names is over (`term.notice`).

    One that ends anyway is not renewed then; that notice must be given in time before its end.
    """
    changed = tocsin().agreements.give_notice(partnership, body.get("reason"), sender_in(partnership))
    return _shown(changed.record), dict(replay_headers(replayed=changed.replayed))


def _shown(record: Agreements) -> dict[str, Any]:
    life = tocsin().agreements
    return end_view(record, life.receivers(record), life.records_kept_until(record))
