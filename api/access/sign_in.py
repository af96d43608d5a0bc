"""Signing in with the identity provider: OpenID Connect's authorization code flow with PKCE."""

from __future__ import annotations

from dataclasses import dataclass
from hmac import compare_digest
from typing import TYPE_CHECKING, Any

import structlog
from authlib.oauth2.rfc6749.parameters import (  # type: ignore[import-untyped] # it brings no types
    prepare_grant_uri,
    prepare_token_request,
)
from authlib.oauth2.rfc7636 import create_s256_code_challenge  # type: ignore[import-untyped] # as above

from api.access.oidc import attempt as attempts
from api.access.oidc.id_token import Expected, Identity, IdTokenRefused, UnknownKey, claims_of, identity_of
from api.access.oidc.refusals import SignInFailed, UnknownPerson

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from api.access.oidc.attempt import Attempt
    from api.access.oidc.provider import Provider
    from api.access.people import People
    from incidents.ledger.clock import Clock

CALLBACK = "/v1/sign-in/callback"
OWN_SECRET = "sessions"  # noqa: S105 - its name only
WANTED = "openid email"
"""Who somebody is, and their e-mail address, by which they were registered."""

_log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class SignIn:
    """Sends people to their provider, and finds out who has come back."""

    provider: Provider
    people: People
    secret: Callable[[str], bytes]
    clock: Clock
    public_url: str
    """How people reach this Tocsin, without a slash in the end."""

    @property
    def redirect_uri(self) -> str:
        """Where the provider sends people back to: to be registered there, letter by letter."""
        return self.public_url + CALLBACK

    def begin(self, return_to: str = attempts.HOME) -> tuple[str, str]:
        """Give where to send the browser, and what it is to keep meanwhile. InvalidField; ProviderAway."""
        attempt = attempts.new_attempt(return_to, self.clock.now())
        address = prepare_grant_uri(
            self.provider.authorization_endpoint(),
            self.provider.settings.client_id,
            "code",
            redirect_uri=self.redirect_uri,
            scope=WANTED,
            state=attempt.state,
            nonce=attempt.nonce,
            code_challenge=create_s256_code_challenge(attempt.verifier),
            code_challenge_method="S256",
        )
        return str(address), attempts.sealed(attempt, self.secret(OWN_SECRET))

    def finish(self, kept: str, answer: Mapping[str, str]) -> tuple[str, str]:
        """Give who has come back with the provider's answer, and where they wanted to go.

        SignInFailed; UnknownPerson; ProviderAway.
        """
        attempt = attempts.opened(kept, self.secret(OWN_SECRET), self.clock.now())
        if attempt is None or not compare_digest(attempt.state.encode(), answer.get("state", "").encode()):
            raise SignInFailed("This sign-in was not begun in this browser within 10 minutes. Begin at /v1/sign-in.")
        issuer = self.provider.settings.issuer
        if answer.get("iss", issuer) != issuer:
            raise SignInFailed  # another provider's answer (RFC 9207, section 2.4)
        if "code" not in answer:
            _log.warning("sign_in_refused_by_provider", error=answer.get("error", "")[:200])
            raise SignInFailed("The identity provider did not sign you in. Begin again at /v1/sign-in.")
        return self._person(self._identity(answer["code"], attempt)), attempt.return_to

    def _identity(self, code: str, attempt: Attempt) -> Identity:
        """Redeem a code, and check the ID token that it gives."""
        body = prepare_token_request(
            "authorization_code", redirect_uri=self.redirect_uri, code=code, code_verifier=attempt.verifier
        )
        tokens = self.provider.redeem(str(body))
        settings = self.provider.settings
        expected = Expected(settings.issuer, settings.client_id, attempt.nonce)
        try:
            claims = self._claims(tokens.get("id_token"), expected)
        except IdTokenRefused as error:
            _log.warning("id_token_refused", why=str(error))
            raise SignInFailed from error
        return identity_of(settings.issuer, self._with_email(claims, tokens.get("access_token")))

    def _claims(self, id_token: object, expected: Expected) -> dict[str, Any]:
        """Check an ID token; providers change their keys, so that an unknown one is looked for once."""
        now = self.clock.now()
        try:
            return claims_of(id_token, self.provider.keys(), expected, now)
        except UnknownKey:
            return claims_of(id_token, self.provider.keys(anew=True), expected, now)

    def _with_email(self, claims: dict[str, Any], access_token: object) -> dict[str, Any]:
        """Add what the ID token left out, as some providers' do. It must be of the same person (section 5.3.2)."""
        if "email" in claims or not isinstance(access_token, str):
            return claims
        told = self.provider.userinfo(access_token)
        return {**told, **claims} if told.get("sub") == claims["sub"] else claims

    def _person(self, identity: Identity) -> str:
        """Find whom an identity belongs to; at a first sign-in, by the e-mail address that the provider vouches for."""
        person = self.people.by_identity(identity.issuer, identity.subject)
        if person is None and identity.email is not None:
            person = self.people.link(identity.email, identity.issuer, identity.subject)
        if person is None or self.people.principal_of(person) is None:
            raise UnknownPerson(identity.issuer, identity.subject, identity.email)
        return person
