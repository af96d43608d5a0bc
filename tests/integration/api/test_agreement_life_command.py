"""`tocsin agreement propose|sign|status|handover` on a database."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner, Result

from api.cli import main
from tests.support.agreeing import PARTNERSHIP, Partners, agreement_text

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.support.http import Site


@pytest.fixture
def run(site: Site, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Give a function that runs `tocsin agreement` on the site's database."""
    del site  # it has migrated it
    monkeypatch.setenv("TOCSIN_DATABASE_URL", database_url)
    monkeypatch.setenv("COLUMNS", "240")
    return lambda *arguments, **environment: CliRunner(env=environment).invoke(main, ["agreement", *arguments])


def test_a_version_is_proposed_signed_and_shown(site: Site, run: Callable[..., Result], tmp_path: Path) -> None:
    """Each step says what is still missing; a key that decides nothing signs nothing."""
    file = tmp_path / "agreement.yaml"
    file.write_bytes(agreement_text())
    proposed = run("propose", str(file))
    assert (proposed.exit_code, "waits for the signatures of acme, globex" in proposed.output) == (0, True)
    digest = proposed.output.split("Digest ")[1].removesuffix(".\n")
    assert "once acme, globex have signed" in run("publish", str(file)).output

    decides = ["agreements:decide"]
    keys = {
        party: site.tocsin.keys.issue(party, PARTNERSHIP, party, decides, by="test").token
        for party in ("acme", "globex")
    }
    reads = site.tocsin.keys.issue("reader", PARTNERSHIP, "acme", ["agreements:read"], by="test").token
    sign = ("sign", PARTNERSHIP, "1", "--digest", digest)
    refused = run(*sign, TOCSIN_API_KEY=reads)
    assert (refused.exit_code, "needs the scope agreements:decide" in refused.stderr) == (2, True)
    assert run(*sign, TOCSIN_API_KEY=keys["acme"]).output == "Signed for acme.\nIt waits for globex.\n"
    wrong = run("sign", PARTNERSHIP, "1", "--digest", "0" * 64, TOCSIN_API_KEY=keys["globex"])
    assert (wrong.exit_code, "another digest" in wrong.stderr) == (1, True)
    shown = run("status", PARTNERSHIP).output
    assert "proposed" in shown
    assert "globex: awaited" in shown
    assert f"Version 1 waits for globex: tocsin agreement sign {PARTNERSHIP} 1 --digest {digest}\n" in shown
    done = run(*sign, TOCSIN_API_KEY=keys["globex"])
    assert "All have signed: it is in force from 2026-01-01 00:00 UTC." in done.output
    assert "in force" in run("status", PARTNERSHIP).output


def test_what_is_not_there_is_told_with_what_is(site: Site, run: Callable[..., Result]) -> None:
    """A partnership without an agreement, and a number that no version has."""
    none = run("status", "initech")
    assert (none.exit_code, none.stderr) == (
        1, "No agreement of initech is on record. Publish one: tocsin agreement publish FILE.\n",
    )  # fmt: skip
    Partners(site, agreement_text())
    key = site.tocsin.keys.issue("acme", PARTNERSHIP, "acme", ["agreements:decide"], by="test").token
    other = run("sign", PARTNERSHIP, "7", "--digest", "0" * 64, TOCSIN_API_KEY=key)
    assert (other.exit_code, other.stderr) == (1, "VERSION: There is none of that number. Give one of: 1.\n")


def test_the_record_is_handed_over_at_the_end(site: Site, run: Callable[..., Result], tmp_path: Path) -> None:
    """To each party what it may see, with digests that are true, and not before the end."""
    partners = Partners(site, agreement_text(until="2026-03-10"))
    partners.agree()
    incident = partners.must(partners.declare(), 201)
    internal = {"text": "Between us of acme", "visibility": "internal"}
    partners["acme"].must(incident, "note", internal)
    early = run("handover", PARTNERSHIP, "-o", str(tmp_path))
    assert (early.exit_code, "has not ended" in early.stderr) == (1, True)
    partners.turn(days=10)

    done = run("handover", PARTNERSHIP, "-o", str(tmp_path))
    assert (done.exit_code, done.stderr) == (0, "")
    digests = {}
    for party, sees in (("acme", True), ("globex", False)):
        folder = tmp_path / party
        manifest = json.loads((folder / "manifest.json").read_bytes())
        assert (manifest["party"], manifest["records_kept_until"]) == (party, "2033-03-11T00:00:00+00:00")
        assert [each["name"] for each in manifest["files"]] == ["agreement-1.json", "events.jsonl"]
        for each in manifest["files"]:
            assert hashlib.sha256((folder / each["name"]).read_bytes()).hexdigest() == each["sha256"]
        events = (folder / "events.jsonl").read_bytes()
        assert (b"Between us of acme" in events) is sees
        assert events.count(b"\n") == manifest["events"]
        digests[party] = hashlib.sha256((folder / "manifest.json").read_bytes()).hexdigest()
    handed = partners.record().history[-2:]
    assert {fact.party: fact.digest for fact in handed} == digests  # type: ignore[attr-defined] # both are HandedOver
    end = partners.must(partners["globex"].get(f"/v1/agreements/{PARTNERSHIP}/end"))
    assert end["handover"] == [{"party": "acme", "handed_over": True}, {"party": "globex", "handed_over": True}]

    again = run("handover", PARTNERSHIP, "-o", str(tmp_path))
    assert (again.exit_code, "is there already" in again.stderr) == (1, True)
