"""How long a person waits for an answer at the chat page: from Enter to the bubble on the screen.

make prove PROOFS=page_latency

Starts every program as `make run` does, on SIMU, drives the page in Chromium, asks each question
once cold and then warm, and prints milliseconds. The goal: a warm /atr within 300 ms.
"""

import asyncio
import statistics
import time

from playwright.async_api import Page

from tests.support.browser import chromium
from tests.support.stack import assistant

WARM = 30
QUESTIONS = ("/price BTC", "/atr BTC 4h", "/atr BTC", "/price btc,eth sol")


async def ask(page: Page, text: str) -> float:
    answers = page.locator(".message.bot")
    before = await answers.count()
    await page.locator("#composer textarea").fill(text)
    began = time.perf_counter()
    await page.locator("#composer textarea").press("Enter")
    await page.wait_for_function(
        "count => document.querySelectorAll('.message.bot').length > count", arg=before
    )
    return (time.perf_counter() - began) * 1_000


async def main() -> None:
    async with assistant(providers="simu") as chat, chromium() as browser:
        page = await browser.new_page(viewport={"width": 390, "height": 844})
        await page.goto(chat.telegram.address)
        await ask(page, "/start")
        for question in QUESTIONS:
            cold = await ask(page, question)
            warm = []
            for _ in range(WARM):
                await asyncio.sleep(0.55)  # the bot's own limit is two questions a second
                warm.append(await ask(page, question))
            middle, worst = statistics.median(warm), max(warm)
            print(
                f"{question:20} cold {cold:6.0f} ms   warm p50 {middle:5.0f}  max {worst:5.0f} ms"
            )


if __name__ == "__main__":
    asyncio.run(main())
