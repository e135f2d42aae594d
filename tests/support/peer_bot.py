"""`python -m tests.support.peer_bot stock|control PORT HOOK_PORT`: what our bot is compared with.

`stock` is python-telegram-bot as its manual shows it, with its own webhook server. `control` has
our transport and our kind of web server. Both answer with a constant text and keep nothing.
"""

import asyncio
import json
import sys
from typing import Any

import httpx
from telegram import Update
from telegram.constants import ParseMode
from telegram.ext import Application, ApplicationBuilder, CallbackContext, CommandHandler
from telegram.request import HTTPXRequest

from common.http import Transport
from telegram_bot.adapters.web_server import serving
from tests.support.bench_telegram import SECRET, TOKEN

TEXT = (
    "<b>Bitcoin</b> · BTC/USDT · Binance\n<code>67,250.10</code> USDT\n🟢 +1.23 % 24 h\n"
    "High 68,000.00 · Low 66,000.00\nBinance · 12:00 UTC and some more words"
)
Context = CallbackContext[Any, Any, Any, Any]


async def price(update: Update, _: Context) -> None:
    assert update.message is not None
    await update.message.reply_text(TEXT, parse_mode=ParseMode.HTML)


def build(kind: str, port: int) -> Application[Any, Any, Any, Any, Any, Any]:
    builder = ApplicationBuilder().token(TOKEN).base_url(f"http://127.0.0.1:{port}/bot")
    builder.concurrent_updates(256)
    if kind == "control":
        transport = Transport(httpx.Limits(max_connections=256, keepalive_expiry=15.0))
        kwargs = {"transport": transport}
        builder.request(HTTPXRequest(connection_pool_size=256, httpx_kwargs=kwargs)).updater(None)
    application = builder.build()
    for name in ("a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "price", "y", "z"):
        application.add_handler(CommandHandler(name, price))
    return application


async def control(port: int, hook: int) -> None:
    application = build("control", port)

    async def app(scope: Any, receive: Any, send: Any) -> None:
        event = await receive()
        update = Update.de_json(json.loads(event["body"]), application.bot)
        task = asyncio.create_task(application.process_update(update))
        under_way.add(task)
        task.add_done_callback(under_way.discard)
        headers = [(b"content-length", b"0")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b""})

    under_way: set[asyncio.Task[None]] = set()
    await application.initialize()
    async with serving(app, "127.0.0.1", hook, "HOOK"):
        await asyncio.Event().wait()


def main() -> None:
    kind, port, hook = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    if kind == "control":
        import uvloop

        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(control(port, hook))
    build(kind, port).run_webhook(
        listen="127.0.0.1",
        port=hook,
        url_path="telegram",
        secret_token=SECRET,
        webhook_url=f"https://127.0.0.1:{hook}/telegram",
    )


if __name__ == "__main__":
    main()
