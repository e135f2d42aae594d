"""The chat page in a real browser, with the bot's side played by the test."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
import telegram
from playwright.async_api import Browser, Page, Route, expect
from telegram import (
    CopyTextButton,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InlineQueryResultArticle,
    InputTextMessageContent,
    Message,
)

from playground.chats import YOU
from tests.support.browser import NETWORK_CHANGED, chromium, visit
from tests.support.playground import Playground, playground
from tests.support.png import png

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

PHONE = {"width": 390, "height": 844}
WIDEST_TABLE = "PEPE 0.00001234 -1.20% -8.45% +22.1%"
CARD = f"""<b>Bitcoin</b> · <code>67250.10</code> · /price
<pre>{WIDEST_TABLE}</pre>
<i>as of <tg-time unix="1795248720" format="T">08:12:00 UTC</tg-time></i>
<blockquote expandable>{"one long explanation " * 20}</blockquote>"""
KEYBOARD = InlineKeyboardMarkup(
    [
        [
            InlineKeyboardButton("Refresh", callback_data="1 price BTC"),
            InlineKeyboardButton("Copy", copy_text=CopyTextButton("67250.10")),
        ]
    ]
)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with chromium() as browser:
        yield browser


@pytest_asyncio.fixture(loop_scope="module")
async def home() -> AsyncIterator[Playground]:
    async with playground() as home:
        yield home


@pytest_asyncio.fixture(loop_scope="module")
async def bot(home: Playground) -> AsyncIterator[telegram.Bot]:
    async with home.bot() as bot:
        yield bot


@pytest_asyncio.fixture(loop_scope="module")
async def page(browser: Browser, home: Playground) -> AsyncIterator[Page]:
    """The page on a phone; a script error or a message on the console fails the test."""
    context = await browser.new_context(
        viewport={"width": 390, "height": 844},
        timezone_id="Europe/Berlin",
        locale="en-GB",
        permissions=["clipboard-read", "clipboard-write"],
    )
    page = await context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    await visit(page, home.address)
    try:
        await expect(page.locator("#name")).to_have_text("Crypto Assistant")
    except AssertionError:
        status = await page.locator("#status").text_content()
        raise AssertionError(f"the page says {status!r}, its console {said}") from None
    yield page
    await context.close()
    assert [words for words in said if NETWORK_CHANGED not in words] == []


async def card(bot: telegram.Bot, text: str = CARD) -> Message:
    return await bot.send_message(YOU, text, parse_mode="HTML", reply_markup=KEYBOARD)


async def test_start_is_one_tap_and_typing_is_enter(page: Page, home: Playground) -> None:
    await page.click("#start")
    await expect(page.locator(".message.me .text")).to_contain_text("/start")
    await expect(page.locator("#start")).to_be_hidden()

    await page.fill("#composer textarea", "two")
    await page.press("#composer textarea", "Shift+Enter")
    await page.keyboard.type("lines")
    await page.keyboard.press("Enter")

    await expect(page.locator(".message.me")).to_have_count(2)
    assert [one["text"] for one in home.world.chats[YOU].messages.values()] == [
        "/start",
        "two\nlines",
    ]
    await page.reload()
    await expect(page.locator(".message.me")).to_have_count(2)

    await page.fill("#composer textarea", "x" * 4097)
    await page.press("#composer textarea", "Enter")
    await expect(page.locator(".toast")).to_contain_text(
        "A message holds 4096 characters; this has 4097"
    )
    await expect(page.locator("#composer textarea")).to_have_value("x" * 4097)


async def test_a_card_fits_a_phone(page: Page, bot: telegram.Bot) -> None:
    await card(bot)
    await card(bot, "x" * 500)
    await bot.send_photo(YOU, png(2000, 900), caption="<b>a chart</b>", parse_mode="HTML")
    await expect(page.locator(".message.bot")).to_have_count(3)

    assert await page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
    assert await page.evaluate(
        "[...document.querySelectorAll('pre')].every(pre => pre.scrollWidth <= pre.clientWidth)"
    )
    assert await page.evaluate(
        "[...document.querySelectorAll('.bubble, .keyboard button, img')].every(node => {"
        " const box = node.getBoundingClientRect(); return box.left >= 0 && box.right <= 390 })"
    )


async def test_what_the_bot_writes_is_shown_never_run(page: Page, bot: telegram.Bot) -> None:
    evil = "<img src=x onerror=alert(1)>"

    await bot.send_message(YOU, evil)

    await expect(page.locator(".message.bot .text")).to_contain_text(evil)
    assert await page.locator(".message.bot img").count() == 0


async def test_marks_times_and_quotes_look_as_they_should(page: Page, bot: telegram.Bot) -> None:
    await card(bot)
    quote = page.locator("blockquote.expandable")

    await expect(page.locator(".message.bot time")).to_have_text("09:12:00")
    await expect(page.locator(".message.bot strong")).to_have_text("Bitcoin")
    assert await page.locator("pre").inner_text() == WIDEST_TABLE
    folded = await quote.bounding_box()
    await page.click(".expand")
    unfolded = await quote.bounding_box()
    assert folded is not None and unfolded is not None
    assert unfolded["height"] > 2 * folded["height"]


async def test_code_and_copy_buttons_copy(page: Page, bot: telegram.Bot) -> None:
    await card(bot)

    for thing in (".message code", ".keyboard .copy_text"):
        await page.evaluate("navigator.clipboard.writeText('nothing')")
        await page.click(thing)
        await expect(page.locator(".toast")).to_have_text("Copied 67250.10")
        assert await page.evaluate("navigator.clipboard.readText()") == "67250.10"


async def test_a_button_waits_for_its_answer_and_the_edit_stays_in_place(
    page: Page, bot: telegram.Bot
) -> None:
    message = await card(bot)
    button = page.locator(".keyboard button").first

    await button.click()
    await expect(button).to_have_class("callback_data waiting")
    [update] = await bot.get_updates(timeout=5)
    assert update.callback_query is not None
    await message.edit_text("<b>new</b>", parse_mode="HTML", reply_markup=KEYBOARD)
    await expect(page.locator(".message.bot .edited")).to_be_visible()
    await expect(button).to_have_class("callback_data waiting")
    await expect(button).to_be_focused()
    await update.callback_query.answer("No change")

    await expect(button).to_have_class("callback_data")
    await expect(page.locator(".toast")).to_have_text("No change")
    await expect(page.locator(".message.bot")).to_have_count(1)
    await expect(page.locator(".message.bot strong")).to_have_text("new")


async def test_an_alert_asks_for_ok(page: Page, bot: telegram.Bot) -> None:
    await card(bot)
    await page.locator(".keyboard button").first.click()
    [update] = await bot.get_updates(timeout=5)
    assert update.callback_query is not None

    await update.callback_query.answer("Are you sure?", show_alert=True)

    await expect(page.locator("#alert-text")).to_have_text("Are you sure?")
    await page.keyboard.press("Enter")
    await expect(page.locator("#alert")).to_be_hidden()


async def test_the_menu_filters_and_obeys_the_keyboard(page: Page, bot: telegram.Bot) -> None:
    await bot.set_my_commands([("price", "a price"), ("portfolio", "yours"), ("atr", "a range")])
    await page.click("#menu")
    await expect(page.locator("#commands li")).to_have_count(3)

    await page.keyboard.type("p")
    await expect(page.locator("#commands li")).to_have_count(2)
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")

    await expect(page.locator(".message.me .text")).to_contain_text("/portfolio")
    await expect(page.locator("#commands")).to_be_hidden()


async def test_arrow_up_edits_the_last_own_message(
    page: Page, home: Playground, bot: telegram.Bot
) -> None:
    await home.says("/price BTX")
    await expect(page.locator(".message.me")).to_have_count(1)

    await page.press("#composer textarea", "ArrowUp")
    await expect(page.locator("#editing")).to_be_visible()
    await page.fill("#composer textarea", "/price BTC")
    await page.keyboard.press("Enter")

    await expect(page.locator(".message.me .text")).to_contain_text("/price BTC")
    update = (await bot.get_updates(timeout=5))[-1]
    assert update.edited_message is not None and update.edited_message.text == "/price BTC"


async def test_a_command_in_an_answer_can_be_tapped(page: Page, bot: telegram.Bot) -> None:
    await card(bot)

    await page.click(".message.bot .command")

    await expect(page.locator(".message.me .text")).to_contain_text("/price")


async def test_the_header_tells_what_the_bot_does(page: Page, bot: telegram.Bot) -> None:
    await expect(page.locator("#status")).to_have_text("bot, not running yet")
    await bot.get_updates(timeout=0)
    await expect(page.locator("#status")).to_have_text("bot, online")

    await bot.send_chat_action(YOU, "typing")
    await expect(page.locator("#status")).to_have_text("typing")
    message = await bot.send_message(YOU, "done")
    await expect(page.locator("#status")).to_have_text("bot, online")

    await message.delete()
    await expect(page.locator(".message")).to_have_count(0)


async def test_a_blocked_bot_can_be_let_back_in(page: Page, home: Playground) -> None:
    await home.says("hi")
    await home.blocks()

    await page.click("text=Unblock")

    await expect(page.locator(".message.me")).to_have_count(2)
    assert not home.world.chats[YOU].blocked


async def test_dark_and_light_can_be_chosen(page: Page) -> None:
    paper = "getComputedStyle(document.querySelector('header')).backgroundColor"
    light = await page.evaluate(paper)
    await page.click("#theme")
    dark = await page.evaluate(paper)
    await page.reload()

    assert light != dark
    assert await page.evaluate(paper) == dark


async def test_a_lost_server_is_told_and_comes_back(browser: Browser) -> None:
    async with playground() as home:
        address = home.address
        page = await browser.new_page()
        await visit(page, address)
        await expect(page.locator("#status")).to_have_text("bot, not running yet")

    await expect(page.locator("#status")).to_have_text("connection lost, trying again")
    await page.fill("#composer textarea", "keep me")
    await page.keyboard.press("Enter")
    await expect(page.locator(".toast")).to_contain_text("Not sent")
    await expect(page.locator("#composer textarea")).to_have_value("keep me")
    async with playground(port=int(address.rpartition(":")[2])):
        await expect(page.locator("#status")).to_have_text("bot, not running yet")
        await page.close()


async def test_a_connection_that_says_nothing_is_made_anew(
    browser: Browser, home: Playground
) -> None:
    page = await browser.new_page()
    held: list[Route] = []

    async def keep_the_first(route: Route) -> None:
        held.append(route)
        if len(held) > 1:
            await route.continue_()

    await page.route("**/api/events*", keep_the_first)
    await page.clock.install()
    async with page.expect_request("**/api/events*"):
        await page.goto(home.address)
    await page.clock.fast_forward(5_000)

    await expect(page.locator("#name")).to_have_text("Crypto Assistant")
    await page.close()


async def test_results_are_typed_for_and_sent_in_a_group(
    page: Page, home: Playground, bot: telegram.Bot
) -> None:
    await page.locator("#elsewhere").click()
    await page.locator("#add").click()
    await page.locator("#text").fill("@crypto_assistant_bot btc")
    updates = await bot.get_updates(timeout=10)
    while updates[-1].inline_query is None:
        updates = await bot.get_updates(offset=updates[-1].update_id + 1, timeout=10)
    content = InputTextMessageContent("<b>67,250.10</b>", parse_mode="HTML")
    others = InputTextMessageContent("1,234.50")
    await updates[-1].inline_query.answer(
        [
            InlineQueryResultArticle("1", "BTC 1,234.50", others),
            InlineQueryResultArticle("2", "BTC 67,250.10", content, description="+2.41%"),
        ]
    )
    await expect(page.locator("#results li")).to_have_count(2)

    await page.locator("#text").press("ArrowDown")
    await expect(page.locator("#text")).to_have_attribute("aria-activedescendant", "result-1")
    await page.keyboard.press("Enter")

    message = page.locator(".message.me").last
    await expect(message).to_contain_text("67,250.10")
    await expect(message.locator(".via")).to_have_text("via @crypto_assistant_bot")
    await expect(page.locator("#results")).to_be_hidden()


async def test_a_link_to_the_bot_offers_its_word_behind_start(
    page: Page, home: Playground, bot: telegram.Bot
) -> None:
    url = "https://t.me/crypto_assistant_bot?start=atr_BTC_4h"
    await home.says("hello")
    await bot.send_message(
        YOU, "read more", reply_markup=InlineKeyboardMarkup([[InlineKeyboardButton("Go", url=url)]])
    )
    async with page.expect_popup() as opening:
        await page.locator(".keyboard button", has_text="Go").click()
    private = await opening.value
    await private.locator("#start").click()

    await expect(private.locator(".message.me").last).to_contain_text("/start atr_BTC_4h")
    await expect(private.locator("#start")).to_be_hidden()
