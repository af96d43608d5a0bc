"""What the parts on people, law and governance say, as the model has it."""

from __future__ import annotations

from copy import deepcopy
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from escalation.agreement import check_document
from escalation.agreement.model import Authority, Body, DisputeStep, LegalNotification
from escalation.agreement.spans import Counted, Dates
from escalation.agreement.text import values
from escalation.agreement.text.fields import Field
from escalation.agreement.text.mistakes import Findings
from tests.support.example_agreement import example_agreement, worded


def test_the_end_of_the_term() -> None:
    """Ninety days of notice, in euros; the record goes to each signatory, or to whom the agreement names."""
    agreement = example_agreement()
    assert (agreement.notice, agreement.currency, agreement.handover) == (Dates(days=90), "EUR", ("acme", "globex"))
    assert worded({"notice: P90D": "notice: P90D, handover: {to: client}"}).handover == ("globex",)
    assert worded({"notice: P90D": "handover: {to: [supplier, acme]}"}).handover == ("acme", "initech")
    assert worded({", notice: P90D": "", ", currency: EUR": ""}).notice is None


def test_bodies() -> None:
    """Members in their order; each of their parties votes once."""
    agreement = example_agreement()
    assert list(agreement.bodies.values()) == [
        Body("service_review_board", ("acme-sm", "globex-ops")),
        Body("steering_committee", ("acme-coo", "globex-cio")),
        Body("severity_panel", ("acme-duty", "globex-ops")),
    ]
    assert agreement.voters("severity_panel") == ("acme", "globex")


def test_legal_notifications() -> None:
    """Who owes what to whom; a known law calls for it by its flag, another by every awareness."""
    told, authority, warning = example_agreement().notifications.values()
    assert told == LegalNotification(
        "notify-client", "gdpr-33-2", "provider", "client.dpo", 24 * 3600, "always", applies_when="personal_data_breach"
    )
    assert (authority.id, authority.law, authority.duty_of) == ("notify-authority", "gdpr-33-1", "client")
    assert (authority.to, authority.within, authority.calendar) == ("supervisory_authority", 72 * 3600, "always")
    assert (authority.phases, authority.late_needs, authority.unless) == (True, "reasons", "unlikely_risk")
    assert (warning.id, warning.law, warning.duty_of) == ("early-warning", "nis2-23", "provider")
    assert (warning.to, warning.within, warning.calendar) == ("csirt", 24 * 3600, "always")
    flags = [told.applies_when, authority.applies_when, warning.applies_when]
    assert flags == ["personal_data_breach", "personal_data_breach", "significant"]
    unknown = worded({"law: gdpr-33-2": "law: dora-19", ", applies_when: {flag: significant}": ""}).notifications
    assert (unknown["notify-client"].applies_when, unknown["early-warning"].applies_when) == (None, "significant")


def test_a_rung_may_hang_on_a_legal_clock() -> None:
    """Its clock runs at every severity, so that any ladder may warn whoever owes it."""
    rung = "- {when: {clock: notify-client, at: 50%}, to: globex-dpo}\n      - {when: opened, n"
    assert worded({"- {when: opened, n": rung}).ladders["S1"][0].when == "notify-client"


def test_authorities() -> None:
    """Who decides, how, until when, and what holds if nobody does."""
    board, committee = "service_review_board", "steering_committee"
    assert list(example_agreement().governance.authorities.values()) == [
        Authority("declare_force_majeure", committee, "both", Dates(days=5), "refused"),
        Authority("grant_exclusion", board, "both", Dates(days=10), "escalate"),
        Authority("settle_severity", "severity_panel", "both", Counted(2 * 3600), "higher"),
        Authority("backdate_fact", board, "both", Dates(days=5), "refused"),
        Authority("extend_action", board, "both", Dates(days=5), "refused"),
    ]


def test_amendments_and_migration() -> None:
    """Who may propose, how long before, and who must sign; without a word nobody must."""
    amendments = example_agreement().governance.amendments
    assert (amendments.proposed_by, amendments.notice) == ("any_signatory", Dates(days=30))
    assert (amendments.signed_by, amendments.migration_needs) == (("acme", "globex"), ("acme", "globex"))
    silent = worded({"signed_by: [acme, globex], ": "", "proposed_by: any_signatory": "proposed_by: client"})
    assert (silent.governance.amendments.signed_by, silent.governance.amendments.proposed_by) == ((), "client")


def test_disputes_and_records() -> None:
    """A step by its name alone has as long as raising the dispute; records are kept for years."""
    governance = worded({"mediation]": "{to: mediation, within: P1Y6M}]"}).governance
    assert governance.disputes is not None
    assert governance.disputes.raise_within == Dates(days=30)
    assert governance.disputes.steps == (
        DisputeStep("service_review_board", Dates(days=30)),
        DisputeStep("steering_committee", Dates(days=30)),
        DisputeStep("mediation", Dates(months=18)),
    )
    assert governance.retain == Dates(months=84)


