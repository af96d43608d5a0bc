"""Every operation's example is sent as the document has it, and answered as the document says.

A new operation needs an `example=` where it is declared. If its example only works after others, name those in BEFORE;
if it needs a value that nobody knows beforehand, such as an id, say in MADE_UP where it comes from.
"""

from __future__ import annotations

from datetime import UTC, datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped] # it brings no types

from api.access.permissions import Scope
from api.http.app import create_app
from api.http.documentation.document import METHODS, resolve
from api.http.documentation.requests import example_request
from api.settings import OidcSettings
from tests.support.clock import MovedClock
from tests.support.http import PUBLIC_URL, Site, party_key, site_on
from tests.support.letters import dead_page, dead_reminder
from tests.support.provider import Provider, providing
from tests.support.rostered import ANN, BOB, let_in

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from werkzeug.test import TestResponse

    from api.bootstrap import Tocsin

    MadeUp = Callable[["World"], object]

WORLD = ("publishAgreement", "declareIncident")
"""What stands before each example: the document's own agreement, and a fresh incident, INC-1001."""

SIGNED = ("proposeVersion", "signVersion", "signVersion by globex")
"""An amendment that is in force."""

OF_SCHEDULES = (
    "getSchedule", "changeScheduleSettings", "changeScheduleLayers", "retireSchedule", "listOverrides", "addOverride",
    "listSwaps", "proposeSwap", "getOnCall", "getFinalSchedule", "listProblems", "listCalendarFeeds",
    "makeCalendarFeed",
)  # fmt: skip

OF_WEBHOOKS = (
    "getWebhook", "changeWebhookSettings", "rotateWebhookSecret", "pauseWebhook", "resumeWebhook", "enableWebhook",
    "removeWebhook", "pingWebhook", "listWebhookMessages", "redeliverWebhookMessages",
)  # fmt: skip
OF_MESSAGES = ("getWebhookMessage", "redeliverWebhookMessage")

OF_HEARTBEATS = (
    "getHeartbeat", "changeHeartbeatSettings", "changeHeartbeatAddress", "pauseHeartbeat", "resumeHeartbeat",
    "removeHeartbeat", "callHeartbeat", "postHeartbeat",
)  # fmt: skip

