"""The whole bot over sockets: a person types into a playground, market-data is a stub."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from common.errors import Misconfigured, Unavailable
from common.settings import read
from playground.chats import YOU
from playground.faults import Fault
from telegram_bot.app import run
from telegram_bot.commands.discovery import discover
from telegram_bot.reader import LANGUAGES
from telegram_bot.settings import Settings
from tests.support.fake_market import FakeMarket, Listing, create_stub
from tests.support.logged import logged
from tests.support.playground import Playground, playground
from tests.support.serving import serve

Json = dict[str, Any]
GROUP = -1007


@dataclass
class Chat:
    """A running bot and the person who writes to it."""

    telegram: Playground
    market: FakeMarket
    stop: asyncio.Event
    running: asyncio.Task[None]
    seen: dict[int, int] = field(default_factory=dict)

    async def ask(self, text: str, chat: int = YOU) -> Json:
        """Type and return the bot's answer."""
        await self.telegram.says(text, chat=chat)
        return await self.next("message", chat)

    async def next(self, kind: str, chat: int = YOU) -> Json:
        """Return the bot's next new message, edit, or the answer to a tap."""
        while True:
            event = await self.telegram.next_event(kind, after=self.seen.get(chat, 0), chat=chat)
            self.seen[chat] = event["seq"]
            message: Json = event.get("message", event)
            if "from" not in message or message["from"]["is_bot"]:
                return message

    async def tap(self, message: Json, label: str, chat: int = YOU) -> None:
        buttons = [item for row in message["reply_markup"]["inline_keyboard"] for item in row]
        data = next(item["callback_data"] for item in buttons if item["text"] == label)
        await self.telegram.taps(message["message_id"], data, chat=chat)

    async def end(self) -> None:
        self.stop.set()
        await self.running


@asynccontextmanager
async def chatting(*faults: tuple[str, Fault], **settings: Any) -> AsyncIterator[Chat]:
    """Run a bot and let a person write to it; `faults` meet it from the first call on."""
    market = FakeMarket()
    with TemporaryDirectory() as folder:
        async with playground(flood=None) as telegram, serve(create_stub(market)) as address:
            for method, fault in faults:
                telegram.world.faults.add(method, fault)
            chat = _start(telegram, market, Path(folder), market_data_url=address, **settings)
            yield chat
            await chat.end()


def _start(telegram: Playground, market: FakeMarket, folder: Path, **settings: Any) -> Chat:
    port = None if "market_data_url" in settings else market
    named = {
        "telegram_bot_token": telegram.token,
        "telegram_api_url": telegram.address,
        "database_url": f"sqlite:///{folder}/bot.sqlite",
    }
    stop = asyncio.Event()
    chosen = read(Settings, **(named | settings))
    running = asyncio.create_task(run(chosen, stop, market=port))
    return Chat(telegram, market, stop, running)


@pytest.fixture
async def chat() -> AsyncIterator[Chat]:
    async with chatting() as chat:
        yield chat


async def test_the_commands_answer(chat: Chat) -> None:
    asked = ["/start", "/help", "/price BTC", "/p btc,eth sol", "/atr BTC 4h", "btc"]

    answers = [(await chat.ask(text))["text"].splitlines()[0] for text in asked]

    assert answers == [
        "👋 Crypto Assistant",
        "Commands",
        "Bitcoin · BTC/USDT · Binance",
        "Prices · USDT · Binance",
        "BTC usually moves about 845 USDT in 4\xa0h; "
        "a stop closer than that is often hit by noise.",
        "Bitcoin · BTC/USDT · Binance",
    ]


async def test_the_menu_is_the_table_of_commands(chat: Chat) -> None:
    await chat.ask("/start")

    menu = chat.telegram.world.profile.menu_in(YOU, "en")

    assert menu == [
        {"command": command.name, "description": command.summary}
        for command in discover().all
        if not command.owners
    ]


async def test_a_group_has_a_menu_of_its_own_in_each_language(chat: Chat) -> None:
    await chat.ask("/start")

    profile = chat.telegram.world.profile
    names = {
        language: [entry["command"] for entry in profile.menu_in(GROUP, language)]
        for language in ("en", "de")
    }

    assert names["de"] == names["en"]
    assert names["en"][:3] == ["help", "price", "atr"]
    assert profile.descriptions["de"] != profile.descriptions[""]
    assert profile.short_descriptions["de"] != profile.short_descriptions[""]


