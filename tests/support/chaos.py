"""Three exchanges of which each goes wrong three times in ten, and what people get to see of it.

verdict = await run(seconds=20, share=0.3)

The exchanges trade SIMU's numbers, so what a market truly traded at is known for every instant, and
each answer is held to it.
"""

import asyncio
from collections import Counter
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from random import Random
from time import monotonic
from typing import Any

import httpx
import msgspec
from starlette.requests import Request

from common.clock import FrozenClock, SystemClock
from common.http import create_client
from common.market import Symbol
from common.wire import TickerReply
from market_data.app import create_app
from market_data.providers.simu import Simu
from market_data.settings import Settings
from tests.support import exchange_faults as faults
from tests.support.exchange_emulator import ExchangeEmulator, Fault
from tests.support.exchange_numbers import Quote
from tests.support.exchanges import EXCHANGES
from tests.support.serving import serve

NAMES = ("coinbase", "kraken", "bitstamp")
MARKETS = ("BTC-USD", "ETH-USD", "SOL-USD")
FRESH_MS = 10_000
TOLERANCE = Decimal("0.001")
_PAUSE = 0.1  # seconds between two questions of one asker


@dataclass
class Verdict:
    """What came of a run.

    Attributes:
        answers: By status.
        qualities: Of the tickers.
        wrong, unflagged: Answers with a price outside the tolerance, and old ones not marked.
        fresh: Share of all questions that got a price younger than ten seconds.
        over: Exchanges that were asked more often than their limits allow.
        calls: Requests that each exchange got.
        faults: Those of them that went wrong.
    """

    answers: Counter[int] = field(default_factory=Counter)
    qualities: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    unflagged: list[str] = field(default_factory=list)
    young: int = 0
    over: list[str] = field(default_factory=list)
    calls: dict[str, int] = field(default_factory=dict)
    faults: dict[str, int] = field(default_factory=dict)

    @property
    def fresh(self) -> float:
        return self.young / max(1, sum(self.answers.values()))


@lru_cache(maxsize=4_096)
def _simu_at(at: datetime) -> Simu:
    return Simu(FrozenClock(at), "1")


async def truth(market: str, at: datetime) -> Decimal:
    """What the market traded at in that second."""
    simu = _simu_at(at.replace(microsecond=0))
    return (await simu.ticker(Symbol(*market.split("-")))).price


class Trouble:
    """A fault for a share of all requests, drawn from everything that has been seen."""

    def __init__(self, share: float, seed: int) -> None:
        self._share = share
        self._random = Random(seed)
        self.faults = 0
        self.asked: dict[str, list[float]] = {}

    async def __call__(self, request: Request, answer: Any) -> Any:
        self.asked.setdefault(_lane(request), []).append(monotonic())
        if self._random.random() >= self._share:
            return answer
        self.faults += 1
        return await self._random.choice(self._all())(request, answer)

    def _all(self) -> list[Fault]:
        factor = str(round(self._random.choice((0.7, 1.3)) + self._random.uniform(-0.1, 0.1), 3))
        return [
            faults.too_many_requests("1"),
            faults.answers(500),
            faults.answers(503),
            faults.page_of_html(),
            faults.cut_off,
            faults.hang(1.0),
            faults.hang(6.0),
            *[faults.spike(factor), _all_prices(factor)] * 4,
            faults.clock_off(timedelta(seconds=90)),
            faults.clock_off(timedelta(seconds=-90)),
            faults.no_candles,
            faults.late_candles(),
            faults.high_below_open,
            faults.twice_and_shuffled,
            faults.upside_down,
        ]


def _all_prices(factor: str) -> Fault:
    """A price that is wrong, and a book that agrees with it."""

    async def fault(_: Request, answer: Any) -> Any:
        if not isinstance(answer, Quote):
            return answer
        by = Decimal(factor)
        bid, ask = (answer.bid * by, answer.ask * by)
        return replace(answer, price=answer.price * by, bid=bid, ask=ask)

    return fault


def _lane(request: Request) -> str:
    """What the exchange counts by: its address, and the pair for Kraken's candles."""
    if request.url.path.endswith("/OHLC"):
        return f"OHLC {request.query_params['pair']}"
    return ""


