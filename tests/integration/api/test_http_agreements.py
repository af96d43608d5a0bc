"""Agreements over HTTP: which version was known and in force when, and whose addresses of webhooks one reads."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from api.access.permissions import scopes_of
from api.http.moments import FOR_EVER, NEVER
from tests.support.http import OURS, agreement_text, party_key, problem_of, wrong_fields

if TYPE_CHECKING:
    from tests.support.http import Caller, Reply, Site

EXAMPLES = Path(__file__).parents[3] / "examples/agreements"
TWO_SIDED = (EXAMPLES / "two-sided.yaml").read_bytes()
PARTNERSHIP = "acme-globex-two-sided"
URLS = {"acme-pager": "https://pager.acme.example/in/7f3a", "globex-pager": "https://pager.globex.example/in/c41d"}


def versions(answer: Reply) -> list[int]:
    """Give the numbers of the versions in a list."""
    assert answer.status == 200, answer.raw
    return [item["version"] for item in answer.body["items"]]


def member(site: Site, party: str, role: str = "responder") -> Caller:
    """Give somebody who may do what a role may, for a party of the two-sided agreement."""
    return site.caller(party_key(site.tocsin, PARTNERSHIP, party, scopes_of([role])))


def urls(answer: Reply) -> dict[str, Any]:
    """Give the addresses of the webhooks in an answer, of those that are withheld None."""
    document = answer.body["document"]
    return {webhook["id"]: webhook["url"] for webhook in document["spec"]["webhooks"]}


def test_each_party_reads_the_addresses_of_its_own_webhooks(site: Site) -> None:
    """The others' are null and named, wherever a document is read; an auditor and the operator read all."""
    published = site.operator.send("/v1/agreements", TWO_SIDED, "application/yaml")
    assert (published.status, urls(published), published.body["withheld"]) == (201, URLS, {})
    for path in (f"/v1/agreements/{PARTNERSHIP}/1", f"/v1/agreements/{PARTNERSHIP}/in-force"):
        for party, own, other in (("acme", "acme-pager", "globex-pager"), ("globex", "globex-pager", "acme-pager")):
            answer = member(site, party).get(path)
            assert urls(answer) == {own: URLS[own], other: None}
            assert answer.body["withheld"] == {f"spec.webhooks.{other}.url": "class:secret"}
            assert URLS[other].encode() not in answer.raw
        for caller in (member(site, "globex", "auditor"), site.operator):
            assert (urls(caller.get(path)), caller.get(path).body["withheld"]) == (URLS, {})


def test_a_document_with_secrets_is_not_to_be_kept(site: Site) -> None:
    """A version never changes, so that it may be kept, unless it has addresses that are secret."""
    site.operator.send("/v1/agreements", TWO_SIDED, "application/yaml")
    assert site.partner.get(f"/v1/agreements/{OURS}/1").headers["Cache-Control"] == FOR_EVER
    assert member(site, "acme").get(f"/v1/agreements/{PARTNERSHIP}/1").headers["Cache-Control"] == NEVER


def test_the_versions_that_were_on_record_at_an_instant(site: Site) -> None:
    """What was published later is not among them, and the answer stays as it was."""
    site.sequence()
    first = site.clock.move(minutes=1)
    site.clock.move(minutes=1)
    site.operator.send("/v1/agreements", agreement_text(version=2), "application/yaml")
    site.sequence()
    second = site.clock.move(minutes=1)
    path = f"/v1/agreements/{OURS}"
    then = site.partner.get(f"{path}?as_of={first:%Y-%m-%dT%H:%M:%SZ}")
    assert versions(then) == [1]
    assert then.headers["Memento-Datetime"] == "Mon, 02 Mar 2026 12:01:00 GMT"
    assert then.headers["Cache-Control"] == FOR_EVER
    assert versions(site.partner.get(f"{path}?as_of={second:%Y-%m-%dT%H:%M:%SZ}")) == [1, 2]
    now = site.partner.get(path)
    assert (versions(now), now.headers["Cache-Control"]) == ([1, 2], NEVER)
    assert "Memento-Datetime" not in now.headers


def test_what_is_published_and_not_yet_sequenced_is_not_on_record(site: Site) -> None:
    """An answer about an instant would change otherwise: its place in the order is not known yet."""
    site.sequence()
    site.operator.send("/v1/agreements", agreement_text(version=2), "application/yaml")
    at = site.clock.move(minutes=1)
    site.clock.move(minutes=1)
    path = f"/v1/agreements/{OURS}?as_of={at:%Y-%m-%dT%H:%M:%SZ}"
    before = site.partner.get(path)
    site.sequence()
    assert versions(before) == [1]
    assert site.partner.get(path).raw == before.raw


def test_the_version_in_force(site: Site) -> None:
    """At an instant, now if none is given; of the versions that were on record at another."""
    site.sequence()
    known_first = site.clock.move(minutes=1)
    site.clock.move(minutes=1)
    later = agreement_text(version=2).replace(b"2026-01-01T00:00:00Z", b"2026-04-01T00:00:00Z")
    assert site.operator.send("/v1/agreements", later, "application/yaml").status == 201
    site.sequence()
    site.clock.move(minutes=1)
    path = f"/v1/agreements/{OURS}/in-force"

    def version(query: str = "") -> int:
        answer = site.partner.get(path + query)
        assert answer.status == 200, answer.raw
        return int(answer.body["version"])

    as_of = f"as_of={known_first:%Y-%m-%dT%H:%M:%SZ}"
    assert version() == 1
    assert version("?at=2026-05-01T00:00:00Z") == 2
    assert version(f"?at=2026-05-01T00:00:00Z&{as_of}") == 1
    kept = site.partner.get(f"{path}?{as_of}").headers
    assert (kept["Memento-Datetime"], kept["Cache-Control"]) == ("Mon, 02 Mar 2026 12:01:00 GMT", FOR_EVER)
    assert site.partner.get(f"{path}?at=2025-01-01T00:00:00Z").status == 404


def test_a_moment_that_cannot_be_answered(site: Site) -> None:
    """The future is open; before the first version there is nothing; and a stranger is told nothing at all."""
    site.sequence()
    for path in (f"/v1/agreements/{OURS}", f"/v1/agreements/{OURS}/in-force"):
        future = site.partner.get(f"{path}?as_of=2027-01-01T00:00:00Z")
        assert (future.status, wrong_fields(future) or problem_of(future)["details"]["field"]) == (422, ["as_of"])
        assert site.partner.get(f"{path}?as_of=2026-01-01T00:00:00Z").status == 404
        assert site.partner.get(f"{path}?as_of=yesterday").status == 422
        assert site.stranger.get(path).status == 404


def test_what_is_not_acted_upon_is_said_wherever_a_version_is_read(site: Site) -> None:
    """Publishing the whole example tells which of its parts are only kept; an agreement without any has no notes."""
    published = site.operator.send("/v1/agreements", (EXAMPLES / "acme-globex.yaml").read_bytes(), "application/yaml")
    assert published.status == 201, published.raw
    kept = ["spec.defaults.currency", "spec.remedies", "spec.governance.reviews"]
    assert [note.partition(" ")[0] for note in published.body["notes"]] == kept
    assert site.operator.get("/v1/agreements/acme-globex/3").body["notes"] == published.body["notes"]
    assert site.operator.send("/v1/agreements", TWO_SIDED, "application/yaml").body["notes"] == []