async def test_a_group_is_greeted_when_it_takes_the_bot_in(chat: Chat) -> None:
    await chat.telegram.adds_bot(chat=GROUP)

    greeting = await chat.next("message", GROUP)

    assert "/price BTC" in greeting["text"]
    (button,) = greeting["reply_markup"]["inline_keyboard"][0]
    assert button["url"] == "https://t.me/crypto_assistant_bot?start=start"


async def test_a_link_brings_the_answer_at_once(chat: Chat) -> None:
    answer = await chat.ask("/start atr_BTC_4h")

    assert "BTC usually moves" in answer["text"]


async def test_an_answer_stays_in_its_topic_also_when_the_question_is_edited(chat: Chat) -> None:
    asked = await chat.telegram.says("/price BTC", chat=GROUP, thread=7)
    answer = await chat.next("message", GROUP)
    await chat.telegram.edits(asked["message_id"], "/price ETH", chat=GROUP)
    edited = await chat.next("edit", GROUP)

    assert (answer["message_thread_id"], answer["reply_to_message"]["message_id"]) == (
        7,
        asked["message_id"],
    )
    assert (edited["message_id"], edited["message_thread_id"]) == (answer["message_id"], 7)
    assert "ETH" in edited["text"]


async def test_a_refresh_edits_in_place_and_says_when_nothing_changed(chat: Chat) -> None:
    card = await chat.ask("/price BTC")
    await chat.tap(card, "🔄 Refresh")
    unchanged = await chat.next("answer")
    chat.market.listed[0] = Listing("BTC-USDT", "Bitcoin", "67999.90")
    await chat.tap(card, "🔄 Refresh")
    edited = await chat.next("edit")

    assert unchanged["text"] == "No change"
    assert edited["message_id"] == card["message_id"]
    assert "67,999.90" in edited["text"]


async def test_a_live_price_has_its_own_button_until_it_is_stopped(chat: Chat) -> None:
    card = await chat.ask("/price BTC")
    await chat.tap(card, "🔴 Live")
    live = await chat.next("edit")
    await chat.tap(live, "⏹ Stop")
    usual = await chat.next("edit")

    assert live["message_id"] == usual["message_id"] == card["message_id"]
    assert "live for a minute" in live["text"]
    assert usual["reply_markup"] == card["reply_markup"]


async def test_the_end_of_the_bot_ends_a_live_price(chat: Chat) -> None:
    card = await chat.ask("/price BTC")
    await chat.tap(card, "🔴 Live")
    await chat.next("edit")
    chat.stop.set()

    usual = await chat.next("edit")

    assert usual["reply_markup"] == card["reply_markup"]


async def test_a_timeframe_button_edits_and_another_command_follows(chat: Chat) -> None:
    card = await chat.ask("/price BTC")
    await chat.tap(card, "📏 ATR")
    atr = await chat.next("message")
    await chat.tap(atr, "1d")
    edited = await chat.next("edit")

    assert atr["message_id"] != card["message_id"]
    assert edited["message_id"] == atr["message_id"]
    assert "ATR(14) · BTC/USDT · 1d" in edited["text"]


async def test_a_failing_refresh_is_told_over_the_chat(chat: Chat) -> None:
    card = await chat.ask("/price BTC")
    chat.market.failure = Unavailable("down")
    await chat.tap(card, "🔄 Refresh")

    answer = await chat.next("answer")

    assert answer["text"].startswith("Market data is unavailable right now (ref ")
    assert answer["show_alert"] is True


async def test_a_button_of_an_older_version_is_explained(chat: Chat) -> None:
    await chat.ask("/start")
    world = chat.telegram.world
    keyboard = {"inline_keyboard": [[{"text": "old", "callback_data": "v0|price|BTC"}]]}
    old = world.open_chat(YOU).write(
        world.profile.user, 1_795_248_720, {"text": "old", "reply_markup": keyboard}
    )
    await chat.telegram.taps(old["message_id"], "v0|price|BTC")

    answer = await chat.next("answer")

    assert answer["text"] == "This button is from an older version — type /price BTC."


async def test_an_edited_command_is_answered_by_editing(chat: Chat) -> None:
    asked = await chat.telegram.says("/price BTC")
    card = await chat.next("message")
    await chat.telegram.edits(asked["message_id"], "/price ETH")
    edited = await chat.next("edit")

    assert edited["message_id"] == card["message_id"]
    assert edited["text"].startswith("Ethereum")


async def test_in_a_group_the_asker_is_quoted_and_chatter_is_left_alone(chat: Chat) -> None:
    await chat.telegram.says("nice weather, btc", chat=GROUP)
    await chat.telegram.says("/price@other_bot BTC", chat=GROUP)
    asked = await chat.telegram.says("/price BTC", chat=GROUP)
    card = await chat.next("message", GROUP)

    assert card["reply_to_message"]["message_id"] == asked["message_id"]
    assert len(chat.telegram.oracle.named("sendMessage")) == 1


