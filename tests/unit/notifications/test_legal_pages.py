"""What a page says of a duty of the law under the worked example."""

from __future__ import annotations

from dataclasses import replace

import pytest

from notifications.message.message import Composer
from tests.support.clocked import moment
from tests.support.example_agreement import OneVersion, example_agreement
from tests.support.example_incident import Exemplary
from tests.support.paging import a_delivery, rung

TOLD = {
    "notify-client": "75 % of the notify-client clock of 24 h is used up; client.dpo must be told",
    "notify-authority": "75 % of the notify-authority clock of 72 h is used up; supervisory_authority must be told",
    "early-warning": "75 % of the early-warning clock of 24 h is used up; csirt must be told",
}


@pytest.mark.parametrize(("clock", "why"), TOLD.items())
def test_a_page_says_whom_the_law_wants_told(clock: str, why: str) -> None:
    """Whoever is paged for a duty that runs out reads at once to whom it is owed."""
    case = Exemplary("S3")
    fired = {**rung(clock=clock), "ladder": "default"}
    case.do(0, lambda it, when: it.tell(it.RungFired, when, **fired))
    delivery = replace(a_delivery("page", case.incident, case.incident.version), destination="acme-duty")
    composer = Composer(OneVersion(example_agreement()), "http://tocsin.example")
    assert composer.compose(delivery, case.incident, moment(0)).why.startswith(why)
