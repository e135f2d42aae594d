import pytest

from tests.support.talk import Talk, labels, press


async def test_a_year_of_days_is_told_where_nothing_else_is_asked() -> None:
    talk = Talk()

    reply = await talk.say("/stats btc")

    assert talk.market.asked == [("BTC", "1d", "365")]
    assert "<b>60.8%</b> of volatility a year" in reply.text
    assert labels(reply)[0] == ["1h", "4h", "•1d", "1w"]
    assert {"🔄 Refresh", "📏 ATR"} <= {*labels(reply)[1]}
    assert press(reply, "4h").command == "stats BTC-USDT 4h 365"


@pytest.mark.parametrize("words", ["ETH 1h 168", "168 1H eth"])
async def test_timeframe_and_number_of_candles_come_in_any_order(words: str) -> None:
    talk = Talk()

    await talk.say(f"/stats {words}")

    assert talk.market.asked[0][1:] == ("1h", "168")  # type: ignore[index]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("", "Which coin?"),
        ("BTC 2", "must be 3 to 1000 (you sent 2)"),
        ("BTC 12345", "must be 3 to 1000"),
        ("BTC 7m", "not a timeframe"),
        ("BTC ETH", "understand"),
        ("AAPL 1h", "has no 1h candles"),
    ],
)
async def test_what_does_not_work_says_what_would(words: str, said: str) -> None:
    assert said in (await Talk().say(f"/stats {words}")).text


async def test_a_market_of_days_offers_no_hours() -> None:
    assert labels(await Talk().say("/stats AAPL"))[0] == ["•1d", "1w"]
