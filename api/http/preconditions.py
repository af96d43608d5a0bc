"""ETag and If-Match (RFC 9110, sections 8.8.3 and 13.1.1): a command acts on what its sender has seen.

The entity tag of an incident is its revision, which counts what people decide: `"7"`. What the engine records
meanwhile makes nobody's command stale.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from flask import request

from api.http.refusals import InvalidHeader, RevisionRequired

if TYPE_CHECKING:
    from collections.abc import Callable

_TAG = r'(?:W/)?"[\x21\x23-\x7e\x80-\xff]*"'
_LIST = re.compile(rf"[ \t]*{_TAG}(?:[ \t]*,[ \t]*{_TAG})*[ \t]*")
_STRONG_REVISION = re.compile(r'(?<!/)"([0-9]{1,9})"')
NEVER = -1
"""A revision that no incident has."""


def etag(revision: int) -> str:
    """Give the strong entity tag of a revision."""
    return f'"{revision}"'


def expected_revision(current: Callable[[], int]) -> int | None:
    """Give the revision that If-Match asks for, None for `*`. `current` is asked only when several are listed.

    A weak tag never matches here (section 13.1.1 wants the strong comparison). RevisionRequired; InvalidHeader.
    """
    header = request.headers.get("If-Match")
    if header is None:
        raise RevisionRequired
    if header.strip() == "*":
        return None
    if not _LIST.fullmatch(header):
        raise InvalidHeader("If-Match", 'Send the ETag of your last answer with its quotes, such as "7", or *.')
    listed = {int(tag) for tag in _STRONG_REVISION.findall(header)}
    if len(listed) > 1:
        now = current()
        return now if now in listed else NEVER
    return listed.pop() if listed else NEVER
