"""Why a request is refused before any use case hears of it: one named error each."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from incidents.errors import TocsinError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


class Unauthenticated(TocsinError):
    """Send an API key that is not revoked: `Authorization: Bearer tocsin_…`. `tocsin key create` makes one."""

    code = "unauthenticated"
    headers: ClassVar[Mapping[str, str]] = {"WWW-Authenticate": 'Bearer realm="tocsin"'}


class OperatorOnly(TocsinError):
    """Only the operator may do this: ask them, or use a key that belongs to no partnership."""

    code = "operator_only"


class Malformed(TocsinError):
    """The body cannot be read. Send one JSON object in UTF-8."""

    code = "malformed_body"


class WrongMediaType(TocsinError):
    """The body has a type that is not taken here. Send it with `Content-Type: application/json`."""

    code = "unsupported_media_type"


class InvalidRequest(TocsinError):
    """Some fields cannot be used. Correct each of those under `errors`."""

    code = "invalid_request"

    def __init__(self, errors: Sequence[Mapping[str, str]], message: str = "") -> None:
        """Keep `{field, message}` of each field."""
        super().__init__(message)
        self.errors = errors


class InvalidHeader(InvalidRequest):
    """A header cannot be used. Correct it."""

    code = "invalid_header"

    def __init__(self, header: str, message: str) -> None:
        """Name the header."""
        super().__init__([{"field": header, "message": message}], f"{header}: {message}")


class RevisionRequired(TocsinError):
    """Say which revision you have seen: `If-Match: "<revision>"`, the ETag of your last answer, or `If-Match: *`."""

    code = "revision_required"
