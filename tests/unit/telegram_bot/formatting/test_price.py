"""The card about one market, and its two lines."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given

from common.wire import TickerReply
from playground.markup import parse
from telegram_bot.formatting.html import WIDTH
from telegram_bot.formatting.price import price_brief, price_card
from telegram_bot.formatting.split import utf16_length
from tests.support.replies import ticker_reply
from tests.support.wild_replies import tickers

CARD = """\
<b>Bitcoin</b> · <code>BTC/USDT</code> · Binance
<b>67,250.10</b> USDT 🟢 <b>+2.41%</b> (24h)
<pre>1h          +0.32%
24h         +2.41%   +1,582.55
7d          -4.07%
High 24h    67,980.00
Low 24h     65,402.55
In range    72% of low-high
Volume 24h  1.84B USDT</pre>
<i>as of <tg-time unix="1795248720" format="T">08:12:00 UTC</tg-time>, 2 s old</i>"""
MARCH = datetime(2013, 3, 2, tzinfo=UTC)


def row(reply: TickerReply, label: str) -> str:
    """Return the value beside `label` in the card."""
    block = price_card(reply).partition("<pre>")[2].partition("</pre>")[0]
    return next(
        line.removeprefix(label).strip() for line in block.split("\n") if line.startswith(label)
    )


def test_the_card_of_bitcoin_is_exact() -> None:
    assert price_card(ticker_reply()) == CARD


def test_the_two_lines_of_bitcoin_are_exact() -> None:
    assert price_brief(ticker_reply()) == (
        "<b>Bitcoin</b> <b>67,250.10</b> USDT +2.41% (24h)\n<i>Binance, 2 s old</i>"
    )


def test_a_quote_that_is_no_money_is_no_unit() -> None:
    future = ticker_reply(symbol="BTC-PERP")

    assert price_card(future).count("PERP") == 1  # the market's name
    assert row(future, "Volume 24h") == "1.84B"
    assert price_brief(future).startswith("<b>Bitcoin</b> <b>67,250.10</b> +2.41% (24h)\n")


def test_simulated_answers_end_with_a_warning() -> None:
    reply = ticker_reply(source="simu", quality="simulated")

    assert price_card(reply).endswith(" old</i>\n<i>simulated prices, not a market</i>")
    assert price_brief(reply).endswith(
        "\n<i>SIMU, 2 s old</i> · <i>simulated prices, not a market</i>"
    )


def test_recorded_answers_end_with_the_last_day_and_claim_no_age() -> None:
    reply = ticker_reply(source="recorded", quality="recorded", as_of=MARCH, age_ms=0)

    assert price_card(reply).endswith("</pre>\n<i>recorded prices, up to 1 Mar 2013</i>")
    assert price_brief(reply).endswith("(24h)\n<i>recorded prices, up to 1 Mar 2013</i>")


def test_a_stale_answer_says_so_first() -> None:
    reply = ticker_reply(stale=True, age_ms=240_000)

    assert price_card(reply).startswith("⚠️ <b>Stale</b>: last price 67,250.10 from ")
    assert price_card(reply).endswith(", 4 min old</i>")
    assert price_brief(reply).endswith("\n⚠️ <b>Stale</b> · <i>Binance, 4 min old</i>")


@pytest.mark.parametrize(
    ("change", "light"),
    [("0.01", "🟢"), ("-0.01", "🔴"), ("0.004", "⚪"), ("-0.004", "⚪"), (None, "⚪")],
)
def test_the_light_agrees_with_the_sign_that_is_shown(change: str | None, light: str) -> None:
    percent = None if change is None else Decimal(change)

    card = price_card(ticker_reply(change_24h_pct=percent))

    assert [mark for mark in "🟢🔴⚪" if mark in card] == [light]


@pytest.mark.parametrize(
    ("price", "said"),
    [
        ("67250.10", "72% of low-high"),
        ("65402.55", "0% of low-high"),
        ("70000", "100% of low-high"),
        ("60000", "0% of low-high"),
    ],
)
def test_the_place_in_the_range_stays_in_the_range(price: str, said: str) -> None:
    assert row(ticker_reply(price=Decimal(price)), "In range") == said


@pytest.mark.parametrize(
    ("high", "low"), [(None, Decimal(1)), (Decimal(1), None), (Decimal(1), Decimal(1))]
)
def test_without_a_range_there_is_no_place_in_it(high: Decimal | None, low: Decimal | None) -> None:
    assert row(ticker_reply(high_24h=high, low_24h=low), "In range") == "n/a"


def test_volume_is_told_in_the_quote_else_in_the_base_asset() -> None:
    assert row(ticker_reply(), "Volume 24h") == "1.84B USDT"
    assert row(ticker_reply(quote_volume_24h=None), "Volume 24h") == "27.4K BTC"
    assert row(ticker_reply(quote_volume_24h=None, volume_24h=None), "Volume 24h") == "n/a"


def test_what_is_not_known_is_not_zero() -> None:
    reply = ticker_reply(change_1h_pct=None, change_7d_pct=None, change_24h=None, high_24h=None)

    assert row(reply, "1h") == row(reply, "7d") == row(reply, "High 24h") == "n/a"
    assert row(reply, "24h").split() == ["+2.41%", "n/a"]


def test_a_tiny_price_is_written_out() -> None:
    tiny, step = Decimal("1E-10"), Decimal("1E-12")

    card = price_card(ticker_reply(price=tiny, price_step=step, change_24h=tiny))

    assert "<b>0.000000000100</b>" in card
    assert row(ticker_reply(price_step=Decimal("1E-18"), change_24h=tiny), "24h") == "+2.41%"


def test_a_market_without_a_name_is_called_by_its_base() -> None:
    assert price_card(ticker_reply(name=" ")).startswith("<b>BTC</b> · ")


@given(tickers())
def test_every_card_is_read_by_telegram_and_fits_a_phone(reply: TickerReply) -> None:
    for text in (price_card(reply), price_brief(reply)):
        shown, entities = parse(text)

        blocks = [entity for entity in entities if entity["type"] == "pre"]
        assert len(blocks) == (1 if text == price_card(reply) else 0)
        assert utf16_length(text) <= 4096
        assert "E+" not in shown.replace(reply.symbol.replace("-", "/"), "")
    lines = price_card(reply).partition("<pre>")[2].partition("</pre>")[0].split("\n")
    assert max(len(line.replace("&lt;", "<").replace("&gt;", ">")) for line in lines) <= WIDTH
    assert all(line.isascii() for line in lines)
