"""`make demo`: a real incident goes through a real agreement, before your eyes.

It starts all of `tocsin serve` on a database of its own, talks to it over HTTP alone, and says at each step what it
expects; what does not come true ends it with exit code 1.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import click
import httpx
from rich.console import Console
from rich.table import Table

from api.cli.words import details, happening

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

HERE = Path(__file__).resolve().parent
AGREEMENT = HERE / "agreements" / "demo.yaml"
DATA = HERE.parent / "var" / "demo"
PARTNERSHIP = "acme-globex-demo"
START_SECONDS = 60.0
STEP_SECONDS = 30.0

console = Console(highlight=False)
if not console.is_terminal:
    console.width = 120


class DidNotHappen(Exception):
    """A step of the demo did not do what it says."""


@click.command()
@click.option("--once", is_flag=True, help="End by itself, with exit code 0 if every step did what it says.")
def main(once: bool) -> None:  # noqa: FBT001 - click's way to hand over a flag
    """Watch an incident climb its agreement's ladder until somebody answers."""
    try:
        with serving() as (address, key, server):
            client = httpx.Client(
                base_url=address, headers={"Authorization": f"Bearer {key}"}, timeout=10, trust_env=False
            )
            Story(client).tell()
            _goodbye(address, key, once=once)
            if not once:
                server.wait()
    except DidNotHappen as failure:
        console.print(f"[bold red]The demo failed:[/] {failure}")
        sys.exit(1)
    except KeyboardInterrupt:
        console.print("Ended.")


@contextmanager
def serving() -> Iterator[tuple[str, str, subprocess.Popen[str]]]:
    """Run `tocsin serve` on fresh data; give its address, the first key, and the process."""
    heading("Starting everything: embedded PostgreSQL, migrations, web, worker (tocsin serve)")
    shutil.rmtree(DATA, ignore_errors=True)
    own = {name: value for name, value in os.environ.items() if not name.startswith("TOCSIN_")}
    env = own | {
        "TOCSIN_DATA_DIR": str(DATA),
        "TOCSIN_PORT": os.environ.get("TOCSIN_PORT", "0"),
        "TOCSIN_LOG_LEVEL": "WARNING",
        "FORCE_COLOR": "1" if console.is_terminal else "",
        "PYTHONUNBUFFERED": "1",
    }
    command = [sys.executable, "-m", "api.cli", "serve"]
    server = subprocess.Popen(command, env=env, stdout=subprocess.PIPE, text=True, start_new_session=True)
    told: dict[str, str] = {}
    threading.Thread(target=_relay, args=(server, told), daemon=True).start()
    try:
        wait_for("the server to answer", lambda: "address" in told and "key" in told, START_SECONDS, server)
        wait_for("the server to be ready", lambda: _ready(told["address"]), START_SECONDS, server)
        yield told["address"], told["key"], server
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(timeout=30)


def _relay(server: subprocess.Popen[str], told: dict[str, str]) -> None:
    """Show what the server and its worker print, the pages among it; pick out address and key."""
    for line in server.stdout or ():
        words = line.split()
        if line.startswith("Your first API key"):
            told["key"] = words[-1]
        elif line.startswith("Tocsin answers at"):
            told["address"] = words[3]
        else:
            sys.stdout.write(line)
            sys.stdout.flush()


def _ready(address: str) -> bool:
    try:
        return httpx.get(f"{address}/readyz", timeout=2, trust_env=False).is_success
    except httpx.HTTPError:
        return False


