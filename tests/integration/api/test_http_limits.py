"""Rate limits over HTTP: who sends too much is told to wait, and everybody is told how much is left."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from api.access.limits import Limit
from api.access.permissions import Scope
from tests.support.http import OURS, Site, party_key, problem_of

if TYPE_CHECKING:
    from collections.abc import Iterator

LIST, FOREIGN = "/v1/attainment", "/v1/agreements/initech-umbrella"
SECRET_ADDRESSES = {"getCalendar", "callHeartbeat", "postHeartbeat"}


@pytest.fixture
def tight(database_url: str) -> Iterator[Site]:
    """Yield an API that takes three requests of each sender at once, then one a second."""
    site = Site(database_url, Limit(per_second=1, burst=3))
    site.publish_all()
    yield site
    site.served.close()
    site.tocsin.close()


def test_every_answer_says_what_is_left(tight: Site) -> None:
    """The policy, and the standing after this very request: also where it is refused for another reason."""
    answers = [tight.partner.get(path) for path in (LIST, FOREIGN, "/v1/attainment?of=0")]
    assert [answer.status for answer in answers] == [200, 404, 422]
    assert [answer.headers["RateLimit-Policy"] for answer in answers] == ['"principal";q=3;w=3'] * 3
    assert [answer.headers["RateLimit"] for answer in answers] == [f'"principal";r={left};t=1' for left in (2, 1, 0)]


def test_one_too_many_is_refused_and_taken_after_the_time_told(tight: Site) -> None:
    """429 as a problem; `Retry-After` is the end of the window that `RateLimit` tells, and keeps its promise."""
    for _ in range(3):
        assert tight.partner.get(LIST).status == 200
    tight.clock.move(seconds=0.25)
    refused = tight.partner.get(LIST)
    assert (refused.status, problem_of(refused)["code"]) == (429, "rate_limited")
    assert refused.headers["RateLimit"] == '"principal";r=0;t=1'
    assert refused.headers["Retry-After"] == "1"
    tight.clock.move(seconds=float(refused.headers["Retry-After"]))
    assert tight.partner.get(LIST).status == 200


def test_a_refused_command_has_no_effect(tight: Site) -> None:
    """It is not carried out, and under its key it can be sent again."""
    incident = tight.partner.declare()
    for _ in range(2):
        tight.partner.get(LIST)
    refused = tight.partner.command(incident, "acknowledge", Idempotency_Key="once")
    tight.clock.move(seconds=2)
    assert refused.status == 429
    assert tight.partner.get(f"/v1/incidents/{incident['id']}").body["acknowledged_at"] is None
    answer = tight.partner.command(incident, "acknowledge", Idempotency_Key="once")
    assert (answer.status, answer.headers.get("Idempotency-Replayed")) == (200, None)


def test_who_may_not_is_counted_as_well(tight: Site) -> None:
    """A key that lacks the scope cannot ask for ever; keys do not share a bucket."""
    reader = tight.caller(party_key(tight.tocsin, OURS, "acme", [Scope.AGREEMENTS_READ]))
    assert [reader.get(LIST).status for _ in range(4)] == [403, 403, 403, 429]
    assert tight.partner.get(LIST).headers["RateLimit"] == '"principal";r=2;t=1'


def test_nobody_known_is_told_nothing(tight: Site) -> None:
    """Without a valid key there is no bucket; what is open to all is not limited."""
    for answer in (tight.nobody.get(LIST), tight.nobody.get("/healthz"), tight.nobody.get("/v1/openapi.json")):
        assert "RateLimit" not in answer.headers
        assert "RateLimit-Policy" not in answer.headers


def test_the_document_tells_of_it_at_every_operation_with_a_key(tight: Site) -> None:
    """Both headers on each success, 429 with its `Retry-After` among the errors; neither where no key is needed.

    A secret address is like a key.
    """
    document = tight.nobody.get("/v1/openapi.json").body
    operations = [each for item in document["paths"].values() for each in item.values() if "operationId" in each]
    for operation in operations:
        [success] = [answer for status, answer in operation["responses"].items() if status[0] in "23"]
        told = {"RateLimit", "RateLimit-Policy"} <= success.get("headers", {}).keys()
        limited = bool(operation["security"]) or operation["operationId"] in SECRET_ADDRESSES
        assert told == ("429" in operation["responses"]) == limited, operation["operationId"]
    assert "Retry-After" in document["components"]["responses"]["TOO_MANY_REQUESTS"]["headers"]
