"""Why a request is refused before any use case hears of it: one named error each."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from incidents.errors import TocsinError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from api.access.permissions import Scope


class Unauthenticated(TocsinError):
    """Send an API key that is not revoked, `Authorization: Bearer tocsin_…`, or a good access token; people sign in."""

    code = "unauthenticated"
    headers: ClassVar[Mapping[str, str]] = {"WWW-Authenticate": 'Bearer realm="tocsin"'}


class Forbidden(TocsinError):
    """You may not do this here."""

    code = "forbidden"

    def __init__(self, scope: Scope) -> None:
        """Name the scope that it needs."""
        super().__init__(f"This needs the scope `{scope}`. Ask an administrator of your party.", scope=scope.value)


class OtherParty(Forbidden):
    """You manage what is your own party's alone. Ask an administrator of the other one."""

    code = "other_party"

    def __init__(self) -> None:
        """Say so."""
        TocsinError.__init__(self)


class NotYoursToGive(Forbidden):
    """It shows what the other side keeps to itself."""

    code = "not_yours_to_give"

    def __init__(self, scope: Scope) -> None:
        """Name the scope."""
        message = f"`{scope}` shows what the other side keeps to itself: only who has it gives it. Ask the operator."
        TocsinError.__init__(self, message, scope=scope.value)


class RateLimited(TocsinError):
    """You have sent too many requests. Send this one again after the seconds that `Retry-After` says."""

    code = "rate_limited"

    def __init__(self, seconds: int) -> None:
        """Say after how many seconds a request is taken again."""
        super().__init__()
        self.headers = {"Retry-After": str(seconds)}


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
