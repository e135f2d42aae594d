from decimal import Decimal

import pytest

from common.errors import Unavailable
from common.market import Timeframe
from telegram_bot.ports import AtrQuestion
from telegram_bot.replies import Reply
from tests.support.fake_market import Listing
from tests.support.talk import Talk, copies, labels, press


async def test_one_timeframe_is_one_block_with_its_neighbours_as_buttons() -> None:
    reply = await Talk().say("/atr BTC 4h")

    assert "<b>ATR(14) · BTC/USDT · 4h</b>" in reply.text
    assert labels(reply) == [
        ["15m", "1h", "•4h", "1d"],
        ["7", "•14", "21"],
        ["1.5x", "•2x", "3x"],
        ["🔄 Refresh", "📈 Chart"],
        ["🔔 ATR alert", "📋 stop"],
    ]
    assert copies(reply) == {"📋 stop": "65559.46"}


async def test_the_same_question_in_other_words_has_the_same_answer() -> None:
    talk = Talk()

    asked = ["/atr BTC 14 4h", "/atr 4h btc 14", "/ATR@crypto_assistant_bot BTC 4H", "/a btc 4h x2"]
    answers = {await talk.say(text) for text in asked}

    assert len(answers) == 1


async def test_a_short_copies_the_stop_above() -> None:
    reply = await Talk().say("/atr BTC 4h short 3x")

    assert copies(reply) == {"📋 stop": "69786.06"}


async def test_an_amount_adds_the_size_and_the_environments_risk() -> None:
    local, production = Talk(), Talk("production")

    reply = await local.say("/atr BTC 4h eq 10k")
    await production.say("/atr BTC 4h eq 10k")

    assert copies(reply) == {"📋 stop": "65559.46", "📋 size": "0.05914"}
    assert [_question(talk).risk_pct for talk in (local, production)] == [1, 2]
    assert press(reply, "•4h").command == "atr BTC-USDT 4h risk 1% eq 10k"


async def test_the_question_reaches_market_data_as_it_was_asked() -> None:
    talk = Talk()

    await talk.say("/atr eth 21 1d 1.5x @64,000 risk 0.5% eq 1.5m short")

    assert talk.market.asked == [
        AtrQuestion(
            symbol="ETH",
            timeframe=Timeframe.D1,
            period=21,
            multiple=Decimal("1.5"),
            side="short",
            entry=Decimal(64_000),
            equity=Decimal(1_500_000),
            risk_pct=Decimal("0.5"),
        )
    ]


async def test_buttons_keep_the_other_words() -> None:
    talk = Talk()
    reply = await talk.say("/atr BTC 4h 3x @64500 risk 1% eq 10k short")

    await talk.tap(press(reply, "1d"))

    assert press(reply, "•3x").command == "atr BTC-USDT 4h 3x short @64500 risk 1% eq 10k"
    assert _question(talk) == AtrQuestion(
        symbol="BTC-USDT",
        timeframe=Timeframe.D1,
        multiple=Decimal(3),
        side="short",
        entry=Decimal(64_500),
        equity=Decimal(10_000),
        risk_pct=Decimal(1),
    )


async def test_what_is_shown_is_among_the_buttons() -> None:
    reply = await Talk().say("/atr BTC 5m 10 2.5x")

    assert labels(reply)[:3] == [
        ["•5m", "15m", "1h", "4h", "1d"],
        ["7", "•10", "14", "21"],
        ["1.5x", "2x", "•2.5x", "3x"],
    ]


async def test_an_overview_stands_on_what_could_be_asked() -> None:
    talk = Talk()
    talk.market.failure, talk.market.failing = Unavailable("slow"), {"1h", "4h"}

    reply = await talk.say("/atr BTC")

    rows = [line.split()[0] for line in reply.text.splitlines()[2:4]]
    assert rows == ["15m", "1d"]
    assert "<b>ATR(14) · BTC/USDT · 15m</b>" in reply.text


async def test_without_a_timeframe_four_are_asked_at_once() -> None:
    talk = Talk()

    reply = await talk.say("/atr BTC")

    assert talk.market.most_at_once == 4
    rows = [line.split()[0] for line in reply.text.splitlines()[2:6]]
    assert rows == ["15m", "1h", "4h", "1d"]
    assert "<b>ATR(14) · BTC/USDT · 4h</b>" in reply.text
    assert labels(reply)[0] == ["15m", "1h", "•4h", "1d"]


async def test_a_market_with_daily_candles_gets_what_it_has() -> None:
    reply = await Talk().say("/atr AAPL")

    assert "<b>ATR(14) · AAPL/USD · 1d</b>" in reply.text
    assert labels(reply)[0] == ["•1d", "1w"]


async def test_a_market_with_weekly_candles_gets_what_it_has() -> None:
    talk = Talk()
    talk.market.listed = [Listing("OLD-USD", "Old", timeframes=("1w",))]

    reply = await talk.say("/atr OLD")

    assert "· 1w</b>" in reply.text


async def test_a_timeframe_that_the_market_lacks_is_said() -> None:
    reply = await Talk().say("/atr AAPL 4h")

    assert reply.text == "AAPL-USD has no 4h candles. Use 1d 1w."


async def test_too_little_history_names_what_would_work() -> None:
    talk = Talk()

    reply = await talk.say("/atr ARB 1w 50")
    button = press(reply, "Try 1d")

    assert reply.text == (
        "ATR(50) on 1w needs 51 closed candles; ARB/USDT has 38. "
        "Try <code>/atr ARB 1d 50</code>."
    )
    assert button.command == "atr ARB 1d 50"


