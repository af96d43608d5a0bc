"""What an agreement may not say, beyond a single slip."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from escalation.agreement import Mistake, read

TEXT = (Path(__file__).parents[3] / "examples/agreements/acme-globex.yaml").read_text(encoding="utf-8")
SECTIONS = re.findall(r"\n  ([a-z_]+):", TEXT[TEXT.index("\nspec:") :])
"""Each section of spec that the example has."""


def test_every_mistake_is_reported_at_once_in_the_order_of_the_file() -> None:
    """Mistakes in different parts of the file come together, sorted by line."""
    text = TEXT.replace("version: 3 ", "version: x ").replace("PT15M", "15m").replace("provider.coo,", "provider.ceo,")
    text = text.replace("party: globex, role: dpo", "party: globx, role: dpo").replace("rfc5545", "x")
    mistakes = read(text)[1]
    assert [mistake.field for mistake in mistakes] == [
        "metadata.version",
        "spec.contacts.6.party",
        "spec.calendars.edge_rule",
        "spec.targets.acknowledge.within.S1",
        "spec.ladders.S1.3.to.0",
    ]
    lines = [mistake.line or 0 for mistake in mistakes]
    assert lines == sorted(lines)


def test_a_ladder_that_no_incident_uses() -> None:
    """With a ladder for each severity `default` is never used."""
    rungs = "\n      - {when: opened, notify: [acme-duty]}\n"
    ladders = "".join(f"    {severity}:{rungs}" for severity in ("S2", "S3", "S4"))
    (mistake,) = read(TEXT.replace("    default:\n", f"{ladders}    default:\n"))[1]
    assert (mistake.field, mistake.right) == ("spec.ladders.default", "remove it")


def test_a_rung_that_is_never_reached() -> None:
    """A rung on a clock that the ladder's severities do not have can never fire."""
    text = TEXT.replace(
        "    default:\n", "    S4:\n      - {when: {clock: update, at: 50%}, to: acme-duty}\n    default:\n"
    )
    (mistake,) = read(text)[1]
    assert mistake.field == "spec.ladders.S4.0.when.clock"
    assert mistake.wrong == "never reached: no update clock at severity S4"


@pytest.mark.parametrize(
    "url", ["ftp://x.example/", "https://", "//x.example", "https://a:b@x.example/", "http://[::1", "http://x y/", "x"]
)
def test_a_webhook_needs_an_address_to_post_to(url: str) -> None:
    """Only http and https, with a host and without a password."""
    text = TEXT.replace("  services:", f'  webhooks: [{{id: w, party: acme, url: "{url}"}}]\n  services:')
    (mistake,) = read(text)[1]
    assert mistake.field == "spec.webhooks.0.url"


def test_a_partnership_has_at_least_two_parties() -> None:
    """One party has nobody to agree with."""
    start, end = TEXT.index("    - {id: globex, role"), TEXT.index("  contacts:")
    assert str(read(TEXT[:start] + TEXT[end:])[1][0]).endswith("parties: 1; a partnership has at least two")


def test_an_agreement_needs_a_service() -> None:
    """Without a service no incident could be declared."""
    services = TEXT[TEXT.index("  services:") : TEXT.index("  calendars:")]
    mistakes = read(TEXT.replace(services, "  services: []\n"))[1]
    assert [mistake.field for mistake in mistakes] == [
        "spec.services",
        "spec.severity.floors.1.when.service_tier",
        "spec.exclusions.3.conditions.services.0",
    ]
    missing = read(TEXT.replace(services, ""))[1]
    assert (missing[0].field, missing[0].wrong) == ("spec.services", "missing")


def test_a_superseded_version_must_be_published_where_that_is_known() -> None:
    """With the published versions at hand, a version cannot replace one that never was."""
    assert read(TEXT, known={"acme-globex": [1, 2]})[1] == []
    (mistake,) = read(TEXT, known={"acme-globex": [1]})[1]
    assert (mistake.field, mistake.right) == ("metadata.supersedes", "published: 1")


def test_a_part_that_cannot_be_read_is_named_once_and_blames_nobody_else() -> None:
    """Without a severity scale no severity anywhere is called undeclared; the same for each section of spec."""
    scale = "    scale: [S1, S2, S3, S4]"
    fields = {mistake.field for mistake in read(TEXT.replace(scale, "    junk: [S1, S2, S3, S4]"))[1]}
    assert fields == {"spec.severity.scale", "spec.severity.junk"}
    for section in SECTIONS:
        text = TEXT.replace(f"\n  {section}:", f"\n  {section}: 5\n  junk:")
        assert [mistake.field for mistake in read(text)[1] if mistake.field != "spec.junk"] == [f"spec.{section}"]


def test_a_mistake_as_one_line_for_a_person() -> None:
    """Line, field, what is wrong, what is right; without a line or a field these are left out."""
    assert str(Mistake(3, "a.b", "bad", "good")) == "line 3: a.b: bad; good"
    assert str(Mistake(None, "", "bad", "good")) == "bad; good"
