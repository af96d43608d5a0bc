from __future__ import annotations

import pytest
from flask import Flask, Response

from api.access.oidc.refusals import CrossSite
from api.http.cookies import ATTEMPT, SESSION, cookie, must_be_same_site, same_origin, set_cookie, take_cookie

HTTPS, HTTP = "https://tocsin.example", "http://127.0.0.1:8080"
app = Flask(__name__)


def given(name: str, public_url: str) -> set[str]:
    """Give the attributes of a cookie that is handed out."""
    response = Response()
    set_cookie(response, name, "value", public_url)
    return set(response.headers["Set-Cookie"].split("; "))


def test_over_https_only_this_very_site_can_set_them() -> None:
    """RFC 6265bis, section 4.1.3.2: `__Host-` demands Secure, the path / and no Domain."""
    attributes = given(SESSION, HTTPS)
    assert {"__Host-tocsin=value", "Secure", "HttpOnly", "Path=/", "SameSite=Lax", "Max-Age=43200"} <= attributes
    assert not any(each.startswith("Domain") for each in attributes)


def test_over_http_they_work_too() -> None:
    """For trying out: browsers would drop a Secure cookie, and one with that prefix."""
    attributes = given(ATTEMPT, HTTP)
    assert {"tocsin-sign-in=value", "HttpOnly", "Path=/", "SameSite=Lax", "Max-Age=600"} <= attributes
    assert "Secure" not in attributes


def test_a_cookie_is_taken_back_as_it_was_given() -> None:
    """A browser would keep it otherwise."""
    response = Response()
    take_cookie(response, SESSION, HTTPS)
    assert {"__Host-tocsin=", "Max-Age=0", "Secure", "Path=/"} <= set(response.headers["Set-Cookie"].split("; "))


def test_over_https_the_plain_name_does_not_count() -> None:
    """Else a neighbouring site could plant a session."""
    with app.test_request_context(headers={"Cookie": "tocsin=planted"}):
        assert cookie(SESSION, HTTPS) == ""
        assert cookie(SESSION, HTTP) == "planted"


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://tocsin.example"},
        {"Origin": "https://TOCSIN.example:443"},
        {"Sec-Fetch-Site": "same-origin"},
    ],
    ids=str,
)
def test_our_own_pages_may_change_things(headers: dict[str, str]) -> None:
    """As browsers say where a request comes from."""
    with app.test_request_context(method="POST", headers=headers):
        must_be_same_site(HTTPS)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": "null"},
        {"Origin": "https://evil.example"},
        {"Origin": "https://tocsin.example.evil.example"},
        {"Origin": "https://sub.tocsin.example"},
        {"Origin": "http://tocsin.example"},
        {"Origin": "https://tocsin.example:8443"},
        {"Origin": "https://tocsin.example:port"},
        {"Origin": "https://[evil"},
        {"Origin": "https://evil.example", "Sec-Fetch-Site": "same-origin"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "none"},
        {"Referer": "https://tocsin.example/"},
    ],
    ids=str,
)
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_other_sites_may_change_nothing(headers: dict[str, str], method: str) -> None:
    """Nor may whoever does not say where they come from."""
    with app.test_request_context(method=method, headers=headers), pytest.raises(CrossSite):
        must_be_same_site(HTTPS)


def test_reading_needs_no_origin() -> None:
    """A link from a message leads here as well, and other sites cannot see the answer."""
    with app.test_request_context(headers={"Sec-Fetch-Site": "cross-site"}):
        must_be_same_site(HTTPS)


def test_a_path_does_not_belong_to_an_origin() -> None:
    """A Tocsin below a path has the origin of its site."""
    assert same_origin("https://acme.example", "https://acme.example/tocsin")
