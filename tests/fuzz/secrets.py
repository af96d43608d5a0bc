"""What somebody may not see: words like no others, planted in a world, and looked for in every answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass
class Secret:
    """A text that stands nowhere else, and the callers who may read it, by name."""

    text: str
    what: str
    readers: frozenset[str]
    partners: frozenset[str]
    """All callers of its partnership: those to whom it can be shared."""
    incident: str | None = None
    """The id of the incident that it stands in."""


class Exchange(NamedTuple):
    """A request and its answer, each with its headers, as text."""

    caller: str
    sent: str
    answered: str
    carried_out: bool
    """Whether it was a command and was accepted."""


class Secrets:
    """All secrets of a world."""

    def __init__(self) -> None:
        """Begin with none."""
        self._all: list[Secret] = []

    def add(self, secret: Secret) -> None:
        """Take one more."""
        self._all.append(secret)

    def word(self, what: str, readers: Iterable[str], partners: Iterable[str] = (), incident: str | None = None) -> str:
        """Make up a word for some readers: letters and digits alone, so that it can stand and be searched anywhere."""
        readers = frozenset(readers)
        word = f"canary{len(self._all):04}q"  # with an end of its own, for none may be the beginning of another
        self.add(Secret(word, what, readers, readers | frozenset(partners), incident))
        return word

    def belong(self, incident: str, *words: str) -> None:
        """Say in which incident some words stand."""
        for secret in self._all:
            if secret.text in words:
                secret.incident = incident

    def words(self) -> list[str]:
        """Give the words."""
        return [secret.text for secret in self._all if secret.text.startswith("canary")]

    def told(self, exchange: Exchange) -> list[Secret]:
        """Give the secrets that an answer tells somebody who may not read them and did not name them."""
        kept = self.kept_from(exchange.caller)
        return [each for each in kept if each.text in exchange.answered and each.text not in exchange.sent]

    def kept_from(self, caller: str) -> list[Secret]:
        """Give what a caller may not read."""
        return [secret for secret in self._all if caller not in secret.readers]

    def learn(self, exchange: Exchange) -> None:
        """Let those know a secret to whom somebody has told it: whoever says it in a command knows it."""
        for secret in self._all if exchange.carried_out else ():
            if secret.text in exchange.sent:
                secret.readers |= secret.partners if exchange.caller in secret.readers else {exchange.caller}

    def share(self, incident: str) -> None:
        """Let both sides know what stands in an incident: somebody has changed who may see something in it."""
        for secret in self._all:
            if secret.incident == incident:
                secret.readers |= secret.partners
