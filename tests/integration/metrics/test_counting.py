"""What is counted as it comes on record: each once, whoever recorded it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from api.metrics.counted import REGISTRY
from tests.support.http import declaration

if TYPE_CHECKING:
    from tests.support.http import Site


class Counted:
    """What is counted from now on: tests share one process."""

    def __init__(self) -> None:
        """Begin now."""
        self._before = {(s.name, *sorted(s.labels.items())): s.value for m in REGISTRY.collect() for s in m.samples}

    def more(self, name: str, **labels: str) -> float:
        """Give by how much a value has grown."""
        now = REGISTRY.get_sample_value(name, labels) or 0.0
        return now - self._before.get((name, *sorted(labels.items())), 0.0)


def follow(site: Site) -> None:
    """Sequence all, and have it taken."""
    site.sequence()
    for runner in site.tocsin.followers():
        while runner.run_once():
            pass


def test_an_acknowledgement_counts_from_the_report(site: Site) -> None:
    """The first of an incident, once it was followed: 90 seconds; not that of whoever takes over, nor one again."""
    follow(site)
    counted = Counted()
    incident = site.partner.declare()
    site.clock.move(seconds=90)
    site.partner.must(incident, "acknowledge")
    site.clock.move(seconds=10)
    site.partner.must(incident, "unacknowledge")
    site.partner.must(incident, "acknowledge")
    assert counted.more("tocsin_incident_acknowledgement_seconds_count") == 0
    follow(site)
    follow(site)
    assert counted.more("tocsin_incident_acknowledgement_seconds_count") == 1
    assert counted.more("tocsin_incident_acknowledgement_seconds_sum") == 90


def test_breaches_are_counted_as_the_engine_says_them_with_its_lateness(site: Site) -> None:
    """The engine looks 5 seconds late: what it says then counts as so late, and each breach once."""
    site.partner.declare()
    site.tocsin.engine.run_once()
    follow(site)
    counted = Counted()
    site.clock.move(days=30)
    site.tocsin.engine.run_once()
    told = counted.more("tocsin_engine_lateness_seconds_count")
    assert told == 1
    assert counted.more("tocsin_engine_lateness_seconds_sum") > 20 * 24 * 3600
    follow(site)
    breaches = counted.more("tocsin_clock_breaches_total")
    assert breaches > 0
    follow(site)
    assert counted.more("tocsin_clock_breaches_total") == breaches


def test_what_was_reported_late_does_not_make_the_engine_late(site: Site) -> None:
    """An hour was over before anybody said so: the engine said what followed 2 seconds after it could."""
    counted = Counted()
    reported = site.clock.now()
    site.clock.move(hours=1)
    answer = site.partner.post("/v1/incidents", declaration(occurred_at=reported.isoformat()))
    assert answer.status == 201, answer.raw
    site.clock.move(seconds=2)
    site.tocsin.engine.run_once()
    assert counted.more("tocsin_engine_lateness_seconds_count") == 1
    assert counted.more("tocsin_engine_lateness_seconds_sum") == 2


def test_requests_are_counted_by_operation_and_status(site: Site) -> None:
    """By the name that the document gives an operation; what leads nowhere is `none`."""
    counted = Counted()
    incident = site.partner.declare()
    site.partner.get(f"/v1/incidents/{incident['id']}")
    site.nobody.get(f"/v1/incidents/{incident['id']}")
    site.nobody.get("/nowhere/at/all")
    site.nobody.get("/docs")
    answered = [("declareIncident", "201"), ("getIncident", "200"), ("getIncident", "401"), ("docs.read", "200")]
    for operation, status in [*answered, ("none", "404")]:
        assert counted.more("tocsin_http_requests_total", operation=operation, status=status) == 1
    assert counted.more("tocsin_http_request_duration_seconds_count", operation="getIncident") == 2
