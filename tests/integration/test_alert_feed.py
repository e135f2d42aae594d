"""Prices for alerts over real sockets: streamed, and polled while there is no stream."""

from pathlib import Path

import pytest

from tests.support.alert_rig import rig
from tests.support.databases import shaped


@pytest.mark.parametrize("streams", [True, False])
async def test_an_alert_fires_on_a_stream_and_without_one(streams: bool, tmp_path: Path) -> None:
    async with rig(shaped("sqlite", tmp_path), streams=streams) as it:
        await it.latency()

        assert len(it.telegram.told) == 1
        assert ("tickers" in it.market.asked) is not streams
