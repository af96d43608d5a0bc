"""Which clocks of an incident ran over, as it says of itself."""

from __future__ import annotations

from incidents.incident import Incident
from tests.support.clocked import moment
from tests.support.eventful import Eventful


def test_a_correction_takes_back_the_breach_of_its_own_cycle_alone() -> None:
    """A deviation of a later update that was none leaves the breach of the first one where it is."""
    case = Eventful()
    at = moment(50)
    case.tell(50, Incident.ClockBreached, clock="update", cycle=1, breached_at=moment(30), detected_at=at)
    case.tell(50, Incident.ClockDeviated, clock="update", cycle=4, deviated_at=moment(40), detected_at=at)
    case.tell(60, Incident.ClockCorrected, clock="update", cycle=4)
    assert case.incident.breached == [("update", 1)]
    case.tell(70, Incident.ClockCorrected, clock="update", cycle=1)
    assert case.incident.breached == []
