"""Access tokens are shown to a provider over real HTTP, and remembered for a little while."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import TYPE_CHECKING, Any

import pytest

from api.access.members import Grant
from api.access.oidc import access_tokens
from api.access.oidc.access_tokens import AccessTokens, grant_of, narrowed
from api.access.oidc.provider import ASKED_AT_ONCE
from api.access.oidc.provider import Provider as AskedProvider
from api.access.oidc.refusals import ProviderAway
from api.access.permissions import Scope
from api.access.principal import Membership, Principal
from tests.support.clock import MovedClock
from tests.support.http import OURS, PUBLIC_URL, declaration, problem_of, site_on
from tests.support.provider import Provider, providing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.http import Site

INCIDENTS = "/v1/incidents"
ISSUER, NOW = "https://login.acme.example", 1000.0
GOOD = {"active": True, "sub": "00u1", "scope": "openid incidents:read"}


class Beats:
    """A monotonic clock that stands still until it is moved, in seconds."""

    def __init__(self) -> None:
        """Begin at nothing."""
        self.now = 0.0

    def __call__(self) -> float:
        """Give the present."""
        return self.now


@pytest.fixture
def provider() -> Iterator[Provider]:
    """Yield a provider whose clock is the site's."""
    with providing(MovedClock()) as provider:
        yield provider


@pytest.fixture
def site(database_url: str, provider: Provider) -> Iterator[Site]:
    """Yield the API, with a person and a service that may work on incidents."""
    with site_on(database_url, clock=provider.clock, oidc=provider.settings) as site:
        people = site.served.people
        person = people.register("Ana", "ana@acme.example", by="test")
        assert people.link("ana@acme.example", provider.issuer, "00u1") == person
        service = people.service("Monitoring", provider.issuer, "monitoring", by="test")
        for member in (person, service):
            site.tocsin.members.grant(OURS, Grant(member, "acme", ["responder"]), by="test")
        yield site


@pytest.fixture
def beats() -> Beats:
    """Give what ages the cache."""
    return Beats()


@pytest.fixture
def tokens(site: Site, provider: Provider, beats: Beats) -> Iterator[AccessTokens]:
    """Yield what finds out whose a token is."""
    asked = AskedProvider(provider.settings)
    yield AccessTokens(asked, site.served.people, provider.clock, monotonic=beats)
    asked.close()


def test_a_token_lets_its_owner_do_what_it_says(site: Site, provider: Provider) -> None:
    """A person's or a service's: no more than its scopes, whatever the roles allow; with none of ours, nothing."""
    for owner in ({"sub": "00u1"}, {"client_id": "monitoring"}, {"sub": "monitoring", "client_id": "monitoring"}):
        reader = site.caller(provider.token(**owner))
        assert reader.get(INCIDENTS).status == 200, owner
        refused = problem_of(reader.post(INCIDENTS, declaration()))
        assert (refused["status"], refused["code"]) == (403, "forbidden"), owner
        assert site.caller(provider.token(**owner, scope="openid profile")).get(INCIDENTS).status == 403, owner
    writer = site.caller(provider.token(client_id="monitoring", scope="incidents:read incidents:write"))
    assert writer.post(INCIDENTS, declaration(), Origin="https://evil.example").status == 201
    auditor = site.caller(provider.token(sub="00u1", scope="audit:read"))
    assert auditor.get(INCIDENTS).status == 403, "no token gives what no role does"


def test_tokens_that_are_not_good_here_are_refused(site: Site, provider: Provider) -> None:
    """401: unknown, ended, for somebody else, of somebody else, or not even a token."""
    ended = provider.clock.now().timestamp()
    wrong = [
        provider.token(sub="00u1", active=False),
        provider.token(sub="00u1", exp=ended),
        provider.token(sub="00u1", aud="api://another"),
        provider.token(sub="00u1", aud=None),
        provider.token(sub="00u1", iss="https://evil.example"),
        provider.token(sub="00u9", client_id="monitoring"),
        provider.token(client_id="00u1"),
        provider.token(client_id="another"),
        provider.token(),
        "unknown",
        "not a token",
        "x" * 9000,
    ]
    assert [site.caller(token).get(INCIDENTS).status for token in wrong] == [401] * len(wrong)
    assert PUBLIC_URL
    assert provider.asked.count("/introspect") == 10, "what cannot be a token is not even asked about"


def test_a_persons_token_is_not_its_programs() -> None:
    """A person whom nobody knows here must not act as the service whose program they use."""
    grant = grant_of(GOOD | {"sub": "00u9", "client_id": "monitoring"}, ISSUER, None, NOW)
    assert grant is not None
    assert (grant.subject, grant.service_only) == ("00u9", False)


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"active": "true"},
        GOOD | {"active": 1},
        GOOD | {"exp": NOW},
        GOOD | {"exp": "later"},
        GOOD | {"exp": True},
        GOOD | {"exp": float("nan")},
        GOOD | {"iss": None},
        GOOD | {"sub": 7},
        GOOD | {"sub": None},
    ],
    ids=str,
)
def test_an_answer_must_say_what_it_means(answer: dict[str, Any]) -> None:
    """RFC 7662, section 2.2; nonsense is no grant, and breaks nothing."""
    assert grant_of(answer, ISSUER, None, NOW) is None


