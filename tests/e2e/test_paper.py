"""/paper from the market to the chat: bought, sold, measured, and left to a preset."""

from tests.support.stack import assistant


async def test_a_position_is_bought_sold_and_measured() -> None:
    async with assistant() as chat:
        bought = await chat.ask("/paper buy BTC 500 stop 10%")
        auto = await chat.ask("/paper auto ETH 1m st 10 3 risk 1%")
        why = await chat.ask("/paper why")
        sold = await chat.ask("/paper sell BTC")
        stats = await chat.ask("/paper stats")

    assert "Bought" in bought["text"] and "On paper at SIMU prices" in bought["text"]
    assert "🤖 ETH/USD · 1m · Supertrend 10, 3" in auto["text"]
    assert "No preset has decided anything yet" in why["text"]
    assert "BTC/USD: sold at" in sold["text"]
    assert "Win rate" in stats["caption"] and "simulated" in stats["caption"]
