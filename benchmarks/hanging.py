"""How a hundred receivers that hang bear on one that does not, and on pages.

A whole worker in a process of its own. In one partnership 100 subscriptions go to a receiver that takes each message
and says nothing for 30 seconds, one to a receiver that answers at once. Incidents are declared one after the other, and
each pages a webhook; measured is from the return of the command to the first byte of its page, and from the sequencing
of each event to its receipt at the good one. Runs with the hundred and without them (they are paused; what happens
meanwhile waits for them) take turns, and of the pages' p99 the median of each kind counts.
"""

from __future__ import annotations

import json
import threading
import time
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_network
from statistics import median
from typing import TYPE_CHECKING

from api.bootstrap import build
from benchmarks import armed
from benchmarks.engine import p99, worker
from benchmarks.measure import Measure
from benchmarks.pager import Pager, listening
from escalation.changes import Sender
from incidents.incidents import Asked
from incidents.opening import Report
from incidents.terms import Assessment
from notifications.webhooks import book
from notifications.webhooks.record import Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from api.bootstrap import Tocsin

HANGING = 100
RUNS = 5
"""Of each kind."""
PAGES = 100
REST_SECONDS = 0.1
HANG_SECONDS = 30.0
LONGEST_WAIT_SECONDS = 60.0
BY = Sender("benchmark")


def run(url: str) -> list[Measure]:
    """Page by turns with and without the hundred."""
    tocsin = build(url, outbound_allow=(ip_network("127.0.0.0/8"),))
    book.MOST_SUBSCRIPTIONS = HANGING  # a party has fewer at most: that is not what is measured
    pager, late = Pager(), list[float]()
    over = threading.Event()
    with (
        listening(pager) as pages,
        answering(lambda _: over.wait(HANG_SECONDS)) as hangs,
        answering(lambda content: late.append(_lateness(content))) as good,
    ):
        armed.publish(tocsin, pages)
        _subscribe(tocsin, "acme", good)
        hanging = [_subscribe(tocsin, "globex", hangs) for _ in range(HANGING)]
        with worker(tocsin.url):
            _page(tocsin, pager)  # once the worker has connected and read the agreement
            found = _by_turns(tocsin, pager, hanging, late)
        over.set()
    tocsin.close()
    return found


def _by_turns(tocsin: Tocsin, pager: Pager, hanging: list[str], late: list[float]) -> list[Measure]:
    with_them, without, good = list[float](), list[float](), list[float]()
    for _ in range(RUNS):
        for stream in hanging:
            tocsin.webhooks.pause(stream, BY)
        without.append(_paged(tocsin, pager))
        for stream in hanging:
            tocsin.webhooks.resume(stream, BY)
        late.clear()
        with_them.append(_paged(tocsin, pager))
        good.append(p99(late))
    bound = max(median(without) * 1.1, median(without) + 0.05)
    return [
        Measure("p99 from sequencing to receipt of the good one, the worst run", max(good), "s", 5),
        Measure("p99 from a commit to its page without them, the median run", median(without) * 1000, "ms"),
        Measure("p99 from a commit to its page with them, the median run", median(with_them) * 1e3, "ms", bound * 1e3),
    ]


def _subscribe(tocsin: Tocsin, party: str, url: str) -> str:
    place = book.Place(armed.partnerships()[0], party)
    return tocsin.webhooks.create(place, Settings(url, "benchmark", ()), BY).record.id


def _paged(tocsin: Tocsin, pager: Pager) -> float:
    """Declare incidents; give the p99 of the seconds until somebody's pager had them."""
    return p99([_page(tocsin, pager) for _ in range(PAGES)])


def _page(tocsin: Tocsin, pager: Pager) -> float:
    time.sleep(REST_SECONDS)
    report = Report("Card payments fail", "payments-api", assessment=Assessment(severity="S1"))
    incident = tocsin.incidents.declare(armed.partnerships()[0], report, Asked(by="benchmark")).incident
    committed = time.monotonic()
    return pager.wait_for(incident.public_id, LONGEST_WAIT_SECONDS) - committed


def _lateness(content: bytes) -> float:
    """Give the seconds since an event was sequenced."""
    sequenced = datetime.fromisoformat(json.loads(content)["data"]["sequenced_at"])
    return (datetime.now(UTC) - sequenced).total_seconds()


@contextmanager
def answering(take: Callable[[bytes], object]) -> Iterator[str]:
    """Yield the URL of a receiver that hands each message to `take`, and answers once that is done."""

    class Handler(BaseHTTPRequestHandler):
        """Takes messages."""

        def do_POST(self) -> None:
            """Take one; whoever has hung up meanwhile hears nothing."""
            take(self.rfile.read(int(self.headers["Content-Length"])))
            try:
                self.send_response(204)
                self.end_headers()
            except OSError:
                return

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    class Server(ThreadingHTTPServer):
        """Has room for all who hang."""

        request_queue_size = 256
        daemon_threads = True

    server = Server(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/hook"
    finally:
        server.shutdown()
        server.server_close()
