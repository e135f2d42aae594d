"""The composition root: builds the bot, runs it until it is told to stop, and closes everything."""

import asyncio
import time
from contextlib import AsyncExitStack
from dataclasses import replace
from functools import partial
from importlib.metadata import version

from common import environments
from common.clock import Clock, SystemClock
from common.features import Features
from common.http import create_client
from telegram_bot.adapters import database, telegram_application
from telegram_bot.adapters.database import Database
from telegram_bot.adapters.flag_desk import desk_at
from telegram_bot.adapters.market_data_alerts import HttpAlertFeed
from telegram_bot.adapters.market_data_connection import MarketConnection
from telegram_bot.adapters.market_data_http import HttpMarketData
from telegram_bot.adapters.painting import ThreadPainter
from telegram_bot.adapters.telegram_admins import TelegramAdmins
from telegram_bot.adapters.telegram_application import App
from telegram_bot.adapters.telegram_files import TelegramFiles
from telegram_bot.adapters.telegram_handlers import Handlers
from telegram_bot.adapters.telegram_inline import InlineAnswers
from telegram_bot.adapters.telegram_menu import show_menus
from telegram_bot.adapters.telegram_outgoing import edit
from telegram_bot.adapters.telegram_post import HttpPost, create_post_transport
from telegram_bot.adapters.telegram_progress import TelegramProgress
from telegram_bot.adapters.telegram_redrawing import Redrawing
from telegram_bot.adapters.web_server import serving
from telegram_bot.alerts.engine import Engine
from telegram_bot.alerts.remembered import RememberedAlerts
from telegram_bot.alerts.rules import AT_EXCHANGES, Measure
from telegram_bot.commands import NoNews, Services, status
from telegram_bot.commands.conversation import Conversation
from telegram_bot.commands.discovery import discover
from telegram_bot.commands.inline import Inline
from telegram_bot.commands.menus import menus, profiles
from telegram_bot.commands.pace import INLINE_BURST, INLINE_PER_SECOND, Pace
from telegram_bot.commands.releases import packaged
from telegram_bot.digests import PassingDigests
from telegram_bot.flags import ClosedDesk
from telegram_bot.ledger import PassingLedger
from telegram_bot.paper.book import PassingPapers
from telegram_bot.people import Strangers
from telegram_bot.ports import Admins, MarketData
from telegram_bot.profiles import load as load_profile
from telegram_bot.running import Bot, serve, wall_of
from telegram_bot.settings import Settings
from telegram_bot.updates.broadcasting import Broadcasting
from telegram_bot.updates.internal import Health, Internal
from telegram_bot.updates.limits import ChatLimits, Limits
from telegram_bot.updates.live import Lives
from telegram_bot.updates.polling import Backoff, until
from telegram_bot.updates.sending import Sending
from telegram_bot.updates.working import Working
from telegram_bot.watchlists import PassingWatchlists
from telegram_bot.work import Tally

_LIVES_SECONDS = 2.0


