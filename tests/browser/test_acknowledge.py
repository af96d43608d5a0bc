"""The page behind a link to acknowledge, on a phone, without scripts: each state of it, in light and dark."""

from __future__ import annotations

from threading import Thread
from typing import TYPE_CHECKING, Any

import pytest
from werkzeug.serving import make_server

from api.http.app import create_app
from tests.browser.test_docs import AXE, EVERY_RULE
from tests.support.http import DEMO, PUBLIC_URL, site_on
from tests.support.linked import Paged

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page, ViewportSize

pytestmark = pytest.mark.browser

PHONE: ViewportSize = {"width": 360, "height": 740}
DUTY = "{id: acme-duty, party: acme, role: duty_manager}"


@pytest.fixture
def link(database_url: str) -> Iterator[str]:
    """Yield the address of a link that nobody has used, on a port of loopback."""
    agreed = DEMO.replace(DUTY, DUTY.replace("}", ", via: [email], email: noc@acme.example}"))
    renewed = agreed.replace("\n  version: 1\n", "\n  version: 2\n  supersedes: 1\n")
    with site_on(database_url) as site:
        assert site.operator.send("/v1/agreements", renewed.encode(), "application/yaml").status == 201
        site.partner.declare()
        paged = Paged(site)
        paged.turn()
        server = make_server("127.0.0.1", 0, create_app(site.served), threaded=True)
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}{paged.link()}"
        server.shutdown()
        thread.join()
        server.server_close()
        paged.close()


@pytest.fixture(params=["light", "dark"])
def page(request: pytest.FixtureRequest, browser: Browser) -> Iterator[Page]:
    """Yield a phone's browser. Scripts are for axe; the page has none."""
    page = browser.new_page(color_scheme=request.param, viewport=PHONE)
    yield page
    page.close()


def _must_be_accessible(page: Page) -> None:
    found: dict[str, Any] = page.evaluate(EVERY_RULE)
    assert found["violations"] == []
    assert found["unsure"] == []
    assert found["passed"] > 15
    wide, there = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
    assert wide == there


def _with_axe(page: Page) -> None:
    page.evaluate(AXE.read_text(encoding="utf-8"))
    _must_be_accessible(page)


def test_each_page_is_accessible_and_the_button_works(page: Page, link: str) -> None:
    """Every rule of axe-core passes on the question, the answer, and what a used or wrong link shows."""
    page.goto(link)
    _with_axe(page)
    page.get_by_role("button", name="Acknowledge").click()
    assert page.get_by_role("heading").inner_text() == "You have acknowledged INC-1001"
    _with_axe(page)
    page.goto(link)
    assert "by this link before" in page.get_by_role("heading").inner_text()
    _with_axe(page)
    page.goto(link[:-1])
    assert page.get_by_role("heading").inner_text() == "There is no such link"
    _with_axe(page)


def test_it_works_without_scripts(browser: Browser, link: str) -> None:
    """And asks its own host for itself and its style sheet, and for nothing else."""
    asked: list[str] = []
    context = browser.new_context(java_script_enabled=False, viewport=PHONE)
    page = context.new_page()
    page.on("request", lambda request: asked.append(request.url))
    page.goto(link, wait_until="networkidle")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="You have acknowledged INC-1001").wait_for()
    here = link.partition("/acknowledge/")[0]
    assert set(asked) == {link, f"{here}/docs/static/acknowledge.css"}
    assert not any(PUBLIC_URL in each for each in asked)
    context.close()