async def test_an_amount_is_not_taken_for_the_period() -> None:
    talk = Talk()
    talk.market.listed = [Listing("ARB-USDT", "Arbitrum", candles=14)]

    reply = await talk.say("/atr ARB 1w eq 10000")

    assert reply.text == (
        "ATR(14) on 1w needs 15 closed candles; ARB/USDT has 14. "
        "Try <code>/atr ARB 1d 14</code>."
    )
    assert press(reply, "Try 1d").command == "atr ARB 1d eq 10k"


async def test_a_timeframe_that_the_market_lacks_is_not_suggested() -> None:
    talk = Talk()
    talk.market.listed = [Listing("YNG-USD", "Young", timeframes=("1d", "1w"), candles=10)]

    reply = await talk.say("/atr YNG 1d 3x")

    assert reply.text == (
        "ATR(14) on 1d needs 15 closed candles; YNG/USD has 10. Try <code>/atr YNG 1d 7</code>."
    )
    assert press(reply, "Try ATR(7)").command == "atr YNG 1d 7 3x"


async def test_without_a_listing_a_shorter_period_is_suggested() -> None:
    talk = Talk()
    talk.market.failure, talk.market.failing = Unavailable("slow"), {"markets"}

    reply = await talk.say("/atr ARB 1w 50")

    assert press(reply, "Try ATR(21)").command == "atr ARB 1w 21"


async def test_a_few_candles_are_enough_for_a_few() -> None:
    talk = Talk()
    talk.market.listed = [Listing("NEW-USD", "New", candles=5)]

    assert press(await talk.say("/atr NEW 1m"), "Try ATR(4)").command == "atr NEW 1m 4"


@pytest.mark.parametrize("candles", [0, 2])
async def test_where_nothing_would_work_nothing_is_suggested(candles: int) -> None:
    talk = Talk()
    talk.market.listed = [Listing("NEW-USD", "New", candles=candles)]

    reply = await talk.say("/atr NEW 1m")

    assert reply.text == f"ATR(14) on 1m needs 15 closed candles; NEW/USD has {candles}."
    assert labels(reply) == []


async def test_a_refreshed_overview_stays_one() -> None:
    talk = Talk()
    overview, block = await talk.say("/atr BTC"), await talk.say("/atr BTC 4h")

    refreshed = await talk.tap(press(overview, "🔄 Refresh"))

    assert isinstance(refreshed, Reply) and refreshed.text == overview.text
    assert press(block, "🔄 Refresh").command == "atr BTC-USDT 4h"


async def test_a_market_that_has_just_begun_is_told_by_its_shortest_timeframe() -> None:
    talk = Talk()
    talk.market.listed = [Listing("NEW-USD", "New", candles=3)]

    reply = await talk.say("/atr NEW")

    assert reply.text.startswith("ATR(14) on 15m needs 15 closed candles; NEW/USD has 3.")


@pytest.mark.parametrize("text", ["/atr arb,1w,50", "/atr ARB, 1w, 50"])
async def test_a_way_out_is_found_among_words_with_commas(text: str) -> None:
    assert press(await Talk().say(text), "Try 1d").command.upper() == "ATR ARB 1D 50"


async def test_a_timeframe_that_does_not_exist_lists_those_that_do() -> None:
    reply = await Talk().say("/atr BTC 7m")

    assert reply.text == (
        "<code>7m</code> is not a timeframe. Use 1m 5m 15m 30m 1h 2h 4h 6h 12h 1d 1w."
    )


async def test_a_month_is_refused_and_not_taken_for_a_minute() -> None:
    reply = await Talk().say("/atr BTC 1M")

    assert reply.text.startswith("<code>1M</code> is not a timeframe. Use 1m 5m ")


async def test_a_period_of_500_is_refused() -> None:
    reply = await Talk().say("/atr BTC 500")

    assert reply.text == "ATR period must be 2–90 (you sent 500)."


async def test_a_word_too_many_is_named_with_an_example() -> None:
    reply = await Talk().say("/atr BTC <i>what")

    assert "<code>&lt;i&gt;what</code>" in reply.text
    assert "<code>/atr BTC 4h</code>" in reply.text


@pytest.mark.parametrize("words", ["BTX 4h", "BTX"])
async def test_an_unknown_coin_keeps_the_other_words_in_its_suggestions(words: str) -> None:
    reply = await Talk().say(f"/atr {words}")

    assert press(reply, "BTC").command == f"atr {words}".replace("BTX", "BTC")


async def test_without_a_coin_it_asks() -> None:
    reply = await Talk().say("/atr")

    assert reply.text == "Which coin? Example: <code>/atr BTC</code>"
    assert press(reply, "SOL").command == "atr SOL"


async def test_the_timeframe_buttons_do_without_a_listing() -> None:
    talk = Talk()
    talk.market.failure, talk.market.failing = Unavailable("slow"), {"markets"}

    reply = await talk.say("/atr BTC 4h")

    assert labels(reply)[0] == ["15m", "1h", "•4h", "1d"]


async def test_market_data_down_is_said() -> None:
    talk = Talk()
    talk.market.failure = Unavailable("down")

    for text in ("/atr BTC", "/atr BTC 4h"):
        reply = await talk.say(text)

        assert isinstance(reply, Reply)
        assert "Market data is unavailable right now (ref " in reply.text


def _question(talk: Talk) -> AtrQuestion:
    question = talk.market.asked[-1]
    assert isinstance(question, AtrQuestion)
    return question
