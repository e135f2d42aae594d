"""How an answer names its source."""

from datetime import UTC, datetime

import pytest

from telegram_bot.formatting.source import closing_lines, source_name, stale_warning
from tests.support.replies import ticker_reply


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("binance", "Binance"),
        ("coinbase", "Coinbase"),
        ("recorded", "recorded data"),
        ("simu", "SIMU"),
        ("gemini", "Gemini"),
    ],
)
def test_a_source_is_called_what_people_call_it(source: str, name: str) -> None:
    assert source_name(source) == name


def test_an_old_price_is_said_to_be_old_and_who_is_silent() -> None:
    reply = ticker_reply(source="coinbase", stale=True, age_ms=240_000)

    assert stale_warning(reply.price, reply.price_step, reply) == (
        "⚠️ <b>Stale</b>: last price 67,250.10 from "
        '<tg-time unix="1795248720" format="r">4 min ago</tg-time>; Coinbase is not answering.'
    )


def test_a_note_that_holds_for_all_names_nobody() -> None:
    simulated = ticker_reply(quality="simulated")

    assert closing_lines([("BTC", simulated), ("ETH", simulated)]) == [
        "<i>simulated prices, not a market</i>"
    ]


def test_a_note_that_holds_for_some_names_them() -> None:
    recorded = ticker_reply(quality="recorded", as_of=datetime(2013, 3, 2, tzinfo=UTC))

    assert closing_lines([("BTC", ticker_reply()), ("AAPL", recorded), ("IBM", recorded)]) == [
        "<i>AAPL, IBM: recorded prices, up to 1 Mar 2013</i>"
    ]
    assert closing_lines([("BTC", ticker_reply())]) == []