BEFORE: Mapping[str, tuple[str, ...]] = {
    "unacknowledgeIncident": ("acknowledgeIncident",),
    "snoozeIncident": ("acknowledgeIncident",),
    "wakeIncident": ("acknowledgeIncident", "snoozeIncident"),
    "acceptRequest": ("askResponder",),
    "declineRequest": ("askResponder",),
    "resumeClocks": ("pauseClocks",),
    "reopenIncident": ("resolveIncident",),
    "closeIncident": ("resolveIncident",),
    "markDuplicate": ("declareIncident",),
    "linkParent": ("declareIncident",),
    "removeParent": ("declareIncident", "linkParent"),
    "changeVisibility": ("addNote",),
    "diffIncident": ("acknowledgeIncident",),
    "finishSignIn": ("signIn",),
    "rotateKey": ("issueKey",),
    "revokeKey": ("issueKey",),
    "withdrawMember": ("grantRoles",),
    "listSignatures": ("proposeVersion",),
    "signVersion": ("proposeVersion",),
    "withdrawVersion": ("proposeVersion",),
    "giveNotice": SIGNED,
    "proposeMigration": SIGNED,
    "signMigration": (*SIGNED, "proposeMigration"),
    "withdrawMigration": (*SIGNED, "proposeMigration"),
    "raiseDispute": SIGNED,
    "getDispute": (*SIGNED, "raiseDispute"),
    "proposeSettlement": (*SIGNED, "raiseDispute"),
    "acceptSettlement": (*SIGNED, "raiseDispute", "proposeSettlement"),
    "withdrawDispute": (*SIGNED, "raiseDispute"),
    "getNotice": ("announceChange",),
    "acknowledgeNotice": ("announceChange",),
    "cancelNotice": ("announceChange",),
    "completeNotice": ("announceChange",),
    "getCertificate": ("recordCertificate",),
    "getClaim": ("makeClaim",),
    "voteOnClaim": ("makeClaim",),
    "giveEvidence": ("makeClaim",),
    "withdrawClaim": ("makeClaim",),
    "vetoPause": ("pauseClocks",),
    "publishReview": ("resolveIncident",),
    "closeAction": ("agreeAction",),
    "submitFiling": ("becomeAware by acme",),
    "acknowledgeFiling": ("becomeAware by acme", "submitFiling"),
    "amendFiling": ("becomeAware by acme", "submitFiling"),
    "getFiling": ("becomeAware by acme", "submitFiling"),
    **dict.fromkeys(("getTeam", "changeTeamMembers", "changeTeamTitle", "retireTeam", "nameHolder"), ("createTeam",)),
    "removeHolder": ("createTeam", "nameHolder"),
    **dict.fromkeys(("getPerson", "addAbsence"), ("grantRoles",)),
    "removeAbsence": ("grantRoles", "addAbsence"),
    "removeMyAbsence": ("addMyAbsence",),
    "removeMyAddress": ("giveMyAddress",),
    **dict.fromkeys(OF_SCHEDULES, ("createSchedule",)),
    **dict.fromkeys(OF_WEBHOOKS, ("createWebhook",)),
    **dict.fromkeys(OF_MESSAGES, ("createWebhook", "pingWebhook")),
    "resumeWebhook": ("createWebhook", "pauseWebhook"),
    "removeOverride": ("createSchedule", "addOverride"),
    **dict.fromkeys(("acceptSwap", "declineSwap", "withdrawSwap"), ("createSchedule", "proposeSwap")),
    "sendTestPage": ("createSchedule",),  # which lets people in
    **dict.fromkeys(("getTestPage", "stopTestPage"), ("createSchedule", "sendTestPage")),
    **dict.fromkeys(("revokeCalendarFeed", "getCalendar"), ("createSchedule", "makeCalendarFeed")),
    **dict.fromkeys(OF_HEARTBEATS, ("makeHeartbeat",)),
    "resumeHeartbeat": ("makeHeartbeat", "pauseHeartbeat"),
}
"""Whose examples are sent first, by the party that is named if there is one."""

DECIDING = (Scope.AGREEMENTS_DECIDE, Scope.INCIDENTS_COORDINATE, Scope.INCIDENTS_WRITE)
DECIDED_FOR: Mapping[str, str] = {
    "signVersion": "acme",
    "giveNotice": "globex",
    "proposeMigration": "acme",
    "signMigration": "globex",
    "raiseDispute": "globex",
    "proposeSettlement": "acme",
    "acceptSettlement": "globex",
    "withdrawDispute": "globex",
    "announceChange": "acme",
    "acknowledgeNotice": "globex",
    "cancelNotice": "acme",
    "completeNotice": "acme",
    "recordCertificate": "acme",
    "disputeSeverity": "globex",
    "acceptRequest": "acme",
    "declineRequest": "acme",
    "voteOnClaim": "globex",
    "vetoPause": "globex",
    "becomeAware": "acme",
    "changeSeverity": "acme",
    "classifyIncident": "acme",
    "submitFiling": "acme",
    "amendFiling": "acme",
}
"""What only a party can do: for which one the example is sent."""

ON_CLAIMS = ("getClaim", "voteOnClaim", "giveEvidence", "withdrawClaim")
ON_FILINGS = ("getFiling", "acknowledgeFiling", "amendFiling")

OF_ONES_OWN = frozenset(
    {
        *("getMyProfile", "describeMe", "setMyContactRules", "listMyAbsences", "addMyAbsence", "removeMyAbsence"),
        *("listMyAddresses", "giveMyAddress", "removeMyAddress"),
    }
)
"""What people say of themselves, and so no key can."""

SENT_BY = {
    "proposeSwap": ANN,
    "withdrawSwap": ANN,
    "acceptSwap": BOB,
    "declineSwap": BOB,
    **dict.fromkeys(("sendTestPage", "getTestPage", "stopTestPage"), ANN),
}
"""What only one person can do."""

