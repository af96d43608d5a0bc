"""One run: owe everything, start senders and kill them, again and again, wait until all is sent, and check.

A kill hits when so many pages have come since the start, or were answered, drawn so that what is owed lasts for all
kills; the one finds sends in the middle, the other just before their outcome is written down.
"""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from api.bootstrap import build
from tests.faults.fleet import reported_errors
from tests.faults.plan import drawing
from tests.faults.run import HarnessFailed
from tests.faults.senders.checks import findings
from tests.faults.senders.observations import Death, Observations, claimed, observe, waiting
from tests.faults.senders.owed import Size, owe
from tests.faults.senders.sink import REFUSED, sinking
from tests.faults.senders.victims import Victims
from tests.support.receiver import HERE

if TYPE_CHECKING:
    import random
    from collections.abc import Callable
    from pathlib import Path

    from api.bootstrap import Tocsin
    from tests.faults.senders.sink import Sink

STALL_SECONDS = 60.0
"""How long no page may come: longer than a lease holds, and than a refused one waits."""
QUIET_SECONDS = 180.0
MOST_PAGES = 40
"""Pages that come in a life of the senders at most: somewhat more than are in flight at the same time."""
SAID_EVERY = 10


@dataclass(frozen=True)
class Plan:
    """How much is owed, how often senders are killed, and whether they are hurried (victims.py)."""

    size: Size
    kills: int
    hurried: bool = False


FULL = Plan(Size(partnerships=20, severities=5, contacts=10, incidents=2), kills=100)
"""2,000 pages to 1,000 destinations: what a kill hit waits for its lease while other destinations have their turn."""
SHORT = Plan(Size(partnerships=3, severities=2, contacts=10, incidents=2), kills=6, hurried=True)


@dataclass
class Report:
    """What was seen and found; `wrong` is empty when all held."""

    seen: Observations
    wrong: dict[str, list[str]]

    def summary(self) -> str:
        """Say how much there was to lose, and how often something was sent again."""
        seen = self.seen
        hit, came = seen.in_flight(), seen.by_id()
        pages = sum(requests[0].is_page for requests in came.values())
        unanswered = sum(each.ended > death.at for death, sends in zip(seen.deaths, hit, strict=True) for each in sends)
        refused = sum(request.status == REFUSED for request in seen.requests)
        return (
            f"{len(seen.deaths)} kills of the senders with {pages} pages and {len(came) - pages} messages owed; "
            f"{sum(map(len, hit))} sends in flight at the kills ({min(map(len, hit))} to {max(map(len, hit))} each; "
            f"{unanswered} of them not yet answered), {refused} refused; "
            f"{len(seen.requests)} requests, {len(seen.requests) - len(came)} of them again, "
            f"at most {max(map(len, came.values()))} times the same"
        )


def run(url: str, log: Path, seed: int, plan: Plan, say: Callable[[str], None]) -> Report:
    """Carry out a run on a migrated, empty database; senders write to `log`, `say` shows one line. HarnessFailed."""
    tocsin = build(url, outbound_allow=HERE)
    victims = Victims(_environment(url), log, hurried=plan.hurried)
    try:
        with sinking() as sink:
            owe(tocsin, sink.url, plan.size)
            deaths = _killing(tocsin, sink, victims, plan, drawing(seed), say)
            say("Waiting until everything is sent ...")
            _send_the_rest(tocsin, victims)
            seen = observe(tocsin, sink.requests, deaths)
    finally:
        victims.kill()
        tocsin.close()
    told = {"no process ends by itself": victims.unexplained, "no process reports an error": reported_errors(log)}
    return Report(seen, findings(seen) | {title: wrong for title, wrong in told.items() if wrong})


def _environment(url: str) -> dict[str, str]:
    own = {name: value for name, value in os.environ.items() if not name.startswith("TOCSIN_")}
    return own | {
        "TOCSIN_DATABASE_URL": url,
        "TOCSIN_OUTBOUND_ALLOW": "127.0.0.0/8",
        "TOCSIN_LOG_LEVEL": "WARNING",
        "TOCSIN_LOG_FORMAT": "json",
    }


def _killing(  # noqa: PLR0913, PLR0917 - all that a run is made of
    tocsin: Tocsin, sink: Sink, victims: Victims, plan: Plan, chance: random.Random, say: Callable[[str], None]
) -> list[Death]:
    deaths = list[Death]()
    for nth in range(1, plan.kills + 1):
        victims.start()
        _until_the_moment(sink, chance, plan)
        at = victims.kill()
        deaths.append(Death(at, sink.mark(), claimed(tocsin)))
        if nth % SAID_EVERY == 0:
            say(f"{nth:>3} kills; {len(sink.requests)} requests came, {waiting(tocsin)} are still to be sent")
    return deaths


def _until_the_moment(sink: Sink, chance: random.Random, plan: Plan) -> None:
    """Wait for the moment to kill. HarnessFailed."""
    most = min(MOST_PAGES, 2 * plan.size.pages // plan.kills)
    wanted, answered = chance.randrange(1, most), chance.random() < 1 / 2
    before = sink.answered if answered else sink.came
    if not sink.wait_for(lambda: (sink.answered if answered else sink.came) >= before + wanted, STALL_SECONDS):
        raise HarnessFailed(f"fewer than {wanted} pages came within {STALL_SECONDS:.0f} s")


def _send_the_rest(tocsin: Tocsin, victims: Victims) -> None:
    """Let senders that nobody kills send what is left, for as long as that may take."""
    victims.start()
    until = time.monotonic() + QUIET_SECONDS
    while waiting(tocsin) and time.monotonic() < until:
        time.sleep(0.1)
    victims.stop()
