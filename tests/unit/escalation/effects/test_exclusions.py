"""What does not count against whoever owes it, under the worked example."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from escalation.agreement.sections.recurrence import spans
from escalation.clocks.maintenance import maintenances
from escalation.terms import AgreementTerms
from incidents.errors import InvalidField, TocsinError
from incidents.refusals import NotClaimable
from incidents.terms import Claimable, ExclusionSought
from tests.support.claimed import Claimed
from tests.support.example_agreement import example_agreement, worded
from tests.support.example_incident import DAY, HOUR, Exemplary

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
HALF_AN_HOUR = timedelta(minutes=30)
EVERY_CLOCK = ("acknowledge", "respond", "update", "workaround", "resolve", "review_due", "action_due")


def claim(name: str, *, after: timedelta = timedelta(), service: str = "payments-api", **sought: object) -> Claimable:
    """Claim an exclusion for a time that began at noon; what the client delays has an end."""
    terms = AgreementTerms(example_agreement(), service)
    until = NOON + HALF_AN_HOUR if name == "client_caused_delay" else None
    found = ExclusionSought(name, NOON, **({"evidence": "letter", "until": until} | sought))  # type: ignore[arg-type] # its fields
    return terms.exclusion(found, NOON + after)


@pytest.mark.parametrize(
    ("name", "clocks"),
    [
        ("force_majeure", EVERY_CLOCK),
        ("third_party_failure", EVERY_CLOCK),
        ("client_caused_delay", ("workaround", "resolve")),
    ],
)
def test_the_clocks_that_it_concerns(name: str, clocks: tuple[str, ...]) -> None:
    """What excuses concerns all; what stops clocks those that it names."""
    assert claim(name).clocks == clocks


@pytest.mark.parametrize(
    ("name", "taken"), [("force_majeure", 0), ("third_party_failure", 0), ("client_caused_delay", 1)]
)
def test_an_excuse_leaves_the_clock_and_a_stop_takes_time_out(name: str, taken: int) -> None:
    """Of an hour that both sides grant, only that which the client delayed is taken out; maintenance is, too."""
    case = Claimed(severity="S2")
    number = case.claim(name=name, evidence="INC-9", at_fault="external")
    case.vote(HOUR, number, "granted", "acme")
    case.vote(HOUR, number, "granted", "globex")
    assert case.due("resolve", 2 * HOUR) == (24 + taken) * HOUR
    assert "resolve" in held("reporting", FIRST_SUNDAY)


@pytest.mark.parametrize(
    ("name", "last"),
    [
        ("force_majeure", timedelta(hours=24)),
        ("client_caused_delay", datetime(2026, 3, 7, 23, tzinfo=UTC) - NOON),
    ],
)
def test_how_soon_it_must_be_claimed(name: str, last: timedelta) -> None:
    """Force majeure within a day's hours; what the client delays until the end of the fifth day."""
    claim(name, after=last)
    with pytest.raises(InvalidField) as refused:
        claim(name, after=last + timedelta(seconds=1))
    assert refused.value.field == "start"


@pytest.mark.parametrize(
    ("name", "words"), [("force_majeure", "needs evidence\\."), ("third_party_failure", "supplier_incident_ref")]
)
def test_what_must_be_given_as_evidence(name: str, words: str) -> None:
    """Anything for force majeure; the supplier's incident for its failure. A client's delay is plain to see."""
    with pytest.raises(InvalidField, match=words):
        claim(name, evidence=None)
    claim("client_caused_delay", evidence=None)


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("force_majeure", "steering_committee"),
        ("third_party_failure", "service_review_board"),
        ("client_caused_delay", "service_review_board"),
    ],
)
def test_who_grants_it(name: str, body: str) -> None:
    """Each is put to its body; maintenance holds by itself, and nobody needs to claim it."""
    assert claim(name).mandate.body == body
    with pytest.raises(NotClaimable):
        claim("planned_maintenance", service="reporting")


