from __future__ import annotations

import os
from ipaddress import ip_network
from pathlib import Path

import pytest

from api.settings import OidcSettings, Settings
from api.settings_metrics import MetricsSettings
from api.startup_errors import SettingsError


@pytest.fixture(autouse=True)
def _nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    """Start from an environment without any setting of ours."""
    for name in [name for name in os.environ if name.startswith("TOCSIN_")]:
        monkeypatch.delenv(name)


def test_everything_has_a_default() -> None:
    """A newcomer sets nothing and gets the embedded database, on the local machine alone."""
    settings = Settings.read()
    assert (settings.database_url, settings.host, settings.port) == (None, "127.0.0.1", 8080)
    assert settings.data_dir == Path.cwd() / "var"
    assert settings.log_format == "console"


def test_every_wrong_setting_is_reported_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever has made five mistakes reads of five, each on a line that names the setting and what would be right."""
    wrong = {"PORT": "80800", "WEB_THREADS": "many", "LOG_FORMAT": "xml", "HOST": " ", "DATABASE_URL": "mysql://db/x"}
    for name, value in wrong.items():
        monkeypatch.setenv(f"TOCSIN_{name}", value)
    with pytest.raises(SettingsError) as caught:
        Settings.read()
    assert sorted(caught.value.lines) == [
        "TOCSIN_DATABASE_URL: must look like postgresql://user:password@host:5432/database.",
        "TOCSIN_HOST: must not be empty; leave it out for the default.",
        "TOCSIN_LOG_FORMAT: must be one of console, json.",
        "TOCSIN_PORT: must be a whole number from 0 to 65535.",
        "TOCSIN_WEB_THREADS: must be a whole number from 1 to 256.",
    ]


@pytest.mark.parametrize("scheme", ["postgresql", "postgresql+psycopg"])
def test_a_database_url_names_its_driver_afterwards(monkeypatch: pytest.MonkeyPatch, scheme: str) -> None:
    """Both usual spellings mean the one driver that is installed, and the password survives."""
    monkeypatch.setenv("TOCSIN_DATABASE_URL", f"{scheme}://ann:p%40ss@db:5433/tocsin")
    assert Settings.read().database_url == "postgresql+psycopg://ann:p%40ss@db:5433/tocsin"


@pytest.mark.parametrize("url", ["postgresql+asyncpg://db/x", "db:5432", "postgresql://db:port/x", "http://secret@db"])
def test_a_wrong_database_url_is_not_repeated(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    """A URL may hold a password, so that the message must not."""
    monkeypatch.setenv("TOCSIN_MIGRATIONS_URL", url)
    with pytest.raises(SettingsError) as caught:
        Settings.read()
    assert str(caught.value).startswith("TOCSIN_MIGRATIONS_URL: must look like")
    assert url not in str(caught.value)


def test_an_empty_database_url_counts_as_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """Container files pass settings on that nobody has filled in."""
    monkeypatch.setenv("TOCSIN_DATABASE_URL", "")
    assert Settings.read().database_url is None


OIDC = {"OIDC_ISSUER": "https://login.acme.example", "OIDC_CLIENT_ID": "tocsin", "OIDC_CLIENT_SECRET": "hush"}


def test_an_identity_providers_settings_come_together(monkeypatch: pytest.MonkeyPatch) -> None:
    """All three or none; and what the settings say of themselves keeps the secret."""
    assert Settings.read().oidc is None
    for name, value in OIDC.items():
        monkeypatch.setenv(f"TOCSIN_{name}", value)
    oidc = Settings.read().oidc
    assert oidc == OidcSettings("https://login.acme.example", "tocsin", "hush")
    assert "hush" not in repr(Settings.read())


@pytest.mark.parametrize("missing", OIDC)
def test_one_alone_is_reported(monkeypatch: pytest.MonkeyPatch, missing: str) -> None:
    """Half a configuration would only fail when the first person signs in."""
    for name, value in OIDC.items():
        monkeypatch.setenv(f"TOCSIN_{name}", "" if name == missing else value)
    with pytest.raises(SettingsError, match=f"needs TOCSIN_{missing} beside it"):
        Settings.read()


@pytest.mark.parametrize(
    "issuer", ["http://login.acme.example", "login.acme.example", "https://", "https://a.example/?b=c", "http://[a"]
)
def test_an_issuer_is_reached_safely(monkeypatch: pytest.MonkeyPatch, issuer: str) -> None:
    """Over plain http anybody in between could say who signs in; a provider on this machine is for trying out."""
    for name, value in OIDC.items():
        monkeypatch.setenv(f"TOCSIN_{name}", value)
    monkeypatch.setenv("TOCSIN_OIDC_ISSUER", "http://127.0.0.1:9000/realm")
    assert Settings.read().oidc is not None
    monkeypatch.setenv("TOCSIN_OIDC_ISSUER", issuer)
    with pytest.raises(SettingsError, match="TOCSIN_OIDC_ISSUER: must look like"):
        Settings.read()


def test_networks_that_requests_may_go_to_are_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    """None by default; IPv4 and IPv6, with spaces or without."""
    assert Settings.read().outbound_allow == ()
    monkeypatch.setenv("TOCSIN_OUTBOUND_ALLOW", "10.20.0.0/16, fd00:20::/32,192.0.2.7")
    allowed = Settings.read().outbound_allow
    assert allowed == tuple(map(ip_network, ("10.20.0.0/16", "fd00:20::/32", "192.0.2.7/32")))


@pytest.mark.parametrize("wrong", ["10.20.0.1/16", "intranet.example", "10.0.0.0/8;fd00::/8"])
def test_what_is_no_network_is_reported(monkeypatch: pytest.MonkeyPatch, wrong: str) -> None:
    """A host in it, a name, another separator: better refused than half understood."""
    monkeypatch.setenv("TOCSIN_OUTBOUND_ALLOW", wrong)
    with pytest.raises(SettingsError, match="TOCSIN_OUTBOUND_ALLOW: must look like"):
        Settings.read()


def test_the_provider_file_is_read_at_the_start(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Its secrets come from the environment; each mistake in it names the file, the line and the key."""
    assert (Settings.read().phone.sms, Settings.read().phone.voice) == (None, None)
    file = tmp_path / "provider.yaml"
    file.write_text(
        'sms: {url: https://sms.example/, fields: {to: "{to}", text: "{text}"}, auth: {bearer: {env: SMS_KEY}}}'
    )
    monkeypatch.setenv("TOCSIN_PROVIDER_FILE", str(file))
    monkeypatch.setenv("SMS_KEY", "hush")
    sms = Settings.read().phone.sms
    assert sms is not None
    assert sms.headers == {"Authorization": "Bearer hush"}
    assert "hush" not in repr(Settings.read())
    file.write_text('voice: {url: "https://ann:hush@sms.example/", fields: {to: "{to}", txt: "{text}"}, metod: GET}')
    with pytest.raises(SettingsError) as caught:
        Settings.read()
    assert str(caught.value).startswith(f"TOCSIN_PROVIDER_FILE: {file}: line 1: voice.")
    assert all(key in str(caught.value) for key in ("voice.url", "voice.metod"))
    assert "hush" not in str(caught.value)
    for missing in (tmp_path / "none.yaml", tmp_path):
        monkeypatch.setenv("TOCSIN_PROVIDER_FILE", str(missing))
        with pytest.raises(SettingsError, match=f"TOCSIN_PROVIDER_FILE: {missing} cannot be read"):
            Settings.read()


def test_a_worker_is_scraped_where_the_settings_say(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nowhere by default; then on this machine alone, unless a host is named; a port that is none is told."""
    assert Settings.read().metrics is None
    monkeypatch.setenv("TOCSIN_METRICS_PORT", "9464")
    assert Settings.read().metrics == MetricsSettings("127.0.0.1", 9464)
    monkeypatch.setenv("TOCSIN_METRICS_HOST", "0.0.0.0")  # noqa: S104 - that is what may be asked for
    assert Settings.read().metrics == MetricsSettings("0.0.0.0", 9464)  # noqa: S104 - as above
    monkeypatch.setenv("TOCSIN_METRICS_PORT", "0")
    with pytest.raises(SettingsError, match="TOCSIN_METRICS_PORT: must be a whole number from 1 to 65535"):
        Settings.read()
