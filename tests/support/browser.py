"""A headless Chromium for tests that look at a page; mark them with `pytest.mark.browser`."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from playwright.async_api import Browser, Error, Page, async_playwright, expect

from local.needs import browser

_QUIET = (
    "--no-sandbox",  # the machines that test run as root
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
# Chromium breaks off its requests whenever a network comes or goes, as each container's does.
NETWORK_CHANGED = "ERR_NETWORK_CHANGED"
_MOST_VISITS = 5


async def visit(page: Page, address: str) -> None:
    """Open a page; once more where Chromium broke off a part of it."""
    broken: list[str] = []
    page.on("requestfailed", lambda it: broken.append(it.failure or ""))
    for _ in range(_MOST_VISITS):
        broken.clear()
        try:
            await page.goto(address)
        except Error as error:
            if NETWORK_CHANGED not in str(error):
                raise
        else:
            if not any(NETWORK_CHANGED in why for why in broken):
                return


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
