"""Idempotency-Key: one key, one effect, and the same answer again."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from tests.support.http import OURS, THEIRS, agreement_text, declaration, problem_of, wrong_fields

if TYPE_CHECKING:
    from tests.support.http import Reply, Site

REPLAYED = "Idempotency-Replayed"


def test_a_declaration_sent_again_has_the_same_answer(site: Site) -> None:
    """Status, body, ETag and Location are the same, although the incident has gone on; only the mark is new."""
    first = site.partner.post("/v1/incidents", declaration(), Idempotency_Key="one")
    site.clock.move(hours=1)
    site.partner.must(first.body, "acknowledge")
    again = site.partner.post("/v1/incidents", declaration(), Idempotency_Key="one")

    assert (first.status, again.status) == (201, 201)
    assert again.raw == first.raw
    assert [again.headers[name] for name in ("ETag", "Location")] == [
        first.headers[name] for name in ("ETag", "Location")
    ]
    assert (first.headers.get(REPLAYED), again.headers.get(REPLAYED)) == (None, "true")
    assert count(site) == 1


def test_a_command_sent_again_has_one_effect(site: Site) -> None:
    """The answer comes again even where the If-Match of the first time would now be stale."""
    incident = site.partner.declare()
    first, again = (
        site.partner.command(incident, "note", {"text": "Once."}, If_Match='"1"', Idempotency_Key="note")
        for _ in range(2)
    )
    assert (again.status, again.raw, again.headers["ETag"]) == (200, first.raw, '"2"')
    assert again.headers[REPLAYED] == "true"
    assert site.partner.get(f"/v1/incidents/{incident['id']}").body["version"] == 2


def test_a_publication_sent_again_has_the_same_answer(site: Site) -> None:
    """Also after a newer version was published."""
    first = publish(site, 2)
    publish(site, 3, key="another")
    again = publish(site, 2)
    assert (first.status, again.status, again.raw) == (201, 201, first.raw)
    assert again.headers["Location"] == first.headers["Location"]
    assert again.headers[REPLAYED] == "true"


def test_a_key_is_for_one_request_only(site: Site) -> None:
    """Another body, verb or incident under the same key is refused, and has no effect."""
    one, other = site.partner.declare(), site.partner.declare()
    site.partner.must(one, "note", {"text": "a"}, Idempotency_Key="k")
    for answer in (
        site.partner.command(one, "note", {"text": "b"}, Idempotency_Key="k"),
        site.partner.command(one, "resolve", {"text": "a"}, Idempotency_Key="k"),
        site.partner.command(other, "note", {"text": "a"}, Idempotency_Key="k"),
        site.partner.post("/v1/incidents", declaration(), Idempotency_Key="k"),
    ):
        assert (answer.status, problem_of(answer)["code"]) == (422, "idempotency_key_reused")
    assert count(site) == 2


def test_a_body_written_another_way_is_the_same_request(site: Site) -> None:
    """The order of names and blanks don't matter."""
    incident = site.partner.declare()
    path = f"/v1/incidents/{incident['id']}/update"
    sent = [b'{"text": "x", "audience": "partner"}', b'{"audience":"partner","text":"\\u0078"}']
    answers = [site.partner.send(path, raw, "application/json", If_Match="*", Idempotency_Key="same") for raw in sent]
    assert [answer.status for answer in answers] == [200, 200]
    assert answers[0].raw == answers[1].raw


def test_two_senders_may_use_the_same_key(site: Site) -> None:
    """A key means something only together with who sends it."""
    ours = site.partner.post("/v1/incidents", declaration(), Idempotency_Key="k")
    theirs = site.stranger.post("/v1/incidents", declaration(partnership=THEIRS), Idempotency_Key="k")
    assert (ours.status, theirs.status) == (201, 201)
    assert REPLAYED not in theirs.headers


def test_a_refused_request_leaves_its_key_free(site: Site) -> None:
    """What had no effect may be corrected and sent again under the same key."""
    assert site.partner.post("/v1/incidents", declaration(service="x"), Idempotency_Key="k").status == 422
    assert site.partner.post("/v1/incidents", declaration(), Idempotency_Key="k").status == 201


@pytest.mark.parametrize("key", ["", " ", "a b", "x" * 256, "tab\there", "é"])
def test_a_key_is_visible_ascii(shared_site: Site, key: str) -> None:
    """Anything else is refused by the header's name."""
    before = count(shared_site)
    answer = shared_site.partner.post("/v1/incidents", declaration(), Idempotency_Key=key)
    assert (answer.status, wrong_fields(answer)) == (400, ["Idempotency-Key"])
    assert count(shared_site) == before


def test_a_key_may_have_255_characters(site: Site) -> None:
    """The longest one works like any other."""
    for expected in (None, "true"):
        answer = site.partner.post("/v1/incidents", declaration(), Idempotency_Key="~" * 255)
        assert (answer.status, answer.headers.get(REPLAYED)) == (201, expected)


def test_the_same_request_many_times_at_once_has_one_effect(site: Site) -> None:
    """Each of sixteen senders gets the same answer, of a declaration as of a publication."""
    with ThreadPoolExecutor(8) as pool:
        declared = list(
            pool.map(lambda _: site.partner.post("/v1/incidents", declaration(), Idempotency_Key="k"), range(16))
        )
        published = list(pool.map(lambda _: publish(site, 2), range(16)))
    for answers in (declared, published):
        assert {answer.status for answer in answers} == {201}
        assert len({answer.raw for answer in answers}) == 1
    assert count(site) == 1
    assert len(site.operator.get(f"/v1/agreements/{OURS}").body["items"]) == 2


def publish(site: Site, version: int, key: str = "publish") -> Reply:
    """Publish a version under a key."""
    text = agreement_text(version=version)
    return site.operator.send("/v1/agreements", text, "application/yaml", Idempotency_Key=key)


def count(site: Site) -> int:
    """Count the incidents of our partnership."""
    return len(site.partner.get("/v1/incidents").body["items"])