@pytest.mark.parametrize(
    ("audiences", "good"),
    [("api://tocsin", True), (["a", "api://tocsin"], True), (["a"], False), ("a", False), (7, False), (None, False)],
)
def test_a_token_must_be_for_us_where_we_say_who_we_are(audiences: object, good: bool) -> None:  # noqa: FBT001 - a case
    """`aud` is one or several."""
    assert (grant_of(GOOD | {"aud": audiences}, ISSUER, "api://tocsin", NOW) is not None) is good


def test_a_token_never_gives_an_operators_rights() -> None:
    """Those belong to the operator's keys alone."""
    operator = Principal("person:1", (Membership(OURS, "acme", {Scope.ADMIN, Scope.INCIDENTS_READ}),), operator=True)
    given = narrowed(operator, frozenset({Scope.INCIDENTS_READ, Scope.AUDIT_READ}))
    assert given == Principal("person:1", (Membership(OURS, "acme", frozenset({Scope.INCIDENTS_READ})),))


def test_a_good_token_is_remembered_for_a_minute(tokens: AccessTokens, provider: Provider, beats: Beats) -> None:
    """Then the provider is asked again, and has taken it back."""
    token = provider.token(sub="00u1")
    assert tokens.find(token) is not None
    provider.tokens[token] = {"active": False}
    beats.now = 59.9
    remembered = tokens.find(token)
    beats.now = 60.0
    assert (remembered is None, tokens.find(token)) == (False, None)
    assert provider.asked.count("/introspect") == 2


def test_no_token_is_remembered_beyond_its_end(tokens: AccessTokens, provider: Provider, beats: Beats) -> None:
    """One that ends in ten seconds is asked about after ten."""
    token = provider.token(sub="00u1", exp=provider.clock.now().timestamp() + 10)
    assert tokens.find(token) is not None
    beats.now = 9.9
    remembered = tokens.find(token)
    beats.now = 10.0
    provider.clock.move(seconds=10)
    assert (remembered is None, tokens.find(token)) == (False, None)


def test_a_refusal_is_remembered_for_five_seconds(tokens: AccessTokens, provider: Provider, beats: Beats) -> None:
    """So that a program in a loop does not ask on and on, and a token that becomes good is soon taken."""
    token = provider.token(sub="00u1")
    good, provider.tokens[token] = provider.tokens[token], {"active": False}
    tokens.find(token)
    provider.tokens[token] = good
    beats.now = 4.9
    remembered = tokens.find(token)
    beats.now = 5.0
    assert (remembered, tokens.find(token) is None) == (None, False)
    assert provider.asked.count("/introspect") == 2


def test_made_up_tokens_do_not_push_out_good_ones(
    tokens: AccessTokens, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is remembered is bounded, good and bad apart."""
    monkeypatch.setattr(access_tokens, "CACHE_SIZE", 3)
    token = provider.token(sub="00u1")
    tokens.find(token)
    for number in range(10):
        assert tokens.find(f"made-up-{number}") is None
    before = provider.asked.count("/introspect")
    assert tokens.find(token) is not None
    assert provider.asked.count("/introspect") == before


def test_who_is_deactivated_is_out_although_the_token_is_remembered(
    site: Site, tokens: AccessTokens, provider: Provider
) -> None:
    """Only the provider's answer is remembered, not what somebody may do here."""
    token = provider.token(sub="00u1")
    owner = tokens.find(token)
    assert owner is not None
    site.served.people.deactivate(owner.actor.removeprefix("person:"), by="test")
    assert tokens.find(token) is None


def test_a_provider_that_is_away_makes_nobody_wrong(site: Site, tokens: AccessTokens, provider: Provider) -> None:
    """503 with Retry-After, not 401, after which a program would throw its token away; keys go on working."""
    token = provider.token(sub="00u1")
    provider.away = True
    answer = site.caller(token).get(INCIDENTS)
    assert (answer.status, answer.headers["Retry-After"]) == (503, "5")
    assert site.partner.get(INCIDENTS).status == 200
    with pytest.raises(ProviderAway):
        tokens.find(token)
    provider.away = False
    assert tokens.find(token) is not None


def test_a_slow_provider_does_not_take_every_thread(tokens: AccessTokens, provider: Provider) -> None:
    """While so many questions wait as may, one more is not sent: keys and sessions need threads, too."""
    assert tokens.find("made-up") is None
    provider.slow = Event()
    with ThreadPoolExecutor(ASKED_AT_ONCE) as threads:
        waiting = [threads.submit(tokens.find, f"made-up-{number}") for number in range(ASKED_AT_ONCE)]
        while provider.asked.count("/introspect") <= ASKED_AT_ONCE:
            assert not any(each.done() for each in waiting)
        with pytest.raises(ProviderAway):
            tokens.find("one-more")
        provider.slow.set()
        assert [each.result() for each in waiting] == [None] * ASKED_AT_ONCE
    assert tokens.find("one-more") is None


def test_without_introspection_no_token_is_good(tokens: AccessTokens, provider: Provider) -> None:
    """Some providers have none: nobody could say whose a token is."""
    provider.document = {"introspection_endpoint": None}
    assert tokens.find(provider.token(sub="00u1")) is None
