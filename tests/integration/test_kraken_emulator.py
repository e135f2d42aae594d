"""What only Kraken does, against the emulator of it (the rest: test_exchanges.py)."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from starlette.requests import Request

from common.errors import Unavailable, UnknownSymbol
from common.market import Symbol, Timeframe
from tests.support.exchange_faults import answers
from tests.support.exchanges import NOW, Scene, in_one_process


@pytest.fixture
async def scene() -> AsyncIterator[Scene]:
    async with in_one_process("kraken") as made:
        yield made


async def test_assets_are_listed_by_the_names_that_others_have_for_them(scene: Scene) -> None:
    listed = {str(listing.symbol) for listing in await scene.provider.listings()}

    assert {"BTC-USD", "DOGE-USD", "ETH-USD", "USDT-USD"} <= listed
    assert not {
        symbol for symbol in listed if symbol.startswith(("X", "Z")) and symbol != "XRP-USD"
    }


async def test_the_answer_stands_under_another_key_than_the_one_asked_for(scene: Scene) -> None:
    for base, asked in (("BTC", "XBTUSD"), ("DOGE", "XDGUSD"), ("ADA", "ADAUSD")):
        ticker = await scene.provider.ticker(Symbol(base, "USD"))

        assert ticker.symbol == Symbol(base, "USD")
        assert scene.asked("Ticker")[-1] == {"pair": asked}


async def test_candles_are_asked_for_from_one_before_because_since_is_exclusive(
    scene: Scene,
) -> None:
    start = Timeframe.H1.opening(NOW) - 3 * Timeframe.H1.length

    candles = await scene.provider.candles(scene.btc, Timeframe.H1, start, NOW)

    since = int(start.timestamp()) - 3_600
    assert scene.asked("OHLC") == [{"pair": "XBTUSD", "interval": "60", "since": str(since)}]
    assert candles[0].opened_at == start


async def test_the_markets_names_are_learned_once_for_all_who_ask(scene: Scene) -> None:
    await asyncio.gather(
        scene.provider.ticker(scene.btc), scene.latest(), scene.provider.ticker(scene.btc)
    )

    assert len(scene.asked("AssetPairs")) == 1
    assert scene.provider.calls == 4


async def test_a_whole_page_is_what_it_still_has(scene: Scene) -> None:
    candles = await scene.latest(Timeframe.M15, 720)

    assert candles == (await scene.truth(Timeframe.M15, 720))[1:]


async def test_what_it_no_longer_has_is_not_asked_for(scene: Scene) -> None:
    end = Timeframe.M15.opening(NOW) - 720 * Timeframe.M15.length
    start = end - 250 * Timeframe.M15.length

    assert await scene.provider.candles(scene.btc, Timeframe.M15, start, end) == []
    assert scene.asked("OHLC") == []


async def test_an_empty_answer_about_the_past_is_believed(scene: Scene) -> None:
    end = Timeframe.D1.opening(NOW) - 600 * Timeframe.D1.length

    async def young(_: Request, __: Any) -> Any:
        return {"error": [], "result": {"XXBTZUSD": [], "last": 0}}

    await scene.provider.listings()
    scene.exchange.trouble = young

    start = end - 90 * Timeframe.D1.length
    assert await scene.provider.candles(scene.btc, Timeframe.D1, start, end) == []


@pytest.mark.parametrize(
    ("error", "wait"),
    [
        ("EAPI:Rate limit exceeded", 1),
        ("EGeneral:Too many requests", 1),
        ("EGeneral:Temporary lockout", 900),
        ("EService:Unavailable", 5),
        ("EService:Busy", 5),
        ("EGeneral:Internal error", 5),
        ("EGeneral:Invalid arguments", 5),
    ],
)
async def test_an_error_comes_with_200_and_says_when_to_come_back(
    scene: Scene, error: str, wait: float
) -> None:
    scene.exchange.trouble = answers(200, error)

    with pytest.raises(Unavailable, match=f"kraken answered 200: {error}") as caught:
        await scene.provider.listings()

    assert caught.value.retry_after == pytest.approx(wait)


@pytest.mark.parametrize(
    "error", ["EQuery:Unknown asset pair", "EQuery:Invalid asset pair", "EQuery:Unknown asset"]
)
async def test_an_unknown_pair_is_the_askers_error(scene: Scene, error: str) -> None:
    await scene.provider.listings()
    scene.exchange.trouble = answers(200, error)

    with pytest.raises(UnknownSymbol, match="BTC-USD"):
        await scene.provider.ticker(scene.btc)


async def test_a_warning_does_not_spoil_a_result(scene: Scene) -> None:
    async def warned(request: Request, answer: Any) -> Any:
        return scene.exchange.dialect.write(request, answer) | {"error": ["WGeneral:Careful"]}

    scene.exchange.trouble = warned

    assert (await scene.provider.ticker(scene.btc)).price


async def test_an_answer_about_two_pairs_is_about_none(scene: Scene) -> None:
    async def two(request: Request, answer: Any) -> Any:
        said = scene.exchange.dialect.write(request, answer)
        (one,) = said["result"].values()
        return {"error": [], "result": {"XXBTZUSD": one, "XETHZUSD": one}}

    await scene.provider.listings()
    scene.exchange.trouble = two

    with pytest.raises(Unavailable, match="a result of 2 pairs"):
        await scene.provider.ticker(scene.btc)


async def test_candles_wait_a_second_for_each_other_pair_by_pair(scene: Scene) -> None:
    await scene.provider.listings()
    scene.pace.advance(60)
    scene.pace.slept.clear()
    end = Timeframe.H1.opening(NOW)
    start = end - Timeframe.H1.length

    for base in ("BTC", "ETH", "BTC", "BTC"):
        await scene.provider.candles(Symbol(base, "USD"), Timeframe.H1, start, end)
    await scene.provider.ticker(scene.btc)

    assert scene.pace.slept == pytest.approx([0, 0, 1, 1, 0])
