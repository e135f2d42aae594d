"""What people type wrong: each gets a short answer that says what would work."""

from datetime import UTC, datetime
from typing import Any

import pytest

from common.clock import FrozenClock
from tests.support.stack import Chat, assistant

NOON = FrozenClock(datetime(2026, 3, 13, 12, 0, 30, tzinfo=UTC))
ELEVEN = "btc eth sol xrp ada doge ltc shib pepe usdt aapl"


@pytest.mark.parametrize(
    ("typed", "answered"),
    [
        ("/price", "Which coin? Example: /price BTC"),
        ("/atr", "Which coin? Example: /atr BTC"),
        ("/price BTX", "I don't know BTX. Did you mean BTC?"),
        ("/price <b>x", "<b>x"),
        ("/price ВТС", "Cyrillic"),
        ("/atr BTC 7m", "7m is not a timeframe. Use 1m 5m 15m 30m 1h 2h 4h 6h 12h 1d 1w."),
        ("/atr BTC 1M", "1M is not a timeframe. Use 1m 5m"),
        ("/price in eur", "Which coin? Example: /price BTC"),
        ("/price btc in gbp", "BTC is not traded in GBP here, but as BTC/USD."),
        ("the weather in the north", "I did not understand that."),
        ("/atr BTC 500", "ATR period must be 2–90 (you sent 500)."),
        ("/atr BTC 1", "ATR period must be 2–90 (you sent 1)."),
        (f"/price {'A' * 4_000}", "not a market's name"),
        ("/atr AAPL 1w 90 ", "ATR(90)"),
        ("/prise BTC", "/price"),
        ("/atr BTC eq nan", "nan"),
        ("/atr BTC @-5", "-5"),
        ("/atr BTC risk 200% eq 1k", "100"),
    ],
)
async def test_a_wrong_question_gets_a_useful_answer(typed: str, answered: str) -> None:
    async with assistant(clock=NOON) as chat:
        answer = await chat.ask(typed)

    assert answered in answer["text"]
    assert len(answer["text"]) < 2_000


async def test_eleven_coins_are_answered_for_ten() -> None:
    async with assistant(clock=NOON) as chat:
        answer = await chat.ask(f"/price {ELEVEN}")

    assert "PEPE" in answer["text"] and "10 at most" in answer["text"]


async def test_an_unknown_coin_among_known_ones_does_not_spoil_the_answer() -> None:
    async with assistant(clock=NOON) as chat:
        answer = await chat.ask("/price btc,BTX eth")

    assert "Not found: BTX — did you mean BTC?" in answer["text"]
    assert "ETH" in answer["text"]


async def test_a_suggestion_is_a_tap_away() -> None:
    async with assistant(clock=NOON) as chat:
        unknown = await chat.ask("/price BTX")

        price = await chat.tap(unknown, "BTC")

    assert price["message_id"] == unknown["message_id"]
    assert price["text"].startswith("Bitcoin · BTC/USD")


def write(folder: Any, name: str, rows: list[str]) -> None:
    (folder / name).write_text("\n".join(["date,open,high,low,close,volume", *rows]) + "\n")


async def test_a_coin_with_too_little_history_says_what_there_is(tmp_path: Any) -> None:
    rows = [f"2024-01-{day:02},1.00,1.20,0.90,1.10,5" for day in range(1, 11)]
    write(tmp_path, "YNG-USD_1d.csv", rows)
    async with assistant(clock=NOON, data_dir=tmp_path) as chat:
        answer = await chat.ask("/atr YNG 1d")
        short = await chat.ask("/atr YNG 1d 7")

    assert (
        "ATR(14) on 1d needs 15 closed candles; YNG/USD has 10. Try /atr YNG 1d 7."
        in answer["text"]
    )
    assert "≈" in short["text"]


async def test_a_recording_with_swapped_columns_is_refused_and_others_work(tmp_path: Any) -> None:
    rows = [f"2024-01-{day:02},1.00,0.90,1.20,1.10,5" for day in range(1, 29)]
    write(tmp_path, "BAD-USD_1d.csv", rows)
    async with assistant(clock=NOON, data_dir=tmp_path) as chat:
        bad, good = await chat.ask("/price BAD-USD"), await chat.ask("/price BTC")

    assert "I don't know BAD-USD" in bad["text"]
    assert good["text"].startswith("Bitcoin")


@pytest.mark.parametrize(
    ("price", "shown"), [("0.0000000001", "0.0000000001"), ("10000000.00", "10,000,000 USD")]
)
async def test_the_smallest_and_the_largest_prices_are_shown_in_full(
    tmp_path: Any, price: str, shown: str
) -> None:
    rows = [f"2024-01-{day:02},{price},{price},{price},{price},5" for day in range(1, 29)]
    write(tmp_path, "ODD-USD_1d.csv", rows)
    async with assistant(clock=NOON, data_dir=tmp_path) as chat:
        answer, atr = await chat.ask("/price ODD"), await chat.ask("/atr ODD 1d")

    assert shown in answer["text"] and "E-" not in answer["text"]
    assert "ATR(14) · ODD/USD · 1d" in atr["text"]


async def test_a_chat_that_floods_is_told_once() -> None:
    async with assistant(clock=NOON) as chat:
        for _ in range(40):
            await chat.telegram.says("/help")
        seen = await _settled(chat)

    told = [text for text in seen if "Slow down" in text]
    assert len(told) == 1 and len(seen) < 40


async def _settled(chat: Chat) -> list[str]:
    """The bot's texts, once no more of them come."""
    after = 0
    texts: list[str] = []
    while True:
        path = f"/api/transcript?after={after}&wait=1"
        news = await chat.telegram.control("GET", path)
        if not news["events"]:
            return texts
        after = news["seq"]
        texts += [
            event["message"]["text"]
            for event in news["events"]
            if event["type"] == "message" and event["message"]["from"]["is_bot"]
        ]
