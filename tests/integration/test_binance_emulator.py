"""What only Binance and Binance.US do, against emulators of them (the rest: test_exchanges.py)."""

from collections.abc import AsyncIterator, Mapping
from typing import Any

import pytest
from starlette.requests import Request
from starlette.responses import Response
from structlog.testing import capture_logs

from common.errors import Unavailable, UnknownSymbol
from common.market import Timeframe
from tests.support.exchange_binance import BinanceDialect
from tests.support.exchange_dialect import response
from tests.support.exchange_faults import answers
from tests.support.exchange_numbers import Quote
from tests.support.exchanges import Scene, in_one_process


@pytest.fixture
async def scene() -> AsyncIterator[Scene]:
    async with in_one_process("binance") as made:
        yield made


@pytest.fixture(params=["binance", "binanceus"])
async def either(request: pytest.FixtureRequest) -> AsyncIterator[Scene]:
    async with in_one_process(request.param) as made:
        yield made


def dialect(scene: Scene) -> BinanceDialect:
    assert isinstance(scene.exchange.dialect, BinanceDialect)
    return scene.exchange.dialect


async def test_a_range_is_asked_for_in_milliseconds_with_both_ends_inclusive(scene: Scene) -> None:
    await scene.latest(Timeframe.H1, 2)

    assert scene.asked("klines") == [
        {
            "symbol": "BTCUSDT",
            "interval": "1h",
            "startTime": "1749985200000",
            "endTime": "1749992399999",
            "limit": "1000",
        }
    ]


async def test_the_list_is_narrowed_down_where_the_exchange_can_do_that(either: Scene) -> None:
    await either.provider.listings()

    narrowed = {"showPermissionSets": "false", "symbolStatus": "TRADING"}
    expected = narrowed if either.provider.name == "binance" else {}
    assert either.asked("exchangeInfo") == [expected]


async def test_a_list_of_many_megabytes_is_read(scene: Scene) -> None:
    async def with_every_rule(_: Request, answer: Any) -> Any:
        return answer | {"padding": "x" * 6_000_000}

    scene.exchange.trouble = with_every_rule

    assert len(await scene.provider.listings()) == 12


@pytest.mark.parametrize("form", [int, str], ids=["int", "text"])
async def test_a_time_may_be_a_number_or_text(scene: Scene, form: Any) -> None:
    async def written(request: Request, answer: Any) -> Any:
        said = scene.exchange.dialect.write(request, answer)
        return said | {"closeTime": form(said["closeTime"])} if isinstance(answer, Quote) else said

    scene.exchange.trouble = written

    assert (await scene.provider.ticker(scene.btc)).at == scene.provider.now(scene.btc)


async def test_a_row_of_another_length_is_set_aside(scene: Scene) -> None:
    async def one_too_long(request: Request, answer: Any) -> Any:
        rows = scene.exchange.dialect.write(request, answer)
        rows[3][6] += 60_000
        return rows

    scene.exchange.trouble = one_too_long
    with capture_logs() as said:
        assert len(await scene.latest()) == 99

    assert [line["event"] for line in said] == ["candles_set_aside"]


@pytest.mark.parametrize(
    ("status", "code", "wait"),
    [
        (429, -1003, 1),
        (418, -1003, 3_600),
        (451, 0, 3_600),
        (400, -1120, 5),
        (500, -1001, 5),
        (504, -1007, 5),
        (503, -1016, 5),
    ],
)
async def test_a_code_or_a_status_says_when_to_come_back(
    either: Scene, status: int, code: int, wait: float
) -> None:
    async def refused(_: Request, __: Any) -> Response:
        return response({"code": code, "msg": "No."}, status)

    either.exchange.trouble = refused

    with pytest.raises(
        Unavailable, match=f"{either.provider.name} answered {status}: No"
    ) as caught:
        await either.latest()

    assert caught.value.retry_after == pytest.approx(wait)


async def test_minus_1121_is_an_unknown_symbol(either: Scene) -> None:
    async def unknown(_: Request, __: Any) -> Response:
        return response({"code": -1121, "msg": "Invalid symbol."}, 400)

    either.exchange.trouble = unknown

    with pytest.raises(UnknownSymbol):
        await either.provider.ticker(either.btc)


async def test_a_ban_is_believed_for_as_long_as_it_says(scene: Scene) -> None:
    scene.exchange.script(answers(418, "Way too much request weight used", "259200"))
    with pytest.raises(Unavailable):
        await scene.latest()

    scene.pace.advance(2 * 86_400)
    with pytest.raises(Unavailable, match="asked us to wait 86400 s more"):
        await scene.latest()
    assert len(scene.exchange.requests) == 1


@pytest.mark.parametrize(
    ("name", "burst", "a_second"), [("binance", 1_000, 4_000 / 60), ("binanceus", 200, 800 / 60)]
)
async def test_calls_cost_their_weight(name: str, burst: float, a_second: float) -> None:
    async with in_one_process(name) as scene:
        for _ in range(int(burst) // 20 - 1):
            await scene.provider.listings()
        await scene.latest()
        await scene.provider.ticker(scene.btc)
        waited_before = sum(scene.pace.slept)
        await scene.provider.listings()

        assert waited_before == 0
        # Twenty a list, two a page of candles or a ticker: sixteen are left of the burst.
        assert sum(scene.pace.slept) == pytest.approx(4 / a_second)


async def test_weight_that_others_used_counts(scene: Scene) -> None:
    dialect(scene).used = 4_100
    await scene.provider.ticker(scene.btc)
    scene.pace.slept.clear()

    await scene.provider.ticker(scene.btc)

    # 4102 of the 4000 that we allow ourselves are used, and two more are asked for.
    assert scene.pace.slept == [pytest.approx(104 / (4_000 / 60))]


async def test_where_too_much_is_used_nothing_is_asked(scene: Scene) -> None:
    dialect(scene).used = 5_500
    await scene.provider.ticker(scene.btc)

    with pytest.raises(Unavailable, match="as often as it allows") as caught:
        await scene.provider.ticker(scene.btc)

    assert len(scene.exchange.requests) == 1
    assert caught.value.retry_after > 8
    scene.pace.advance(caught.value.retry_after)
    assert (await scene.provider.ticker(scene.btc)).price


@pytest.mark.parametrize("count", ["", "many", "-5", "9" * 12])
async def test_a_count_that_makes_no_sense_is_no_count(scene: Scene, count: str) -> None:
    class Odd(BinanceDialect):
        def headers(self) -> Mapping[str, str]:
            return {"X-MBX-USED-WEIGHT-1M": count}

    scene.exchange.dialect = Odd(scene.exchange.numbers)

    for _ in range(3):
        await scene.provider.ticker(scene.btc)

    assert scene.pace.slept == [0, 0, 0]
