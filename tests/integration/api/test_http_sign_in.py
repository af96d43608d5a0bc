"""People sign in at a provider over real HTTP, and come with the session that they have then."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import text

from api.access.members import Grant
from tests.support.clock import MovedClock
from tests.support.http import OURS, PUBLIC_URL, Reply, declaration, problem_of, site_on
from tests.support.provider import KEY, OTHER_KEY, Provider, providing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.http import Site

SIGN_IN, SIGN_OUT, INCIDENTS = "/v1/sign-in", "/v1/sign-out", "/v1/incidents"
OURS_ALONE = {"Origin": PUBLIC_URL}


class Browser:
    """Keeps cookies, and follows no redirect by itself."""

    def __init__(self, site: Site, provider: Provider) -> None:
        """Begin without any."""
        self.client = site.app.test_client()
        self._provider = provider

    def get(self, path: str) -> Reply:
        """GET."""
        return Reply(self.client.get(path))

    def post(self, path: str, body: object = None, headers: dict[str, str] = OURS_ALONE) -> Reply:
        """POST JSON, from a page of ours unless headers say otherwise."""
        return Reply(self.client.post(path, json=body, headers=headers))

    def sign_in(self, path: str = SIGN_IN) -> Reply:
        """Go to the provider and back; give the answer to coming back."""
        return self.get(self._provider.sign_in(self.get(path).headers["Location"]))

    def cookie(self, name: str) -> str | None:
        """Give what a cookie holds."""
        found = self.client.get_cookie(name)
        return None if found is None else found.value


@pytest.fixture
def provider() -> Iterator[Provider]:
    """Yield a provider whose clock is the site's."""
    with providing(MovedClock()) as provider:
        yield provider


@pytest.fixture
def site(database_url: str, provider: Provider) -> Iterator[Site]:
    """Yield the API, set up with the provider."""
    with site_on(database_url, clock=provider.clock, oidc=provider.settings) as site:
        yield site


@pytest.fixture
def ana(site: Site) -> str:
    """Give the id of a person who may work on incidents, and has not signed in yet."""
    person = site.served.people.register("Ana", "ana@acme.example", by="test")
    site.tocsin.members.grant(OURS, Grant(person, "acme", ["responder"]), by="test")
    return person


@pytest.fixture
def browser(site: Site, provider: Provider) -> Browser:
    """Give a browser."""
    return Browser(site, provider)


def test_signed_in_one_works_and_signed_out_no_more(site: Site, browser: Browser, ana: str) -> None:
    """The facts name the person; after signing out even the same cookie opens nothing."""
    back = browser.sign_in(f"{SIGN_IN}?return_to=/docs")
    token = browser.cookie("__Host-tocsin")
    declared = browser.post(INCIDENTS, declaration())
    timeline = site.operator.get(f"{INCIDENTS}/{declared.body['number']}/timeline").body
    out = browser.post(SIGN_OUT)
    assert (back.status, back.headers["Location"]) == (302, "/docs")
    assert declared.status == 201
    assert timeline["entries"][0]["actor"] == f"person:{ana}"
    assert (out.status, browser.cookie("__Host-tocsin")) == (204, None)
    assert token is not None
    browser.client.set_cookie("__Host-tocsin", token)
    assert browser.get(INCIDENTS).status == 401


def test_nothing_that_comes_back_may_be_kept(browser: Browser, ana: str) -> None:
    """Neither by caches, nor in the address that the next page is told of."""
    assert ana
    for answer in (browser.get(SIGN_IN), browser.sign_in()):
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["Referrer-Policy"] == "no-referrer"


def test_what_a_session_reads_stays_out_of_caches(site: Site, browser: Browser, ana: str) -> None:
    """A shared cache would hand it to the next one who asks: it does not know what a cookie means."""
    assert ana
    browser.sign_in()
    assert browser.get(INCIDENTS).headers["Cache-Control"] == "private, no-store"
    assert "Cache-Control" not in site.partner.get(INCIDENTS).headers


def test_the_next_time_the_subject_is_enough(provider: Provider, browser: Browser, ana: str) -> None:
    """Addresses change and pass to others; what the provider knows somebody by does not (OpenID Connect Core, 5.7)."""
    assert ana
    browser.sign_in()
    provider.person = {"sub": "00u1", "email": "another@acme.example", "email_verified": False}
    assert browser.sign_in().status == 302
    provider.person = {"sub": "00u2", "email": "ana@acme.example", "email_verified": True}
    assert browser.sign_in().status == 403


