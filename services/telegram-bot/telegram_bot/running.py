"""What a bot that is built does, until it is told to stop: take updates, work, come round."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import partial

import httpx
import structlog

from common.clock import Clock
from telegram_bot.adapters.database import Database
from telegram_bot.adapters.telegram_feed import HttpFeed
from telegram_bot.adapters.telegram_inline import InlineAnswers
from telegram_bot.adapters.telegram_post import HttpPost
from telegram_bot.adapters.web_server import serving
from telegram_bot.alerts.engine import Engine
from telegram_bot.commands import Services
from telegram_bot.digesting import EVERY_SECONDS, Digesting
from telegram_bot.paper import automatic
from telegram_bot.paper.automatic import Automatic
from telegram_bot.ports import Feed
from telegram_bot.settings import Settings
from telegram_bot.turns import Turn
from telegram_bot.updates.beating import Beating
from telegram_bot.updates.broadcasting import Broadcasting
from telegram_bot.updates.heartbeat import Heartbeat, touch
from telegram_bot.updates.internal import Health, Internal
from telegram_bot.updates.lease import Turns
from telegram_bot.updates.periodic import Job, run_jobs
from telegram_bot.updates.polling import Poller
from telegram_bot.updates.webhook import Webhook
from telegram_bot.updates.working import Working
from telegram_bot.work import Incoming, Tally

log = structlog.get_logger(__name__)

_KEEP_SECONDS = 48 * 3_600.0  # Telegram sends an update again for a day at most
_TIDY_EVERY_SECONDS = 600.0


@dataclass(frozen=True, slots=True)
class Bot:
    """The parts of a running bot that work on each other."""

    settings: Settings
    services: Services
    base: Database
    working: Working
    broadcasting: Broadcasting
    alerts: Engine
    post: HttpPost
    tally: Tally
    health: Health
    inline: InlineAnswers

    def seen_alive(self) -> None:
        """Say whether Telegram still takes our token: nobody is answered without it."""
        if self.post.refused_token:
            self.health.ill("token", "refused by Telegram")
        else:
            self.health.well("token")

    async def record(self, updates: Sequence[Incoming]) -> None:
        """Keep updates, and begin with those whose chats had nothing to do."""
        self.tally.count("bot_updates_received_total", len(updates))
        updates = self.inline.take(updates)
        if not updates:
            return
        self.base.people.expect({one.chat for one in updates})
        lanes = await self.base.inbox.record(updates, take=self.working.has_room)
        self.working.start(lanes)
        if len(lanes) < len(updates):
            self.working.wake()


async def serve(
    bot: Bot, stop: asyncio.Event, client: httpx.AsyncClient, internal: Internal
) -> None:
    """Take updates and work on them until `stop`; then end in the order in which work flows."""
    settings, base = bot.settings, bot.base
    broadcasting = bot.broadcasting
    polls = settings.updates == "polling"
    turns = Turns(base.lease, waiting=lambda: touch(settings.bot_heartbeat) if polls else None)

    def seen(tasks: int) -> None:
        broadcasting.share(tasks)
        bot.seen_alive()

    alive = Beating(
        base.lanes,
        settings.dead_after_seconds,
        seen,
        bot.health,
        touches=None if polls else settings.bot_heartbeat,
    )
    internal.gauges = lambda: {
        "bot_chats_under_way": bot.working.under_way,
        "bot_writes_waiting": base.writer.waiting,
        "bot_write_groups": base.writer.groups,
        "bot_write_groups_split": base.writer.split,
        "bot_lease_held": turns.holding,
    }
    await alive.first()
    internal.take_over = partial(base.lease.hand_over, base.owner)
    bot.health.well("start")
    webhook = Webhook(settings.accepted_secrets(), bot.record, bot.tally, internal.app())
    helpers = [
        asyncio.create_task(work) for work in (alive.run(), bot.working.run(), broadcasting.run())
    ]
    try:
        async with AsyncExitStack() as listening:
            if not polls:
                host, port = settings.webhook_host, settings.webhook_port
                await listening.enter_async_context(serving(webhook, host, port, "WEBHOOK_PORT"))
            await turns.run(stop, lambda turn: _hold(bot, turn, client if polls else None))
            bot.health.ill("stop", "stopping")
    finally:
        for helper in helpers[1:]:
            helper.cancel()
        await bot.working.finish(settings.stop_seconds)
        helpers[0].cancel()
        await asyncio.gather(*helpers, return_exceptions=True)
        await _leave(base)


async def _leave(base: Database) -> None:
    try:
        await base.lanes.leave()
    except Exception as error:
        log.warning("others wait until this task counts as dead", reason=type(error).__name__)


async def _hold(bot: Bot, turn: Turn, client: httpx.AsyncClient | None) -> None:
    """What the holder of the lease does: regular work, and polling where that is the source."""
    works = (run_jobs(turn, _jobs(bot)), bot.alerts.run(turn))
    jobs = [asyncio.create_task(work) for work in works]
    try:
        if client is not None:
            poller = Poller(_feed(bot.settings, client), bot.record)
            await poller.run(turn.over)
            if not turn.lost:
                await poller.confirm()
        await turn.over.wait()
    finally:
        for job in jobs:
            job.cancel()
        await asyncio.gather(*jobs, return_exceptions=True)


def _jobs(bot: Bot) -> list[Job]:
    base, services, wall = bot.base, bot.services, wall_of(bot.services.clock)
    digesting = Digesting(services, base.outbox.broadcast)
    presets = Automatic(
        services.papers,
        services.market,
        services.people,
        services.profile,
        services.clock,
        is_on=partial(services.features.enabled, "paper"),
    )

    async def tidy(_: Turn) -> None:
        before = wall() - _KEEP_SECONDS
        while await base.inbox.purge(before) + await base.outbox.purge(before):
            await asyncio.sleep(0.1)

    return [
        Job("tidy", _TIDY_EVERY_SECONDS, tidy),
        Job("digests", EVERY_SECONDS, digesting.sweep),
        Job("paper", automatic.EVERY_SECONDS, presets.look),
    ]


def _feed(settings: Settings, client: httpx.AsyncClient) -> Feed:
    token = settings.telegram_bot_token.get_secret_value()
    feed = HttpFeed(client, settings.telegram_api_url, token)
    return Heartbeat(feed, settings.bot_heartbeat) if settings.bot_heartbeat else feed


def wall_of(clock: Clock) -> Callable[[], float]:
    """Return the clock as UTC seconds since 1970, as the database counts."""
    return lambda: clock.now().timestamp()
