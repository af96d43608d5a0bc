"""API keys: issued, rotated, revoked; and found again when somebody shows one."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from api.access import tokens
from api.access.api_key import ApiKey
from api.access.key_rows import any_live, described, known_key
from api.access.key_uses import KeyUses
from api.access.permissions import OF_A_PARTNERSHIP, OF_THE_OPERATOR, Scope
from incidents.errors import InvalidField, NotFound, Refused
from incidents.ledger.reach import reaching_all
from incidents.ledger.recorder import ReceiptExists

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

    from sqlalchemy import Row

    from api.access.key_rows import KnownKey
    from api.access.principal import Principal
    from escalation.book import AgreementBook
    from incidents.ledger.ledger import Ledger
    from incidents.ledger.receipts import RequestKey

CACHE_SECONDS = 5.0
"""How long a process may go on taking a key that another process has revoked; it spares each request a query."""

KNOWN_BEFORE_SECONDS = 3600.0
"""How long a process remembers a key without asking again, where the database is away and the request allows for it."""

CACHE_SIZE = 10_000
OVERLAP = timedelta(hours=24)
"""How long the old secret of a rotated key goes on, where nobody says otherwise."""


class SecretShownBefore(Refused):
    """This request was carried out before, and its secret was shown then. Rotate the key if you did not get it."""

    code = "secret_shown_before"


class NewKey(NamedTuple):
    """A key's id, and the token that nobody can read again."""

    id: str
    token: str