async def run(
    seconds: float, share: float, *, askers: int = 3, seed: int = 1, said: Callable[[str], None]
) -> Verdict:
    """Ask for so many seconds and judge every answer.

    Args:
        share: Of all requests to an exchange, those that go wrong.
        said: Called now and then with how it goes.
    """
    troubles = {name: Trouble(share, seed + n) for n, name in enumerate(NAMES)}
    verdict = Verdict()
    async with AsyncExitStack() as stack:
        urls = {}
        for name in NAMES:
            exchange = ExchangeEmulator(SystemClock(), dialect=EXCHANGES[name].dialect)
            urls[f"{name}_url"] = await stack.enter_async_context(serve(exchange.app))
            exchange.trouble = troubles[name]
        settings = Settings.model_validate({"providers": ",".join(NAMES), **urls})
        address = await stack.enter_async_context(serve(create_app(settings)))
        client = await stack.enter_async_context(create_client(address))
        await _begin(client)
        ends = monotonic() + seconds
        await asyncio.gather(
            _tell(verdict, ends, said), *(_ask(client, n, ends, verdict) for n in range(askers))
        )
    for name, trouble in troubles.items():
        verdict.calls[name] = sum(map(len, trouble.asked.values()))
        verdict.faults[name] = trouble.faults
        manners = EXCHANGES[name].adapter.manners
        for times in trouble.asked.values():
            if _most_over(times, manners.rate, manners.burst) > 1:
                verdict.over.append(name)
    return verdict


async def _begin(client: httpx.AsyncClient) -> None:
    """Wait for the first price of each market: a start into an outage is another story."""
    async with asyncio.timeout(60):
        for market in MARKETS:
            while (await client.get(f"/v1/tickers/{market}")).status_code != 200:
                await asyncio.sleep(0.5)


async def _ask(client: httpx.AsyncClient, number: int, ends: float, verdict: Verdict) -> None:
    turn = number
    while monotonic() < ends:
        market = MARKETS[turn % len(MARKETS)]
        turn += 1
        answer = await client.get(f"/v1/tickers/{market}")
        verdict.answers[answer.status_code] += 1
        if answer.status_code == 200:
            await _judge(msgspec.json.decode(answer.content, type=TickerReply), verdict)
        await asyncio.sleep(_PAUSE)


async def _judge(reply: TickerReply, verdict: Verdict) -> None:
    verdict.qualities[reply.quality] += 1
    verdict.young += reply.age_ms <= FRESH_MS
    shown = f"{reply.symbol} {reply.price} of {reply.as_of:%H:%M:%S}; {reply.sources}"
    if not await _was_true(reply):
        verdict.wrong.append(shown)
    if reply.age_ms > FRESH_MS and not reply.stale:
        verdict.unflagged.append(shown)


async def _was_true(reply: TickerReply) -> bool:
    """Whether the market traded there at the time told, or on the way from there to now.

    The mean of two prices, one of which is some seconds younger, lies on that way.
    """
    for second in range(min(reply.age_ms, FRESH_MS) // 1_000 + 1):
        true = await truth(reply.symbol, reply.as_of + timedelta(seconds=second))
        if abs(reply.price / true - 1) <= TOLERANCE:
            return True
    return False


async def _tell(verdict: Verdict, ends: float, said: Callable[[str], None]) -> None:
    while monotonic() < ends:
        await asyncio.sleep(min(10.0, max(0.1, ends - monotonic())))
        said(
            f"{sum(verdict.answers.values()):6d} answers, {verdict.fresh:.2%} fresh, "
            f"{len(verdict.wrong)} wrong, {len(verdict.unflagged)} old and not marked"
        )


def _most_over(times: list[float], rate: float, burst: float) -> float:
    """How many calls too many the worst stretch had: a bucket allows burst + rate x length.

    A walk over the bucket's level: it never falls below what it would be for the exchange.
    """
    level, before, worst = burst, times[0], 0.0
    for at in times:
        level = min(burst, level + (at - before) * rate) - 1.0
        before = at
        worst = max(worst, -level)
    return worst
