"""What an agreement says for one service, over HTTP: merged, with origins, and without others' secrets."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from api.access.permissions import Scope, scopes_of
from api.http.moments import FOR_EVER, NEVER
from tests.support.http import party_key, problem_of, wrong_fields

if TYPE_CHECKING:
    from tests.support.http import Caller, Site

TEXT = (Path(__file__).parents[3] / "examples/agreements/multi-level.yaml").read_text(encoding="utf-8")
PARTNERSHIP = "acme-group"
SECRET = "https://pager.acme.example/in/91bc"  # noqa: S105 - an address, which is as good as one
WITH_WEBHOOK = TEXT.replace(
    "  contacts:\n", f'  webhooks: [{{id: pager, party: acme, url: "{SECRET}"}}]\n  contacts:\n'
)


def published(site: Site, text: str = TEXT) -> str:
    """Publish an agreement with layers; give the address of what holds for its services."""
    assert site.operator.send("/v1/agreements", text.encode(), "application/yaml").status == 201
    return f"/v1/agreements/{PARTNERSHIP}/1/effective?service="


def member(site: Site, party: str) -> Caller:
    """Give a responder of a party."""
    return site.caller(party_key(site.tocsin, PARTNERSHIP, party, scopes_of(["responder"])))


def test_each_service_has_what_its_layers_make_of_the_agreement(site: Site) -> None:
    """The merged spec, the layers that reach the service, and the layer of each value that is not the base's."""
    path = published(site)
    payments, archive = (member(site, "globex").get(path + name).body for name in ("payments-api", "archive"))
    assert payments["layers"] == [
        {"id": "payments", "level": "service"},
        {"id": "globex-gold", "level": "customer"},
        {"id": "group-policy", "level": "corporate"},
    ]
    assert payments["spec"]["targets"]["resolve"]["within"] == {"S1": "PT2H", "S2": "PT40H"}
    assert payments["origins"]["spec.targets.resolve.within.S1"] == "payments"
    assert payments["origins"]["spec.targets.resolve.calendar.S1"] == "globex-gold"
    assert "spec.targets.resolve.within.S2" not in payments["origins"]
    assert "layers" not in payments["spec"]
    assert [layer["id"] for layer in archive["layers"]] == ["group-policy"]
    assert archive["spec"]["targets"]["resolve"]["within"]["S1"] == "PT16H"


def test_the_addresses_of_others_are_withheld_there_too(site: Site) -> None:
    """As in the version itself, and then the answer is not to be kept."""
    path = published(site, WITH_WEBHOOK) + "payments-api"
    own, other = (member(site, party).get(path) for party in ("acme", "globex"))
    assert own.body["spec"]["webhooks"][0]["url"] == SECRET
    assert other.body["withheld"] == {"spec.webhooks.pager.url": "class:secret"}
    assert SECRET.encode() not in other.raw
    assert other.headers["Cache-Control"] == NEVER


def test_an_answer_without_secrets_may_be_kept(site: Site) -> None:
    """A version never changes."""
    path = published(site) + "archive"
    assert member(site, "acme").get(path).headers["Cache-Control"] == FOR_EVER


def test_a_service_that_is_not_there_is_named_with_those_that_are(site: Site) -> None:
    """Left out, it is missing."""
    path = published(site)
    caller = member(site, "acme")
    answer = caller.get(path + "payment")
    assert (answer.status, wrong_fields(answer)) == (422, ["service"])
    assert "payments-api, reporting, archive" in str(problem_of(answer))
    assert wrong_fields(caller.get(path.partition("?")[0])) == ["service"]


def test_only_who_may_read_the_agreement_reads_it(site: Site) -> None:
    """Another partnership's key finds nothing; a key without the scope is refused."""
    path = published(site) + "archive"
    assert site.partner.get(path).status == 404
    keyless = site.caller(party_key(site.tocsin, PARTNERSHIP, "acme", [Scope.INCIDENTS_READ]))
    assert keyless.get(path).status == 403
    assert site.nobody.get(path).status == 401
