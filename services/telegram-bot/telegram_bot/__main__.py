"""python -m telegram_bot: read the settings once, run until SIGTERM or Ctrl-C."""

import asyncio
import signal
import sys
from collections.abc import Awaitable, Callable

import structlog
import uvloop

from common import environments, logs
from common.errors import Misconfigured
from common.garbage import keep_what_is_there
from common.settings import read
from telegram_bot.app import run
from telegram_bot.ports import Conflict
from telegram_bot.settings import Settings

log = structlog.get_logger(__name__)

WRONG_SETTING, CONFLICT = 2, 3

Run = Callable[[Settings, asyncio.Event], Awaitable[None]]


def main(run: Run = run) -> int:
    """Return the exit code: 0 after a stop, 2 for a wrong setting, 3 when another bot polls."""
    try:
        settings = read(Settings)
        level = settings.log_level or environments.load(settings.environment).log_level
        logs.configure("telegram-bot", level, settings.environment, secrets=_secrets(settings))
        keep_what_is_there()
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(_until_told(settings, run))
    except Misconfigured as error:
        print(error, file=sys.stderr)
        return WRONG_SETTING
    except Conflict as error:
        log.error("another program takes this bot's updates; giving up", reason=str(error))
        return CONFLICT
    return 0


def _secrets(settings: Settings) -> list[str]:
    """Return what must appear in no log."""
    given = (settings.telegram_bot_token, settings.smoke_token)
    return [*(secret.get_secret_value() for secret in given), *settings.accepted_secrets()]


async def _until_told(settings: Settings, run: Run) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    log.info("starting", revision=settings.revision, market_data=settings.market_data_url)
    await run(settings, stop)
    log.info("stopped")


if __name__ == "__main__":
    sys.exit(main())
