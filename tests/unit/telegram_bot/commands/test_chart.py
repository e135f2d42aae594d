"""/chart without Telegram: what is asked, what is drawn, and what is shown again."""

import pytest
import pytz

from common.errors import Unavailable
from telegram_bot.charts.drawing import Chart
from telegram_bot.commands.chart_words import read
from telegram_bot.commands.words import words_of
from telegram_bot.reader import Reader, reading_as
from telegram_bot.replies import Notice, Reply
from tests.support.fake_market import Listing
from tests.support.talk import Talk, labels, press


def painted(talk: Talk) -> Chart:
    drawing = talk.painter.painted[-1]
    assert isinstance(drawing, Chart)
    return drawing


async def test_a_chart_says_in_words_what_it_shows() -> None:
    talk = Talk()

    reply = await talk.say("/chart BTC 4h")

    assert reply.text.splitlines() == [
        "<b>BTC/USDT · 4h · 120 candles</b>",
        "67,250.10 <b>+2.41%</b> 24h · ATR(14) 840.63 (1.25%)",
        '<i>candles to <tg-time unix="1795248000" format="t">08:00 UTC</tg-time> · axis in UTC</i>',
        '<i>as of <tg-time unix="1795248720" format="T">08:12:00 UTC</tg-time>, 2 s old</i>',
    ]
    assert reply.picture is not None and reply.picture.png is not None
    assert labels(reply) == [
        ["15m", "1h", "•4h", "1d"],
        ["ATR", "Supertrend", "EMA 20"],
        ["🔄 Refresh", "🌙 Dark", "📏 ATR"],
    ]


async def test_a_picture_says_how_it_is_drawn_anew_in_its_language() -> None:
    talk = Talk()
    await talk.say("/settings language de")
    reply = await talk.say("/chart BTC 1h st dark")
    assert reply.picture is not None and reply.picture.language == "de"

    again = await talk.conversation.again(reply.picture.again, talk.speaker(told="de"))

    assert len(talk.painter.painted) == 2
    assert again is not None and again.picture is not None
    assert again.picture.shown == reply.picture.shown and again.buttons == reply.buttons


async def test_the_picture_names_market_source_and_zone() -> None:
    talk = Talk()
    with reading_as(Reader(zone=pytz.timezone("Europe/Berlin"))):
        await talk.say("/chart btc 4h")

    words = painted(talk).words

    assert words.title == "BTC/USDT · 4h"
    assert words.facts.startswith("Binance · 120 candles")
    assert words.warning == ""


@pytest.mark.parametrize(
    "text",
    ["/chart btc 4h st dark 60", "/c dark 60 st 4H BTC", "/CHART supertrend, btc 4h,60 dark"],
)
async def test_words_may_come_in_any_order(text: str) -> None:
    talk = Talk()

    await talk.say(text)

    chart = painted(talk)
    assert (len(chart.bars.close), chart.dark) == (60, True)
    assert [line.role for line in chart.overlays] == ["trend_up", "trend_down"]


async def test_what_telegram_has_is_not_drawn_again() -> None:
    talk = Talk()
    first = await talk.say("/chart BTC 4h")
    assert first.picture is not None
    talk.painter.known[first.picture.shown] = "file 1"

    again = await talk.say("/chart 4h btc")
    other = await talk.say("/chart BTC 4h dark")
    anew = await talk.tap(press(again, "🔄 Refresh"))

    assert again.picture is not None and again.picture.file_id == "file 1"
    assert other.picture is not None and other.picture.file_id is None
    assert isinstance(anew, Reply) and anew.picture is not None and anew.picture.png
    assert anew.picture.shown == first.picture.shown
    assert len(talk.painter.painted) == 3


async def test_a_button_changes_one_thing_and_keeps_the_rest() -> None:
    talk = Talk()
    reply = await talk.say("/chart BTC 4h 200 line st dark")

    assert press(reply, "1h").command == "chart BTC-USDT 1h 200 line st dark"
    assert press(reply, "EMA 20").command == "chart BTC-USDT 4h 200 line st ema20 dark"
    assert press(reply, "•Supertrend").command == "chart BTC-USDT 4h 200 line dark"
    assert press(reply, "☀️ Light").command == "chart BTC-USDT 4h 200 line st"
    assert press(reply, "🔄 Refresh").command == "chart BTC-USDT 4h 200 line st dark now"
    assert press(reply, "📏 ATR").fresh


def test_what_is_written_reads_as_it_was_meant() -> None:
    asked = read(words_of("BTC 4h 200 line st ema20 atr dark now"))

    assert read(words_of(asked.written)) == asked


async def test_a_young_market_is_drawn_without_what_it_is_too_young_for() -> None:
    talk = Talk()
    talk.market.listed.append(Listing("NEW-USDT", "New", "1.50", candles=9))

    reply = await talk.say("/chart NEW st")

    chart = painted(talk)
    assert (len(chart.bars.close), chart.panel) == (9, None)
    assert "ATR(14)" not in reply.text


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("/chart BTC 7m", "<code>7m</code> is not a timeframe"),
        ("/chart BTC 20", "A chart has 30 to 300 candles (you sent 20)."),
        ("/chart BTC 4h maybe", "<code>maybe</code>"),
        ("/chart BTX", "I don't know <code>BTX</code>."),
        ("/chart", "Which coin?"),
    ],
)
async def test_what_cannot_be_drawn_is_answered_with_what_would_work(text: str, said: str) -> None:
    reply = await Talk().say(text)

    assert said in reply.text
    assert reply.picture is None


async def test_without_market_data_a_tap_leaves_the_picture_as_it_is() -> None:
    talk = Talk()
    reply = await talk.say("/chart BTC")
    talk.market.failure = Unavailable("down")

    assert isinstance(await talk.tap(press(reply, "1h")), Notice)


async def test_in_production_there_are_no_charts_yet() -> None:
    talk = Talk("production")

    assert "not available here" in (await talk.say("/chart BTC")).text
    assert "📈 Chart" not in str(labels(await talk.say("/price BTC")))
