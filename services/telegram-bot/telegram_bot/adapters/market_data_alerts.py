"""Prices for alerts: one stream for up to fifty markets, asked for in turns while it is away."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import UTC, datetime
from random import Random
from typing import TypeVar

import httpx
import msgspec
import structlog

from common import wire
from common.errors import CryptoAssistantError, Unavailable
from common.http import get
from common.market import Timeframe
from telegram_bot.alerts.feed import Bar, Reading
from telegram_bot.alerts.readings import MEAN_OVER, bars_of, readings_of
from telegram_bot.ports import error_from

log = structlog.get_logger(__name__)

MOST_IN_A_STREAM = 50
POLL_SECONDS = 2.0
_SILENT_SECONDS = 25.0  # the stream's heart beats every ten
_LOOK_SECONDS = 0.5
_FIRST_PAUSE, _LONGEST_PAUSE = 1.0, 30.0
_MOST_QUEUED = 5_000
_PAGE = 1_000
_LONGEST_PAST = 7 * 86_400.0
_chance = Random()  # spreads load, guards nothing
_MOST_SERIES = 500

Shape = TypeVar("Shape")
Told = wire.TickerReply | wire.CandlesReply
Sleep = Callable[[float], Awaitable[None]]


class HttpAlertFeed:
    """`alerts.feed.Feed` over the market-data service behind a base URL."""

    def __init__(self, client: httpx.AsyncClient, sleep: Sleep = asyncio.sleep) -> None:
        self._client = client
        self._sleep = sleep
        self._unknown: set[str] = set()

    async def follow(self, symbols: Callable[[], Sequence[str]]) -> AsyncIterator[Told]:
        """Yield what the streams of all markets tell; a chunk of markets has one each."""
        queue: asyncio.Queue[Told] = asyncio.Queue(_MOST_QUEUED)
        readers: dict[tuple[str, ...], asyncio.Task[None]] = {}
        try:
            while True:
                wanted = _chunks([symbol for symbol in symbols() if symbol not in self._unknown])
                for chunk in set(readers) - set(wanted):
                    readers.pop(chunk).cancel()
                for chunk in [chunk for chunk, reader in readers.items() if reader.done()]:
                    log.error("a stream was given up", exc_info=readers.pop(chunk).exception())
                for chunk in wanted:
                    if chunk not in readers:
                        readers[chunk] = asyncio.create_task(self._read(chunk, queue))
                try:
                    yield await asyncio.wait_for(queue.get(), _LOOK_SECONDS)
                except TimeoutError:
                    continue
        finally:
            for reader in readers.values():
                reader.cancel()
            await asyncio.gather(*readers.values(), return_exceptions=True)

    async def bars(self, symbol: str, start: float, end: float) -> Sequence[Bar]:
        """Return minutes, a page after the other; what is older than a week is let go."""
        found: list[Bar] = []
        at = max(start, end - _LONGEST_PAST)
        while at < end:
            until = min(end, at + _PAGE * 60.0)
            params = {
                "tf": "1m",
                "limit": str(_PAGE),
                "start": _instant(at),
                "end": _instant(until),
            }
            reply = await self._ask(f"/v1/candles/{symbol}", params, wire.CandlesReply)
            if reply.stale or reply.quality == "disputed":
                raise Unavailable(f"the minutes of {symbol} are {reply.quality} or old")
            self._unknown.discard(symbol)
            found += [bar for bar in bars_of(reply) if start < bar.at <= end]
            at = until
        return found

    async def readings(self, symbol: str, span: Timeframe, last: int) -> Sequence[Reading]:
        count = min(_MOST_SERIES, last + MEAN_OVER)
        shape = {"tf": span.value}
        named = {"names": "atr,natr,supertrend", "series": "true", "last": str(count)}
        studies = await self._ask(f"/v1/indicators/{symbol}", shape | named, wire.IndicatorsReply)
        candles = await self._ask(
            f"/v1/candles/{symbol}", shape | {"limit": str(last + 1)}, wire.CandlesReply
        )
        for reply in (studies, candles):
            if reply.stale or reply.quality == "disputed":
                raise Unavailable(f"the candles of {symbol} are {reply.quality} or old")
        return readings_of(candles, studies)[-last:]

    async def _read(self, chunk: tuple[str, ...], queue: "asyncio.Queue[Told]") -> None:
        """Stream for as long as it goes; while it does not, ask again and again."""
        pause = _FIRST_PAUSE
        while True:
            try:
                async for told in self._stream(chunk):
                    pause = _FIRST_PAUSE
                    _put(queue, told)
            except CryptoAssistantError as error:
                if pause == _FIRST_PAUSE:
                    log.warning("the stream of prices broke off", reason=str(error))
            left = pause * _chance.uniform(0.5, 1.0)
            pause = min(_LONGEST_PAUSE, 2 * pause)
            while left > 0:
                await self._poll(chunk, queue)
                await self._sleep(min(left, POLL_SECONDS))
                left -= POLL_SECONDS

    async def _stream(self, chunk: tuple[str, ...]) -> AsyncIterator[Told]:
        """Yield events until the stream ends.

        Raises:
            CryptoAssistantError: If it does not begin, breaks off, or says nothing for too long.
        """
        params = {"symbols": ",".join(chunk), "tf": "1m"}
        timeout = httpx.Timeout(_SILENT_SECONDS, connect=2.0, pool=2.0)
        try:
            async with self._client.stream(
                "GET", "/v1/stream", params=params, timeout=timeout
            ) as response:
                if response.status_code != 200:
                    raise self._refused(await response.aread(), response.status_code)
                kind = ""
                async for line in response.aiter_lines():
                    name, _, value = line.partition(": ")
                    if name == "event":
                        kind = value
                    elif name == "data" and kind in _SHAPES:
                        yield _decoded(value.encode(), _SHAPES[kind])
        except httpx.HTTPError as error:
            raise Unavailable(f"the stream broke off ({type(error).__name__})") from None

    async def _poll(self, chunk: tuple[str, ...], queue: "asyncio.Queue[Told]") -> None:
        try:
            params = {"symbols": ",".join(chunk)}
            reply = await self._ask("/v1/tickers", params, wire.TickersReply)
        except CryptoAssistantError as error:
            log.info("prices cannot be had", reason=str(error))
            return
        for ticker in reply.tickers:
            _put(queue, ticker)

    async def _ask(self, path: str, params: dict[str, str], shape: type[Shape]) -> Shape:
        answer = await get(self._client, path, params)
        if answer.status != 200:
            raise self._refused(answer.body, answer.status)
        return _decoded(answer.body, shape)

    def _refused(self, body: bytes, status: int) -> CryptoAssistantError:
        """Return the error; a market that is not listed any more is not asked for again."""
        if status not in (404, 409, 422, 429, 503, 504):
            return Unavailable(f"market-data answered {status}")
        problem = _decoded(body, wire.Problem)
        if problem.code == "unknown-symbol" and problem.asked is not None:
            log.warning("a market with alerts is not listed", symbol=problem.asked)
            self._unknown.add(problem.asked)
        return error_from(problem)


_SHAPES: dict[str, type[Told]] = {"ticker": wire.TickerReply, "candle": wire.CandlesReply}


def _chunks(symbols: Sequence[str]) -> list[tuple[str, ...]]:
    return [
        tuple(symbols[start : start + MOST_IN_A_STREAM])
        for start in range(0, len(symbols), MOST_IN_A_STREAM)
    ]


def _put(queue: "asyncio.Queue[Told]", told: Told) -> None:
    """Add to what waits; the oldest goes where there is no room: its minute is looked at later."""
    if queue.full():
        queue.get_nowait()
    queue.put_nowait(told)


def _instant(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat().replace("+00:00", "Z")


def _decoded(body: bytes, shape: type[Shape]) -> Shape:
    try:
        return msgspec.json.decode(body, type=shape)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Unavailable(f"market-data told something in an unknown form: {error}") from None