PEOPLES = frozenset({"signIn", "finishSignIn", "signOut"})
"""What needs an identity provider, and does not exist without one."""


def _requested(world: World) -> object:
    """Take the number of the one request that was made."""
    return world.answers["askResponder"].get_json()["responders"][0]["request"]


def _answered(operation: str, field: str) -> MadeUp:
    """Take a field of the answer to an operation in BEFORE."""
    return lambda world: world.answers[operation].get_json()[field]


def _dead_page(world: World) -> object:
    """Let a page of the incident fail for good."""
    tocsin, incident = world.site.tocsin, world.answers["declareIncident"].get_json()["id"]
    return dead_page(tocsin, tocsin.incidents.stream_of(incident))


def _dead_reminder(world: World) -> object:
    """Let a reminder of the agreement fail for good."""
    return dead_reminder(world.site.tocsin, "acme-globex")


def _secret_address(operation: str) -> MadeUp:
    """Take the secret out of the address that was made."""
    return lambda world: world.answers[operation].get_json()["address"].rpartition("/")[2].removesuffix(".ics")


def _provided(name: str) -> MadeUp:
    """Take what the provider sends the browser back with, once a person has signed in there."""
    return lambda world: parse_qs(urlsplit(world.signed_in()).query)[name][0]


MADE_UP: Mapping[str, Mapping[str, MadeUp]] = {
    "finishSignIn": {"code": _provided("code"), "state": _provided("state")},
    "rotateKey": {"key": _answered("issueKey", "id")},
    **{name: {"number": _answered("makeClaim", "number")} for name in ON_CLAIMS},
    **{name: {"number": _requested} for name in ("acceptRequest", "declineRequest")},
    **{name: {"number": _answered("submitFiling", "number")} for name in ON_FILINGS},
    "revokeKey": {"key": _answered("issueKey", "id")},
    **{
        operation: {"person": _answered("grantRoles", "person")}
        for operation in ("withdrawMember", "getPerson", "addAbsence", "removeAbsence")
    },
    **{
        operation: {"dispute": _answered("raiseDispute", "id")}
        for operation in ("getDispute", "proposeSettlement", "acceptSettlement", "withdrawDispute")
    },
    **{
        operation: {"notice": _answered("announceChange", "id")}
        for operation in ("getNotice", "acknowledgeNotice", "cancelNotice", "completeNotice")
    },
    "getCertificate": {"certificate": _answered("recordCertificate", "id")},
    **{name: {"webhook": _answered("createWebhook", "webhook")} for name in OF_WEBHOOKS},
    **{
        name: {"webhook": _answered("createWebhook", "webhook"), "message": _answered("pingWebhook", "message")}
        for name in OF_MESSAGES
    },
    **{name: {"test_page": _answered("sendTestPage", "id")} for name in ("getTestPage", "stopTestPage")},
    "revokeCalendarFeed": {"feed": _answered("makeCalendarFeed", "feed")},
    "getCalendar": {"token": _secret_address("makeCalendarFeed")},
    "requeueDelivery": {"delivery": _dead_page},
    "requeueReminder": {"delivery": _dead_reminder},
    **{name: {"heartbeat": _answered("makeHeartbeat", "id")} for name in OF_HEARTBEATS[:-2]},
    **{name: {"token": _secret_address("makeHeartbeat")} for name in OF_HEARTBEATS[-2:]},
}
"""Parameters whose values nobody knows beforehand, by operation."""

DOCUMENT: dict[str, Any] = create_app(cast("Tocsin", object())).test_client().get("/v1/openapi.json").get_json()
PLACES = {
    DOCUMENT["paths"][path][method]["operationId"]: (path, method)
    for path in DOCUMENT["paths"]
    for method in METHODS
    if method in DOCUMENT["paths"][path]
}


@pytest.mark.parametrize("operation", PLACES)
def test_an_operation_has_a_whole_example(operation: str) -> None:
    """What is required has an example, and so have a body and one of the query's parameters, where there are any."""
    path, method = PLACES[operation]
    assert example_request(DOCUMENT, path, method).missing == []


