"""What ladders say, as the model has it; the two-sided example has each part of it."""

from __future__ import annotations

from pathlib import Path

from escalation.agreement import Agreement, read
from escalation.agreement.model import Condition, Exhausted, Reach, Support, SupportChannel
from escalation.agreement.model.ladders import DEFAULT_WAIT, SEVERITY_CHANGED, SILENT, UNACKNOWLEDGED, UNANSWERED

TEXT = (Path(__file__).parents[3] / "examples/agreements/two-sided.yaml").read_text(encoding="utf-8")
ANN = "0123456789abcdef0123456789abcdef"


def agreed(**changes: str) -> Agreement:
    """The example with some of its words changed: `first` the first rung's addressee, `office` the only condition."""
    text = TEXT
    for old, new in changes.items():
        assert PLACES[old] in text
        text = text.replace(PLACES[old], new, 1)
    agreement, mistakes = read(text)
    assert agreement is not None, [str(mistake) for mistake in mistakes]
    return agreement


PLACES = {
    "first": "to: acme-duty",
    "office": "severity: S1, outside: globex-office",
    "expiry": "{S1: PT2H, default: PT8H}",
    "handed": "{repeat: 2, hand_to: provider.coo}",
    "support": "languages: [de, en-GB]",
}


def test_rungs_hang_on_answers_and_on_times() -> None:
    """Each has what it hangs on, how long it waits, and how it goes through whom it pages."""
    rungs = agreed().ladders["default"]
    assert [rung.when for rung in rungs[:5]] == ["opened", UNANSWERED, UNANSWERED, UNACKNOWLEDGED, SEVERITY_CHANGED]
    assert [rung.after for rung in rungs[:5]] == [0, 0, 0, 2700, 0]
    assert [rung.wait for rung in rungs[:4]] == [600, 600, 300, DEFAULT_WAIT]
    assert [rung.reach for rung in rungs[1:4]] == [Reach.ALL, Reach.ONE_AT_A_TIME, Reach.ALL]
    assert (rungs[0].repeat_every, rungs[0].max_repeats) == (300, 1)
    assert [rung.percent for rung in rungs] == [None] * 5 + [50]


def test_silence_is_every_clock_that_repeats_overdue_for_so_long() -> None:
    """So much counted time past its target."""
    rung = agreed().ladders["globex/default"][2]
    assert (rung.when, rung.percent, rung.after) == (SILENT, 100, 900)


def test_a_rung_may_ask_for_a_condition() -> None:
    """Without one it always counts."""
    rungs = agreed().ladders["default"]
    assert rungs[5].only == Condition(frozenset({"S1"}), outside="globex-office")
    assert rungs[0].only == Condition()
    changed = agreed(office="service: [payments-api], during: acme-desk").ladders["default"][5]
    assert changed.only == Condition(services=frozenset({"payments-api"}), during="acme-desk")


def test_every_kind_of_addressee_has_one_name() -> None:
    """As commands and holders name them too."""
    named = f"[acme-coo, provider.coo, {{body: severity_panel}}, {{webhook: acme-pager}}, {{person: {ANN!r}}},"
    rung = agreed(first=f"to: {named} {{schedule: client.first}}, {{team: acme.payments}}]").ladders["default"][0]
    assert rung.page == (
        "acme-coo",
        "provider.coo",
        "body:severity_panel",
        "webhook:acme-pager",
        f"person:{ANN}",
        "schedule:client.first",
        "team:acme.payments",
    )


def test_a_party_has_ladders_of_its_own() -> None:
    """Its `default` serves every severity for which it has none; the shared ones stay what they are."""
    agreement = agreed()
    assert agreement.sides == ("globex",)
    assert agreement.ladder_for("S1", "globex")[0] == "globex/default"
    assert agreement.ladder_for("S1")[0] == "default"


def test_what_follows_an_unanswered_ladder() -> None:
    """For the shared ladders and for a party's own apart; nothing follows unless it is said."""
    agreement = agreed(handed="{hand_to: [provider.coo, {schedule: acme.executives}]}")
    assert agreement.exhausted[None] == Exhausted(0, ("provider.coo", "schedule:acme.executives"))
    assert agreement.exhausted["globex"] == Exhausted(1, ("client.sponsor",))
    without = TEXT.replace("    exhausted: {repeat: 2", "    # exhausted: {repeat: 2")
    assert set((read(without)[0] or agreed()).exhausted) == {"globex"}


def test_an_acknowledgement_expires_by_severity() -> None:
    """`default` is for those that are not named; without it theirs holds for good."""
    assert agreed().acknowledging.expires_after == {"S1": 7200, "S2": 28_800}
    assert agreed(expiry="{S2: PT1H}").acknowledging.expires_after == {"S2": 3600}


def test_how_a_service_is_supported() -> None:
    """Channels in their order, the calendar, the languages; a service may be without."""
    service = agreed().services["payments-api"]
    assert service.support == Support(
        (
            SupportChannel("phone", "+49 30 23125 014"),
            SupportChannel("portal", "https://support.acme.example/payments"),
        ),
        "acme-desk",
        ("de", "en-GB"),
    )
    text = TEXT[: TEXT.index("      support:")] + TEXT[TEXT.index("\n  calendars:") :]
    agreement, mistakes = read(text)
    assert agreement is not None, mistakes
    assert agreement.services["payments-api"].support is None


def test_a_layer_may_say_a_partys_own_ladder_anew() -> None:
    """Rung by rung as it stands there; what the layer does not speak of stays."""
    layers = """
  layers:
    - id: payments
      level: service
      services: [payments-api]
      spec: {ladders: {parties: {globex: {S1: [{when: opened, to: globex-cio}]}}, acknowledgement: null}}
"""
    agreement, mistakes = read(TEXT + layers)
    assert agreement is not None, mistakes
    payments = agreement.for_service("payments-api")
    assert list(agreement.ladders) == ["default", "globex/default"]
    assert payments.ladder_for("S1", "globex") == ("globex/S1", payments.ladders["globex/S1"])
    assert payments.ladder_for("S2", "globex")[0] == "globex/default"
    assert (payments.acknowledging.expires_after, payments.exhausted) == ({}, agreement.exhausted)
