"""What the documents tell a partner's engineer to do works: the walk-through by curl, and the client in Python."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from api.access.permissions import Scope
from escalation.agreement import read
from tests.support.http import OURS, agreement_text, party_key
from tests.support.live import live

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[2]
SCOPES = [Scope.INCIDENTS_READ, Scope.INCIDENTS_WRITE, Scope.INCIDENTS_COORDINATE, Scope.EVENTS_READ]


@pytest.fixture
def environment(database_url: str) -> Iterator[dict[str, str]]:
    """Yield the environment of somebody with a key to a live Tocsin."""
    with live(database_url) as (address, tocsin):
        agreement, mistakes = read(agreement_text())
        assert agreement is not None, mistakes
        tocsin.book.publish(agreement, by="test")
        yield {**os.environ, "TOCSIN": address, "KEY": party_key(tocsin, OURS, "globex", SCOPES)}


@pytest.mark.skipif(shutil.which("curl") is None, reason="the walk-through is by curl, which is not installed here")
def test_the_walk_through(environment: dict[str, str], tmp_path: Path) -> None:
    """Every line that the page gives is run, in its order, in one shell that stops at the first mistake."""
    page = (ROOT / "docs" / "walkthrough.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```sh\n(.*?)^```$", page, re.DOTALL | re.MULTILINE)
    assert len(blocks) > 7
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", "\n".join(blocks)],  # noqa: S607 - the shell of the path, as a reader has it
        env=environment, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr + done.stdout[-2000:]
    lines = done.stdout.splitlines()
    assert "acknowledged" in lines
    assert "incident.resolved.v1" in lines
    announced, counted = lines[-2:]
    assert f"sha-256=:{counted}:" in announced


def test_the_client(environment: dict[str, str]) -> None:
    """It declares, works, is refused where it has not looked, and follows the feed to the end of its incident."""
    done = subprocess.run(
        [sys.executable, "examples/client.py", OURS, "payments-api"],
        env=environment, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[0].startswith("I work for globex and may: events:read, incidents:coordinate")
    assert [line for line in lines if line.startswith("Refused (stale)")]
    followed = [line.split()[-1] for line in lines if " incident." in line]
    assert [name for name in followed if name != "incident.rung_fired.v1"] == [
        "incident.declared.v1", "incident.acknowledged.v1", "incident.noted.v1", "incident.resolved.v1",
    ]  # fmt: skip
    assert lines[-1] == "Open now: 0"