def test_force_majeure_lasts_thirty_days_at_most() -> None:
    """Without an end in sight it ends with the thirtieth day."""
    assert claim("force_majeure").until == datetime(2026, 4, 1, 22, tzinfo=UTC)
    assert claim("third_party_failure").until is None
    with pytest.raises(InvalidField):
        claim("force_majeure", until=NOON + timedelta(days=31))


def test_a_suppliers_failure_is_the_providers_own() -> None:
    """Initech supplies acme; whoever supplies neither may be at fault."""
    with pytest.raises(NotClaimable, match="initech supplies the provider"):
        claim("third_party_failure", at_fault="initech")
    assert claim("third_party_failure", at_fault="external").clocks == EVERY_CLOCK


def test_maintenance_is_on_the_first_sunday_of_a_month_from_two_to_six() -> None:
    """By the clock on the wall in Berlin, in winter and in summer."""
    rule = example_agreement().exclusions["planned_maintenance"]
    year = [(NOON + timedelta(days=step)).date() for step in (0, 150)]
    found = [span for window in rule.windows for span in spans(window, year[0], *year)]
    shown = [tuple(f"{datetime.fromtimestamp(at, UTC):%m-%dT%H:%M}" for at in span) for span in found]
    assert shown == [
        ("04-05T00:00", "04-05T04:00"),
        ("05-03T00:00", "05-03T04:00"),
        ("06-07T00:00", "06-07T04:00"),
        ("07-05T00:00", "07-05T04:00"),
    ]
    winter = next(iter(spans(rule.windows[0], year[0], datetime(2026, 12, 1).date(), datetime(2026, 12, 9).date())))  # noqa: DTZ001 - local dates
    assert datetime.fromtimestamp(winter[0], UTC).hour == 1


def held(service: str, at: float) -> set[str]:
    """Give the clocks of an S2 that began so many seconds after noon and stand still for an hour of maintenance."""
    hours = {}
    for text in ("PT4H, tz", "PT1S, tz"):
        incident = Exemplary("S2", service, worded({"PT4H, tz": text}), at=at)
        incident.update(at)
        hours[text] = {reading.clock: reading.due_at for reading in incident.readings(at)}
    return {clock for clock, due in hours["PT4H, tz"].items() if due != hours["PT1S, tz"][clock]}


FIRST_SUNDAY = 33.5 * DAY
"""The first Sunday of April, midnight in London and two o'clock in Berlin, in days from noon on 2 March."""


def test_maintenance_stops_three_clocks_of_reporting() -> None:
    """No other clock, and none of another service: what cannot be paused runs on."""
    assert held("reporting", FIRST_SUNDAY) == {"update", "workaround", "resolve"}
    assert held("payments-api", FIRST_SUNDAY) == set()


def test_maintenance_must_have_been_announced_for_a_week() -> None:
    """A window on the seventh day of the term does not count; on the eighth one would."""
    rule = example_agreement().exclusions["planned_maintenance"]
    (maintenance,) = maintenances(example_agreement(), "reporting")
    assert rule.announced is not None
    january = [int(datetime(2026, 1, day, tzinfo=UTC).timestamp()) for day in (1, 31)]
    assert maintenance.between(*january) == []
    assert rule.announced.end(maintenance.since, "Europe/Berlin") == datetime(2026, 1, 8, 23, tzinfo=UTC)


def test_eight_hours_of_maintenance_count_in_a_month() -> None:
    """Were it on each Sunday, the first two would use the month up."""
    weekly = worded({"FREQ=MONTHLY;BYDAY=1SU": "FREQ=WEEKLY;BYDAY=SU"})
    (maintenance,) = maintenances(weekly, "reporting")
    april = [int(datetime(2026, 4, day, tzinfo=UTC).timestamp()) for day in (1, 30)]
    assert [end - start for start, end in maintenance.between(*april)] == [4 * HOUR, 4 * HOUR]


def test_an_unknown_exclusion_is_refused() -> None:
    """The message lists the agreed ones."""
    names = "force_majeure, third_party_failure, client_caused_delay, planned_maintenance\\."
    with pytest.raises(TocsinError, match=names):
        claim("sunspots")
