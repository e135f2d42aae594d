"""The table of several markets."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from html import unescape

from hypothesis import given
from hypothesis import strategies as st

from common.wire import Problem, TickerReply
from playground.markup import parse
from telegram_bot.formatting.html import WIDTH
from telegram_bot.formatting.price_table import price_table
from telegram_bot.formatting.split import utf16_length
from tests.support.replies import AS_OF, four_tickers, problem, ticker_reply
from tests.support.wild_replies import nasty_texts, problems, tickers

TABLE = """\
<b>Prices</b> · USDT · Binance
<pre>           USDT     1h    24h     7d
BTC   67,250.10 +0.32% +2.41% -4.07%
ETH    3,415.22 -0.11% +1.08% -6.55%
SOL      145.33 +0.90% +5.72% +3.18%
PEPE 0.00001234 -1.20% -8.45% +22.1%</pre>
<i>as of <tg-time unix="1795248720" format="T">08:12:00 UTC</tg-time> · 2 s old</i>"""


def block(text: str) -> list[str]:
    return unescape(text.partition("<pre>")[2].partition("</pre>")[0]).split("\n")


def test_the_table_of_four_coins_is_exact() -> None:
    assert price_table(four_tickers(), []) == TABLE


def test_one_unknown_among_several_gets_a_line() -> None:
    text = price_table(four_tickers(), [problem()])

    assert text == f"{TABLE}\nNot found: <code>BTX</code> — did you mean BTC?"


def test_an_unknown_without_suggestions_is_only_named() -> None:
    assert price_table([], [problem(asked="<b>x", suggestions=None)]) == (
        "Not found: <code>&lt;b&gt;x</code>"
    )


def test_other_trouble_with_one_market_is_passed_on() -> None:
    trouble = problem(code="unavailable", asked=None, symbol="BTC-USD", detail="No <answer>.")

    assert price_table([], [trouble]) == "<code>BTC-USD</code>: No &lt;answer&gt;."


def test_what_was_over_the_limit_is_named() -> None:
    text = price_table(four_tickers(), [], left_out=["K", "<L>"])

    assert text.endswith("\n10 at most in one message; left out: K &lt;L&gt;.")


def test_different_quotes_stand_beside_each_market_and_not_above() -> None:
    text = price_table([ticker_reply(), ticker_reply(symbol="BTC-USD")], [])

    assert text.startswith("<b>Prices</b> · Binance\n")
    assert block(text) == [
        "             price     1h    24h",
        "BTC/USDT 67,250.10 +0.32% +2.41%",
        "BTC/USD  67,250.10 +0.32% +2.41%",
    ]


def test_a_quote_that_is_no_money_stands_in_the_name_alone() -> None:
    text = price_table([ticker_reply(symbol="BTC-PERP"), ticker_reply(symbol="ETH-PERP")], [])

    assert text.startswith("<b>Prices</b> · Binance\n")
    assert [line.split()[0] for line in block(text)] == ["price", "BTC/PERP", "ETH/PERP"]


def test_different_sources_are_told_below() -> None:
    apple = ticker_reply(
        symbol="AAPL-USDT",
        source="recorded",
        quality="recorded",
        as_of=datetime(2013, 3, 2, tzinfo=UTC),
    )

    text = price_table([*four_tickers()[:2], apple], [])

    assert text.startswith("<b>Prices</b> · USDT\n")
    assert text.endswith(
        "\n<i>Binance: BTC, ETH · recorded data: AAPL</i>"
        '\n<i>as of <tg-time unix="1795248720" format="T">08:12:00 UTC</tg-time> · 2 s old</i>'
        "\n<i>AAPL: recorded prices, up to 1 Mar 2013</i>"
    )


def test_recorded_prices_alone_claim_no_age() -> None:
    apple = ticker_reply(source="recorded", quality="recorded", as_of=AS_OF)

    assert "old</i>" not in price_table([apple, apple], [])


def test_the_oldest_price_dates_the_table() -> None:
    older = ticker_reply(as_of=AS_OF - timedelta(seconds=9), age_ms=11_000)

    assert price_table([ticker_reply(), older], []).endswith(" · 11 s old</i>")


def test_simulated_prices_end_the_table_with_a_warning_even_after_problems() -> None:
    simulated = ticker_reply(source="simu", quality="simulated")

    text = price_table([simulated], [problem()], left_out=["K"])

    assert text.endswith("K.\n<i>simulated prices, not a market</i>")


def test_a_silent_source_is_told_once_with_its_markets() -> None:
    bitcoin, ether, *_ = four_tickers()
    old = {"stale": True, "age_ms": 240_000}
    replies = [
        ticker_reply(**old),
        ticker_reply(symbol=ether.symbol, as_of=bitcoin.as_of - timedelta(minutes=1), **old),
        ticker_reply(symbol="SOL-USDT", source="kraken", **old),
        ticker_reply(symbol="XRP-USDT"),
    ]

    lines = price_table(replies, []).split("\n")

    assert [line for line in lines if "Stale" in line] == [
        "⚠️ <b>Stale</b>: last price of BTC, ETH from "
        '<tg-time unix="1795248660" format="r">4 min ago</tg-time>; Binance is not answering.',
        "⚠️ <b>Stale</b>: last price of SOL from "
        '<tg-time unix="1795248720" format="r">4 min ago</tg-time>; Kraken is not answering.',
    ]


def test_long_names_and_prices_push_out_7d_then_1h() -> None:
    sats = {"symbol": "1000SATS-USDT", "price_step": Decimal("1E-12")}

    shorter = price_table([ticker_reply(**sats, price=Decimal("0.0002"))], [])
    whole = price_table([ticker_reply(symbol="1000SATS-USDT", price=Decimal(10**7))], [])

    assert block(shorter) == [
        "                   USDT    24h",
        "1000SATS 0.000200000000 +2.41%",
    ]
    assert block(whole)[1] == "1000SATS 10,000,000.00 +0.32% +2.41%"


def test_what_does_not_fit_in_one_line_takes_two() -> None:
    reply = ticker_reply(
        symbol="1000000MOGULONG-USD", price=Decimal("1E-10"), price_step=Decimal("1E-14")
    )

    assert block(price_table([reply, ticker_reply()], [])) == [
        "            price    24h",
        "1000000MOGULONG/USD",
        " 0.00000000010000 +2.41%",
        "BTC/USDT",
        "        67,250.10 +2.41%",
    ]


def test_a_price_too_long_for_any_line_is_shortened() -> None:
    reply = ticker_reply(price=Decimal(10) ** 21, price_step=Decimal("0.01"))

    assert block(price_table([reply], []))[-1] == " >999,999T +2.41%"


@given(st.lists(tickers(), max_size=10), st.lists(problems, max_size=3), st.lists(nasty_texts))
def test_every_table_is_read_by_telegram_and_fits_a_phone(
    replies: list[TickerReply], troubles: list[Problem], left_out: list[str]
) -> None:
    text = price_table(replies, troubles, left_out)

    parse(text)
    assert utf16_length(text) <= 4096
    if replies:
        assert text.count("<pre>") == 1
        assert max(map(len, block(text))) <= WIDTH
        assert "".join(block(text)).isascii()
