"""The watchdog's address."""

from __future__ import annotations

import pytest

from api.settings import Settings
from api.startup_errors import SettingsError


@pytest.mark.parametrize("given", ["https://watch.example.com/ping/4711?x=1", "http://10.1.2.3:8000/"])
def test_an_address_is_taken(monkeypatch: pytest.MonkeyPatch, given: str) -> None:
    """Wherever the operator likes; and it is not told where settings are printed, for it may be a secret."""
    monkeypatch.setenv("TOCSIN_WATCHDOG_URL", given)
    found = Settings.read().watchdog
    assert found is not None
    assert found.url == given
    assert given not in repr(found)


def test_nobody_is_told_where_nobody_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Left out or empty."""
    monkeypatch.setenv("TOCSIN_WATCHDOG_URL", "")
    assert Settings.read().watchdog is None


@pytest.mark.parametrize("given", ["example.com/s3cret", "ftp://example.com/s3cret", "https://me:s3cret@example.com"])
def test_what_cannot_be_called_is_refused(monkeypatch: pytest.MonkeyPatch, given: str) -> None:
    """The setting is named, what it holds is not."""
    monkeypatch.setenv("TOCSIN_WATCHDOG_URL", given)
    with pytest.raises(SettingsError) as refused:
        Settings.read()
    assert "TOCSIN_WATCHDOG_URL: must look like" in str(refused.value)
    assert "s3cret" not in str(refused.value)
