"""/backtest from recorded and simulated history to the chat, over sockets."""

from playground.pictures import size
from tests.support.stack import assistant


async def test_a_backtest_comes_with_its_curve_and_says_what_its_data_are() -> None:
    async with assistant() as chat:
        simulated = await chat.ask("/backtest BTC 4h st 10 3")
        recorded = await chat.ask("/backtest AAPL 1d chandelier 1000")

    assert "BTC/USD · 4h · Supertrend 10, 3" in simulated["caption"]
    assert "simulated prices, not a market" in simulated["caption"]
    assert "recorded prices" in recorded["caption"]
    for message in (simulated, recorded):
        file = chat.telegram.world.files.get(message["photo"][-1]["file_id"])
        assert file is not None and size(file.content) == (1280, 720)
        assert len(file.content) <= 300_000