class Keys:
    """Issues, rotates, revokes and finds keys. Their facts are in the operator's log, whoever manages them."""

    def __init__(
        self, ledger: Ledger, agreements: AgreementBook, *, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        """Take the ledger, and where parties are found; `monotonic` gives seconds and ages what is remembered."""
        self._ledger = ledger
        self._agreements = agreements
        self._reading = ledger.recorder.reading
        self._monotonic = monotonic
        self._uses = KeyUses(self._reading, monotonic)
        self._known: dict[str, tuple[KnownKey, float]] = {}

    def issue(  # noqa: PLR0913 - what a key is given
        self,
        name: str,
        partnership: str | None = None,
        party: str | None = None,
        scopes: Iterable[str] | None = None,
        expires_at: datetime | None = None,
        *,
        by: str,
        request: RequestKey | None = None,
    ) -> NewKey:
        """Make a key.

        Args:
            name: What people call it.
            partnership: Where it belongs; None: it is the operator's, for all partnerships.
            party: For whom; None: for neither side.
            scopes: What it may do; None: all that such a key can do.
            expires_at: From then on it lets nobody in; None: it does not end by itself.
            by: Who makes it.
            request: The request that asks for it.

        Raises:
            InvalidField: a party that neither the agreement in force nor a proposal names, a scope that such a key
                cannot have, or an end that has passed.
            NotFound: a party is given, and there is no agreement.
            SecretShownBefore: the request was carried out before.
        """
        identity, secret = tokens.new_identity(), tokens.new_secret()
        with reaching_all(), self._ledger.command() as command:
            self._not_before(request)
            given = self._checked(partnership, party, scopes)
            if expires_at is not None and expires_at <= command.recorded_at:
                raise InvalidField("expires_at", "Give an instant that is still to come.")
            key = ApiKey._create(  # noqa: SLF001 - the library's own way to create with a given id
                ApiKey.Issued,
                id=_stream(identity),
                name=name,
                partnership=partnership,
                party=party,
                scopes=given,
                expires_at=expires_at,
                hash=tokens.hash_of(secret),
                by=by,
                at=command.recorded_at,
            )
            self._save(key, request)
        return NewKey(identity, tokens.token_of(identity, secret))

    def rotate(
        self, identity: str, old_until: datetime | None = None, *, by: str, request: RequestKey | None = None
    ) -> str:
        """Give a key a new secret, and its token; the old one is good until `old_until` (default: for OVERLAP).

        Two secrets are good at once, never three: rotating again ends the oldest, in other processes within
        CACHE_SECONDS.

        Raises:
            NotFound: there is no such key.
            AlreadyRevoked, KeyExpired: it opens nothing any more.
            InvalidField: `old_until` is too far away.
            SecretShownBefore: the request was carried out before.
        """
        secret = tokens.new_secret()
        with reaching_all(), self._ledger.command() as command:
            self._not_before(request)
            key = self._get(identity)
            at = command.recorded_at
            key.rotate(tokens.hash_of(secret), old_until or at + OVERLAP, by=by, at=at)
            self._save(key, request)
        self._known.pop(identity, None)
        return tokens.token_of(identity, secret)

    def revoke(self, identity: str, *, by: str, request: RequestKey | None = None) -> bool:
        """Take a key back: at once in this process, in others within CACHE_SECONDS.

        Say whether the request had been carried out before. NotFound; AlreadyRevoked.
        """
        with reaching_all(), self._ledger.command() as command:
            if self._ledger.answered(request):
                return True
            key = self._get(identity)
            key.revoke(by=by, at=command.recorded_at)
            try:
                self._ledger.save(key, request=request)
            except ReceiptExists:
                return True
            finally:
                self._known.pop(identity, None)
        return False

    def find(self, token: str) -> Principal | None:
        """Find who shows a token, at the gate; None where it is wrong, revoked, expired or rotated away."""
        parts = tokens.parts_of(token)
        if parts is None:
            return None
        identity, hashed = parts[0], tokens.hash_of(parts[1])
        now = self._ledger.clock.now()
        known = self._remembered(identity)
        if known is None or not known.opens(hashed, now):
            # Another process may have rotated the key a moment ago: the new secret is good at once.
            known = self._read(identity)
        if known is None or not known.opens(hashed, now):
            return None
        self._uses.note(identity, known.partnership, now)
        return known.principal

    def known_before(self, token: str, now: datetime) -> Principal | None:
        """Find who shows a token that this process has found lately, without the database: for while that is away.

        Who was let in by it a moment ago is known still; what has been decided of the key since is not.
        """
        identity, secret = tokens.parts_of(token) or ("", "")
        known, until = self._known.get(identity, (None, 0.0))
        lately = self._monotonic() < until - CACHE_SECONDS + KNOWN_BEFORE_SECONDS
        return known.principal if known and lately and known.opens(tokens.hash_of(secret), now) else None

    def listed(self, partnership: str | None = None) -> list[Row[Any]]:
        """Describe the keys of a partnership, or all within reach, each with `last_used_at`."""
        return described(self._reading, partnership=partnership)

    def described(self, identity: str) -> Row[Any]:
        """Describe a key within reach. NotFound."""
        rows = described(self._reading, identity=identity)
        if not rows:
            raise NotFound
        return rows[0]

    def any_left(self) -> bool:
        """Say whether there is a key that lets anybody in."""
        return any_live(self._reading, self._ledger.clock.now())

    def _checked(self, partnership: str | None, party: str | None, scopes: Iterable[str] | None) -> list[str] | None:
        """Give the scopes to record. InvalidField; NotFound."""
        if partnership is None:
            if party is not None:
                raise InvalidField("partnership", "A party needs a partnership. Say which.")
            return None if scopes is None else _among(OF_THE_OPERATOR, scopes, " without a partnership")
        if party is not None:
            self._agreements.check_party(partnership, party, self._ledger.clock.now())
        return _among(OF_A_PARTNERSHIP, OF_A_PARTNERSHIP if scopes is None else scopes)

    def _not_before(self, request: RequestKey | None) -> None:
        if receipt := self._ledger.answered(request):
            raise SecretShownBefore(id=receipt.stream.removeprefix("key/"))

    def _save(self, key: ApiKey, request: RequestKey | None) -> None:
        try:
            self._ledger.save(key, request=request)
        except ReceiptExists:
            raise SecretShownBefore from None

    def _get(self, identity: str) -> ApiKey:
        if not tokens.is_identity(identity):
            raise NotFound
        return self._ledger.get(ApiKey, _stream(identity))

    def _remembered(self, identity: str) -> KnownKey | None:
        known, until = self._known.get(identity, (None, 0.0))
        return known if self._monotonic() < until else None

    def _read(self, identity: str) -> KnownKey | None:
        until = self._monotonic() + CACHE_SECONDS  # before reading: what is read is at least as new
        known = known_key(self._reading, identity)
        if known is None:
            self._known.pop(identity, None)
            return None
        if len(self._known) >= CACHE_SIZE:
            self._known.clear()
        self._known[identity] = known, until
        return known


def _stream(identity: str) -> str:
    return f"key/{identity}"


def _among(possible: frozenset[Scope], scopes: Iterable[str], where: str = "") -> list[str]:
    """Give some scopes as they are recorded. InvalidField where such a key cannot have one of them, or has none."""
    given = sorted(set(scopes))
    if not given or not possible.issuperset(given):
        choices = [scope.value for scope in Scope if scope in possible]  # in the order in which they are declared
        raise InvalidField("scopes", f"Give one or more of{where}: {', '.join(choices)}.")
    return [str(scope) for scope in given]