async def test_a_slow_chat_delays_no_other_and_keeps_its_order(chat: Chat) -> None:
    await chat.ask("/help")
    chat.market.delay = 0.5
    for text in ("/price BTC", "/help", "/start"):
        await chat.telegram.says(text)
    other = await chat.ask("/help", chat=2002)
    slow_was_done = len(chat.telegram.oracle.named("sendMessage")) > 2
    answers = [(await chat.next("message"))["text"].split()[0] for _ in range(3)]

    assert other["text"].startswith("Commands")
    assert not slow_was_done
    assert answers == ["Bitcoin", "Commands", "👋"]


async def test_what_is_under_way_is_answered_before_the_end(chat: Chat) -> None:
    await chat.ask("/help")
    chat.market.delay = 0.3
    await chat.telegram.says("/price BTC")
    while not chat.market.asked:
        await asyncio.sleep(0.01)

    await chat.end()

    assert (await chat.next("message"))["text"].startswith("Bitcoin")
    assert not chat.telegram.world.updates.pending


async def test_what_takes_too_long_at_the_end_is_cut_off() -> None:
    with logged("INFO") as written:
        async with chatting(stop_seconds=0.05) as chat:
            await chat.ask("/help")
            chat.market.delay = 0.5
            await chat.telegram.says("/price BTC")
            while not chat.market.asked:
                await asyncio.sleep(0.01)

            await chat.end()

    assert "updates were cut off" in written.events


async def test_updates_that_nobody_can_read_or_wants_are_survived(chat: Chat) -> None:
    world = chat.telegram.world
    await chat.ask("/help")
    person = world.open_chat(YOU).person()
    place = world.open_chat(YOU).described()
    message = {"message_id": 900, "date": 1_795_248_720, "chat": place, "text": "/price BTC"}
    for update in (
        {"message": {"message_id": "what"}},
        {"message": {**message, "from": {**person, "is_bot": True}}},
        {"message": message},
        {"edited_message": {**message, "from": person, "edit_date": 1_795_348_720}},
        {"callback_query": {"id": "1", "from": person, "chat_instance": "1", "data": "1 help"}},
        {"message": {**message, "from": person, "text": None}},
    ):
        world.updates.push(next(iter(update)), next(iter(update.values())))

    answer = await chat.ask("/start")

    assert answer["text"].startswith("👋")


async def test_an_answer_of_telegrams_that_makes_no_sense_is_sent_once_more(
    chat: Chat,
) -> None:
    chat.telegram.world.faults.add("sendMessage", Fault(200, "no JSON at all"))

    first = await chat.ask("/price BTC")

    assert first["text"]


async def test_telegram_being_away_at_start_is_waited_for() -> None:
    away = [("getMe", Fault(502, "Bad Gateway")), ("getMe", Fault(drop=True))]
    async with chatting(*away) as chat:
        assert (await chat.ask("/help"))["text"].startswith("Commands")


async def test_it_stops_while_it_waits_for_telegram(tmp_path: Path) -> None:
    settings = read(
        Settings,
        telegram_bot_token="1:a",
        telegram_api_url="http://127.0.0.1:1",
        database_url=f"sqlite:///{tmp_path}/bot.sqlite",
    )
    stop = asyncio.Event()
    running = asyncio.create_task(run(settings, stop))
    await asyncio.sleep(0.1)

    stop.set()
    await asyncio.wait_for(running, 5)


async def test_an_outage_of_telegram_is_survived(chat: Chat) -> None:
    await chat.ask("/help")
    faults = [Fault(500, "Internal Server Error"), Fault(drop=True)]
    chat.telegram.world.faults.add("getUpdates", *faults)

    answers = [(await chat.ask("/help"))["text"] for _ in range(2)]

    assert len(answers) == 2


async def test_a_menu_that_cannot_be_set_is_no_reason_not_to_answer() -> None:
    async with chatting(("setMyCommands", Fault(500, "Internal Server Error"))) as chat:
        assert (await chat.ask("/help"))["text"]


async def test_a_second_start_leaves_the_menu_alone(tmp_path: Path) -> None:
    async with playground(flood=None) as telegram:
        for _ in range(2):
            chat = _start(telegram, FakeMarket(), tmp_path)
            chat.seen[YOU] = telegram.world.open_chat(YOU).seq
            await chat.ask("/help")
            await chat.end()

        menus = telegram.oracle.named("setMyCommands")
        places = {(call["scope"]["type"], call.get("language_code", "")) for call in menus}
        assert len(menus) == len(places) == 3 * len(LANGUAGES)
        assert len(telegram.oracle.named("setMyDescription")) == len(LANGUAGES)


