"""/backtest from recorded and simulated history to the chat, over sockets."""

from playground.pictures import size
from tests.support.playground import Json
from tests.support.stack import Chat, assistant


async def result(chat: Chat, text: str) -> Json:
    """Ask, and return the result: the first answer, or what takes the place of the progress."""
    answer = await chat.ask(text)
    after = 0
    while "photo" not in answer:
        event = await chat.telegram.next_event("edit", after=after)
        after, answer = event["seq"], dict(event["message"])
    return answer


async def test_a_backtest_comes_with_its_curve_and_says_what_its_data_are() -> None:
    async with assistant() as chat:
        simulated = await result(chat, "/backtest BTC 4h st 10 3")
        recorded = await result(chat, "/backtest AAPL 1d chandelier 1000")

    assert "BTC/USD · 4h · Supertrend 10, 3" in simulated["caption"]
    assert "simulated prices, not a market" in simulated["caption"]
    assert "recorded prices" in recorded["caption"]
    for message in (simulated, recorded):
        file = chat.telegram.world.files.get(message["photo"][-1]["file_id"])
        assert file is not None and size(file.content) == (1280, 720)
        assert len(file.content) <= 300_000
