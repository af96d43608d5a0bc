"""The stand-in identity provider that the sign-in tests rely on."""

from __future__ import annotations

from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import pytest

from tests.support.emulate import emulating, sign_in

pytestmark = pytest.mark.outside

CALLBACK = "http://127.0.0.1:8080/callback"
SEED = {
    "users": [{"login": "ana@acme.example", "first_name": "Ana", "last_name": "Acme"}],
    "oauth_clients": [
        {"client_id": "tocsin", "client_secret": "hush", "name": "Tocsin", "redirect_uris": [CALLBACK]},
    ],
}
ME = {"client_id": "tocsin", "client_secret": "hush"}


def test_a_person_signs_in_and_a_program_gets_a_token() -> None:
    """A chosen user's code becomes an ID token; client credentials give a token that can be introspected."""
    with emulating("okta", SEED) as url:
        known = httpx.get(f"{url}/oauth2/default/.well-known/openid-configuration").json()
        asked = {
            "client_id": "tocsin",
            "redirect_uri": CALLBACK,
            "response_type": "code",
            "scope": "openid",
            "state": "s",
        }
        back = sign_in(f"{known['authorization_endpoint']}?{urlencode(asked)}", "ana@acme.example")
        code = parse_qs(urlsplit(back).query)["code"][0]
        person = httpx.post(
            known["token_endpoint"],
            data={**ME, "grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK},
        ).json()
        program = httpx.post(
            known["token_endpoint"], data={**ME, "grant_type": "client_credentials", "scope": "incidents:read"}
        ).json()
        seen = httpx.post(known["introspection_endpoint"], data={**ME, "token": program["access_token"]}).json()
    assert known["issuer"] == f"{url}/oauth2/default"
    assert person["id_token"].count(".") == 2
    assert (seen["active"], seen["client_id"], seen["scope"]) == (True, "tocsin", "incidents:read")


def test_a_user_who_is_not_there_cannot_sign_in() -> None:
    """The page offers its users only."""
    with emulating("okta", SEED) as url:
        asked = {"client_id": "tocsin", "redirect_uri": CALLBACK, "response_type": "code"}
        with pytest.raises(LookupError, match="is not offered"):
            sign_in(f"{url}/oauth2/default/v1/authorize?{urlencode(asked)}", "nobody@acme.example")
