"""Awareness, flags and filings over HTTP."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.deciding import Bench
from tests.support.http import Site, party_key, problem_of, wrong_fields

BREACH = {"add": ["personal_data_breach"]}
FILED = {"notification": "notify-client", "reference": "DPO-2026-17"}


@pytest.fixture
def bench(site: Site) -> Bench:
    """Give two parties under an agreement with a legal notification."""
    return Bench(site)


def known(bench: Bench, hours: float = 2) -> dict[str, Any]:
    """Declare a breach of personal data that the provider has known of for so many hours."""
    incident = bench.declare()
    bench["acme"].must(incident, "flags", BREACH)
    return bench["acme"].must(incident, "aware", {"occurred_at": bench.ago(hours=hours)})


def test_the_clock_runs_from_awareness_which_lies_before_the_report(bench: Bench) -> None:
    """24 hours from when the provider knew; nobody's office hours and no pause stop it."""
    incident = known(bench)
    clock = bench.clock(incident, "notify-client")
    assert (clock["counted"], clock["target"], clock["state"]) == (2 * 3600, 24 * 3600, "running")
    assert clock["duty_of"] == ["acme"]


def test_without_the_flag_nothing_is_owed(bench: Bench) -> None:
    """Awareness alone calls for no notification of the law on personal data; losing the flag takes it back."""
    incident = bench.declare()
    bench["acme"].must(incident, "aware", {})
    assert "notify-client" not in {each["clock"] for each in bench.read(incident, "clocks")["clocks"]}


def test_a_filing_meets_the_clock_and_is_read_by_both(bench: Bench) -> None:
    """It has an address and a number; the receiver's confirmation and an amendment stand beside it."""
    incident = known(bench)
    filing = bench.made("acme", incident, "filings", FILED)
    assert bench.clock(incident, "notify-client")["state"] == "met"
    address = f"filings/{filing['number']}"
    confirmed = bench["acme"].command(incident, f"{address}/acknowledge", {"reference": "LfDI 4711"}).body
    assert confirmed["state"] == "acknowledged"
    amended = bench["acme"].command(incident, f"{address}/amend", {"text": "Fewer than 400 people"}).body
    assert (amended["state"], amended["amendments"][0]["text"]) == ("amended", "Fewer than 400 people")
    listed = bench.read(incident, "filings", "globex")
    assert [each["reference"] for each in listed["items"]] == ["DPO-2026-17"]
    assert set(listed["aware"]) >= {"acme"}
    assert bench.read(incident, address, "globex")["number"] == filing["number"]


def test_each_party_says_what_it_knew_itself(bench: Bench) -> None:
    """Who is of neither side, the operator too, says and files it for none."""
    incident = bench.declare()
    for neither in (bench.site.operator, bench.site.caller(party_key(bench.site.tocsin, "acme-globex", None))):
        assert problem_of(neither.command(incident, "aware", {}))["code"] == "not_your_awareness"
        assert problem_of(neither.command(incident, "filings", FILED))["code"] == "not_your_duty"
    bench["globex"].must(incident, "aware", {})
    assert set(bench.read(incident, "filings")["aware"]) == {"globex"}


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({}, ["notification"]),
        ({"notification": "no-such"}, ["notification"]),
        ({"notification": "notify-client", "complete": "no"}, ["complete"]),
        ({"notification": "notify-client", "complete": False}, ["complete"]),
        ({"notification": "notify-client", "reference": ""}, ["reference"]),
    ],
)
def test_a_filing_that_cannot_be_understood_names_its_field(
    bench: Bench, body: dict[str, Any], fields: list[str]
) -> None:
    """Nothing is recorded."""
    incident = known(bench)
    answer = bench["acme"].command(incident, "filings", body)
    assert (answer.status, wrong_fields(answer)) == (422, fields)
    assert bench.read(incident, "filings")["items"] == []


def test_the_other_party_cannot_file_what_it_does_not_owe(bench: Bench) -> None:
    """The duty is the provider's."""
    incident = known(bench)
    assert problem_of(bench["globex"].command(incident, "filings", FILED))["code"] == "not_your_duty"


def test_an_unknown_filing_is_not_found(bench: Bench) -> None:
    """To read, to confirm, to amend."""
    incident = known(bench)
    assert bench["acme"].get(f"/v1/incidents/{incident['id']}/filings/99").status == 404
    assert bench["acme"].command(incident, "filings/99/acknowledge", {}).status == 404
    assert bench["acme"].command(incident, "filings/99/amend", {"text": "x"}).status == 404


def test_flags_change_the_severity_by_its_floors_and_need_a_change(bench: Bench) -> None:
    """What is there already is no change."""
    incident = bench.declare()
    assert bench["acme"].must(incident, "flags", BREACH)["flags"] == ["personal_data_breach"]
    assert problem_of(bench["acme"].command(incident, "flags", BREACH))["code"] == "same_flags"
    assert bench["acme"].must(incident, "flags", {"remove": ["personal_data_breach"]})["flags"] == []
