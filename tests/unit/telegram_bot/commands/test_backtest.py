"""/backtest without Telegram: what is asked, what comes of it, and how it is told."""

from decimal import Decimal

import pytest

from telegram_bot.charts.drawing import Curve
from telegram_bot.commands.preset_words import read
from telegram_bot.commands.words import words_of
from telegram_bot.formatting.html import plain
from telegram_bot.ports import CandlesQuestion
from telegram_bot.reader import Reader, reading_as
from telegram_bot.simulation.presets import Preset
from tests.support.fake_market import Listing
from tests.support.talk import Talk, labels, press


async def test_a_backtest_says_what_came_of_it_beside_holding() -> None:
    talk = Talk()

    reply = await talk.say("/backtest BTC 4h st 10 3 500")

    lines = plain(reply.text).splitlines()
    assert lines[0] == "BTC/USDT · 4h · Supertrend 10, 3"
    assert "500 candles · Binance" in lines[1]
    assert [line.split()[0] for line in lines[3:11]] == [
        *("Return", "Drawdown", "Trades", "Win", "Profit", "Expectancy", "In", "Fees"),
    ]
    assert all(len(line) <= 36 for line in lines[2:11])
    assert "fee 0.4% a side, slippage 0.05%" in reply.text
    assert "Not financial advice" in reply.text
    assert len(plain(reply.text)) <= 1024
    assert reply.picture is not None and reply.picture.png is not None


async def test_the_curve_shows_the_account_and_holding() -> None:
    talk = Talk()
    await talk.say("/backtest BTC 4h 700")

    curve = talk.painter.painted[-1]

    assert isinstance(curve, Curve)
    assert [line.role for line in curve.lines] == ["curve", "held"]
    assert {len(line.values) for line in curve.lines} == {len(curve.at)} == {351}
    assert curve.lines[0].values[0] == pytest.approx(10_000, rel=0.05)


async def test_history_is_read_page_by_page_and_no_further_than_asked() -> None:
    talk = Talk()
    talk.market.listed[0] = Listing("BTC-USDT", "Bitcoin", candles=3_000)

    await talk.say("/backtest BTC 1h st 10 3 2000")

    pages = [one for one in talk.market.asked if isinstance(one, CandlesQuestion)]
    assert [page.limit for page in pages] == [1_000, 1_000, 250]
    assert [page.cursor for page in pages] == [None, "1000", "2000"]


async def test_as_many_candles_are_traded_as_were_asked_for_however_few() -> None:
    talk = Talk()
    talk.market.listed[0] = Listing("BTC-USDT", "Bitcoin", candles=3_000)

    reply = await talk.say("/backtest BTC 4h 100")

    assert "100 candles · Binance" in reply.text and "The 250 candles before" in reply.text


async def test_work_that_takes_a_while_is_told_of_in_one_message_which_the_answer_replaces() -> (
    None
):
    talk = Talk()
    talk.market.listed[0] = Listing("BTC-USDT", "Bitcoin", candles=3_000)
    talk.market.spends = 1.0  # seconds of the bot's clock for each answer

    reply = await talk.say("/backtest BTC 1h st 10 3 2000")

    told = talk.progress.told
    assert reply.replaces == 1
    assert [number for number, _ in told] == [1, 1]
    assert told[0][1].startswith("⏳ Testing Supertrend 10, 3 · 1h: 1000 of 2250 candles")


@pytest.mark.parametrize("words", ["999 3", "999 10 3"])
async def test_a_period_that_is_too_long_is_named_although_it_could_count_candles(
    words: str,
) -> None:
    reply = await Talk().say(f"/backtest BTC 4h st {words}")

    assert "period is 2 to 90 (you sent 999)" in reply.text


async def test_buttons_lead_to_the_other_presets_and_to_paper() -> None:
    reply = await Talk().say("/backtest BTC 4h st 10 3 risk 1% 500")

    assert labels(reply)[0] == ["Chandelier", "ATR breakout"]
    command = press(reply, "Chandelier").command
    assert command == "backtest BTC-USDT 4h chandelier 22 3 risk 1% 500"


@pytest.mark.parametrize(
    ("words", "written"),
    [
        ("btc 4h st 10 3", "BTC 4h st 10 3"),
        ("st btc 4h", "BTC 4h st 10 3"),
        ("supertrend 7 2.5 ETH 1d risk 2%", "ETH 1d st 7 2.5 risk 2%"),
        ("btc atr 14 2 trail 2x 2000 1h", "BTC 1h breakout 14 2 2x trail 2000"),
        ("btc ch 500", "BTC chandelier 22 3 500"),
        ("btc 1% st", "BTC st 10 3 risk 1%"),
    ],
)
def test_words_may_come_in_any_order(words: str, written: str) -> None:
    asked = read(words_of(words))

    assert asked.written == written
    assert read(words_of(asked.written)) == asked


def test_a_risk_brings_the_usual_stop() -> None:
    rule = read(words_of("btc st risk 1%")).rule(Decimal(500), Decimal(2))

    assert (rule.risk_pct, rule.stop_atr, rule.most) == (Decimal(1), Decimal(2), Decimal(500))
    assert read(["st", "7"]).preset == Preset("st", 7, Decimal(3))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("/backtest", "Which coin?"),
        ("/backtest BTX st", "I don't know <code>BTX</code>."),
        ("/backtest BTC st 1", "A preset's period is 2 to 90 (you sent 1)."),
        ("/backtest BTC st 10 3000x", "A multiple of ATR goes up to 100"),
        ("/backtest BTC 9999", "A backtest takes 100 to 5000 candles (you sent 9999)."),
        ("/backtest BTC risk 200%", "The risk is at most 100%"),
        ("/backtest BTC risk", "needs a number after it"),
        ("/backtest BTC 4h maybe", "<code>maybe</code>"),
        ("/backtest ARB st", "ARB/USDT has 38 candles there, too few for a backtest."),
    ],
)
async def test_what_cannot_be_tested_is_answered_with_what_would_work(text: str, said: str) -> None:
    reply = await Talk().say(text)

    assert said in reply.text


async def test_a_german_reads_german() -> None:
    with reading_as(Reader("de", numbers="1.234,56")):
        reply = await Talk().say("/backtest BTC 4h st 500", Talk.speaker(told="de"))

    assert "Gebühr 0,4% je Seite" in reply.text
    assert "Keine Anlageberatung" in reply.text
