"""Test pages: whoever is on call sees for themselves that every way of reaching them works."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from api.access.permissions import Scope
from api.http import openapi
from api.http.access import must_reach, tocsin, viewer
from api.http.delivery_views import delivery_view
from api.http.idempotency import replay_headers
from api.http.resources.deliveries import deliveries
from api.http.resources.profile import myself
from api.http.schemas.fields import Body as NoFields
from api.http.schemas.trials import INFORMED, PAGED, TEST_PAGE, TrialBody, TrialView
from api.http.senders import sender_in
from escalation.crew.reaching import NOTICE, PAGE
from incidents.errors import NotFound
from notifications.queue.delivery import WAITING

if TYPE_CHECKING:
    from api.http.resources.answers import Body, Shown
    from escalation.changes import Changed
    from escalation.crew.trial import Trial

REPLAYED = {"Idempotency-Replayed": "REPLAYED"}
_ID = {
    "name": "test_page",
    "in": "path",
    "required": True,
    "description": "The test page's id.",
    "schema": {"type": "string", "pattern": TEST_PAGE},
    "example": "8c1f0a4be2d94d5f9b7a60c1d2e3f405",
}
_PATH = (openapi.PARTNERSHIP_PARAMETER, _ID)
_URGENCIES = {PAGED: PAGE, INFORMED: NOTICE}
_id = re.compile(TEST_PAGE)


@deliveries.operation(
    "POST",
    "/<partnership>/test-pages",
    "sendTestPage",
    takes=TrialBody,
    gives=TrialView,
    status=HTTPStatus.CREATED,
    headers=REPLAYED,
    errors=openapi.WRITE_ERRORS,
    path=(openapi.PARTNERSHIP_PARAMETER,),
    parameters=["Idempotency-Key"],
    scope=Scope.INCIDENTS_READ,
    example={"body": {"urgency": "high"}},
)
def send(body: Body, partnership: str) -> Shown:
    """Page yourself, in every way that your contact rules name, each step after its time.

    It says that it is a test, belongs to no incident, and takes the same way as a page: the same queue, the same tries.
    Webhooks are those that this partnership's agreement gives to your party. Only a person can do this (409).
    """
    sender = sender_in(partnership)
    change = tocsin().crew.trials.ask(partnership, myself(), _URGENCIES[body["urgency"]], sender)
    return _shown(change)


@deliveries.operation(
    "GET",
    "/<partnership>/test-pages/<test_page>",
    "getTestPage",
    gives=TrialView,
    errors=(*openapi.READ_ERRORS, HTTPStatus.CONFLICT),
    path=_PATH,
    scope=Scope.INCIDENTS_READ,
)
def get(partnership: str, test_page: str) -> dict[str, Any]:
    """See which steps of your test page have arrived, which wait, and which failed, and why."""
    return _view(_found(partnership, test_page))


@deliveries.operation(
    "POST",
    "/<partnership>/test-pages/<test_page>/stop",
    "stopTestPage",
    takes=NoFields,
    gives=TrialView,
    headers=REPLAYED,
    errors=openapi.WRITE_ERRORS,
    path=_PATH,
    parameters=["Idempotency-Key"],
    scope=Scope.INCIDENTS_READ,
    example={"body": {}},
)
def stop(_body: Body, partnership: str, test_page: str) -> Shown:
    """Withdraw the steps of your test page that have not left yet. 409 `test_page_over` where that was done."""
    return _shown(tocsin().crew.trials.stop(_found(partnership, test_page), sender_in(partnership)))


def _found(partnership: str, test_page: str) -> Trial:
    """Give a test page of the sender's own. NotFound."""
    must_reach(partnership)
    person = myself()
    if not _id.fullmatch(test_page):
        raise NotFound
    return tocsin().crew.trials.found(partnership, person, test_page)


def _shown(change: Changed[Trial]) -> Shown:
    return _view(change.record), dict(replay_headers(replayed=change.replayed))


def _view(trial: Trial) -> dict[str, Any]:
    views = tocsin().letters.of_record(trial, viewer(trial.partnership))
    words = {urgency: word for word, urgency in _URGENCIES.items()}
    return {
        "id": trial.public_id,
        "partnership": trial.partnership,
        "person": trial.person,
        "urgency": words[trial.urgency],
        "asked_at": trial.history[0].timestamp,
        "state": "under_way" if any(view.letter.status == WAITING for view in views) else "over",
        "steps": [delivery_view(view, trial, theirs=True) for view in views],
    }
