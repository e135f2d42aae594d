"""The card of /atr and its overview."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from html import unescape

import pytest
from hypothesis import given

from common.wire import AtrReply, Gap, Stop
from playground.entities import settle
from playground.markup import parse
from telegram_bot.formatting.atr import atr_card, atr_overview
from telegram_bot.formatting.html import WIDTH
from telegram_bot.formatting.split import LIMIT, utf16_length
from tests.support.replies import AS_OF, atr_reply, position
from tests.support.wild_replies import atrs

D = Decimal
# What people see is exact. The formula stands in code, which is not seen inside a quote, so that
# Telegram makes no command of "/14"; the length of the candle holds a no-break space.
CARD = """\
BTC usually moves about 845 USDT in 4\xa0h; a stop closer than that is often hit by noise.
📏 <b>ATR(14) · BTC/USDT · 4h</b>
<b>845.32</b> USDT = <b>1.26%</b> of 67,250.10
Volatility: <b>normal</b> · 1.08× its 50-bar average · percentile 61
<pre>stop        long      short   dist
1.0x   66,404.78  68,095.42  1.26%
1.5x   65,982.12  68,518.08  1.89%
2.0x   65,559.46  68,940.74  2.51%
3.0x   64,714.14  69,786.06  3.77%</pre>
Chandelier(22,3) long <code>65,118.20</code> · \
Supertrend(10,3) 🟢 up, flips below <code>64,987.55</code>
Risk 1% of 10,000 USDT at 2.0x → <b>0.05914 BTC</b> (3,977.17 USDT, 39.8%), loss 99.98
<i>last closed candle <tg-time unix="1795248000" format="t">08:00 UTC</tg-time> · \
next <tg-time unix="1795262400" format="r">in 3 h 48 min</tg-time></i>
<blockquote expandable>Wilder ATR (RMA): TR=max(H−L,|H−C₋₁|,|L−C₋₁|); \
first ATR = mean of first 14 TR; then <code>(13·ATR+TR)/14</code>; 250 closed candles, Binance. \
ATR before rounding: 845.32. Not financial advice.</blockquote>"""


def block(text: str) -> list[str]:
    return unescape(text.partition("<pre>")[2].partition("</pre>")[0]).split("\n")


def stop(multiple: str, long: str | None, short: str, distance: str) -> Stop:
    return Stop(
        multiple=D(multiple),
        long=None if long is None else D(long),
        short=D(short),
        distance_pct=D(distance),
    )


def line(text: str, start: str) -> str | None:
    return next((line for line in text.split("\n") if line.startswith(start)), None)


def test_the_card_of_bitcoin_is_exact() -> None:
    assert atr_card(atr_reply(position=position())) == CARD


def test_nothing_in_a_card_becomes_a_command_or_a_mention() -> None:
    for reply in (atr_reply(), atr_reply(period=90, position=position())):
        found = {entity["type"] for entity in settle(*parse(atr_card(reply)))[1]}

        assert "code" in found and not found & {"bot_command", "mention", "hashtag"}


@pytest.mark.parametrize(
    ("side", "last", "said"),
    [
        ("long", "65118.20", "long <code>65,118.20</code> ·"),
        ("long", "65118.19", "long <code>65,118.20</code> (crossed) ·"),
        ("short", "68630.45", "short <code>68,630.45</code> ·"),
        ("short", "68630.46", "short <code>68,630.45</code> (crossed) ·"),
    ],
)
def test_an_exit_that_the_price_is_past_is_called_crossed(side: str, last: str, said: str) -> None:
    card = atr_card(atr_reply(position=position(side=side), price=D(last)))

    assert f"Chandelier(22,3) {said}" in card


def test_without_an_amount_there_is_no_risk_line() -> None:
    assert line(atr_card(atr_reply()), "Risk") is None


def test_a_last_close_that_is_not_the_last_price_is_called_so() -> None:
    card = atr_card(atr_reply(close=D("67000"), atr_pct=D("1.26167")))

    assert "= <b>1.26%</b> of the last close 67,000.00\n" in card
    assert line(card, "Stops from") == "Stops from the last price 67,250.10"


def test_stops_from_an_entry_that_was_asked_for_say_so() -> None:
    card = atr_card(atr_reply(entry=D(64_000)))

    assert line(card, "Stops from") == "Stops from your entry 64,000.00"


def test_the_unrounded_value_has_ten_digits() -> None:
    card = atr_card(atr_reply(atr=D("17.4998929123456")))

    assert "<b>17.50</b> USDT" in card
    assert "ATR before rounding: 17.49989. " in card


def test_a_range_smaller_than_half_a_tick_is_not_shown_as_zero() -> None:
    card = atr_card(atr_reply(atr=D("0.00123456")))

    assert "<b>0.0012346</b> USDT" in card


def test_a_market_that_stood_still_is_said_to() -> None:
    card = atr_card(atr_reply(atr=D(0)))

    assert card.startswith("BTC did not move at all in 250 closed candles.\n")
    assert "<b>0.00</b> USDT" in card


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"percentile": None}, "Volatility: <b>normal</b> · 1.08× its 50-bar average"),
        ({"ratio": None}, "Volatility: <b>normal</b> · percentile 61"),
        ({"regime": None, "ratio": None, "percentile": None}, None),
    ],
)
def test_volatility_is_told_as_far_as_it_is_known(
    changes: dict[str, None], said: str | None
) -> None:
    assert line(atr_card(atr_reply(**changes)), "Volatility") == said


def after_the_table(reply: AtrReply) -> str:
    return atr_card(reply).partition("</pre>\n")[2].partition("\n")[0]


def test_trend_parts_are_left_out_when_history_is_too_short() -> None:
    neither = atr_reply(chandelier=None, supertrend=None)

    assert after_the_table(atr_reply(supertrend=None)) == (
        "Chandelier(22,3) long <code>65,118.20</code>"
    )
    assert after_the_table(atr_reply(chandelier=None)).startswith("Supertrend(10,3) 🟢 up, ")
    assert after_the_table(neither).startswith("<i>last closed candle ")


def test_a_falling_trend_flips_above() -> None:
    trend = atr_reply().supertrend
    assert trend is not None

    card = atr_card(
        atr_reply(
            supertrend=type(trend)(
                period=10, multiple=D(3), direction="down", flips_at=D("68987.55")
            )
        )
    )

    assert "Supertrend(10,3) 🔴 down, flips above <code>68,987.55</code>" in card


def test_too_few_bars_are_marked_and_counted() -> None:
    card = atr_card(atr_reply(approximate=True, bars=38))

    assert "\n≈ <b>845.32</b> USDT" in card
    assert "\n≈ stands on 38 closed candles, not settled yet\n" in card
    assert "; 38 closed candles, Binance." in card


@pytest.mark.parametrize(
    ("missing", "said"),
    [([2], "gap: 2 candles missing"), ([1], "gap: 1 candle missing"), ([1, 4], "gap: 5 candles")],
)
def test_missing_candles_are_counted(missing: list[int], said: str) -> None:
    gaps = [Gap(first=AS_OF, last=AS_OF, missing=count) for count in missing]

    assert f"\n{said}" in atr_card(atr_reply(gaps=gaps))


def test_candles_built_from_shorter_ones_are_called_so() -> None:
    assert "; 250 closed candles built from 1h, Binance." in atr_card(atr_reply(built_from="1h"))


def test_a_short_position_gets_the_short_side() -> None:
    card = atr_card(atr_reply(position=position(side="short")))

    assert "Risk 1% of 10,000 USDT at 2.0x short → <b>0.05914 BTC</b>" in card
    assert "Chandelier(22,3) short <code>68,630.45</code>" in card


def test_a_size_that_the_equity_caps_says_so() -> None:
    card = atr_card(atr_reply(position=position(capped=True)))

    assert "loss 99.98; size capped by equity\n" in card


def test_an_equity_with_cents_and_a_risk_of_half_a_percent_are_written_in_full() -> None:
    asked = position(equity=D("10000.5"), risk_pct=D("0.50"))

    assert "Risk 0.5% of 10,000.50 USDT at" in atr_card(atr_reply(position=asked))


def test_a_lot_that_risks_too_much_is_told() -> None:
    card = atr_card(atr_reply(position=position(quantity=D(0), equity=D("0.5"))))

    assert line(card, "Risk") == (
        "Risk 1% of 0.50 USDT at 2.0x: one lot (0.00001 BTC) already risks more"
    )


@pytest.mark.parametrize(
    ("amount", "said"),
    [
        ("0", "Risk 1% of 10,000 USDT at 2.0x: one lot (1 BTC) already risks more"),
        ("2", "Risk 1% of 10,000 USDT at 2.0x → <b>2 BTC</b> (3,977.17 USDT, 39.8%), loss 99.98"),
    ],
)
def test_the_lot_of_a_recording_is_called_a_guess(amount: str, said: str) -> None:
    sized = {"position": position(quantity=D(amount)), "lot_step": D(1)}
    recorded, live = atr_reply(quality="recorded", **sized), atr_reply(**sized)

    assert line(atr_card(live), "Risk") == said
    assert line(atr_card(recorded), "Risk") == (
        f"{said}; a lot of 1 is a guess from the recorded volumes"
    )


def test_a_quote_that_is_no_money_is_no_unit() -> None:
    future = atr_reply(symbol="BTC-PERP", position=position())
    card = atr_card(future)

    assert card.startswith("BTC usually moves about 845 in 4\xa0h; ")
    assert "ATR(14) · BTC/PERP · 4h" in card
    assert "\n<b>845.32</b> = <b>1.26%</b> of 67,250.10\n" in card
    assert "\nRisk 1% of 10,000 at 2.0x → <b>0.05914 BTC</b> (3,977.17, 39.8%), loss 99.98" in card
    assert card.count("PERP") == 1
    assert block(atr_overview([future]))[0].split() == ["ATR", "ATR", "%", "regime"]


@pytest.mark.parametrize("asked", [None, position(multiple=D(80), refusal="No.", stop=None)])
def test_a_long_stop_below_zero_is_refused_and_has_no_size(asked: object) -> None:
    card = atr_card(atr_reply(position=asked), D(80))

    assert "\nAt 80.0x a long stop would be ≤ 0: try a smaller multiple.\n" in card
    assert "Risk" not in card


def test_another_refusal_is_passed_on_escaped() -> None:
    card = atr_card(atr_reply(position=position(refusal="ATR is <0>.")))

    assert "\nATR is &lt;0&gt;.\n" in card
    assert "Risk" not in card


def test_a_long_stop_that_does_not_exist_is_not_a_number() -> None:
    stops = [stop("1", "10", "30", "50"), stop("2.25", None, "40", "112.5")]

    assert block(atr_card(atr_reply(stops=stops))) == [
        "stop     long  short     dist",
        "1.0x    10.00  30.00   50.00%",
        "2.25x     n/a  40.00  112.50%",
    ]


def test_wide_stops_lose_their_gaps_then_their_distance_then_their_line() -> None:
    def width_of(long: str, short: str, step: str) -> list[str]:
        stops = [stop("1", long, short, "1.26")]
        return block(atr_card(atr_reply(stops=stops, price_step=D(step))))

    assert width_of("10000000", "10000001", "0.01") == [
        "stop          long         short",
        "1.0x 10,000,000.00 10,000,001.00",
    ]
    assert width_of("1000000", "1000001", "0.01") == [
        "stop         long        short  dist",
        "1.0x 1,000,000.00 1,000,001.00 1.26%",
    ]
    assert width_of("1E-10", "2E-10", "1E-16") == [
        "stop",
        "1.0x long  0.0000000001000000",
        "     short 0.0000000002000000",
    ]
    assert width_of("1E+15", "1E+21", "0.01")[-1] == "1.0x   1,000T  >999,999T  1.26%"


def test_a_daily_candle_of_last_week_carries_its_date() -> None:
    card = atr_card(
        atr_reply(
            timeframe="1w",
            closed_at=datetime(2026, 11, 16, tzinfo=UTC),
            next_close_at=datetime(2026, 11, 23, tzinfo=UTC),
        )
    )

    assert card.startswith("BTC usually moves about 845 USDT in 1\xa0week; ")
    assert ">16 Nov 2026, 00:00 UTC</tg-time> · next " in card
    assert ">in 39 h 48 min</tg-time>" in card


def test_a_recording_has_an_end_and_no_next_candle() -> None:
    end = datetime(2013, 3, 2, tzinfo=UTC)

    card = atr_card(
        atr_reply(source="recorded", quality="recorded", as_of=end, closed_at=end, timeframe="1d")
    )

    assert "\n<i>last closed candle 1 Mar 2013</i>\n" in card
    assert "closed candles, recorded data." in card
    assert card.endswith("</blockquote>\n<i>recorded prices, up to 1 Mar 2013</i>")
    assert "tg-time" not in card


def test_simulated_answers_end_with_a_warning() -> None:
    reply = atr_reply(source="simu", quality="simulated")

    assert atr_card(reply).endswith("\n<i>simulated prices, not a market</i>")
    assert atr_overview([reply]).endswith("\n<i>simulated prices, not a market</i>")
    assert atr_overview([reply], closing=False).endswith("</pre>")


def test_a_stale_answer_says_so_first() -> None:
    reply = atr_reply(stale=True, age_ms=240_000, as_of=AS_OF - timedelta(minutes=4))

    assert atr_card(reply).startswith("⚠️ <b>Stale</b>: last price 67,250.10 from <tg-time ")


def test_the_overview_has_a_row_a_timeframe() -> None:
    replies = [
        atr_reply(timeframe="15m", atr=D("120.554"), atr_pct=D("0.17926"), regime="low"),
        atr_reply(timeframe="1h", atr=D("330.1"), atr_pct=D("0.49085"), regime=None),
        atr_reply(),
        atr_reply(timeframe="1d", atr=D("2410"), atr_pct=D("3.5836"), approximate=True),
    ]

    assert atr_overview(replies) == (
        "📏 <b>ATR(14) · BTC/USDT</b> · Binance\n"
        "<pre>         USDT   ATR %  regime\n"
        "15m    120.55   0.18%  low\n"
        "1h     330.10   0.49%  n/a\n"
        "4h     845.32   1.26%  normal\n"
        "1d   2,410.00  ~3.58%  normal</pre>\n"
        "<i>~ stands on few candles, not settled yet</i>"
    )


@pytest.mark.parametrize(
    ("atr", "step", "last"),
    [
        ("1234567890.12", "0.000001", "4h 1,234,567,890.120000 1.26% normal"),
        ("1234567890.12", "0.0000000001", "4h 1,234,567,890.1200000000 1.26%"),
        ("1234567890.12", "0.00000000000001", "4h 1.26% normal"),
    ],
)
def test_an_overview_that_is_too_wide_loses_its_gaps_then_a_column(
    atr: str, step: str, last: str
) -> None:
    text = atr_overview([atr_reply(atr=D(atr), price_step=D(step))])

    assert block(text)[-1] == last


@given(atrs())
def test_every_card_is_read_by_telegram_and_fits_a_phone(reply: AtrReply) -> None:
    for text in (atr_card(reply), atr_overview([reply, reply])):
        parse(text)

        assert utf16_length(text) <= LIMIT
        assert max(map(len, block(text))) <= WIDTH
        assert "".join(block(text)).isascii()


def test_who_asks_for_a_short_reads_the_exit_of_a_short_without_an_account() -> None:
    card = atr_card(atr_reply(), D(80), "short")

    assert "Chandelier(22,3) short <code>" in card
    assert "long stop would be" not in card
