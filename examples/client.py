"""A partner's program in one file: it declares an incident, works on it, follows what happens. It needs httpx alone.

    TOCSIN=http://127.0.0.1:8080 KEY=tocsin_... python examples/client.py acme-globex-demo payments-api

Copy what you need. Three habits make it safe to use at night: every request that changes something carries an
Idempotency-Key, so that it can be sent again after any failure; commands say which revision they have seen; and
cursors are kept, so that nothing is read twice or missed.
"""

from __future__ import annotations

import os
import sys
import time
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import httpx

if TYPE_CHECKING:
    from collections.abc import Iterator

TRIES = 5
SOON_SECONDS = 1.0
TOO_MANY_REQUESTS = 429
UNAVAILABLE = 503


class Problem(Exception):
    """Tocsin refused: `code` is for programs to decide by, the message says what to do next (RFC 9457)."""

    def __init__(self, told: dict[str, Any]) -> None:
        """Take a problem document."""
        wrong = "; ".join(f"{each['field']}: {each['message']}" for each in told.get("errors", []))
        super().__init__(f"{told['detail']} {wrong}".strip())
        self.code, self.status = told["code"], told["status"]


class Client:
    """Speaks to one Tocsin with one key."""

    def __init__(self, address: str, key: str) -> None:
        """Take where it is, and a key that is not revoked."""
        self._http = httpx.Client(base_url=address, headers={"Authorization": f"Bearer {key}"}, timeout=40)

    def close(self) -> None:
        """Close the connection."""
        self._http.close()

    def get(self, path: str, **query: str | int) -> Any:  # noqa: ANN401 - JSON
        """Read something. Problem."""
        return self._send("GET", path, params=query).json()

    def declare(self, **fields: object) -> dict[str, Any]:
        """Declare an incident; give it as it stands. Problem."""
        declared: dict[str, Any] = self._once("/v1/incidents", fields).json()
        return declared

    def command(self, incident: dict[str, Any], verb: str, **fields: object) -> dict[str, Any]:
        """Carry out a command on an incident as it was seen; give it as it then stands.

        Problem: `stale` where somebody has decided something meanwhile. Look at it again before you repeat yourself.
        """
        seen = {"If-Match": f'"{incident["revision"]}"'}
        changed: dict[str, Any] = self._once(f"/v1/incidents/{incident['id']}/{verb}", fields, seen).json()
        return changed

    def incidents(self, **filters: str | int) -> Iterator[dict[str, Any]]:
        """Give all incidents that match, page by page, for as long as there is a next page."""
        address: str | None = "/v1/incidents"
        query: dict[str, str | int] = filters
        while address:
            answer = self._send("GET", address, params=query)
            yield from answer.json()["items"]
            address, query = answer.links.get("next", {}).get("url"), {}

    def events(self, after: str | None = None, **query: str | int) -> Iterator[tuple[dict[str, Any], str]]:
        """Give each event with the cursor to go on from; wait for more at the end, for ever. Keep the cursor."""
        while True:
            begun = {} if after is None else {"after": after}
            page = self.get("/v1/events", wait=20, **query, **begun)
            after = page["cursor"]
            for event in page["events"]:
                yield event, page["cursor"]

    def _once(self, path: str, body: dict[str, Any], headers: dict[str, str] | None = None) -> httpx.Response:
        """Send a request that has one effect, however often it arrives."""
        return self._send("POST", path, json=body, headers={"Idempotency-Key": uuid4().hex, **(headers or {})})

    def _send(self, method: str, path: str, **what: Any) -> httpx.Response:  # noqa: ANN401 - httpx' own options
        """Send, and send again after what passes by itself: a lost connection, too many requests, no database."""
        what = {name: value for name, value in what.items() if value}
        for last in (False,) * (TRIES - 1) + (True,):
            try:
                answer = self._http.request(method, path, **what)
            except httpx.TransportError:
                if last:
                    raise
                time.sleep(SOON_SECONDS)
                continue
            if last or answer.status_code not in {TOO_MANY_REQUESTS, UNAVAILABLE}:
                break
            time.sleep(float(answer.headers.get("Retry-After", SOON_SECONDS)))
        if answer.is_error:
            raise Problem(answer.json())
        return answer


def main(partnership: str, service: str) -> None:
    """Show it at work."""
    client = Client(os.environ["TOCSIN"], os.environ["KEY"])
    [belonging] = client.get("/v1/me")["memberships"]
    print(f"I work for {belonging['party']} and may: {', '.join(belonging['scopes'])}")  # noqa: T201 - it is a demonstration
    incident = client.declare(
        partnership=partnership, service=service, title="Card payments fail", impact="critical", urgency="immediate"
    )
    print(f"Declared {incident['number']}, severity {incident['severity']}")  # noqa: T201 - as above
    seen = incident
    incident = client.command(incident, "acknowledge")
    client.command(incident, "note", text="The gateway's certificate has expired")
    try:
        client.command(seen, "resolve", text="Renewed")
    except Problem as problem:
        print(f"Refused ({problem.code}): {problem}")  # noqa: T201 - as above
    incident = client.command(client.get(f"/v1/incidents/{incident['id']}"), "resolve", text="Renewed")
    for event, _ in client.events(partnership=partnership, types="incident.*"):
        print(f"{event['occurred_at']} {event['type']}")  # noqa: T201 - as above
        if event["type"].startswith("incident.resolved") and event["incident"]["id"] == incident["id"]:
            break
    open_now = sum(1 for _ in client.incidents(partnership=partnership, status="open"))
    print(f"Open now: {open_now}")  # noqa: T201 - as above
    client.close()


if __name__ == "__main__":
    main(*sys.argv[1:3])