@pytest.mark.parametrize(
    ("person", "asks"),
    [
        ({"sub": "00u9", "email": "eve@acme.example", "email_verified": True}, "eve@acme.example"),
        ({"sub": "00u9", "email": "ana@acme.example", "email_verified": False}, "email_verified"),
        ({"sub": "00u9"}, "email_verified"),
    ],
    ids=["not registered", "not verified", "without address"],
)
def test_who_is_not_known_hears_what_to_ask_for(
    provider: Provider, browser: Browser, ana: str, person: dict[str, Any], asks: str
) -> None:
    """Somebody signed in at the provider is not thereby somebody here."""
    assert ana
    provider.person = person
    told = problem_of(browser.sign_in())
    assert (told["status"], told["code"]) == (403, "unknown_person")
    assert asks in told["detail"]
    assert told["details"] == {"issuer": provider.issuer, "subject": "00u9"}
    assert browser.get(INCIDENTS).status == 401


def test_an_address_that_only_userinfo_tells_counts(provider: Provider, browser: Browser, ana: str) -> None:
    """Some providers leave it out of ID tokens; but what is told of somebody else does not (section 5.3.2)."""
    assert ana
    provider.person = {"sub": "00u1"}
    provider.told = {"sub": "00u2", "email": "ana@acme.example", "email_verified": True}
    of_another = browser.sign_in()
    provider.told = {**provider.told, "sub": "00u1"}
    assert (of_another.status, browser.sign_in().status) == (403, 302)


def test_a_wrong_id_token_signs_nobody_in(provider: Provider, browser: Browser, ana: str) -> None:
    """What each must be is tried in tests/unit/access/test_id_token.py; here, that it is held against this sign-in."""
    assert ana
    for wrong in ({"nonce": "another"}, {"aud": "another"}, {"iss": "https://evil.example"}, {"exp": 1}):
        provider.claims = wrong
        assert problem_of(browser.sign_in())["code"] == "sign_in_failed", wrong
    assert browser.cookie("__Host-tocsin") is None


def test_a_provider_may_change_its_keys(provider: Provider, browser: Browser, ana: str) -> None:
    """A key that is not known is looked for once; one that is not published either signs nothing."""
    assert ana
    browser.sign_in()
    provider.key = OTHER_KEY
    unpublished = browser.sign_in()
    provider.published = [KEY, OTHER_KEY]
    assert (unpublished.status, browser.sign_in().status) == (400, 302)
    fetched = provider.asked.count("/keys")
    browser.sign_in()
    assert provider.asked.count("/keys") == fetched


def test_only_the_browser_that_began_can_finish(site: Site, provider: Provider, browser: Browser, ana: str) -> None:
    """Else a link could sign somebody in as its sender (RFC 9700, section 4.7)."""
    assert ana
    mine = provider.sign_in(browser.get(SIGN_IN).headers["Location"])
    other = Browser(site, provider)
    other.get(SIGN_IN)
    assert problem_of(other.get(mine))["code"] == "sign_in_failed"
    assert problem_of(Browser(site, provider).get(mine))["code"] == "sign_in_failed"
    assert browser.get(mine).status == 302
    assert browser.get(mine).status == 400, "the same again"


def test_a_code_is_worth_nothing_without_its_verifier(provider: Provider, browser: Browser, ana: str) -> None:
    """PKCE: a code of another sign-in, put into one's own, is refused by the provider (RFC 7636)."""
    assert ana
    stolen = parse_qs(urlsplit(provider.sign_in(browser.get(SIGN_IN).headers["Location"])).query)["code"][0]
    own = parse_qs(urlsplit(provider.sign_in(browser.get(SIGN_IN).headers["Location"])).query)["state"][0]
    assert browser.get(f"{SIGN_IN}/callback?code={stolen}&state={own}").status == 400


def test_any_other_answer_signs_nobody_in(provider: Provider, browser: Browser, ana: str) -> None:
    """And says where to begin again; a code is not even redeemed unless all else is right."""
    assert ana
    right = parse_qs(urlsplit(provider.sign_in(browser.get(SIGN_IN).headers["Location"])).query)
    code, state = f"code={right['code'][0]}", f"state={right['state'][0]}"
    for answer in (
        "",
        f"?error=access_denied&{state}",
        f"?{code}",
        f"?{code}&state=x",
        f"?{code}&state=%C3%A9",
        f"?{state}",
        f"?{code}&{state}&iss=https://evil.example",
    ):
        told = problem_of(browser.get(f"{SIGN_IN}/callback{answer}"))
        assert (told["status"], told["code"]) == (400, "sign_in_failed"), answer
        assert "/v1/sign-in" in told["detail"]
    assert "/token" not in provider.asked
    assert browser.get(f"{SIGN_IN}/callback?code=unknown&{state}").status == 400
    assert browser.get(f"{SIGN_IN}/callback?{code}&{state}&iss={provider.issuer}").status == 302


