"""Build python-telegram-bot's Application: its objects and calls, without updater and scheduler."""

import asyncio
from collections.abc import Callable
from typing import Any

import httpx
import structlog
from telegram import LinkPreviewOptions
from telegram.constants import ParseMode
from telegram.error import InvalidToken, TelegramError
from telegram.ext import Application, ApplicationBuilder, Defaults
from telegram.request import HTTPXRequest

from common.errors import Misconfigured
from common.http import Transport
from telegram_bot.adapters.telegram_feed import REFUSED

log = structlog.get_logger(__name__)

# Long enough to spare a busy bot its handshakes, short enough not to write into a connection that
# Telegram has just given up: such a message is lost.
_KEEP_ALIVE_SECONDS = 15.0
_CONNECTIONS = 8  # answers go by another way, `telegram_post`

App = Application[Any, Any, Any, Any, Any, Any]


def build(api_url: str, token: str) -> App:
    """Return an application that `connect` starts and `close` ends."""
    request = _request(_CONNECTIONS)
    return (
        ApplicationBuilder()
        .token(token)
        .base_url(f"{api_url}/bot")
        .base_file_url(f"{api_url}/file/bot")
        .request(request)
        .get_updates_request(request)  # never used: updates come from our own feed
        .defaults(
            Defaults(
                parse_mode=ParseMode.HTML,
                link_preview_options=LinkPreviewOptions(is_disabled=True),
                allow_sending_without_reply=True,
            )
        )
        .updater(None)
        .job_queue(None)
        .build()
    )


def _request(connections: int) -> HTTPXRequest:
    limits = httpx.Limits(max_connections=connections, keepalive_expiry=_KEEP_ALIVE_SECONDS)
    transport = Transport(limits=limits)
    return HTTPXRequest(
        connection_pool_size=connections,
        connect_timeout=5.0,
        pool_timeout=5.0,  # with aiohttp underneath, making the connection counts in
        read_timeout=10.0,
        httpx_kwargs={"transport": transport},
    )


async def connect(application: App, pause: Callable[[], float]) -> None:
    """Learn who we are from Telegram, waiting for it as long as it cannot be reached.

    Args:
        pause: Returns seconds until the next try.

    Raises:
        Misconfigured: If the token is refused.
    """
    away = False
    while True:
        try:
            await application.initialize()
        except InvalidToken:
            raise Misconfigured(REFUSED) from None
        except TelegramError as error:
            if not away:
                log.warning("telegram cannot be reached, waiting for it", reason=error.message)
            away = True
            await asyncio.sleep(pause())
        else:
            log.info("connected to telegram", bot=application.bot.username)
            return


async def close(application: App) -> None:
    """Close connections, also those of an application that never got to start."""
    await application.shutdown()
    await application.bot.request.shutdown()
