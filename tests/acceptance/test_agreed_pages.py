"""What the documents tell the parties of an agreement to do works: each example of these pages, in its order."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from api.access.permissions import Scope
from escalation.agreement import Agreement, read
from escalation.changes import Sender
from tests.support.http import party_key
from tests.support.live import live

if TYPE_CHECKING:
    from collections.abc import Iterator

    from api.bootstrap import Tocsin

ROOT = Path(__file__).resolve().parents[2]
PARTIES = ("acme", "globex")
WORKS = (Scope.INCIDENTS_READ, Scope.INCIDENTS_WRITE, Scope.INCIDENTS_COORDINATE)
SCOPES = [*WORKS, Scope.AGREEMENTS_READ, Scope.AGREEMENTS_DECIDE]
EXAMPLES = re.compile(r"^```sh\n(.*?)^```$", re.DOTALL | re.MULTILINE)

pytestmark = pytest.mark.skipif(shutil.which("curl") is None, reason="the pages are by curl, which is not installed")


@pytest.fixture
def example() -> Agreement:
    """Give the worked example, which the pages are about."""
    agreement, mistakes = read((ROOT / "examples" / "agreements" / "acme-globex.yaml").read_bytes())
    assert agreement is not None, mistakes
    return agreement


@pytest.fixture
def tocsin(database_url: str, example: Agreement, environment: dict[str, str]) -> Iterator[Tocsin]:
    """Yield a live Tocsin with the example proposed, and with a key of each party in the environment."""
    with live(database_url) as (address, tocsin):
        tocsin.book.publish(example, by="test")
        environment["TOCSIN"] = address
        for party in PARTIES:
            environment[party.upper()] = party_key(tocsin, example.partnership, party, SCOPES)
        yield tocsin


@pytest.fixture
def environment() -> dict[str, str]:
    """Give the environment of the shell that runs the pages."""
    return dict(os.environ)


def sign(tocsin: Tocsin, example: Agreement) -> None:
    """Let both parties sign the example."""
    for party in PARTIES:
        tocsin.agreements.sign(example.partnership, example.version, example.digest, Sender("test", party))


def followed(page: str, environment: dict[str, str], folder: Path) -> list[str]:
    """Run every example of a page in one shell that stops at the first mistake; give the lines that it prints."""
    blocks = EXAMPLES.findall((ROOT / "docs" / page).read_text(encoding="utf-8"))
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", "\n".join(blocks)],  # noqa: S607 - the shell of the path, as a reader has it
        env=environment, cwd=folder, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr + done.stdout[-2000:]
    return done.stdout.splitlines()


def ending_in(lines: list[str], *words: str) -> list[str]:
    """Give those of some words that lines consist of, or end with where an answer without a line's end came before."""
    return [word for line in lines for word in words if re.search(rf"(^|[}}\]]){word}$", line)]


def test_deciding(tocsin: Tocsin, example: Agreement, environment: dict[str, str], tmp_path: Path) -> None:
    """A granted exclusion, a claim taken back, a settled severity, consent, an older time that is met, more time."""
    sign(tocsin, example)
    lines = followed("deciding.md", environment, tmp_path)
    told = ending_in(lines, "granted", "withdrawn", "S1", "S2", "met")
    assert told == ["granted", "withdrawn", "S1", "S1", "S2", "met", "granted"]


def test_answering(tocsin: Tocsin, example: Agreement, environment: dict[str, str], tmp_path: Path) -> None:
    """Taken, snoozed and woken; in nobody's hand once it was escalated or reassigned; and somebody who comes."""
    sign(tocsin, example)
    lines = followed("answering.md", environment, tmp_path)
    assert lines == ["acknowledged", "snoozed", "None", "open", "open", "accepted"]


def test_ladders(tocsin: Tocsin, example: Agreement, environment: dict[str, str], tmp_path: Path) -> None:
    """A rung is to come, and what it hangs on is said in words; then somebody has it in hand."""
    sign(tocsin, example)
    lines = followed("ladders.md", environment, tmp_path)
    assert lines == ["All of the acknowledge clock is used up", "to_come", "acknowledged", "in hand"]


