"""Coinbase's WebSocket on a real socket, over SIMU's numbers, with faults that a test switches.

async with FeedEmulator(clock).serve() as feed:
    ... feed.url ...
"""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC
from typing import Any, Literal

from aiohttp import WSMsgType, web

from common.clock import Clock
from common.market import Symbol
from market_data.providers.simu import Simu

Fault = Literal["none", "silent", "hang up", "garbage", "error", "heartbeats only", "missed trade"]


class FeedEmulator:
    """The feed.

    Attributes:
        url: Where it listens, inside `serve`.
        fault: What is wrong with it now.
        every: Seconds between ticks.
        unlisted: Products that it does not know: a subscription with one of them is refused whole.
        odd: What it says of a product instead of what is true.
        connections: How many have been opened.
        asked: What every client sent, oldest first.
    """

    def __init__(self, clock: Clock, every: float = 0.02) -> None:
        self.simu = Simu(clock)
        self.url = ""
        self.fault: Fault = "none"
        self.every = every
        self.unlisted: set[str] = set()
        self.odd: dict[str, dict[str, Any]] = {}
        self.connections = 0
        self.asked: list[dict[str, Any]] = []
        self._trade = 1_000

    @asynccontextmanager
    async def serve(self) -> AsyncIterator["FeedEmulator"]:
        application = web.Application()
        application.router.add_get("/", self._connected)
        runner = web.AppRunner(application, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        port = site._server.sockets[0].getsockname()[1]  # type: ignore[union-attr]
        self.url = f"ws://127.0.0.1:{port}/"
        try:
            yield self
        finally:
            await runner.cleanup()

    async def _connected(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        self.connections += 1
        subscribed: set[str] = set()
        ticking = asyncio.create_task(self._tick(socket, subscribed))
        try:
            async for message in socket:
                if message.type is WSMsgType.TEXT:
                    await self._asked(socket, json.loads(message.data), subscribed)
        finally:
            ticking.cancel()
            await asyncio.gather(ticking, return_exceptions=True)
        return socket

    async def _asked(
        self, socket: web.WebSocketResponse, said: dict[str, Any], subscribed: set[str]
    ) -> None:
        self.asked.append(said)
        products = set(said["product_ids"])
        for product in sorted(products & self.unlisted):
            reason = f"{product} is not a valid product"
            refusal = {"type": "error", "message": "Failed to subscribe", "reason": reason}
            await socket.send_json(refusal)
            return
        if said["type"] == "subscribe":
            subscribed |= products
        else:
            subscribed -= products
        channels = [{"name": name, "product_ids": sorted(subscribed)} for name in said["channels"]]
        await socket.send_json({"type": "subscriptions", "channels": channels})

    async def _tick(self, socket: web.WebSocketResponse, subscribed: set[str]) -> None:
        while True:
            if self.fault == "hang up":
                await socket.close()
                return
            for product in sorted(subscribed):
                await self._say(socket, product)
            await asyncio.sleep(self.every)

    async def _say(self, socket: web.WebSocketResponse, product: str) -> None:
        if self.fault == "silent":
            return
        if self.fault == "garbage":
            await socket.send_str("<html>")
            return
        if self.fault == "error":
            await socket.send_json({"type": "error", "message": "Failed to subscribe"})
            return
        if self.fault == "none":
            self._trade += 1
            await socket.send_json({**await self._ticker(product), **self.odd.get(product, {})})
        late = 5 if self.fault == "missed trade" else 0
        await socket.send_json(
            {"type": "heartbeat", "product_id": product, "last_trade_id": self._trade + late}
        )

    async def _ticker(self, product: str) -> dict[str, Any]:
        base, quote = product.split("-")
        ticker = await self.simu.ticker(Symbol(base, quote))
        return {
            "type": "ticker",
            "sequence": self._trade,
            "product_id": product,
            "price": str(ticker.price),
            "open_24h": str(ticker.price),
            "volume_24h": "1200.50000000",
            "low_24h": str(ticker.price),
            "high_24h": str(ticker.price),
            "volume_30d": "36000.00000000",
            "best_bid": str(ticker.bid),
            "best_ask": str(ticker.ask),
            "side": "buy",
            "time": ticker.at.astimezone(UTC).isoformat().replace("+00:00", "Z"),
            "trade_id": self._trade,
            "last_size": "0.01",
        }
