from __future__ import annotations

import json
import re
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path
from textwrap import indent
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from escalation.agreement import AgreementError, Recipient, check_document, parse, read
from escalation.agreement.text.durations import calendar_days, counted_seconds

if TYPE_CHECKING:
    from escalation.agreement import Agreement

EXAMPLES = Path(__file__).parents[3] / "examples" / "agreements"
HOUR = 3600


def example(name: str = "acme-globex") -> str:
    """The text of an example agreement."""
    return (EXAMPLES / f"{name}.yaml").read_text(encoding="utf-8")


def agreed(text: str) -> Agreement:
    """The agreement of a text without mistakes."""
    agreement, mistakes = read(text)
    assert mistakes == []
    assert agreement is not None
    return agreement


def seconds(iso: str) -> int:
    """Epoch seconds of an instant."""
    return int(datetime.fromisoformat(iso).timestamp())


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.yaml")), ids=lambda path: path.stem)
def test_every_example_is_right(path: Path) -> None:
    """What the repository offers as an example has no mistakes."""
    assert read(path.read_bytes())[1] == []


LADDERS = "ladders:\n"


@pytest.mark.parametrize(
    ("which", "names"),
    [(0, ["default"]), (1, ["S1", "default"]), (2, ["default", "globex/S1", "globex/default"])],
)
def test_the_documented_snippets_make_an_agreement(which: int, names: list[str]) -> None:
    """The examples in docs/agreement.md, put together, have no mistakes; of ladders there are several to choose."""
    guide = (EXAMPLES.parents[1] / "docs" / "agreement.md").read_text(encoding="utf-8")
    envelope, *parts = re.findall(r"```yaml\n(.*?)```", guide, re.DOTALL)
    ladders = [part for part in parts if part.startswith(LADDERS)]
    parts = [part for part in parts if part not in ladders]
    parts.append('term: {effective_from: "2026-01-01T00:00:00Z"}\ndefaults: {tz: UTC}\n')
    parts.append("services: [{id: api, provided_by: acme, used_by: [globex], tier: critical}]\n")
    parts.append("pauses: [{reason: waiting_on_partner}]\n")
    more = {
        "contacts:\n": "  - {id: acme-ops, party: acme, role: head_of_operations}\n"
        "  - {id: g, party: globex, role: service_owner}\n",
        "targets:\n": "  update: {within: {S1: PT1H}, calendar: always}\n"
        "  answer: {from: request_sent_to_client, until: client_replied, duty_of: client, repeats: true,\n"
        "    within: {S1: PT1H, S2: PT4H}, calendar: always}\n",
    }
    spec = "".join([*parts, ladders[which]])
    for heading, lines in more.items():
        spec = spec.replace(heading, heading + lines, 1)
    agreement = agreed(f"{envelope}spec:\n{indent(spec, '  ')}")
    assert len(agreement.targets) == 4
    assert (len(ladders), list(agreement.ladders)) == (3, names)


def test_header_and_term() -> None:
    """Who, which version, and from when to when, in UTC."""
    agreement = agreed(example().replace("effective_to: null", 'effective_to: "2027-01-01T00:00:00+01:00"'))
    assert (agreement.partnership, agreement.version, agreement.supersedes) == ("acme-globex", 3, 2)
    assert agreement.title == "Acme - Globex operations partnership"
    assert agreement.effective_from == datetime(2025, 12, 31, 23, tzinfo=UTC)
    assert agreement.effective_to == datetime(2026, 12, 31, 23, tzinfo=UTC)
    assert agreement.tz == "Europe/Berlin"


def test_people_and_services() -> None:
    """A party without a zone has the default one; a service knows what it depends on."""
    agreement = agreed(example())
    assert (agreement.parties["globex"].tz, agreement.parties["initech"].tz) == ("America/New_York", "Europe/Berlin")
    assert agreement.parties["initech"].to == "acme"
    assert agreement.contacts["acme-duty"].via == ("terminal",)
    assert agreement.services["payments-api"].depends_on == ("initech-gateway",)
    assert agreement.services["payments-api"].used_by == ("globex",)


def test_targets() -> None:
    """Targets in seconds and calendars per severity; a severity that is not in `within` has no such clock."""
    agreement = agreed(example())
    update, resolve = agreement.targets["update"], agreement.targets["resolve"]
    assert resolve.within == {"S1": 8 * HOUR, "S2": 24 * HOUR, "S3": 40 * HOUR, "S4": 80 * HOUR}
    assert resolve.calendar["S2"] == "always"
    assert resolve.calendar["S4"] == "berlin-office"
    assert resolve.pausable == {"waiting_on_partner", "change_window", "monitoring"}
    assert resolve.warn_at == (50, 75, 90)
    assert update.repeats
    assert update.applies_to("S3")
    assert not update.applies_to("S4")
    assert agreement.targets["acknowledge"].pausable == frozenset()


