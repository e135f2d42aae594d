"""What only Bitstamp does, against the emulator of it (the rest: test_exchanges.py)."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from starlette.requests import Request
from starlette.responses import Response

from common.errors import Unavailable
from common.market import Timeframe
from tests.support.exchange_dialect import response
from tests.support.exchange_faults import answers, page_of_html
from tests.support.exchanges import Scene, in_one_process


@pytest.fixture
async def scene() -> AsyncIterator[Scene]:
    async with in_one_process("bitstamp") as made:
        yield made


async def test_a_range_is_asked_for_in_seconds_with_both_ends_inclusive(scene: Scene) -> None:
    await scene.latest(Timeframe.H1, 2)

    assert scene.exchange.requests[-1].path == "/api/v2/ohlc/btcusd/"
    assert scene.asked("ohlc") == [
        {"step": "3600", "limit": "1000", "start": "1749985200", "end": "1749992399"}
    ]


async def test_a_step_of_three_days_is_not_taken_for_a_week(scene: Scene) -> None:
    assert Timeframe.W1 not in scene.provider.timeframes(scene.btc)
    assert Timeframe.D1 in scene.provider.timeframes(scene.btc)


@pytest.mark.parametrize("status", [200, 503])
async def test_maintenance_is_looked_at_once_a_minute(scene: Scene, status: int) -> None:
    text = "Bitstamp.net is under scheduled maintenance. We'll be back soon."
    scene.exchange.trouble = answers(status, text)

    with pytest.raises(Unavailable, match=f"answered {status}: Bitstamp.net is under") as caught:
        await scene.provider.listings()

    assert caught.value.retry_after == 60
    assert not str(caught.value).endswith("..")


@pytest.mark.parametrize("code", ["400.002", "400.067", "400.068"])
@pytest.mark.parametrize("name", ["code", "response_code"])
async def test_being_asked_too_often_is_a_code_with_400(scene: Scene, code: str, name: str) -> None:
    async def refused(_: Request, __: Any) -> Response:
        return response({"status": "error", "reason": "Too many.", name: code}, 400)

    scene.exchange.trouble = refused

    with pytest.raises(Unavailable, match="answered 400: Too many") as caught:
        await scene.provider.listings()
    assert caught.value.retry_after == 1
    with pytest.raises(Unavailable, match="asked us to wait"):
        await scene.provider.listings()


async def test_404_about_a_market_that_is_listed_is_about_the_server(scene: Scene) -> None:
    async def only_the_list(request: Request, answer: Any) -> Any:
        if request.url.path.endswith("/markets/"):
            return answer
        return await page_of_html(404)(request, answer)

    scene.exchange.trouble = only_the_list

    with pytest.raises(Unavailable, match="404 about BTC/USD, which it lists"):
        await scene.provider.ticker(scene.btc)


async def test_404_for_the_list_itself_is_no_answer(scene: Scene) -> None:
    scene.exchange.trouble = page_of_html(404)

    with pytest.raises(Unavailable, match="no list of markets"):
        await scene.provider.listings()


async def test_ten_a_second_are_asked(scene: Scene) -> None:
    await scene.provider.listings()
    for _ in range(19):
        await scene.provider.ticker(scene.btc)

    assert sum(scene.pace.slept) == pytest.approx(1.0)
