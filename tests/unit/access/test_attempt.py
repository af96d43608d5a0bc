from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from api.access.oidc.attempt import LASTS, new_attempt, opened, sealed
from incidents.errors import InvalidField

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
SECRET, ANOTHER = bytes(32), bytes(31) + b"1"


@pytest.mark.parametrize("path", ["/", "/docs", "/docs?a=b&c=%20d#part", "/v1/incidents/INC-1001", "/a//b", "/@evil"])
def test_paths_of_ours_are_taken(path: str) -> None:
    """With query and fragment."""
    assert new_attempt(path, NOW).return_to == path


@pytest.mark.parametrize(
    "path",
    [
        "",
        "docs",
        "//evil.example",
        "///evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/docs\\..\\evil",
        "https://evil.example",
        "https:evil.example",
        "javascript:alert(1)",
        "/\t/evil.example",
        "/\n/evil.example",
        "/ /evil.example",
        "\t//evil.example",
        " /docs",
        "/docs\r\nSet-Cookie: a=b",
        "/dócs",
        "/" + "a" * 2001,
    ],
)
def test_other_sites_are_refused(path: str) -> None:
    """Also as browsers read them: a backslash as a slash, tabs and line breaks as nothing (URL Standard, 4.4)."""
    with pytest.raises(InvalidField, match="one slash"):
        new_attempt(path, NOW)


def test_what_is_kept_can_be_opened_for_ten_minutes() -> None:
    """Then it is too late."""
    attempt = new_attempt("/docs", NOW)
    kept = sealed(attempt, SECRET)
    assert opened(kept, SECRET, NOW + LASTS - timedelta(seconds=1)) == attempt
    assert opened(kept, SECRET, NOW + LASTS) is None


def test_what_is_kept_tells_nothing_and_is_never_the_same() -> None:
    """The verifier of PKCE stays out of sight of whoever sees the cookie; each attempt is random anew."""
    one, two = new_attempt("/docs", NOW), new_attempt("/docs", NOW)
    assert one.verifier not in sealed(one, SECRET)
    assert len({one.state, one.nonce, one.verifier, two.state, two.nonce, two.verifier}) == 6
    assert len(one.verifier) == 43, "RFC 7636, section 4.1: at least 43 characters"


def test_nobody_else_makes_what_is_kept() -> None:
    """Another secret, a changed byte, garbage: none opens."""
    kept = sealed(new_attempt("/docs", NOW), SECRET)
    changed = ("A" if kept[40] != "A" else "B").join((kept[:40], kept[41:]))
    for wrong in (sealed(new_attempt("/", NOW), ANOTHER), changed, kept[:-4], "", "é", "====", "a"):
        assert opened(wrong, SECRET, NOW) is None
