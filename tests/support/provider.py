"""A small identity provider over real HTTP on loopback, which can be told to answer wrongly."""

from __future__ import annotations

import json
import secrets
from base64 import b64encode
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey
from joserfc.util import urlsafe_b64encode

from api.settings import OidcSettings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.support.clock import MovedClock

CLIENT, SECRET = "tocsin", "hush & shush"
KEY = RSAKey.generate_key(2048, {"kid": "first"})
OTHER_KEY = RSAKey.generate_key(2048, {"kid": "second"})
UNAUTHORIZED = 401

Said = dict[str, Any]


@dataclass
class Provider:
    """What it knows, how it answers, and what it was asked."""

    clock: MovedClock
    issuer: str = ""
    person: Said = field(default_factory=lambda: {"sub": "00u1", "email": "ana@acme.example", "email_verified": True})
    """Who signs in next."""
    claims: Said = field(default_factory=dict)
    """What stands in ID tokens instead of what is right; None: nothing."""
    told: Said = field(default_factory=dict)
    """What userinfo tells."""
    key: RSAKey = field(default_factory=lambda: KEY)
    """What it signs with."""
    published: list[RSAKey] = field(default_factory=lambda: [KEY])
    document: Said = field(default_factory=dict)
    """What stands in the discovery document instead of what is right."""
    tokens: dict[str, Said] = field(default_factory=dict)
    """The access tokens that it vouches for."""
    away: bool = False
    slow: Event | None = None
    """Until it is set, no question about a token is answered."""
    asked: list[str] = field(default_factory=list)
    """The paths of all requests."""
    codes: dict[str, dict[str, str]] = field(default_factory=dict)

    @property
    def settings(self) -> OidcSettings:
        """What to set Tocsin up with."""
        return OidcSettings(self.issuer, CLIENT, SECRET, audience="api://tocsin")

    def sign_in(self, address: str) -> str:
        """Do what a person does at the sign-in page; give the path and query that the browser is sent back to."""
        asked = dict(parse_qsl(urlsplit(address).query))
        assert (asked["client_id"], asked["response_type"], asked["code_challenge_method"]) == (CLIENT, "code", "S256")
        code = secrets.token_hex(8)
        self.codes[code] = asked
        back = urlsplit(asked["redirect_uri"])
        return f"{back.path}?{urlencode({'code': code, 'state': asked['state']})}"

    def token(self, **said: Any) -> str:  # noqa: ANN401 - members of an introspection are JSON
        """Issue an access token, about which introspection says this; None leaves a member out."""
        until = self.clock.now().timestamp() + 3600
        usual = {"active": True, "iss": self.issuer, "aud": ["api://tocsin"], "exp": until, "scope": "incidents:read"}
        token = secrets.token_hex(16)
        self.tokens[token] = {name: value for name, value in (usual | said).items() if value is not None}
        return token

    def answer(self, path: str, form: dict[str, str], authorization: str) -> tuple[int, Said]:
        """Answer a request."""
        self.asked.append(path)
        if self.away:
            return 503, {}
        if path in {"/token", "/introspect"} and authorization != _basic():
            return UNAUTHORIZED, {"error": "invalid_client"}
        if path == "/token":
            return self._redeem(form)
        places: dict[str, Callable[[], Said]] = {
            "/.well-known/openid-configuration": self._document,
            "/keys": lambda: {"keys": [key.as_dict(private=False) for key in self.published]},
            "/introspect": lambda: self._said_of(form["token"]),
            "/userinfo": lambda: self.told,
        }
        return 200, places[path]()

    def _said_of(self, token: str) -> Said:
        if self.slow is not None:
            self.slow.wait(10)
        return self.tokens.get(token, {"active": False})

    def _document(self) -> Said:
        places = {
            "authorization_endpoint": "authorize",
            "token_endpoint": "token",
            "introspection_endpoint": "introspect",
            "userinfo_endpoint": "userinfo",
            "jwks_uri": "keys",
        }
        right: Said = {"issuer": self.issuer} | {name: f"{self.issuer}/{path}" for name, path in places.items()}
        return {name: value for name, value in (right | self.document).items() if value is not None}

    def _redeem(self, form: dict[str, str]) -> tuple[int, Said]:
        asked = self.codes.pop(form["code"], None)
        challenge = urlsafe_b64encode(sha256(form["code_verifier"].encode()).digest()).decode()
        if asked is None or (asked["code_challenge"], asked["redirect_uri"]) != (challenge, form["redirect_uri"]):
            return 400, {"error": "invalid_grant"}
        now = int(self.clock.now().timestamp())
        right: Said = {"iss": self.issuer, "aud": CLIENT, "nonce": asked["nonce"], "iat": now, "exp": now + 600}
        claims = {name: value for name, value in (right | self.person | self.claims).items() if value is not None}
        id_token = jwt.encode({"alg": "RS256", "kid": self.key.kid}, claims, self.key)
        return 200, {"id_token": id_token, "access_token": "for-userinfo", "token_type": "Bearer"}


@contextmanager
def providing(clock: MovedClock) -> Iterator[Provider]:
    """Yield a provider that answers."""
    provider = Provider(clock)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer({})

        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers["Content-Length"])).decode()
            self._answer(dict(parse_qsl(raw)))

        def _answer(self, form: dict[str, str]) -> None:
            status, said = provider.answer(self.path, form, self.headers.get("Authorization", ""))
            content = json.dumps(said).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    provider.issuer = f"http://127.0.0.1:{server.server_port}"
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _basic() -> str:
    """Our credentials as RFC 6749, section 2.3.1, wants them: each form-encoded first."""
    return "Basic " + b64encode(b"tocsin:hush+%26+shush").decode()