def test_one_duration_and_one_calendar_serve_every_severity() -> None:
    """A single `within` and a single `calendar` hold for the whole scale; a target's own warnings win."""
    lines = example().replace("within: {S1: PT8H, S2: PT24H, S3: PT40H, S4: PT80H}", "within: PT8H, warn_at: [10%]")
    resolve = agreed(lines).targets["resolve"]
    assert resolve.within == dict.fromkeys(("S1", "S2", "S3", "S4"), 8 * HOUR)
    assert resolve.warn_at == (10,)


def test_null_says_that_a_severity_has_no_such_target() -> None:
    """`S4: null` is the clear statement that silence is not."""
    acknowledge = agreed(example().replace("S4: PT8H", "S4: null")).targets["acknowledge"]
    assert not acknowledge.applies_to("S4")
    assert "S4" not in acknowledge.calendar


def test_calendars_are_compiled() -> None:
    """Hours, exceptions and holidays act: half of Christmas Eve, then nothing until Monday."""
    office = agreed(example()).calendars["berlin-office"]
    christmas_eve = seconds("2026-12-24T09:00:00+01:00")
    assert office.add(christmas_eve, 4 * HOUR) == seconds("2026-12-28T09:30:00+01:00")
    assert agreed(example()).known_until == {"berlin-office": date(2026, 12, 31)}


@pytest.mark.parametrize(
    ("key", "days"),
    [("daily", 7), ("sat", 1), ("mon-fri", 5), ("fri-mon", 4), ("mon, wed-fri", 4), ("tue-tue", 1), ("mon,sun", 2)],
)
def test_days_of_the_week(key: str, days: int) -> None:
    """Single days, ranges (over the weekend too), lists and `daily`, in a week without holidays."""
    some = f'    some: {{tz: UTC, hours: {{"{key}": [["00:00", "24:00"]]}}}}\n    always:'
    calendar = agreed(example().replace("    always:", some)).calendars["some"]
    assert calendar.counted(seconds("2026-01-12T00:00Z"), seconds("2026-01-19T00:00Z")) == days * 24 * HOUR


def test_clock_rules_that_are_left_out_have_the_stated_defaults() -> None:
    """Without clock_rules: no warnings, reopening within 5 days, facts up to 4 hours late."""
    text = example()
    start, end = text.index("  clock_rules:"), text.index("  targets:")
    rules = agreed(text[:start] + text[end:]).clock_rules
    assert (rules.warn_at, rules.reopen_within_days, rules.accept_backdated_by) == ((), 5, 4 * HOUR)


def test_pauses() -> None:
    """Limits in seconds; a title is made from the reason if there is none."""
    pauses = agreed(example()).pauses
    assert (pauses["waiting_on_partner"].title, pauses["waiting_on_partner"].max_each) == (
        "waiting on partner",
        72 * HOUR,
    )
    assert (pauses["change_window"].max_each, pauses["change_window"].max_total) == (None, 24 * HOUR)


def test_ladders() -> None:
    """A severity has its own ladder or the default one; rungs keep their order and whom they page and notify."""
    agreement = agreed(example())
    name, rungs = agreement.ladder_for("S1")
    assert name == "S1"
    assert [(rung.index, rung.when, rung.percent) for rung in rungs] == [
        (0, "opened", None),
        (1, "acknowledge", 100),
        (2, "resolve", 50),
        (3, "resolve", 100),
    ]
    assert (rungs[0].page, rungs[0].notify) == ((), ("acme-duty", "globex-ops"))
    assert (rungs[3].repeat_every, rungs[3].max_repeats) == (HOUR, 12)
    assert (rungs[1].repeat_every, rungs[1].max_repeats) == (None, 0)
    assert agreement.ladder_for("S4")[0] == "default"


def test_a_repeated_page_ends_after_ten_unless_the_rung_says_otherwise() -> None:
    """Nobody is paged for ever because a limit was forgotten."""
    rung = agreed(example().replace(", max_repeats: 12", "")).ladders["S1"][3]
    assert rung.max_repeats == 10


def test_no_ladder_at_all() -> None:
    """Without a ladder for a severity and without a default there are no rungs."""
    text = example()
    start, end = text.index("  ladders:"), text.index("  remedies:")
    assert agreed(text[:start] + text[end:]).ladder_for("S1") == ("default", ())


