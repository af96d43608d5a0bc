"""Access tokens of the identity provider: each is shown to it, and says what it lets its bearer do (RFC 7662).

A token may do what its own scopes say and its owner's roles allow, whichever is less. One without any scope of ours may
do nothing: it was issued for something else, and whoever got hold of it there must not work here with it.
"""

from __future__ import annotations

import hashlib
import re
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import structlog

from api.access.permissions import Scope
from api.access.person import SERVICE

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from api.access.oidc.provider import Provider
    from api.access.people import People
    from api.access.principal import Principal
    from incidents.ledger.clock import Clock

KEPT_SECONDS = 60.0
"""How long a token that was taken back at the provider may still be taken here; never beyond its end."""
REFUSED_SECONDS = 5.0
"""How long one that the provider does not know is refused without asking again."""
CACHE_SIZE = 10_000
"""Of each kind: those that nobody knows must not push out those that are good."""

V = TypeVar("V")

_TOKEN = re.compile(r"[A-Za-z0-9._~+/-]{1,8192}=*")
"""RFC 6750, section 2.1."""

_log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Grant:
    """What the provider says of a token that is good: as whom it knows its owner, and what it is for."""

    subject: str
    service_only: bool
    """The subject is a client's id: it may stand for a service, and never for a person."""
    scopes: frozenset[Scope]


class _Remembered(Generic[V]):
    """What is known of some tokens until a moment each; keyed by their hashes, so that no token lies in memory."""

    def __init__(self) -> None:
        self._known: dict[bytes, tuple[float, V]] = {}

    def get(self, key: bytes, now: float) -> V | None:
        until, value = self._known.get(key, (now, None))
        return value if now < until else None

    def keep(self, key: bytes, value: V, until: float) -> None:
        if len(self._known) >= CACHE_SIZE:
            self._known.clear()
        self._known[key] = (until, value)


class AccessTokens:
    """Finds who shows an access token."""

    def __init__(
        self, provider: Provider, people: People, clock: Clock, *, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        """Take whom to ask; `monotonic` gives seconds and ages what is remembered."""
        self._provider = provider
        self._people = people
        self._clock = clock
        self._monotonic = monotonic
        self._good = _Remembered[Grant]()
        self._refused = _Remembered[bool]()

    def find(self, token: str) -> Principal | None:
        """Find who shows a token; None where it is not good, or nobody's here. ProviderAway.

        Only the provider's answer is remembered: whoever is deactivated, or loses a role, has lost it at once.
        """
        if not _TOKEN.fullmatch(token):
            return None
        grant = self._grant(token)
        if grant is None:
            return None
        person = self._people.by_identity(self._provider.settings.issuer, grant.subject)
        if person is None or (grant.service_only and self._people.described([person])[person].kind != SERVICE):
            return None
        owner = self._people.principal_of(person)
        return None if owner is None else narrowed(owner, grant.scopes)

    def _grant(self, token: str) -> Grant | None:
        """Give what the provider says, or said a little while ago."""
        key, now = hashlib.sha256(token.encode()).digest(), self._monotonic()
        grant = self._good.get(key, now)
        if grant is not None or self._refused.get(key, now):
            return grant
        answer, instant = self._ask(token), self._clock.now().timestamp()
        settings = self._provider.settings
        grant = grant_of(answer, settings.issuer, settings.audience, instant)
        if grant is None:
            self._refused.keep(key, True, now + REFUSED_SECONDS)  # noqa: FBT003 - that it is refused is all there is to know
        else:
            ends = min(answer.get("exp", instant + KEPT_SECONDS), instant + KEPT_SECONDS)
            self._good.keep(key, grant, now + ends - instant)
        return grant

    def _ask(self, token: str) -> Mapping[str, Any]:
        if self._provider.endpoint("introspection_endpoint") is None:
            _log.warning("no_introspection_endpoint", issuer=self._provider.settings.issuer)
            return {}
        return self._provider.introspect(token)


def grant_of(answer: Mapping[str, Any], issuer: str, audience: str | None, now: float) -> Grant | None:
    """Read the answer to an introspection (RFC 7662, section 2.2); None for a token that is not good here. Pure.

    `now` is in seconds since 1970.
    """
    if answer.get("active") is not True or answer.get("iss", issuer) != issuer:
        return None
    audiences = answer.get("aud")
    if audience is not None and audience not in (audiences if isinstance(audiences, list) else [audiences]):
        return None
    if "exp" in answer and not _lies_ahead(answer["exp"], now):
        return None
    subject, client = answer.get("sub") or None, answer.get("client_id")
    owner = client if subject is None else subject
    if not isinstance(owner, str) or not owner:
        return None
    words = str(answer.get("scope", "")).split()
    return Grant(owner, subject is None, frozenset(scope for scope in Scope if scope.value in words))


def narrowed(owner: Principal, scopes: frozenset[Scope]) -> Principal:
    """Give what an owner may do with a token of some scopes. The operator's rights are not given by tokens. Pure."""
    memberships = tuple(replace(each, scopes=frozenset(each.scopes) & scopes) for each in owner.memberships)
    return replace(owner, memberships=memberships, operator=False)


def _lies_ahead(instant: object, now: float) -> bool:
    return isinstance(instant, int | float) and not isinstance(instant, bool) and instant > now
