"""The composition root: builds the bot, runs it until it is told to stop, and closes everything."""

import asyncio
from contextlib import AsyncExitStack

import httpx

from common import environments
from common.clock import Clock, SystemClock
from common.features import Features
from common.http import create_client
from telegram_bot.adapters import telegram_application
from telegram_bot.adapters.market_data_http import HttpMarketData, create_market_client
from telegram_bot.adapters.telegram_feed import HttpFeed
from telegram_bot.adapters.telegram_handlers import Handlers
from telegram_bot.adapters.telegram_intake import Intake
from telegram_bot.adapters.telegram_memory import AnswerMemory
from telegram_bot.adapters.telegram_menu import show_menu
from telegram_bot.adapters.telegram_sender import Sender
from telegram_bot.commands import Services
from telegram_bot.commands.conversation import Conversation
from telegram_bot.commands.discovery import discover
from telegram_bot.commands.pace import Pace
from telegram_bot.ports import Feed, MarketData
from telegram_bot.settings import Settings
from telegram_bot.updates.heartbeat import Heartbeat
from telegram_bot.updates.polling import Backoff, Poller, until


async def run(
    settings: Settings,
    stop: asyncio.Event,
    *,
    clock: Clock | None = None,
    market: MarketData | None = None,
) -> None:
    """Answer by polling until `stop` is set, then finish what is under way.

    Args:
        clock, market: For tests; by default the machine's clock and the market-data service.

    Raises:
        Misconfigured: If Telegram refuses the token.
        Conflict: If another program takes this bot's updates.
    """
    clock = clock or SystemClock()
    token = settings.telegram_bot_token.get_secret_value()
    application = telegram_application.build(settings.telegram_api_url, token)
    async with AsyncExitStack() as closing:
        closing.push_async_callback(telegram_application.close, application)
        market_client = create_market_client(settings.market_data_url)
        closing.push_async_callback(market_client.aclose)
        feed_client = create_client(connections=2)
        closing.push_async_callback(feed_client.aclose)

        await until(stop, telegram_application.connect(application, Backoff().pause))
        if stop.is_set():
            return
        services = _services(settings, market or HttpMarketData(market_client))
        conversation = Conversation(services, application.bot.username, Pace(clock))
        sender = Sender(application.bot)
        Handlers(conversation, sender, AnswerMemory(clock)).add_to(application)
        await show_menu(application.bot, _menu(services))
        intake = Intake(application)
        poller = Poller(_feed(settings, feed_client), intake.take)
        try:
            await poller.run(stop)
        finally:
            await intake.finish(settings.stop_seconds)
        await poller.confirm()


def _feed(settings: Settings, client: httpx.AsyncClient) -> Feed:
    token = settings.telegram_bot_token.get_secret_value()
    feed = HttpFeed(client, settings.telegram_api_url, token)
    return Heartbeat(feed, settings.bot_heartbeat) if settings.bot_heartbeat else feed


def _services(settings: Settings, market: MarketData) -> Services:
    return Services(
        market=market,
        features=Features(settings.environment),
        limits=environments.load(settings.environment),
        commands=discover(),
    )


def _menu(services: Services) -> list[tuple[str, str]]:
    """Return what the chat menu shows: the commands that are on for everybody."""
    listed = services.commands.available(services.features)
    return [(command.name, command.summary) for command in listed]
