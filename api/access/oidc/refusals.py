"""Why somebody is not let in by way of an identity provider: one named error each."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from incidents.errors import NotFound, TocsinError

if TYPE_CHECKING:
    from collections.abc import Mapping


class SignInNotConfigured(NotFound):
    """Nobody can sign in here: its operator has to set `TOCSIN_OIDC_ISSUER`, `TOCSIN_OIDC_CLIENT_ID` and `TOCSIN_OIDC_CLIENT_SECRET`. API keys work."""  # noqa: E501 - the message is one line

    code = "sign_in_not_configured"


class SignInFailed(TocsinError):
    """This sign-in did not come to an end. Begin again at /v1/sign-in."""

    code = "sign_in_failed"


class UnknownPerson(TocsinError):
    """You are signed in at your identity provider, but nobody has registered you here."""

    code = "unknown_person"

    def __init__(self, issuer: str, subject: str, email: str | None) -> None:
        """Say what to ask for. `email` is None where the provider has not verified one."""
        if email is None:
            ask = (
                "Your identity provider vouches for no e-mail address of yours (`email_verified`), by which you would "
                "be found. Ask those who run it to."
            )
        else:
            ask = f"Ask an administrator of your party to give you a role with the e-mail address {email}."
        super().__init__(f"Nobody active is registered here for your sign-in. {ask}", issuer=issuer, subject=subject)


class ProviderAway(TocsinError):
    """The identity provider does not answer as it should. Send the same request again in a moment; API keys work."""

    code = "identity_provider_unavailable"
    headers: ClassVar[Mapping[str, str]] = {"Retry-After": "5"}


class CrossSite(TocsinError):
    """This came from a page of another site, and your browser added your session to it. Nothing was done."""

    code = "cross_site"
