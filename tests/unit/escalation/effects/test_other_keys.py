"""What keys do that the worked example leaves out: each is added to it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from escalation.mandates import next_body
from escalation.performance.formal_warnings import is_due
from escalation.terms import AgreementTerms
from tests.support.example_agreement import worded
from tests.support.example_incident import HOUR, Exemplary

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
ANSWER = (
    "answer: {from: request_sent_to_client, until: client_replied, duty_of: client, repeats: true,"
    " within: PT8H, calendar: always, warn_at: [40%]}"
)


def test_the_record_goes_to_the_parties_that_are_named() -> None:
    """At the end; without it to each signatory."""
    assert worded({"effective_to: null": "effective_to: null, handover: {to: client}"}).handover == ("globex",)
    assert worded({}).handover == ("acme", "globex")


def test_a_contact_is_reached_by_what_is_listed() -> None:
    """On the terminal, by a webhook of its party, or not at all while nobody has the function."""
    agreement = worded(
        {
            "  services:": "  webhooks: [{id: pager, party: acme, url: 'https://pager.acme.example/in'}]\n  services:",
            "role: coo}": "role: coo, via: [terminal, {webhook: pager}]}",
            "role: dpo}": "role: dpo, via: []}",
        }
    )
    assert [recipient.via for recipient in agreement.recipients("acme-coo")] == ["terminal", "webhook:pager"]
    assert agreement.recipients("globex-dpo") == ()
    assert agreement.destination("acme-coo", "webhook:pager") == "https://pager.acme.example/in"
    assert agreement.reader_of("acme-coo", "https://pager.acme.example/in") == "acme"


def test_a_contact_is_mailed_and_called_where_the_agreement_says() -> None:
    """Its mailbox takes mail, its number text messages and calls; whoever reads them is its party."""
    duty = "role: duty_manager, email: noc@acme.example, phone: '+49 30 123456', via: [email, sms, voice]}"
    agreement = worded({"role: duty_manager}": duty})
    reached = [
        (way.channel, way.via, agreement.destination("acme-duty", way.via)) for way in agreement.recipients("acme-duty")
    ]
    assert reached == [
        ("email", "email", "noc@acme.example"),
        ("sms", "sms", "+4930123456"),
        ("voice", "voice", "+4930123456"),
    ]
    assert {agreement.reader_of("acme-duty", destination) for _, _, destination in reached} == {"acme"}
    assert agreement.destination("globex-ops", "sms") == "globex-ops", "of which it says none"


def test_a_clock_of_the_clients_is_owed_by_the_client() -> None:
    """From each request until its reply, as often as there is one."""
    incident = Exemplary(agreement=worded({"    review_due:": f"    {ANSWER}\n    review_due:"}))
    for hour, milestone in ((1, "request_sent_to_client"), (3, "client_replied"), (5, "request_sent_to_client")):
        incident.reach(hour * HOUR, milestone)
    first, second = (reading for reading in incident.readings(6 * HOUR) if reading.clock == "answer")
    assert (first.duty_of, first.state, first.counted) == (("globex",), "met", 2 * HOUR)
    assert (second.state, second.counted) == ("running", HOUR)


def test_a_target_may_have_warnings_of_its_own() -> None:
    """They go before those of all clocks."""
    incident = Exemplary(agreement=worded({"    review_due:": f"    {ANSWER}\n    review_due:"}))
    incident.reach(HOUR, "request_sent_to_client")
    assert [warning.percent for warning in incident.reading("answer", HOUR).warnings] == [40]


def test_a_pause_may_have_a_title() -> None:
    """For people; else it is the reason in words."""
    agreement = worded({"reason: monitoring,": "reason: monitoring, title: Watching it,"})
    assert agreement.pauses["monitoring"].title == "Watching it"
    assert agreement.pauses["change_window"].title == "change window"


def test_a_formal_warning_after_three_breaches() -> None:
    """Of any clock, within three months; who is to answer and who is told is agreed."""
    warning = "    warnings: [{id: w, breaches: 3, within: P3M, to: acme-coo, notify: [globex-cio]}]\n"
    (rule,) = worded({"    judged_at": f"{warning}    judged_at"}).tolerance.warnings
    breaches = [NOON + timedelta(days=days) for days in (0, 1, 2)]
    now = NOON + timedelta(days=3)
    assert (rule.id, rule.page, rule.notify) == ("w", ("acme-coo",), ("globex-cio",))
    assert is_due(rule, breaches, [], now, "Europe/Berlin")
    assert not is_due(rule, breaches[1:], [], now, "Europe/Berlin")
    assert not is_due(rule, breaches, [], NOON + timedelta(days=93), "Europe/Berlin")


def test_a_step_may_have_a_time_of_its_own() -> None:
    """Else it has as long as raising the dispute."""
    committee = "steps: [service_review_board, steering_committee,"
    timed = committee.replace("steering_committee", "{to: steering_committee, within: P5D}")
    found = next_body(worded({committee: timed}), "service_review_board", NOON)
    assert found is not None
    assert (found.body, found.due_at) == ("steering_committee", datetime(2026, 3, 7, 23, tzinfo=UTC))


def test_a_class_of_fields() -> None:
    """A field of one kind of fact goes before the same field of all."""
    classes = "classes: [{id: technical, readable_by: provider}, {id: own, readable_by: [globex]}]"
    fields = "fields: {description: technical, noted.text: own}"
    terms = AgreementTerms(worded({"  services:": f"  confidentiality: {{{classes}, {fields}}}\n  services:"}))
    description, note = terms.field_class("declared", "description"), terms.field_class("noted", "text")
    assert description is not None
    assert note is not None
    assert (description.id, list(description.readers)) == ("technical", ["acme"])
    assert (note.id, list(note.readers)) == ("own", ["globex"])
    assert terms.field_class("resolved", "text") is None
