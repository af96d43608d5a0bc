"""The poster: one request by HTTP/1.1 to where somebody outside said it should go, under every guard.

Nothing that the environment says of proxies counts, no redirect is followed, and of an answer no more is read than
was asked for: all of that is for those who know whom they call.
"""

from __future__ import annotations

import re
import ssl
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

import httpcore

from notifications.channels.channel import SendFailed
from notifications.posting.deadline import Deadline
from notifications.posting.resolving import SystemResolver
from notifications.posting.wire import GuardedBackend, NameNotFound, NotAllowed, NotConnected

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from notifications.posting.reachable import Network
    from notifications.posting.resolving import Resolve

LONGEST = 10.0
"""Seconds for all of a request, also with a peer that drips one byte at a time; well within the lease of a claim."""
USER_AGENT = "Tocsin"
_PORTS = {"http": 80, "https": 443}
_HOST = re.compile(r"[A-Za-z0-9._-]+|[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*")
_VISIBLE = re.compile(r"[!-~]+")
_TROUBLE = (OSError, NotAllowed, NameNotFound, NotConnected, httpcore.ProtocolError, httpcore.NetworkError)
_SAID: tuple[tuple[type[Exception], str], ...] = (
    (TimeoutError, "timed out"),
    (NotAllowed, "address is not of the open internet, nor allowed here"),
    (NameNotFound, "host name not found"),
    (NotConnected, "could not connect"),
    (ssl.SSLCertVerificationError, "certificate is not trusted"),
    (ssl.SSLError, "no TLS could be agreed on"),
)


class Answer(NamedTuple):
    """What the other side answered. `cut`: its body is longer than what was read of it, or broke off."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    cut: bool

    def header(self, name: str) -> str | None:
        """Give the first header of a name, in any case."""
        return next((value for each, value in self.headers if each.lower() == name.lower()), None)


class Poster:
    """Sends requests, any number of threads at once, each on a connection of its own."""

    def __init__(
        self, allowed: Sequence[Network] = (), *, resolve: Resolve | None = None, tls: ssl.SSLContext | None = None
    ) -> None:
        """Take the networks that are allowed besides the open internet; what looks names up; whose certificates count.

        By default the system's resolver, and the authorities that the system trusts.
        """
        self._allowed = tuple(allowed)
        self._resolve = resolve or SystemResolver()
        self._tls = tls or ssl.create_default_context()

    def post(
        self, url: str, content: bytes, headers: Mapping[str, str], *, most: int = 0, seconds: float = LONGEST
    ) -> Answer:
        """POST to a URL and give the answer, whatever its status, with at most `most` bytes of its body.

        SendFailed, in our own words, where there is none; for good where the URL may not be posted to.
        """
        return self._send("POST", url, content, headers, most, Deadline(seconds))

    def get(self, url: str, headers: Mapping[str, str], *, most: int = 0, seconds: float = LONGEST) -> Answer:
        """GET a URL. As `post`."""
        return self._send("GET", url, b"", headers, most, Deadline(seconds))

    def close(self) -> None:
        """Let go of what is kept between requests."""
        self._resolve.close()

    def _send(  # noqa: PLR0913, PLR0917 - what a request is made of
        self, method: str, url: str, content: bytes, headers: Mapping[str, str], most: int, deadline: Deadline
    ) -> Answer:
        target = target_of(url)
        sent = [(name.encode(), value.encode()) for name, value in {**_own(target, method, content), **headers}.items()]
        backend = GuardedBackend(self._resolve, self._allowed, deadline)
        try:
            with httpcore.HTTPConnection(target.origin, self._tls, network_backend=backend) as connection:
                request = httpcore.Request(method, target, headers=sent, content=content)
                return _read(connection.handle_request(request), most)
        except _TROUBLE as error:
            raise trouble(error) from error


def target_of(url: str) -> httpcore.URL:
    """Read where to send. SendFailed, for good: it is no http or https URL, or one with a name or password in it.

    It is read once and rebuilt from what was read: two readers of one URL may differ on which host it names.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port if parts.port is not None else _PORTS[parts.scheme]
    except (ValueError, KeyError) as error:
        raise _no_url() from error
    if "@" in parts.netloc or not _VISIBLE.fullmatch(url) or not _HOST.fullmatch(host) or not port:
        raise _no_url()
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return httpcore.URL(scheme=parts.scheme, host=host, port=port, target=path)


def trouble(error: Exception) -> SendFailed:
    """Say in our own words why there is no answer."""
    detail = next((words for kind, words in _SAID if isinstance(error, kind)), "connection broke")
    unclear = isinstance(error, TimeoutError) or not isinstance(error, tuple(kind for kind, _ in _SAID))
    return SendFailed(detail, permanent=isinstance(error, NotAllowed), unclear=unclear)


def _no_url() -> SendFailed:
    return SendFailed("not a URL that can be posted to", permanent=True)


def _own(target: httpcore.URL, method: str, content: bytes) -> dict[str, str]:
    """Give the headers that every request has. A compressed answer would be larger than what was read of it."""
    own = {"Host": _host(target), "User-Agent": USER_AGENT, "Accept": "*/*", "Accept-Encoding": "identity"}
    return own | {"Connection": "close"} | ({"Content-Length": str(len(content))} if method == "POST" else {})


def _host(target: httpcore.URL) -> str:
    """Write the Host header (RFC 9112, section 3.2), which httpcore would write without the brackets of IPv6."""
    host = target.host.decode()
    host = f"[{host}]" if ":" in host else host
    return host if target.port == _PORTS[target.scheme.decode()] else f"{host}:{target.port}"


def _read(response: httpcore.Response, most: int) -> Answer:
    """Read the beginning of the body. Its end is no matter: whoever breaks off after a status has answered."""
    body, cut = b"", False
    try:
        chunks = iter(response.iter_stream()) if most else iter(())
        while len(body) < most and (chunk := next(chunks, None)) is not None:
            body += chunk
    except _TROUBLE:
        cut = True
    headers = tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in response.headers)
    return Answer(response.status, headers, body[:most], cut or len(body) > most)