def test_recipients_of_a_rung() -> None:
    """A contact, a role by party id or party role, a webhook; somebody vacant gives nobody."""
    text = example().replace("role: coo}", "role: coo, via: [terminal, {webhook: pager}]}")
    text = text.replace(
        "  services:", "  webhooks: [{id: pager, party: acme, url: 'https://pager.example/in'}]\n  services:"
    )
    text = text.replace("to: provider.service_manager", "to: [provider.service_manager, {webhook: pager}]")
    agreement = agreed(text.replace("role: csirt}", "role: csirt, via: []}"))
    on_terminal = Recipient("acme-coo", "acme", "terminal", "terminal")
    by_webhook = Recipient("acme-coo", "acme", "webhook", "webhook:pager")
    assert agreement.recipients("provider.coo") == (on_terminal, by_webhook)
    assert agreement.recipients("acme.coo") == agreement.recipients("acme-coo") == (on_terminal, by_webhook)
    assert agreement.ladders["default"][1].page == ("provider.service_manager", "webhook:pager")
    assert agreement.recipients("webhook:pager") == (Recipient("pager", "acme", "webhook", "webhook:pager"),)
    assert agreement.destination("pager", "webhook:pager") == "https://pager.example/in"
    assert agreement.destination("acme-coo", "terminal") == "acme-coo"
    assert agreement.recipients("authority.csirt") == ()


def test_digest_is_of_the_canonical_document() -> None:
    """The digest ignores layout, comments and the order of keys, and nothing else (RFC 8785)."""
    agreement = agreed(example())
    canonical = json.dumps(agreement.document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert agreement.digest == sha256(canonical.encode()).hexdigest()
    assert agreed(example().replace("  # ", "  #   ")).digest == agreement.digest
    assert agreed(example().replace("PT15M", "PT900S")).digest != agreement.digest


def test_a_stored_document_gives_the_same_agreement() -> None:
    """What went through JSON and a database parses to the same terms."""
    agreement = agreed(example())
    again = parse(json.loads(json.dumps(agreement.document)))
    assert (again.digest, again.targets, again.ladders) == (agreement.digest, agreement.targets, agreement.ladders)
    assert (again.severity, again.pauses, again.contacts) == (agreement.severity, agreement.pauses, agreement.contacts)


def test_a_document_without_a_file_has_mistakes_without_lines() -> None:
    """JSON goes through the same checks; `parse` refuses with all of them."""
    document = json.loads(json.dumps(agreed(example()).document))
    document["spec"]["targets"]["resolve"]["within"]["S1"] = "P1D"
    document["spec"]["tolerances"] = {}
    mistakes = check_document(document)
    assert [(mistake.line, mistake.field) for mistake in mistakes] == [
        (None, "spec.tolerances"),
        (None, "spec.targets.resolve.within.S1"),
    ]
    with pytest.raises(AgreementError) as refused:
        parse(document)
    assert list(refused.value.mistakes) == mistakes


def test_dates_need_no_quotes() -> None:
    """Instants, dates and times of day mean the same with and without quotes."""
    plain = re.sub(r'"(20[0-9-]+(T[0-9:+]+)?|[0-9]{2}:[0-9]{2})"', r"\1", example())
    assert '"' not in plain[plain.index("  calendars:") : plain.index("proposed_by")]
    assert agreed(plain).digest == agreed(example()).digest


@given(st.integers(0, 999), st.integers(0, 99_999), st.integers(0, 99_999))
@settings(max_examples=50)
def test_counted_durations(hours: int, minutes: int, rest: int) -> None:
    """Hours, minutes and seconds add up."""
    assert counted_seconds(f"PT{hours}H{minutes}M{rest}S") == hours * 3600 + minutes * 60 + rest


@pytest.mark.parametrize(
    "text",
    [
        "",
        "PT",
        "P1D",
        "P1DT1H",
        "PT1.5H",
        "PT-1H",
        "-PT1H",
        "pt1h",
        "PT1M1H",
        "PT1H ",
        "PT1H\n",
        "1H",
        "PT\u0661H",
        "PT1",
        "P1W",
    ],
)
def test_what_is_no_counted_duration(text: str) -> None:
    """A bare day, fractions, signs, foreign digits and wrong order are refused (clock rule 10)."""
    with pytest.raises(ValueError, match="PT#H#M#S"):
        counted_seconds(text)


def test_calendar_days() -> None:
    """Days are whole and by themselves."""
    assert calendar_days("P5D") == 5
    for text in ("PT5D", "P5", "P1M", "P-1D", "P5DT1H"):
        with pytest.raises(ValueError, match="P#D"):
            calendar_days(text)