class Story:
    """The steps, each over HTTP."""

    def __init__(self, client: httpx.Client) -> None:
        """Take a client with the key."""
        self._http = client
        self._path = ""

    def tell(self) -> None:
        """Go through all steps."""
        self._publish()
        self._name_who_is_next()
        self._declare()
        self._nobody_answers()
        self._somebody_answers()
        self._show_timeline()
        self._replay()

    def _publish(self) -> None:
        heading(f"Publishing the agreement {AGREEMENT.relative_to(HERE.parent)}")
        answer = self._post("/v1/agreements", AGREEMENT.read_bytes(), {"Content-Type": "application/yaml"})
        console.print(f"{answer['partnership']} version {answer['version']}: S1 must be acknowledged within 6 seconds.")

    def _name_who_is_next(self) -> None:
        heading("Naming who is next: two people in turns, on a schedule that holds the contact acme-duty")
        here = f"/v1/partnerships/{PARTNERSHIP}"
        people = [
            self._post(f"{here}/members", {"email": email, "name": name, "party": "acme", "roles": ["responder"]})
            for name, email in (("Ann Olsen", "ann@acme.example"), ("Ben Adu", "ben@acme.example"))
        ]
        turns = {"rotation": "daily", "start": "2026-01-05T09:00", "participants": [each["person"] for each in people]}
        schedule = {"name": "first", "party": "acme", "tz": "Europe/Berlin", "layers": [turns]}
        self._post(f"{here}/schedules", schedule)
        self._post(f"{here}/contacts/acme-duty/holder", {"holder": "schedule:acme.first"})
        _tocsin("oncall", "show", "acme.first", "--weeks", "2")
        [on_call] = self._get(f"{here}/schedules/acme.first/on-call")["people"]
        console.print(f"{on_call['name']} is on call now, and is who acme-duty means in a ladder.")

    def _declare(self) -> None:
        heading("Declaring an incident: critical impact, immediate urgency")
        incident = self._post(
            "/v1/incidents",
            {
                "partnership": PARTNERSHIP,
                "service": "payments-api",
                "title": "Card payments fail in all shops",
                "impact": "critical",
                "urgency": "immediate",
            },
        )
        self._path = f"/v1/incidents/{incident['id']}"
        expect(incident["severity"] == "S1", f"severity S1 by the matrix, not {incident['severity']}")
        console.print(f"{incident['number']} is an {incident['severity']}. Nobody answers. Watch its clock and ladder:")

    def _nobody_answers(self) -> None:
        self._watch("the page at the opening, to whoever is on call", lambda: self._fired(0))
        [page] = [page for page in self._facts("rung_fired")[0]["pages"] if page.get("called") == "acme-duty"]
        expect(page["recipient"].startswith("person:"), f"a person was paged, not {page['recipient']}")
        self._watch("the warning at half of the acknowledge clock", lambda: self._said("clock_warned", percent=50))
        self._watch("the breach of the acknowledge clock", lambda: self._said("clock_breached", clock="acknowledge"))
        self._watch("the next rung: the service manager is paged", lambda: self._fired(1))
        self._show_ladder()
        self._watch("both pages sent", lambda: len(self._facts("page_sent")) >= 3)  # noqa: PLR2004 - 2 told, then 1

    def _show_ladder(self) -> None:
        """Say what comes next if nobody answers."""
        coming = self._get(f"{self._path}/ladder")["next"]
        expect(bool(coming), "something comes next on the ladder")
        for each in coming[:2]:
            console.print(f"   next, at {each['at'][11:19]} UTC: {_next_words(each)}", style="dim")

    def _somebody_answers(self) -> None:
        heading("Somebody answers: acknowledge, pause, resume, update, resolve")
        self._command("acknowledge", {}, "acknowledged")
        self._command("pause", {"reason": "waiting_on_partner", "note": "The bank's gateway team looks at it"})
        expect(self._clock("resolve")["state"] == "paused", "the resolve clock is paused")
        before = self._clock("resolve")["counted"]
        time.sleep(2)
        expect(self._clock("resolve")["counted"] == before, "a paused clock does not count")
        console.print(f"The resolve clock stands at {before} s while it is paused.")
        self._command("resume", {"reason": "waiting_on_partner"})
        expect(self._clock("resolve")["state"] == "running", "the resolve clock runs again")
        self._command("update", {"text": "The gateway is back; we watch the queue drain.", "audience": "partner"})
        self._command("resolve", {"text": "Expired certificate on the gateway replaced"}, "resolved")
        expect(self._clock("resolve")["state"] == "met", "the resolve clock was met")
        expect(self._clock("acknowledge")["state"] == "breached", "the acknowledge clock stays breached")

    def _show_timeline(self) -> None:
        heading("The timeline, as the API gives it")
        table = Table("nr", "at (UTC)", "actor", "what", "details")
        for entry in self._timeline():
            at, actor = entry["occurred_at"][11:19], entry["actor"][:12]
            table.add_row(str(entry["version"]), at, actor, happening(entry["type"]), details(entry["data"]))
        console.print(table)

    def _replay(self) -> None:
        middle = len(self._timeline()) // 2
        number = self._get(self._path)["number"]
        heading(f"Replaying it to the middle: tocsin replay {number} --at-version {middle}")
        _tocsin("replay", number, "--at-version", str(middle))
        heading("Rebuilding every projection from the events and comparing: tocsin replay --check")
        _tocsin("replay", "--check")

    def _watch(self, what: str, happened: Callable[[], bool]) -> None:
        """Wait for something to be on the record, showing the clocks each second."""
        shown = -1.0
        until = time.monotonic() + STEP_SECONDS
        while not happened():
            if time.monotonic() > until:
                raise DidNotHappen(f"{what} did not come within {STEP_SECONDS:.0f} s.")
            if time.monotonic() - shown > 1:
                shown = time.monotonic()
                console.print("   " + "   ".join(_clock_words(clock) for clock in self._clocks()), style="dim")
            time.sleep(0.1)
        console.print(f"[green]✓[/] {what}")

    def _command(self, verb: str, body: dict[str, Any], status: str | None = None) -> None:
        incident = self._post(f"{self._path}/{verb}", body, {"If-Match": "*"})
        expect(status in {None, incident["status"]}, f"{verb} leads to {status}, not {incident['status']}")
        console.print(f"[green]✓[/] {verb}: {incident['number']} is {incident['status']}")

    def _clock(self, name: str) -> dict[str, Any]:
        return next(clock for clock in self._clocks() if clock["clock"] == name)

    def _clocks(self) -> list[dict[str, Any]]:
        return list(self._get(f"{self._path}/clocks")["clocks"])

    def _timeline(self) -> list[dict[str, Any]]:
        return list(self._get(f"{self._path}/timeline")["entries"])

    def _facts(self, kind: str) -> list[dict[str, Any]]:
        return [entry["data"] for entry in self._timeline() if entry["type"] == f"incident.{kind}.v1"]

    def _said(self, kind: str, **values: object) -> bool:
        return any(values.items() <= data.items() for data in self._facts(kind))

    def _fired(self, rung: int) -> bool:
        return self._said("rung_fired", rung=rung)

    def _get(self, path: str) -> dict[str, Any]:
        return _answer(self._http.get(path))

    def _post(self, path: str, body: dict[str, Any] | bytes, headers: dict[str, str] | None = None) -> dict[str, Any]:
        key = {"Idempotency-Key": uuid4().hex}
        if isinstance(body, bytes):
            return _answer(self._http.post(path, content=body, headers={**key, **(headers or {})}))
        return _answer(self._http.post(path, json=body, headers={**key, **(headers or {})}))