@pytest.fixture
def world(operation: str, database_url: str) -> Iterator[World]:
    """Yield a place where nothing has been sent."""
    if operation not in PEOPLES:
        with site_on(database_url, oidc=OidcSettings("https://127.0.0.1:9", "tocsin", "secret")) as site:
            yield World(site)
        return
    clock = MovedClock(datetime.now(UTC))  # what signs and checks tokens goes by the real time
    with providing(clock) as provider, site_on(database_url, clock=clock, oidc=provider.settings) as site:
        site.tocsin.people.register("Ana", provider.person["email"], by="test")
        yield World(site, provider)


@pytest.mark.parametrize("operation", PLACES)
def test_an_example_is_answered_as_documented(world: World, operation: str) -> None:
    """Sent as it stands, it succeeds with a status, a media type and a body that the document describes."""
    for before in (*WORLD, *BEFORE.get(operation, ())):
        sent = world.send(before)
        assert sent.status_code < HTTPStatus.BAD_REQUEST, f"{before}, before {operation}: {sent.text}"
    world.site.clock.move(minutes=1)  # what an `as_of` tells of is past by then
    answer = world.send(operation)
    path, method = PLACES[operation]
    documented = DOCUMENT["paths"][path][method]["responses"]
    assert answer.status_code < HTTPStatus.BAD_REQUEST, answer.text
    content = resolve(DOCUMENT, documented[str(answer.status_code)]).get("content", {})
    assert answer.mimetype in content or not content
    if "application/json" in content:
        schema = content["application/json"]["schema"] | {"components": DOCUMENT["components"]}
        assert [error.message for error in Draft202012Validator(schema).iter_errors(answer.get_json())] == []


class World:
    """Sends examples with the operator's key."""

    def __init__(self, site: Site, provider: Provider | None = None) -> None:
        """Begin with nothing sent."""
        self.site = site
        self.answers: dict[str, TestResponse] = {}
        self._provider = provider
        self._client = site.app.test_client()
        self._key = site.tocsin.keys.issue("examples", by="test").token
        self._session = site.served.sessions.begin(site.tocsin.people.register("Eve", "eve@acme.example", by="test"))

    def send(self, operation: str) -> TestResponse:
        """Send an operation's example, under an idempotency key of its own; `by` names a party whose key is shown."""
        operation, _, party = operation.partition(" by ")
        if operation == "createSchedule":
            let_in(self.site.tocsin, "acme-globex")
        if operation == "enableWebhook":
            self.site.tocsin.webhooks.disable(
                f"webhook/{self.answers['createWebhook'].get_json()['webhook']}", "silent"
            )
        path, method = PLACES[operation]
        made_up = {name: take(self) for name, take in MADE_UP.get(operation, {}).items()}
        request = example_request(DOCUMENT, path, method, {"Idempotency-Key": str(uuid4()), **made_up})
        needs_key = DOCUMENT["paths"][path][method]["security"] != []
        own = operation in OF_ONES_OWN or operation in SENT_BY
        client = self.site.app.test_client(use_cookies=False) if own else self._client
        answer = client.open(
            request.target,
            method=request.method,
            base_url=PUBLIC_URL,
            headers={**request.headers}
            | (self._authorization(operation, party or DECIDED_FOR.get(operation)) if needs_key else {}),
            data=None if request.body is None else request.content(),
            content_type=request.content_type or None,
        )
        self.site.sequence()
        self.answers[operation] = answer
        return answer

    def _authorization(self, operation: str, party: str | None) -> dict[str, str]:
        if operation in OF_ONES_OWN:
            return {"Cookie": f"__Host-tocsin={self._session}", "Origin": PUBLIC_URL}
        if operation in SENT_BY:
            session = self.site.served.sessions.begin(SENT_BY[operation])
            return {"Cookie": f"__Host-tocsin={session}", "Origin": PUBLIC_URL}
        key = self._key if party is None else party_key(self.site.tocsin, "acme-globex", party, DECIDING)
        return {"Authorization": f"Bearer {key}"}

    def signed_in(self) -> str:
        """Sign a person in at the provider; give where it sends the browser."""
        assert self._provider
        return self._provider.sign_in(self.answers["signIn"].headers["Location"])
