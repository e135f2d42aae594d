"""The dashboard in a real Chromium, opened as a file with the network off.

`KEEP_SCREENSHOTS` names a folder for the pictures.
"""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, Request, expect

from dashboard.board import board
from dashboard.demonstration import demonstration
from dashboard.page import page as written
from dashboard.turned import flags
from deploy.history import ENVIRONMENTS
from tests.support.browser import chromium

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

NOW = datetime(2030, 3, 1, 12, tzinfo=UTC)
PHONE = {"width": 390, "height": 844}
DESK = {"width": 1280, "height": 900}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with chromium() as opened:
        yield opened


@dataclass(frozen=True, slots=True)
class Shown:
    """The page's file, and what opens it."""

    browser: Browser
    path: Path


@pytest.fixture(scope="module")
def file(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Shown:
    events = demonstration(NOW)
    path = tmp_path_factory.mktemp("page") / "dashboard.html"
    text = written(board([events], ENVIRONMENTS, flags(events, NOW), NOW))
    path.write_text(text, encoding="utf-8")
    return Shown(browser, path)


@asynccontextmanager
async def opened(
    file: Shown,
    screen: Any = DESK,
    theme: Literal["light", "dark"] = "light",
    minutes: int = 1,
    part: str = "",
) -> AsyncIterator[Page]:
    """Open the page, so many minutes after it was built; fail on anything that it complains of."""
    said: list[str] = []

    def asked(request: Request) -> None:
        if not request.url.startswith("file:"):
            said.append(request.url)

    context = await file.browser.new_context(viewport=screen, color_scheme=theme, offline=True)
    await context.grant_permissions(["clipboard-read", "clipboard-write"])
    await context.clock.install(time=NOW + timedelta(minutes=minutes))
    page = await context.new_page()
    page.on("console", lambda it: said.append(it.text))
    page.on("pageerror", lambda it: said.append(str(it)))
    page.on("request", asked)
    await page.goto(file.path.as_uri() + part)
    yield page
    if folder := os.environ.get("KEEP_SCREENSHOTS"):
        name = f"dashboard-{screen['width']}-{theme}-{minutes}{part.replace('#', '-')}.png"
        await page.screenshot(path=Path(folder) / name, full_page=True)
    await context.close()
    assert said == []


@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_a_phone_shows_all_without_scrolling_sideways(
    file: Shown, theme: Literal["light", "dark"]
) -> None:
    async with opened(file, PHONE, theme) as page:
        wide = await page.evaluate("document.documentElement.scrollWidth")
        ground = await page.evaluate("getComputedStyle(document.body).backgroundColor")
        tapped = await page.locator("button").evaluate_all(
            "all => all.map(it => it.getBoundingClientRect().height)"
        )

        flags = await page.locator("#flags .wide").first.evaluate(
            "it => it.scrollWidth - it.clientWidth"
        )
        newest = await page.locator("#timeline .wide").evaluate(
            "it => it.scrollWidth - it.clientWidth - it.scrollLeft"
        )

    assert wide == PHONE["width"] and flags == 0 and newest < 1
    assert ground == {"light": "rgb(247, 248, 250)", "dark": "rgb(13, 17, 23)"}[theme]
    assert min(tapped) >= 32


@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_what_is_written_can_be_read_on_what_is_behind_it(
    file: Shown, theme: Literal["light", "dark"]
) -> None:
    async with opened(file, DESK, theme) as page:
        weakest = await page.evaluate(CONTRAST)

    assert weakest[0] >= 4.5, weakest


async def test_the_six_fields_of_both_environments_are_at_a_glance(file: Shown) -> None:
    async with opened(file) as page:
        for place in ENVIRONMENTS:
            fields = page.locator(f"#{place} .glance dt")
            assert await fields.all_inner_texts() == [
                *("Environment", "Current version", "Last deployed", "Deployed by"),
                *("Health status", "Last health check"),
            ]
            await expect(page.locator(f"#{place} .pill")).to_have_text("✓ healthy")


async def test_the_keyboard_reaches_the_command_and_copies_it(file: Shown) -> None:
    async with opened(file) as page:
        button = page.locator("#staging [data-copy]")
        for _ in range(30):
            await page.keyboard.press("Tab")
            if await button.evaluate("it => it === document.activeElement"):
                break
        await page.keyboard.press("Enter")
        await expect(button).to_have_text("Copied")
        copied = await page.evaluate("navigator.clipboard.readText()")

    assert copied.startswith("gh workflow run rollback.yml --ref main -f environment=staging ")


async def test_a_link_leads_to_one_deployment_also_past_a_filter(file: Shown) -> None:
    async with opened(file, part="#s3") as page:
        row = page.locator("#deployments tr", has=page.locator("#s3"))
        await expect(row).to_be_in_viewport()
        await page.keyboard.press("/")
        await page.keyboard.type("rolled back")
        await expect(row).to_be_hidden()
        shown = await page.locator("#deployments tbody tr:visible").all_inner_texts()
        await page.evaluate("location.hash = '#s4'")
        await expect(page.locator("#s4")).to_be_focused()
        await expect(row).to_be_visible()

    assert shown and all("rolled back" in text for text in shown)


async def test_a_page_that_has_grown_old_takes_its_green_back(file: Shown) -> None:
    async with opened(file) as page:
        await expect(page.locator(".card.healthy")).to_have_count(2)
        await page.clock.run_for(31 * 60 * 1000)
        await expect(page.locator(".card.healthy")).to_have_count(0)
        await expect(page.locator("#production .pill")).to_have_text("? not known; was healthy")
        grey = await page.locator("#production .pill").evaluate("it => getComputedStyle(it).color")

    assert grey == "rgb(107, 114, 128)"


async def test_the_time_under_watch_is_hatched_and_a_running_one_tells_its_traffic(
    file: Shown,
) -> None:
    async with opened(file) as page:
        hatched = page.locator('#timeline rect[fill="url(#hatch)"]')
        assert await hatched.count() > 10
        running = page.locator("#production .running")
        await expect(running).to_contain_text("telegram-bot bake time")
        await expect(running).to_contain_text("100 % of production traffic")


# The smallest contrast of any text with what is behind it, by WCAG 2, and where it is.
CONTRAST = """() => {
  const rgb = (text) => text.match(/[\\d.]+/g).map(Number);
  const part = (it) => (it /= 255) <= 0.03928 ? it / 12.92 : ((it + 0.055) / 1.055) ** 2.4;
  const light = ([r, g, b]) => 0.2126 * part(r) + 0.7152 * part(g) + 0.0722 * part(b);
  const behind = (node) => {
    for (let it = node; it; it = it.parentElement) {
      const [r, g, b, a] = rgb(getComputedStyle(it).backgroundColor);
      if (a === undefined || a > 0) return [r, g, b];
    }
    return [255, 255, 255];
  };
  const walk = document.createTreeWalker(document.querySelector("main"), NodeFilter.SHOW_TEXT);
  let weakest = [21, ""];
  while (walk.nextNode()) {
    const node = walk.currentNode.parentElement;
    if (!walk.currentNode.data.trim() || node.closest("svg")) continue;
    const [a, b] = [light(rgb(getComputedStyle(node).color)), light(behind(node))];
    const found = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (found < weakest[0]) weakest = [found, walk.currentNode.data.trim()];
  }
  return weakest;
}"""