def heading(text: str) -> None:
    """Begin a step."""
    console.print()
    console.rule(f"[bold]{text}", align="left")


def expect(holds: bool, what: str) -> None:  # noqa: FBT001 - reads as a sentence
    """Hold the demo to its word."""
    if not holds:
        raise DidNotHappen(f"expected: {what}.")


def wait_for(what: str, happened: Callable[[], bool], seconds: float, server: subprocess.Popen[str]) -> None:
    """Wait until something is so, as long as the server lives."""
    until = time.monotonic() + seconds
    while not happened():
        if server.poll() is not None:
            raise DidNotHappen(f"the server ended with exit code {server.returncode}.")
        if time.monotonic() > until:
            raise DidNotHappen(f"waited {seconds:.0f} s for {what}.")
        time.sleep(0.1)


def _answer(response: httpx.Response) -> dict[str, Any]:
    if response.is_error:
        raise DidNotHappen(f"{response.request.method} {response.request.url.path}: {response.text}")
    found: dict[str, Any] = response.json()
    return found


def _tocsin(*arguments: str) -> None:
    """Run a command of the product on the demo's data."""
    env = os.environ | {"TOCSIN_DATA_DIR": str(DATA), "FORCE_COLOR": "1" if console.is_terminal else ""}
    done = subprocess.run([sys.executable, "-m", "api.cli", *arguments], env=env, check=False)
    expect(done.returncode == 0, f"tocsin {' '.join(arguments)} ends with exit code 0, not {done.returncode}")


def _clock_words(clock: dict[str, Any]) -> str:
    return f"{clock['clock']} {clock['counted']}/{clock['target']} s {clock['state']}"


def _next_words(step: dict[str, Any]) -> str:
    """Say what a ladder comes to next, and whom that would reach."""
    whom = [person["name"] or person["recipient"] for each in step["whom"] for person in each["people"] or ()]
    place = "its end" if step["rung"] is None else f"rung {step['rung'] + 1}"
    return f"{place} of ladder {step['ladder']} ({step['because']}), to {', '.join(whom) or 'nobody'}"


def _goodbye(address: str, key: str, *, once: bool) -> None:
    heading("Go on by yourself")
    console.print(f"Address: {address}\nKey:     {key}\n", soft_wrap=True)
    bearer = f'-H "Authorization: Bearer {key}"'
    report = {"partnership": PARTNERSHIP, "service": "reporting", "title": "Reports are late"}
    body = json.dumps(report | {"impact": "minor", "urgency": "normal"})
    for line in (
        f"curl {bearer} {address}/v1/incidents",
        f"curl {bearer} {address}/v1/incidents/INC-1001/timeline",
        f"curl {bearer} -H 'Content-Type: application/json' -d '{body}' {address}/v1/incidents",
    ):
        console.print(line, soft_wrap=True, markup=False)
    if not once:
        console.print("\nServing. Ctrl-C ends it.")


if __name__ == "__main__":
    main()
