"""The assistant as a person sees it: the chat page in a real Chromium, every program behind it.

`KEEP_SCREENSHOTS` names a folder for the pictures; the README shows `chat.png` and `chart.png`.
"""

import os
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.async_api import Page

from common.clock import FrozenClock
from common.market import Timeframe
from tests.support.browser import NETWORK_CHANGED, chromium, visit
from tests.support.reference import reference_candles, reference_folder, reference_values
from tests.support.stack import assistant

NOON = FrozenClock(datetime(2026, 3, 13, 12, 0, 30, tzinfo=UTC))


@asynccontextmanager
async def chat_page(**options: Any) -> AsyncIterator[Page]:
    """Run everything and open the page on a phone's screen; fail on any error in its console."""
    errors: list[str] = []
    async with assistant(**options) as chat, chromium() as browser:
        context = await browser.new_context(
            viewport={"width": 390, "height": 844},
            device_scale_factor=2,
            color_scheme="light",
            timezone_id="UTC",
            locale="en-GB",
        )
        await context.clock.set_fixed_time(NOON.now())
        page = await context.new_page()
        page.on("console", lambda said: errors.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: errors.append(str(error)))
        await visit(page, chat.telegram.address)
        yield page
    assert [words for words in errors if NETWORK_CHANGED not in words] == []


async def ask(page: Page, text: str) -> str:
    """Type `text` as a person does and return what the page shows of the answer."""
    answers = page.locator(".message.bot")
    before = await answers.count()
    await page.locator("#composer textarea").fill(text)
    await page.locator("#composer textarea").press("Enter")
    await answers.nth(before).wait_for()
    return await answers.nth(before).inner_text()


async def keep(page: Page, name: str) -> None:
    """Take a picture that is tall enough for two answers, in few colours: it stays small."""
    if folder := os.environ.get("KEEP_SCREENSHOTS"):
        path = Path(folder) / name
        await page.set_viewport_size({"width": 390, "height": 1_380})
        await page.screenshot(path=path)
        await page.set_viewport_size({"width": 390, "height": 844})
        with Image.open(path) as taken:
            taken.quantize(256, Image.Quantize.FASTOCTREE).save(path, optimize=True)


@pytest.mark.browser
async def test_a_person_chats_on_a_phone() -> None:
    async with chat_page(clock=NOON) as page:
        assert "BTC/USD" in await ask(page, "/price BTC")
        answer = await ask(page, "/atr BTC 4h")
        assert "BTC usually moves about" in answer
        last = page.locator(".message.bot").last
        await keep(page, "chat.png")

        await last.get_by_role("button", name="1h", exact=True).click()
        await page.get_by_text("ATR(14) · BTC/USD · 1h").wait_for()
        assert await page.locator(".message.bot").count() == 2

        assert "AAPL/USD" in await ask(page, "/atr AAPL 1d")
        await page.emulate_media(color_scheme="dark")
        assert "PEPE" in await ask(page, "btc, eth, sol, pepe")
        assert "120 candles" in await ask(page, "/chart ETH 4h st dark")
        assert "Alert #1 set" in await ask(page, "wake me if eth drops 5%")
        await keep(page, "chart.png")
        assert "Did you mean" in await ask(page, "/price BTX")
        assert "<b>x" in await ask(page, "/price <b>x")
        overflow = await page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        assert overflow == 0


@pytest.mark.browser
@pytest.mark.reference
@pytest.mark.parametrize("row", [300, 20_000, 45_030])
async def test_atr_on_real_candles_prints_the_published_digits(row: int) -> None:
    opened_at = reference_candles("ftx_BTC-PERP_1m")[row].opened_at
    published = reference_values("ftx_BTC-PERP_1m", "atr14_seed_tr0")
    row = min(published, key=lambda known: abs(known - row))
    opened_at = reference_candles("ftx_BTC-PERP_1m")[row].opened_at
    options = {
        "providers": "recorded",
        "data_dir": reference_folder() / "candles",
        "as_of": opened_at + Timeframe.M1.length,
    }
    async with chat_page(**options) as page:
        await ask(page, "/atr BTC 1m")
        details = await page.locator(".message.bot").last.text_content() or ""

    shown = re.search(r"ATR before rounding: (\d+\.\d+)", details)
    assert shown is not None, details
    digits = max(0, len(shown[1].partition(".")[2]))
    assert Decimal(shown[1]) == published[row].quantize(Decimal(1).scaleb(-digits))
