"""A headless Chromium for tests that look at a page; mark them with `pytest.mark.browser`."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from playwright.async_api import Browser, async_playwright, expect

from local.needs import browser

_QUIET = (
    "--no-sandbox",  # the machines that test run as root
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    """Yield this machine's Chromium; it calls nobody on its own."""
    expect.set_options(timeout=20_000)  # a machine that tests much else beside may take its time
    async with async_playwright() as playwright:
        opened = await playwright.chromium.launch(executable_path=browser(), args=_QUIET)
        try:
            yield opened
        finally:
            await opened.close()