async def run(
    settings: Settings,
    stop: asyncio.Event,
    *,
    clock: Clock | None = None,
    market: MarketData | None = None,
    limits: ChatLimits | None = None,
) -> None:
    """Answer until `stop` is set, then finish what is under way.

    Args:
        clock, market, limits: For tests; by default the machine's clock, the market-data service,
            and what Telegram bears.

    Raises:
        Misconfigured: If Telegram refuses the token, or a setting does not work.
        Conflict: If another program takes this bot's updates.
    """
    clock = clock or SystemClock()
    wall = wall_of(clock)
    token = settings.telegram_bot_token.get_secret_value()
    profile = load_profile(settings.trading_profile)
    told = {"revision": settings.revision, "digest": settings.image_digest}
    tally, health = Tally(), Health(version=told)
    internal = Internal(health, tally, settings.smoke_token.get_secret_value())
    async with AsyncExitStack() as closing:
        if settings.internal_port is not None:
            host, port = settings.internal_host, settings.internal_port
            await closing.enter_async_context(serving(internal.app(), host, port, "INTERNAL_PORT"))
        application = telegram_application.build(settings.telegram_api_url, token)
        closing.push_async_callback(telegram_application.close, application)
        market_connection = MarketConnection(settings.market_data_url)
        closing.push_async_callback(market_connection.aclose)
        alert_client = create_client(settings.market_data_url, connections=16)
        closing.push_async_callback(alert_client.aclose)
        feed_client = create_client(connections=2)
        closing.push_async_callback(feed_client.aclose)
        post_transport = create_post_transport()
        closing.push_async_callback(post_transport.aclose)

        url = settings.database_url.get_secret_value()
        engine = await until(stop, database.prepared(url, Backoff().pause))
        await until(stop, telegram_application.connect(application, Backoff().pause))
        if engine is None:
            return
        dead_after = settings.dead_after_seconds
        opened = database.opened(engine, dead_after, clock=wall, profile=profile)
        base = await closing.enter_async_context(opened)
        if stop.is_set():
            return
        health.version["task"] = base.owner
        admins = TelegramAdmins(application.bot, clock)
        found = market or HttpMarketData(market_connection, monotonic=clock.monotonic)
        services = _services(settings, found, base, admins, clock)
        painter = ThreadPainter()
        closing.callback(painter.close)
        post = HttpPost(post_transport, settings.telegram_api_url, token)
        progress = TelegramProgress(post)
        services = replace(services, painter=painter, album=base.outbox, progress=progress)
        services = replace(services, profile=profile, papers=base.papers)
        conversation = Conversation(services, application.bot.username, Pace(clock))
        chat_limits = Limits(limits or ChatLimits(), time.monotonic)
        lives = Lives(conversation, post, chat_limits, base.lives, clock, edit)
        closing.push_async_callback(lives.finish, _LIVES_SECONDS)
        file_client = create_client(connections=4)
        closing.push_async_callback(file_client.aclose)
        files = TelegramFiles(file_client, settings.telegram_api_url, token)
        handlers = Handlers(
            conversation, base.outbox.answer_to, post.close_tap, lives, fetch=files.fetch
        )
        offering = Inline(services, conversation, Pace(clock, INLINE_BURST, INLINE_PER_SECOND))
        inline = InlineAnswers(offering, post.answer_inline, tally)
        closing.callback(inline.close)
        internal.condition = partial(status.condition, services)
        internal.render = _rehearsal(services, application, clock).answers
        redraw = Redrawing(conversation)
        sending = Sending(post, base.outbox, chat_limits, tally, clock=wall, redraw=redraw)
        working = Working(base.inbox, base.lanes, handlers, sending, tally)
        listed = menus(services.commands, services.features)
        forget = base.outbox.forget_pictures
        await show_menus(application.bot, base.facts, listed, profiles(), forget)
        broadcasting = Broadcasting(base.outbox, working.start, spare=lambda: working.spare)
        alerts = Engine(
            base.alert_book,
            HttpAlertFeed(alert_client),
            base.people,
            clock,
            tally,
            woken=broadcasting.wake,
            is_on=partial(_is_on, features=services.features),
        )
        bot = Bot(
            settings=settings,
            services=services,
            base=base,
            working=working,
            broadcasting=broadcasting,
            alerts=alerts,
            post=post,
            tally=tally,
            health=health,
            inline=inline,
        )
        await serve(bot, stop, feed_client, internal)


def _is_on(measure: Measure, features: Features) -> bool:
    """Say whether a measure may touch: levels of paper trades with those, alerts with alerts."""
    return features.anybody("paper" if measure.kind in AT_EXCHANGES else "alerts")


def _rehearsal(services: Services, application: App, clock: Clock) -> Handlers:
    """Return handlers that answer like ours and leave no trace."""

    async def no_answer(chat: int, message: int) -> int | None:
        return None

    async def no_tap(tap: str, text: str | None = None, *, alert: bool = False) -> None:
        return None

    strangers = replace(
        services,
        papers=PassingPapers(),
        people=Strangers(),
        news=NoNews(),
        watchlists=PassingWatchlists(),
        ledger=PassingLedger(),
        digests=PassingDigests(),
        alerts=RememberedAlerts(),
        flags=ClosedDesk(),
    )
    conversation = Conversation(strangers, application.bot.username, Pace(clock))
    return Handlers(conversation, no_answer, no_tap)


def _services(
    settings: Settings, market: MarketData, base: Database, admins: Admins, clock: Clock
) -> Services:
    features = settings.features()
    return Services(
        market=market,
        features=features,
        limits=environments.load(settings.environment),
        commands=discover(),
        people=base.people,
        admins=admins,
        clock=clock,
        watchlists=base.watchlists,
        ledger=base.ledger,
        digests=base.digests,
        news=base.news,
        releases=packaged(),
        snapshots=bool(settings.snapshots),
        owners=frozenset(settings.owners()),
        flags=desk_at(settings.flag_overrides, settings.environment),
        version=f"{version('crypto-assistant')} ({settings.revision[:7]})",
        alerts=base.alerts,
    )
