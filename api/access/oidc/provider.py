"""The identity provider: where it is, which keys it signs with, and what it can be asked."""

from __future__ import annotations

import time
from threading import BoundedSemaphore
from typing import TYPE_CHECKING, Any
from urllib.parse import quote_plus

import httpx
import structlog
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from api.access.oidc.refusals import ProviderAway, SignInFailed

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from api.settings import OidcSettings

TIMEOUT = httpx.Timeout(5.0, connect=3.0)
KEPT_SECONDS = 3600.0
"""How long the discovery document and the keys are kept. A key that is not among them is looked for at once."""

ASKED_AT_ONCE = 4
"""Questions that a process has under way: made-up tokens and a slow provider must not take all threads together."""
PATIENCE_SECONDS = 1.0
"""How long one more question waits for another to be answered."""

WELL_KNOWN = "/.well-known/openid-configuration"

_log = structlog.get_logger(__name__)


class Provider:
    """An OpenID provider, found by its issuer (OpenID Connect Discovery 1.0), and not asked before it is needed."""

    def __init__(
        self,
        settings: OidcSettings,
        *,
        monotonic: Callable[[], float] = time.monotonic,
        timeout: httpx.Timeout = TIMEOUT,
    ) -> None:
        """Take who it is; `monotonic` gives seconds and ages what is kept."""
        self.settings = settings
        self._monotonic = monotonic
        self._client = httpx.Client(timeout=timeout, follow_redirects=False, headers={"User-Agent": "Tocsin"})
        self._asking = BoundedSemaphore(ASKED_AT_ONCE)
        self._document: tuple[float, dict[str, Any]] | None = None
        self._keys: tuple[float, KeySet] | None = None

    def endpoint(self, name: str) -> str | None:
        """Give an address from the discovery document; None where it has none. ProviderAway."""
        address = self.document().get(name)
        return address if isinstance(address, str) else None

    def document(self) -> Mapping[str, Any]:
        """Give the discovery document. ProviderAway: also for one of another issuer (section 4.3)."""
        now = self._monotonic()
        if self._document is None or now >= self._document[0]:
            address = self.settings.issuer.removesuffix("/") + WELL_KNOWN
            found = self._object(self._ask("GET", address))
            if found.get("issuer") != self.settings.issuer:
                raise _away(address, f"the document is of the issuer {str(found.get('issuer'))[:200]!r}")
            self._document = (now + KEPT_SECONDS, found)
        return self._document[1]

    def keys(self, *, anew: bool = False) -> KeySet:
        """Give the keys that it signs with; `anew`: as they are now. ProviderAway."""
        now = self._monotonic()
        if anew or self._keys is None or now >= self._keys[0]:
            address = self._needed("jwks_uri")
            try:
                found = KeySet.import_key_set(self._object(self._ask("GET", address)))  # type: ignore[arg-type] # whatever it sent
            except (JoseError, ValueError, KeyError, TypeError) as error:
                raise _away(address, "no usable keys") from error
            self._keys = (now + KEPT_SECONDS, found)
        return self._keys[1]

    def authorization_endpoint(self) -> str:
        """Give where people sign in. ProviderAway."""
        return self._needed("authorization_endpoint")

    def redeem(self, body: str) -> dict[str, Any]:
        """Send a token request, a form, and give the answer. SignInFailed; ProviderAway."""
        response = self._post("token_endpoint", body)
        if response.status_code != httpx.codes.OK:
            _log.warning("sign_in_code_refused", status=response.status_code, answer=response.text[:200])
            raise SignInFailed
        return self._object(response)

    def introspect(self, token: str) -> dict[str, Any]:
        """Ask about an access token (RFC 7662). ProviderAway: also where our own credentials are refused."""
        response = self._post("introspection_endpoint", f"token={quote_plus(token)}&token_type_hint=access_token")
        if response.status_code != httpx.codes.OK:
            raise _away("introspection_endpoint", f"HTTP {response.status_code}")
        return self._object(response)

    def userinfo(self, access_token: str) -> dict[str, Any]:
        """Ask for the claims that an ID token left out; none where it does not tell them. ProviderAway."""
        address = self.endpoint("userinfo_endpoint")
        if address is None:
            return {}
        response = self._ask("GET", address, headers={"Authorization": f"Bearer {access_token}"})
        return self._object(response) if response.status_code == httpx.codes.OK else {}

    def close(self) -> None:
        """Let go of its connections."""
        self._client.close()

    def _needed(self, name: str) -> str:
        address = self.endpoint(name)
        if address is None:
            raise _away(self.settings.issuer, f"the document has no {name}")
        return address

    def _post(self, endpoint: str, body: str) -> httpx.Response:
        """Send a form with our credentials (RFC 6749, section 2.3.1: basic, unless the provider takes post alone)."""
        methods = self.document().get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
        who = (quote_plus(self.settings.client_id), quote_plus(self.settings.client_secret))
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
        if "client_secret_basic" in methods or "client_secret_post" not in methods:
            return self._ask("POST", self._needed(endpoint), content=body, headers=headers, auth=who)
        body += f"&client_id={who[0]}&client_secret={who[1]}"
        return self._ask("POST", self._needed(endpoint), content=body, headers=headers)

    def _ask(self, method: str, address: str, **options: Any) -> httpx.Response:  # noqa: ANN401 - the client's own options
        if self.settings.issuer.startswith("https://") and not address.startswith("https://"):
            raise _away(address, "not https, as the issuer is")
        if not self._asking.acquire(timeout=PATIENCE_SECONDS):
            raise _away(address, f"{ASKED_AT_ONCE} questions wait for an answer")
        try:
            response = self._client.request(method, address, **options)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise _away(address, type(error).__name__) from error
        finally:
            self._asking.release()
        if response.status_code == httpx.codes.TOO_MANY_REQUESTS or httpx.codes.is_server_error(response.status_code):
            raise _away(address, f"HTTP {response.status_code}")
        return response

    def _object(self, response: httpx.Response) -> dict[str, Any]:
        try:
            found = response.json()
        except ValueError:
            found = None
        if not isinstance(found, dict):
            raise _away(str(response.url), f"HTTP {response.status_code} without a JSON object")
        return found


def _away(address: str, why: str) -> ProviderAway:
    """Tell the operator why; whoever asks hears only that it is so."""
    _log.error("identity_provider_unavailable", address=address, why=why)
    return ProviderAway()
