"""The service over an emulated exchange with a candle store: restarts, quiet times, and damage."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
from starlette.requests import Request

from common.clock import FrozenClock
from common.http import create_client
from common.market import Timeframe
from common.wire import AtrReply, CandlesReply
from market_data.app import create_app
from market_data.settings import Settings
from tests.support.exchange_emulator import ExchangeEmulator, Fault
from tests.support.exchange_numbers import Bars
from tests.support.serving import serve

NOW = datetime(2025, 6, 15, 13, 37, 21, tzinfo=UTC)
ATR = "/v1/indicators/btc/atr?tf=15m"


@dataclass
class Exchange:
    """An exchange, and services that are started before it one after the other."""

    emulator: ExchangeEmulator
    address: str
    clock: FrozenClock
    store: Path | None

    @asynccontextmanager
    async def service(self) -> AsyncIterator[httpx.AsyncClient]:
        settings = Settings(
            providers="coinbase", coinbase_url=self.address, candle_store=self.store
        )
        async with serve(create_app(settings, self.clock)) as address:
            async with create_client(address) as client:
                yield client

    @property
    def pages(self) -> int:
        return sum(seen.path.endswith("/candles") for seen in self.emulator.requests)


@pytest.fixture
async def exchange(tmp_path: Path) -> AsyncIterator[Exchange]:
    clock = FrozenClock(NOW)
    emulator = ExchangeEmulator(clock)
    async with serve(emulator.app) as address:
        yield Exchange(emulator, address, clock, tmp_path / "candles.sqlite")


async def read(client: httpx.AsyncClient, path: str, kind: type[Any]) -> Any:
    answer = await client.get(path)
    assert answer.status_code == 200, answer.text
    return msgspec.json.decode(answer.content, type=kind)


async def test_a_restart_asks_for_no_candle_again(exchange: Exchange) -> None:
    async with exchange.service() as client:
        before = await read(client, ATR, AtrReply)
    asked = exchange.pages
    async with exchange.service() as client:
        after = await read(client, ATR, AtrReply)

    assert asked > 0 and exchange.pages == asked
    assert (after.atr, after.close, after.bars) == (before.atr, before.close, before.bars)


async def test_after_a_stop_only_newer_candles_are_asked_for(exchange: Exchange) -> None:
    async with exchange.service() as client:
        await read(client, ATR, AtrReply)
    exchange.clock.advance(timedelta(hours=2))
    exchange.emulator.requests.clear()
    async with exchange.service() as client:
        reply = await read(client, "/v1/candles/btc?tf=15m&limit=250", CandlesReply)

    (seen,) = [seen for seen in exchange.emulator.requests if seen.path.endswith("/candles")]
    assert seen.params["start"] == "2025-06-15T12:45:00Z"  # three known ones, to be sure
    assert len(reply.opened_at) == 250 and reply.opened_at[-1].hour == 15
    truth = await exchange.emulator.simu.candles(
        exchange.emulator.market("BTC"),
        Timeframe.M15,
        reply.opened_at[0],
        reply.opened_at[-1] + timedelta(minutes=15),
    )
    assert reply.close == [candle.close for candle in truth]


def lacking(*quarters: int) -> Fault:
    """These quarters of an hour before one o'clock have no row."""
    one = datetime(2025, 6, 15, 13, tzinfo=UTC)
    gone = {int((one - timedelta(minutes=15 * number)).timestamp()) for number in quarters}

    async def fault(_: Request, answer: Any) -> Any:
        if not isinstance(answer, Bars):
            return answer
        return Bars(bar for bar in answer if bar.time not in gone)

    return fault


async def test_quiet_times_are_filled_and_outages_told_also_after_a_restart(
    exchange: Exchange,
) -> None:
    exchange.emulator.trouble = lacking(4, 8, 9, 20, 21, 22, 23)
    replies = []
    for _ in range(2):
        async with exchange.service() as client:
            candles = await read(client, "/v1/candles/btc?tf=15m&limit=100", CandlesReply)
            atr = await read(client, ATR, AtrReply)
        replies.append((candles.filled_at, candles.gaps, atr.atr, atr.filled, atr.gaps))

    filled_at, gaps, _, filled, _ = replies[0]
    assert [at.strftime("%H:%M") for at in filled_at] == ["10:45", "11:00", "12:00"]
    assert [gap.missing for gap in gaps] == [4] and filled == 3
    assert replies[0] == replies[1]


@pytest.mark.parametrize("harm", ["garbage", "folder", "gone", "damaged"])
async def test_harm_to_the_store_reaches_nobody(exchange: Exchange, harm: str) -> None:
    assert exchange.store is not None
    async with exchange.service() as client:
        before = await read(client, ATR, AtrReply)
    asked = exchange.pages
    content = bytearray(exchange.store.read_bytes())
    exchange.store.unlink()
    if harm == "garbage":
        exchange.store.write_bytes(b"no database" * 999)
    elif harm == "folder":
        exchange.store.mkdir()
    elif harm == "damaged":
        content[5_000:] = bytes(len(content) - 5_000)
        exchange.store.write_bytes(content)

    async with exchange.service() as client:
        after = await read(client, ATR, AtrReply)

    assert after.atr == before.atr and exchange.pages == 2 * asked


async def test_without_a_store_nothing_is_written(exchange: Exchange) -> None:
    assert exchange.store is not None
    path, exchange.store = exchange.store, None
    async with exchange.service() as client:
        await read(client, ATR, AtrReply)

    assert not path.exists()
