"""The whole assistant on real sockets, inside one test: market-data, playground and bot.

async with assistant() as chat:
    answer = await chat.ask("/price BTC")
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from tempfile import TemporaryDirectory
from typing import Any

from pydantic import SecretStr

from common.clock import Clock
from common.features import Environment
from market_data.app import create_app
from market_data.settings import Settings as MarketSettings
from playground.chats import YOU
from telegram_bot.app import run
from telegram_bot.ports import MarketData
from telegram_bot.profiles import ProfileName
from telegram_bot.settings import Settings as BotSettings
from tests.support.playground import Json, Playground, playground
from tests.support.serving import serve


class Chat:
    """A person in a private chat with the bot."""

    def __init__(self, telegram: Playground, number: int = YOU) -> None:
        self.telegram = telegram
        self._number = number

    async def ask(self, text: str, *, showing: str = "") -> Json:
        """Type `text` and return the bot's answer.

        Args:
            showing: what the answer or a button of it shows, where a message that nobody
                asked for (an alert) may come first.
        """
        after = await self._now()
        await self.telegram.says(text, chat=self._number)
        return await self._from_bot("message", after, showing)

    async def hand(self, name: str, content: str) -> Json:
        """Send a text file and return the bot's answer."""
        after = await self._now()
        await self.telegram.hands(name, content, chat=self._number)
        return await self._from_bot("message", after)

    async def tap(
        self, message: Json, label: str, *, brings: str = "edit", showing: str = ""
    ) -> Json:
        """Tap the button that shows `label`; return the edited message, or the new one.

        Args:
            brings: `edit` where the bot edits the message, `message` where it sends another.
            showing: as for `ask`.
        """
        after = await self._now()
        await self.telegram.taps(
            message["message_id"], self.data(message, label), chat=self._number
        )
        return await self._from_bot(brings, after, showing)

    async def notice(self, message: Json, label: str) -> str:
        """Tap a button and return the text of the notice that answers it; empty without one."""
        data = self.data(message, label)
        tapped = await self.telegram.taps(message["message_id"], data, chat=self._number)
        async with asyncio.timeout(10):
            while True:
                for call in self.telegram.oracle.named("answerCallbackQuery"):
                    if call["callback_query_id"] == tapped:
                        return str(call.get("text", ""))
                await asyncio.sleep(0.01)

    async def edit(self, text: str) -> Json:
        """Edit the last own message, and return the bot's answer as it has edited it."""
        seen = await self.telegram.control("GET", "/api/transcript?after=0", chat=self._number)
        own = [
            event["message"]["message_id"]
            for event in seen["events"]
            if event["type"] == "message" and not event["message"]["from"]["is_bot"]
        ]
        await self.telegram.edits(own[-1], text, chat=self._number)
        return await self._from_bot("edit", seen["seq"])

    @staticmethod
    def labels(message: Json) -> list[list[str]]:
        """The texts of the buttons, row by row."""
        rows = message.get("reply_markup", {}).get("inline_keyboard", [])
        return [[button["text"] for button in row] for row in rows]

    @staticmethod
    def data(message: Json, label: str) -> str:
        """What the button that shows `label` sends when tapped."""
        rows = message["reply_markup"]["inline_keyboard"]
        found = [button for row in rows for button in row if label in button["text"]]
        return str(found[0]["callback_data"])

    async def hear(self) -> Json:
        """Return the next message that the bot sends without being asked."""
        return await self._from_bot("message", await self._now())

    async def _from_bot(self, kind: str, after: int, showing: str = "") -> Json:
        while True:
            event = await self.telegram.next_event(kind, after=after, chat=self._number)
            after, message = event["seq"], dict(event["message"])
            shown = message.get("text", "") + str(self.labels(message))
            if message["from"]["is_bot"] and showing in shown:
                return message

    async def _now(self) -> int:
        seen = await self.telegram.control("GET", "/api/transcript?after=0", chat=self._number)
        return int(seen["seq"])


@asynccontextmanager
async def bot(
    telegram: Playground,
    market_address: str,
    environment: Environment = "local",
    clock: Clock | None = None,
    profile: ProfileName = "SIMU",
    market: MarketData | None = None,
) -> AsyncIterator[None]:
    """Run the bot against a playground and a market-data service until the block ends.

    Args:
        market: Asked in place of what the bot would make of the address.
    """
    with TemporaryDirectory() as folder:
        settings = BotSettings(
            telegram_bot_token=SecretStr(telegram.token),
            telegram_api_url=telegram.address,
            market_data_url=market_address,
            environment=environment,
            database_url=SecretStr(f"sqlite:///{folder}/bot.sqlite"),
            trading_profile=profile,
        )
        stop = asyncio.Event()
        running = asyncio.create_task(run(settings, stop, clock=clock, market=market))
        try:
            yield
        finally:
            stop.set()
            await running


@asynccontextmanager
async def assistant(
    *,
    clock: Clock | None = None,
    one_clock: bool = False,
    environment: Environment = "local",
    profile: ProfileName = "SIMU",
    **market: Any,
) -> AsyncIterator[Chat]:
    """Run everything and yield a person's chat.

    Args:
        clock: Of market-data and Telegram; `one_clock`: of the bot too.
        profile: By which the bot trades on paper.
        **market: Its settings; SIMU and the shipped recordings by default.
    """
    settings = MarketSettings(environment=environment, **market)
    async with (
        serve(create_app(settings, clock)) as market_address,
        playground(flood=None, clock=clock) as telegram,
        bot(telegram, market_address, environment, clock if one_clock else None, profile),
    ):
        yield Chat(telegram)