async def test_a_telegram_that_has_lost_everything_is_told_anew(tmp_path: Path) -> None:
    for _ in range(2):  # a playground that starts again knows nothing of before
        async with playground(flood=None) as telegram:
            chat = _start(telegram, FakeMarket(), tmp_path)
            chat.seen[YOU] = telegram.world.open_chat(YOU).seq
            chart = await chat.ask("/chart BTC 4h")
            await chat.end()

            assert telegram.world.profile.menu_in(YOU, "en")
            assert chart["photo"] and "BTC/USDT" in chart["caption"]


async def test_a_refused_token_ends_the_start_with_what_would_help(tmp_path: Path) -> None:
    async with playground(flood=None) as telegram:
        settings = read(
            Settings,
            telegram_bot_token="999:wrong-token-wrong-token-wrong-token",
            telegram_api_url=telegram.address,
            database_url=f"sqlite:///{tmp_path}/bot.sqlite",
        )

        with pytest.raises(Misconfigured, match="BotFather") as refused:
            await run(settings, asyncio.Event())

        assert "wrong-token" not in str(refused.value)


async def test_the_token_reaches_no_log_on_any_path(tmp_path: Path) -> None:
    with logged("DEBUG", Playground.token) as written:
        async with playground(flood=None) as telegram:
            chat = _start(telegram, FakeMarket(), tmp_path)
            card = await chat.ask("/price BTC")
            faults = chat.telegram.world.faults
            for fault in (
                Fault(500, "Internal Server Error"),
                Fault(drop=True),
                Fault(429, "Too Many Requests", {"retry_after": 1}),
            ):
                faults.add("getUpdates", fault)
            faults.add("sendMessage", Fault(drop=True), Fault(403, "Forbidden: bot was blocked"))
            faults.add("editMessageText", Fault(400, "Bad Request: can't parse entities: x"))
            faults.add("answerCallbackQuery", Fault(400, "Bad Request: query is too old"))
            chat.market.failure = ZeroDivisionError(chat.telegram.token)
            for text in ("/price BTC", "/atr BTC", "/help"):
                await chat.telegram.says(text)
            await chat.tap(card, "🔄 Refresh")
            async with asyncio.timeout(30):
                while "a command failed" not in written.text:
                    await asyncio.sleep(0.01)
            chat.market.failure = None
            await chat.ask("/help")
            await chat.ask("/help", chat=2002)
            await chat.end()
        with pytest.raises(Misconfigured):
            async with playground() as other:
                await run(
                    read(
                        Settings,
                        telegram_bot_token=Playground.token + "x",
                        telegram_api_url=other.address,
                        database_url=f"sqlite:///{tmp_path}/other.sqlite",
                    ),
                    asyncio.Event(),
                )

    assert "a command failed" in written.text
    assert "[hidden]" in written.text
    assert Playground.token not in written.text
    assert Playground.token.partition(":")[2] not in written.text


async def _program(**variables: str) -> asyncio.subprocess.Process:
    environment = {name: text for name, text in os.environ.items() if "TELEGRAM" not in name}
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "telegram_bot",
        env={**environment, **variables},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )


async def test_without_a_token_the_program_refuses_with_one_sentence() -> None:
    program = await _program()

    output, errors = await program.communicate()

    assert program.returncode == 2
    assert output == b""
    assert errors.decode().startswith("TELEGRAM_BOT_TOKEN is missing.")
    assert errors.count(b"\n") == 1


async def test_sigterm_ends_the_program_cleanly(tmp_path: Path) -> None:
    async with playground(flood=None) as telegram, serve(create_stub(FakeMarket())) as address:
        program = await _program(
            TELEGRAM_BOT_TOKEN=telegram.token,
            TELEGRAM_API_URL=telegram.address,
            MARKET_DATA_URL=address,
            ENVIRONMENT="staging",
            DATABASE_URL=f"sqlite:///{tmp_path}/bot.sqlite",
        )
        await telegram.says("/help")
        await telegram.next_event("message", after=1, wait=20)

        program.send_signal(signal.SIGTERM)
        output, errors = await program.communicate()

    lines = [json.loads(line) for line in output.splitlines()]
    assert (program.returncode, errors) == (0, b"")
    assert lines[-1]["event"] == "stopped"
    assert telegram.token not in output.decode()