def test_linking(tocsin: Tocsin, example: Agreement, environment: dict[str, str], tmp_path: Path) -> None:
    """A duplicate leads to its original; a child is acknowledged and resolved with its parent, and leaves it."""
    sign(tocsin, example)
    lines = followed("linking.md", environment, tmp_path)
    gateway, shops, again = (f"INC-{number}" for number in (1001, 1002, 1003))
    assert lines == ["duplicate", shops, again, gateway, shops, "acknowledged", "resolved", "None"]


def test_legal(tocsin: Tocsin, example: Agreement, environment: dict[str, str], tmp_path: Path) -> None:
    """The flag makes it an S1, awareness starts the clock, and the filing stops it in time."""
    sign(tocsin, example)
    assert ending_in(followed("legal.md", environment, tmp_path), "S1", "running", "met") == ["S1", "running", "met"]


def test_people(tocsin: Tocsin, example: Agreement, environment: dict[str, str], tmp_path: Path) -> None:
    """A team holds a contact, and whoever of it is not away is reached."""
    sign(tocsin, example)
    manages = (Scope.INCIDENTS_READ, Scope.ONCALL_MANAGE, Scope.ADMIN, Scope.AGREEMENTS_READ)
    environment["MANAGER"] = party_key(tocsin, example.partnership, "acme", manages)
    lines = followed("people.md", environment, tmp_path)
    assert lines == ["acme.payments", "Bob", "team:acme.payments", "Ann", "1", "True", "Bob", "payments-api"]


def test_on_call(tocsin: Tocsin, example: Agreement, environment: dict[str, str], tmp_path: Path) -> None:
    """A schedule, who is on call, an override and a gap, hours that must be covered, and a calendar that ends."""
    sign(tocsin, example)
    manages = (Scope.INCIDENTS_READ, Scope.ONCALL_MANAGE, Scope.ADMIN, Scope.AGREEMENTS_READ)
    environment["MANAGER"] = party_key(tocsin, example.partnership, "acme", manages)
    lines = followed("on-call.md", environment, tmp_path)
    told = ["acme.first", "True", "acme.first", "Bob", "Ann is on a train", "[]", "1", "09:00"]
    assert lines == [*told, "BEGIN:VCALENDAR", "True"]


def test_heartbeats(tocsin: Tocsin, example: Agreement, environment: dict[str, str], tmp_path: Path) -> None:
    """Never heard, alive, silent with an incident that a call resolves; paused, resumed and removed."""
    sign(tocsin, example)
    manages = (Scope.INCIDENTS_READ, Scope.INTEGRATIONS_MANAGE)
    environment["MANAGER"] = party_key(tocsin, example.partnership, "acme", manages)
    lines = followed("heartbeats.md", environment, tmp_path)
    told = ["never_heard", "alive", "1", "No heartbeat from nightly-backup", "silent", "alive"]
    assert lines == [*told, "paused", "True", "removed"]


def test_webhooks(tocsin: Tocsin, example: Agreement, environment: dict[str, str], tmp_path: Path) -> None:
    """Made, pinged, with another secret; paused, resumed, changed; its log, messages sent again, and removed."""
    sign(tocsin, example)
    manages = (Scope.INTEGRATIONS_MANAGE, Scope.EVENTS_READ)
    environment["MANAGER"] = party_key(tocsin, example.partnership, "acme", manages)
    lines = followed("webhooks.md", environment, tmp_path)
    told = ["active", "tocsin.ping.v1", "paused", "active", "['incident.*', 'agreement.*']", "tocsin.ping.v1"]
    assert lines == [*told, "1", "0", "removed"]


@pytest.mark.usefixtures("tocsin")
def test_contract(environment: dict[str, str], tmp_path: Path) -> None:
    """Signed by both and in force; then a notice, a certificate that is renewed, and a dispute that is settled."""
    lines = followed("contract.md", environment, tmp_path)
    stages = ["in_force", "completed", "valid", "settled"]
    assert ending_in(lines, *stages) == stages