def test_an_exclusion_may_be_decided_by_a_body_of_its_own() -> None:
    """An authority that names the exclusion goes before the general one."""
    own = (
        "- {decision: declare_third_party_failure, body: severity_panel, rule: any, within: P5D, if_silent: granted}\n"
        "      - {decision: grant_exclusion"
    )
    panel = {
        "supplier_incident_ref, authority: service_review_board": "supplier_incident_ref, authority: severity_panel"
    }
    agreement = worded({"- {decision: grant_exclusion": own, **panel})
    assert agreement.exclusions["third_party_failure"].authority == "severity_panel"


def test_what_is_kept_and_not_acted_upon_is_said() -> None:
    """One line for each such section, and none where the agreement has none."""
    assert example_agreement().later == (
        "spec.defaults.currency is kept: no amounts are computed yet.",
        "spec.remedies is kept and checked: this version computes no credits yet.",
        "spec.governance.reviews is kept and checked: this version prepares no reviews yet.",
    )


def test_remedies_are_kept_as_they_are_written() -> None:
    """They stay in the document, word for word, for whoever settles the credits."""
    spec: Any = example_agreement().document["spec"]
    assert spec["remedies"] == {
        "basis": {"amount": "monthly_service_fee", "per": "service", "interval": "P1M", "tz": "Europe/Berlin"},
        "credits": [
            {
                "for": "s1-resolve",
                "tiers": [
                    {"below": 0.9, "credit_pct": 5},
                    {"below": 0.8, "credit_pct": 10},
                    {"below": 0.7, "credit_pct": 20},
                ],
            },
            {"for": {"breach_of": "notify-client"}, "credit_pct": 10, "per": "event"},
        ],
        "caps": {"per_interval_pct": 20, "per_year_pct": 12, "order": "highest_first", "double_recovery": False},
        "claim": {"by": "client", "within": "P30D", "automatic": True},
        "earn_back": {
            "for": ["s1-resolve"],
            "if": {"objective_met_for": 3, "consecutive": "P1M"},
            "returns_pct": 50,
            "lapses_after": "P12M",
        },
        "bonuses": [
            {"for": "s1-resolve", "at_or_above": 0.995, "consecutive": 3, "bonus_pct": 2, "cap_per_year_pct": 3}
        ],
        "termination_right": {"breaches": 3, "of": "s1-resolve", "within": "P6M", "exercise_within": "P60D"},
        "sole_remedy": False,
    }


def test_reviews_are_kept_as_they_are_written() -> None:
    """They stay in the document, word for word, for whoever calls the meetings."""
    spec: Any = example_agreement().document["spec"]
    inputs = ["clock_report", "deviations", "open_actions"]
    assert spec["governance"]["reviews"] == [
        {"id": "service-review", "every": "P1M", "chair": "provider.service_manager", "inputs": inputs},
        {"id": "steering", "every": "P3M", "chair": "client.sponsor", "quorum": ["acme", "globex"]},
    ]


@pytest.mark.parametrize(
    ("value", "share"), [(0.95, Fraction(19, 20)), (0.1, Fraction(1, 10)), (1, Fraction(1)), (0, 0)]
)
def test_a_share_is_the_decimal_that_was_written(value: float, share: Fraction) -> None:
    """0.1 is a tenth, not the binary number next to it."""
    findings = Findings()
    assert values.fraction(Field(value, (), findings)) == share
    assert len(findings) == 0


@pytest.mark.parametrize("value", [1.01, -0.1, "0.95", True, None, float("nan"), float("inf"), [0.5]])
def test_what_is_no_share(value: object) -> None:
    """A share is a number from 0 to 1."""
    findings = Findings()
    values.fraction(Field(value, (), findings))
    assert len(findings) == 1


DOCUMENT = example_agreement().document
JUNK = st.sampled_from([None, True, 0, -1, 1e300, "", "x", "PT1H", "P1D", "S1", "acme", [], ["acme"], {}, {"id": "x"}])


def places(value: object, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """Give the path of every value in a document."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(found for key, each in inside for found in places(each, (*path, key)))]


PLACES = [path for path in places(DOCUMENT) if path]


def at(document: object, path: tuple[str | int, ...]) -> Any:  # noqa: ANN401 - any JSON value
    """Give the value at a path."""
    found: Any = document
    for key in path:
        found = found[key]
    return found


def exists(document: object, field: str) -> bool:
    """Say whether a document has a value at a mistake's field, or what it says is missing there."""
    known = {".".join(map(str, path)) for path in places(document)}
    return field in known or field.rpartition(".")[0] in known


@given(
    st.lists(
        st.tuples(st.sampled_from(PLACES), st.sampled_from(PLACES) | JUNK | st.just(KeyError)), min_size=1, max_size=3
    )
)
@settings(max_examples=150, deadline=None)
def test_a_mutated_agreement_is_judged_and_never_raised_about(changes: list[tuple[Any, Any]]) -> None:
    """Values deleted, of another type or of another place: each mistake names a place of the document."""
    document = deepcopy(DOCUMENT)
    for path, change in changes:
        try:
            parent = at(document, path[:-1])
            if change is KeyError:
                del parent[path[-1]]
            else:
                parent[path[-1]] = deepcopy(at(DOCUMENT, change)) if isinstance(change, tuple) else change
        except (LookupError, TypeError):
            continue
    for mistake in check_document(document):
        assert exists(document, mistake.field), str(mistake)
