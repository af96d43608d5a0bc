"""The one error tree. A class docstring is the default message; `code` is the stable name that clients see."""

from __future__ import annotations

from typing import ClassVar


class TocsinError(Exception):
    """Something went wrong."""

    code: ClassVar[str] = "error"

    def __init__(self, message: str = "", **details: object) -> None:
        """Keep the message (default: the class docstring) and details that a client may read."""
        self.message = message or (type(self).__doc__ or "").strip()
        self.details = details
        super().__init__(self.message)


class Refused(TocsinError):
    """The state of the incident does not allow this."""

    code = "refused"


class InvalidField(TocsinError):
    """A field has a value that cannot be used."""

    code = "invalid_field"

    def __init__(self, field: str, message: str) -> None:
        """Name the field; the message says what would be right."""
        super().__init__(message, field=field)
        self.field = field


class NotFound(TocsinError):
    """There is no such thing."""

    code = "not_found"


class Conflict(TocsinError):
    """Somebody else changed it at the same moment. Read it again, then decide again."""

    code = "conflict"


TRIES = 25
"""How often what people decide, and lost a race, is decided afresh before they hear of it: senders and the engine write
to the same records, several times a second while pages go out."""


class Stale(TocsinError):
    """It has changed since you read it (If-Match does not hold). Read it again, then decide again."""

    code = "stale"


class KeyReused(TocsinError):
    """This Idempotency-Key was used before, for a different request. Use a new key for a new request."""

    code = "idempotency_key_reused"


class ValueTooLarge(TocsinError):
    """A recorded fact is larger than a leaf may be (65,535 bytes)."""

    code = "too_large"
