"""The documentation page as people meet it: in a browser without a network, on any width, in light and dark."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser

AXE = Path(__file__).with_name("node_modules") / "axe-core" / "axe.min.js"
EVERY_RULE = """async () => {
    const rules = axe.getRules().map(rule => rule.ruleId);
    const found = await axe.run({runOnly: {type: "rule", values: rules}});
    return {
        passed: found.passes.length,
        violations: found.violations.map(each => `${each.id}: ${each.help}: ${each.nodes.map(node => node.html)}`),
        unsure: found.incomplete.map(each => `${each.id}: ${each.nodes.map(node => node.html)}`),
    };
}"""
PHONE, DESKTOP = {"width": 360, "height": 740}, {"width": 1400, "height": 900}


@pytest.fixture(params=[("light", PHONE), ("dark", PHONE), ("light", DESKTOP), ("dark", DESKTOP)], ids=str)
def page(request: pytest.FixtureRequest, browser: Browser, address: str) -> Iterator[Page]:
    """Yield the page, opened."""
    scheme, size = request.param
    page = browser.new_page(color_scheme=scheme, viewport=size)
    page.goto(f"{address}/docs")
    yield page
    page.close()


def test_axe_finds_nothing(page: Page) -> None:
    """Every rule of axe-core passes, experimental ones and those of level AAA included."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found: dict[str, Any] = page.evaluate(EVERY_RULE)
    assert found["violations"] == []
    assert found["unsure"] == []
    assert found["passed"] > 30


def test_nothing_is_wider_than_the_page(page: Page) -> None:
    """One never scrolls sideways; only blocks of code do, each in itself."""
    wide, there = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
    assert wide == there
    wider = page.evaluate(
        "[...document.querySelectorAll('main *')].filter(e => !e.closest('pre'))"
        ".filter(e => e.getBoundingClientRect().right > innerWidth).map(e => e.outerHTML)"
    )
    assert wider == []


def test_it_needs_nobody_else(browser: Browser, address: str) -> None:
    """It asks its own host for itself and its style sheet, and for nothing else; the browser has no complaint."""
    asked, said = [], []
    page = browser.new_page()
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    page.goto(f"{address}/", wait_until="networkidle")
    assert sorted(set(asked)) == [f"{address}/", f"{address}/docs", f"{address}/docs/static/docs.css"]
    assert said == []
    page.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_keyboard_reaches_everything(browser: Browser, address: str, scheme: Literal["light", "dark"]) -> None:
    """The first stop skips to the content; blocks of code can be reached and so be scrolled."""
    page = browser.new_page(color_scheme=scheme)
    page.goto(f"{address}/docs")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
    assert page.evaluate("document.activeElement.getBoundingClientRect().left >= 0")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"
    assert page.evaluate("[...document.querySelectorAll('pre')].every(block => block.tabIndex === 0)")
    page.close()


def test_every_link_within_the_page_arrives(browser: Browser, address: str) -> None:
    """What is linked is there, and each id is there once."""
    page = browser.new_page()
    page.goto(f"{address}/docs")
    ids = page.evaluate("[...document.querySelectorAll('[id]')].map(e => e.id)")
    links = page.evaluate("[...document.querySelectorAll('a[href^=\"#\"]')].map(e => e.hash.slice(1))")
    assert len(ids) == len(set(ids))
    assert set(links) <= set(ids)
    assert len(links) > 40
    page.close()
