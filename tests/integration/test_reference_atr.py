"""ATR equals the values of others on real candles: through RECORDED and the HTTP API."""

from decimal import Decimal

import msgspec
import pytest

from common.clock import FrozenClock
from common.http import create_client
from common.market import Timeframe
from common.wire import AtrReply
from market_data.app import create_app
from market_data.settings import Settings
from tests.support.reference import reference_candles, reference_folder, reference_values
from tests.support.serving import serve

SERIES = {
    "binance_futures_XRP-USDT_5m": ("XRP-USDT", "5m"),
    "bittrex_ADA-BTC_5m": ("ADA-BTC", "5m"),
    "freqtrade_UNITTEST-BTC_1m": ("UNITTEST-BTC", "1m"),
    "ftx_BTC-PERP_1m": ("BTC", "1m"),
}
MOMENTS = 1


@pytest.mark.reference
@pytest.mark.parametrize("name", SERIES)
async def test_atr_over_http_equals_the_published_values(name: str) -> None:
    text, timeframe = SERIES[name]
    candles, published = reference_candles(name), reference_values(name, "atr14_seed_tr0")
    rows = sorted(published)[1:]
    for index in [*rows[:: max(1, len(rows) // MOMENTS)], rows[-1]]:
        opened_at, value = candles[index].opened_at, published[index]
        settings = Settings(
            providers="recorded",
            data_dir=reference_folder() / "candles",
            as_of=opened_at + Timeframe.parse(timeframe).length,
        )
        async with serve(create_app(settings, FrozenClock(opened_at))) as address:
            async with create_client(address) as client:
                path = f"/v1/indicators/{text}/atr"
                answer = await client.get(path, params={"tf": timeframe, "bars": "1000"})
        assert answer.status_code == 200, answer.text
        reply = msgspec.json.decode(answer.content, type=AtrReply)
        assert abs(reply.atr / value - 1) < Decimal("1e-9"), (name, index)
        assert reply.quality == "recorded" and reply.bars == min(1_000, index + 1)
