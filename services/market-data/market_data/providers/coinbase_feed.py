"""Coinbase Exchange's WebSocket: keeps the last trade of watched markets at hand.

A connection can stay open and say nothing, so ten quiet seconds end it; while it is away, or has
missed a trade, nothing is at hand and the caller asks over REST. So it is with one market whose
messages make no sense, or that the exchange no longer has: the others stay.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from random import Random
from typing import Any

import aiohttp
import msgspec
import structlog

from common.clock import Clock
from common.market import Symbol, Ticker
from common.trust import trust
from market_data.providers.coinbase_words import ticker_of_feed
from market_data.providers.exchange_words import BadAnswer
from market_data.resilience.cache import Cache

IDLE_SECONDS = 10.0
REFUSED_SECONDS = 3_600.0  # before a market that the exchange does not know is asked for again
_FIRST_PAUSE, _LONGEST_PAUSE = 1.0, 30.0
_MOST_BYTES = 1024 * 1024
_CHANNELS = ["ticker", "heartbeat"]
_chance = Random()  # spreads load, guards nothing
log = structlog.get_logger(__name__)


@dataclass(slots=True)
class _Hot:
    """What is known of one market.

    Attributes:
        trade: Number of the trade behind `ticker`.
        heard: Monotonic seconds when the market was last heard of.
        missed: True after a heartbeat named a later trade than ours.
    """

    ticker: Ticker
    trade: int
    heard: float
    missed: bool = False


class CoinbaseFeed:
    """Watches up to `most` markets, those last asked for.

    Attributes:
        connections: How many connections have been opened so far.
    """

    def __init__(
        self,
        clock: Clock,
        url: str,
        *,
        most: int = 50,
        idle: float = IDLE_SECONDS,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._clock = clock
        self._url = url
        self._most = most
        self._idle = idle
        self._sleep = sleep
        self._wanted: dict[Symbol, str] = {}
        self._subscribed: set[Symbol] = set()
        self._refused: Cache[None] = Cache(clock)
        self._hot: dict[Symbol, _Hot] = {}
        self._changed = asyncio.Event()
        self.connections = 0

    def latest(self, symbol: Symbol) -> Ticker | None:
        """The market's last trade, or None while it is not known to be the last; watches it."""
        self._want(symbol)
        hot = self._hot.get(symbol)
        if hot is None or hot.missed or self._clock.monotonic() - hot.heard > self._idle:
            return None
        return hot.ticker

    def _want(self, symbol: Symbol) -> None:
        refused = self._refused.get(symbol)
        if refused is not None and refused.age < REFUSED_SECONDS:
            return
        known = symbol in self._wanted
        self._wanted.pop(symbol, None)
        self._wanted[symbol] = str(symbol)
        while len(self._wanted) > self._most:
            self._wanted.pop(next(iter(self._wanted)))
        if not known:
            self._changed.set()

    async def run(self) -> None:
        """Stay connected until cancelled; pauses grow and are jittered."""
        pause, away = _FIRST_PAUSE, False
        while True:
            await self._somebody_asks()
            heard = self.connections, len(self._hot)
            try:
                await self._connected()
            except (aiohttp.ClientError, OSError, TimeoutError, BadAnswer) as error:
                if not away:
                    log.warning("feed_lost", provider="coinbase", reason=_reason(error))
                away = True
            finally:
                got_something = bool(self._hot) and self.connections > heard[0]
                self._hot.clear()
            pause = _FIRST_PAUSE if got_something else min(_LONGEST_PAUSE, pause * 2)
            away = away and not got_something
            await self._sleep(pause * _chance.uniform(0.5, 1.0))

    async def _somebody_asks(self) -> None:
        while not self._wanted:
            await self._changed.wait()
            self._changed.clear()

    async def _connected(self) -> None:
        timeout = aiohttp.ClientTimeout(total=None, sock_connect=5.0)
        async with (
            aiohttp.ClientSession(timeout=timeout) as session,
            session.ws_connect(
                self._url, max_msg_size=_MOST_BYTES, heartbeat=None, ssl=trust()
            ) as socket,
        ):
            self.connections += 1
            self._subscribed.clear()
            await self._subscribe(socket)
            receiving = asyncio.ensure_future(self._receive(socket))
            try:
                while not receiving.done():
                    changing = asyncio.ensure_future(self._changed.wait())
                    await asyncio.wait({receiving, changing}, return_when=asyncio.FIRST_COMPLETED)
                    changing.cancel()
                    self._changed.clear()
                    if not receiving.done():
                        await self._subscribe(socket)
                receiving.result()
            finally:
                receiving.cancel()
                await asyncio.gather(receiving, return_exceptions=True)

    async def _subscribe(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        """Tell the exchange what is wanted now and what no longer."""
        wanted, before = set(self._wanted), set(self._subscribed)
        self._subscribed = wanted
        for kind, symbols in (("subscribe", wanted - before), ("unsubscribe", before - wanted)):
            if symbols:
                names = sorted(map(str, symbols))
                await socket.send_json({"type": kind, "product_ids": names, "channels": _CHANNELS})
        for symbol in before - wanted:
            self._hot.pop(symbol, None)

    async def _receive(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        while True:
            async with asyncio.timeout(self._idle):
                message = await socket.receive()
            if message.type is not aiohttp.WSMsgType.TEXT:
                raise BadAnswer(f"the connection ended ({message.type.name})")
            self._hear(_decoded(message.data))

    def _hear(self, said: dict[str, Any]) -> None:
        kind = said.get("type")
        if kind == "error":
            self._leave_out(said)
        if kind not in ("ticker", "heartbeat"):
            return
        name = said.get("product_id")
        symbol = next((one for one, written in self._wanted.items() if written == name), None)
        if symbol is None:
            return
        try:
            self._believe(symbol, said, fresh=kind == "ticker")
        except BadAnswer as error:
            if self._hot.pop(symbol, None):
                log.info("feed_makes_no_sense", symbol=str(symbol), reason=str(error))

    def _believe(self, symbol: Symbol, said: dict[str, Any], *, fresh: bool) -> None:
        now = self._clock.monotonic()
        if fresh:
            ticker = ticker_of_feed(symbol, said, self._clock.now())
            self._hot[symbol] = _Hot(ticker, _trade(said, "trade_id"), now)
        elif symbol in self._hot:
            hot = self._hot[symbol]
            hot.missed = _trade(said, "last_trade_id") > hot.trade
            hot.heard = now

    def _leave_out(self, said: dict[str, Any]) -> None:
        """A subscription with one unknown market is refused whole: ask again without that one.

        Raises:
            BadAnswer: If the error is about something else.
        """
        words = str(said.get("reason", "")).replace(",", " ").split()
        unknown = [symbol for symbol, written in self._wanted.items() if written in words]
        if not unknown:
            raise BadAnswer(str(said.get("message", "it said error"))[:200])
        for symbol in unknown:
            log.warning("feed_lacks_market", symbol=str(symbol), reason=" ".join(words)[:200])
            self._refused.put(symbol, None)
            del self._wanted[symbol]
            self._hot.pop(symbol, None)
        self._subscribed.clear()
        self._changed.set()


def _decoded(text: str) -> dict[str, Any]:
    try:
        said = msgspec.json.decode(text)
    except msgspec.DecodeError:
        raise BadAnswer("a message is not JSON") from None
    if not isinstance(said, dict):
        raise BadAnswer("a message is not an object")
    return said


def _trade(said: dict[str, Any], name: str) -> int:
    try:
        return int(said.get(name, 0))
    except (TypeError, ValueError):
        raise BadAnswer(f"{name} is not a number") from None


def _reason(error: Exception) -> str:
    return str(error) or ("nothing came in time" if isinstance(error, TimeoutError) else "")