def test_a_sign_in_lasts_ten_minutes(site: Site, provider: Provider, browser: Browser, ana: str) -> None:
    """Whoever takes longer begins again."""
    assert ana
    back = provider.sign_in(browser.get(SIGN_IN).headers["Location"])
    site.clock.move(minutes=10)
    assert browser.get(back).status == 400


def test_a_session_lasts_twelve_hours(site: Site, browser: Browser, ana: str) -> None:
    """However much it is used; the next sign-in sweeps it away."""
    assert ana
    browser.sign_in()
    site.clock.move(hours=11, minutes=59)
    before = browser.get(INCIDENTS).status
    site.clock.move(minutes=1)
    after = browser.get(INCIDENTS).status
    browser.client.delete_cookie("__Host-tocsin")
    browser.sign_in()
    assert (before, after, len(stored(site))) == (200, 401, 1)


def test_a_session_is_stored_as_a_hash(site: Site, browser: Browser, ana: str) -> None:
    """Whoever reads the database signs in as nobody. A sign-in ends the session that this browser had."""
    assert ana
    browser.sign_in()
    first = browser.cookie("__Host-tocsin")
    [row] = stored(site)
    browser.sign_in()
    [anew] = stored(site)
    assert first is not None
    assert len(first) == 43
    assert first not in str(row)
    assert row.hash != anew.hash


def test_who_is_deactivated_is_out_at_once(site: Site, browser: Browser, ana: str) -> None:
    """The session of before opens nothing, and signing in begins none."""
    browser.sign_in()
    before = browser.get(INCIDENTS).status
    site.served.people.deactivate(ana, by="test")
    assert (before, browser.get(INCIDENTS).status) == (200, 401)
    assert problem_of(browser.sign_in())["code"] == "unknown_person"


def test_another_sites_page_can_neither_write_nor_sign_out(site: Site, browser: Browser, ana: str) -> None:
    """A browser adds the session to what it sends for others as well. A key, shown on purpose, needs no origin."""
    assert ana
    browser.sign_in()
    foreign = {"Origin": "https://evil.example"}
    for path in (INCIDENTS, SIGN_OUT):
        for headers in (foreign, {}):
            told = problem_of(browser.post(path, declaration(), headers))
            assert (told["status"], told["code"]) == (403, "cross_site")
    assert browser.get(INCIDENTS).body["items"] == []
    assert site.partner.post(INCIDENTS, declaration(), Origin="https://evil.example").status == 201


def test_a_session_counts_only_without_authorization(browser: Browser, ana: str) -> None:
    """Whoever sends a header means that: a wrong key is not made good by a cookie."""
    assert ana
    browser.sign_in()
    for header in ("Bearer wrong", "Bearer tocsin_0011223344556677_x", "Basic YTpi", ""):
        assert browser.client.get(INCIDENTS, headers={"Authorization": header}).status_code == 401


def test_one_returns_to_this_site_alone(browser: Browser) -> None:
    """The field is named, and nobody is sent anywhere."""
    for path in ("//evil.example", "/%5Cevil.example", "/%09/evil.example", "https://evil.example", "docs", ""):
        told = problem_of(browser.get(f"{SIGN_IN}?return_to={path}"))
        assert (told["status"], told["errors"][0]["field"]) == (422, "return_to"), path


def test_while_the_provider_is_away_keys_still_work(site: Site, provider: Provider, browser: Browser) -> None:
    """503 with Retry-After for people; nobody is told that they are wrong."""
    provider.away = True
    told = browser.get(SIGN_IN)
    assert (told.status, problem_of(told)["code"]) == (503, "identity_provider_unavailable")
    assert told.headers["Retry-After"] == "5"
    assert site.partner.get(INCIDENTS).status == 200


def test_a_provider_must_describe_itself(provider: Provider, browser: Browser) -> None:
    """OpenID Connect Discovery, section 4.3: a document of another issuer is not used, nor remembered."""
    for document in ({"issuer": "https://evil.example"}, {"issuer": None}):
        provider.document = document
        assert browser.get(SIGN_IN).status == 503, document
    provider.document = {}
    assert browser.get(SIGN_IN).status == 302


def test_what_is_not_set_up_says_so(database_url: str) -> None:
    """404 that names the settings."""
    with site_on(database_url) as site:
        for answer in (site.nobody.get(SIGN_IN), site.nobody.get(f"{SIGN_IN}/callback"), site.nobody.post(SIGN_OUT)):
            told = problem_of(answer)
            assert (told["status"], told["code"]) == (404, "sign_in_not_configured")
            assert "TOCSIN_OIDC_ISSUER" in told["detail"]


def stored(site: Site) -> list[Any]:
    """Give the rows of all sessions."""
    with site.tocsin.database.connect() as connection:
        connection.execute(text("SET ROLE tocsin_gate"))
        return [*connection.execute(text("SELECT * FROM sessions"))]
