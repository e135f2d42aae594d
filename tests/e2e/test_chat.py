"""A person chats with the assistant: every program on a real socket."""

import re
from datetime import UTC, datetime

from common.clock import FrozenClock
from tests.support.stack import Chat, assistant

NOON = FrozenClock(datetime(2026, 3, 13, 12, 0, 30, tzinfo=UTC))
SIMULATED = "simulated prices, not a market"


async def test_the_first_conversation() -> None:
    async with assistant(clock=NOON) as chat:
        start = await chat.ask("/start")
        assert "/price BTC" in start["text"]

        price = await chat.tap(start, "BTC price", brings="message")
        assert "BTC/USD" in price["text"] and price["text"].endswith(SIMULATED)

        table = await chat.ask("/price btc,eth sol")
        assert [
            line[:3] for line in table["text"].splitlines() if line[:3] in ("BTC", "ETH", "SOL")
        ]
        assert table["text"].endswith(SIMULATED)

        helped = await chat.ask("/help")
        for command in ("/start", "/help", "/price", "/atr"):
            assert command in helped["text"]


async def test_atr_opens_with_a_plain_sentence_and_its_buttons_ask_again() -> None:
    async with assistant(clock=NOON) as chat:
        answer = await chat.ask("/atr BTC 4h")
        assert re.match(
            r"BTC usually moves about [\d,.]+ USD in 4\xa0h; a stop closer than that is often hit "
            r"by noise\.\n📏 ATR\(14\) · BTC/USD · 4h\n",
            answer["text"],
        )
        assert "Risk" not in answer["text"]
        assert Chat.labels(answer)[:3] == [
            ["15m", "1h", "•4h", "1d"],
            ["7", "•14", "21"],
            ["1.5x", "•2x", "3x"],
        ]

        hourly = await chat.tap(answer, "1h")
        assert hourly["message_id"] == answer["message_id"] and "· 1h\n" in hourly["text"]
        longer = await chat.tap(hourly, "21")
        assert "ATR(21) · BTC/USD · 1h" in longer["text"]


async def test_words_may_come_in_any_order() -> None:
    async with assistant(clock=NOON) as chat:
        texts = [
            (await chat.ask(words))["text"]
            for words in ("/atr BTC 14 4h", "/atr 4h btc 14", "/ATR btc 4H", "/a $btc 4h")
        ]

    assert len(set(texts)) == 1


async def test_an_amount_brings_the_risk_line() -> None:
    async with assistant(clock=NOON) as chat:
        answer = await chat.ask("/atr BTC 4h eq 10k risk 1% 2x")

        assert "Risk 1% of 10,000 USD at 2.0x → " in answer["text"]
        assert any("size" in label for row in Chat.labels(answer) for label in row)


async def test_stocks_are_answered_from_the_shipped_recordings() -> None:
    async with assistant(clock=NOON) as chat:
        atr, price = await chat.ask("/atr AAPL 1d"), await chat.ask("/price apple")
        bare, hourly = await chat.ask("/atr AAPL"), await chat.ask("/atr AAPL 1h")

    assert "ATR(14) · AAPL/USD · 1d" in bare["text"]
    assert hourly["text"] == "AAPL/USD has no 1h candles. Use 1d 1w."
    assert "ATR(14) · AAPL/USD · 1d" in atr["text"]
    assert atr["text"].endswith("recorded prices, up to 1 Mar 2013")
    assert price["text"].startswith("Apple · AAPL/USD")
    assert SIMULATED not in atr["text"] + price["text"]


async def test_a_coin_is_found_in_a_sentence() -> None:
    async with assistant(clock=NOON) as chat:
        answer = await chat.ask("what is the price of bitcoin?")

    assert answer["text"].startswith("Bitcoin · BTC/USD")
    assert "Not found" not in answer["text"]


async def test_an_edited_question_edits_its_answer() -> None:
    async with assistant(clock=NOON) as chat:
        bitcoin = await chat.ask("/price BTC")

        ether = await chat.edit("/price ETH")

    assert ether["message_id"] == bitcoin["message_id"]
    assert ether["text"].startswith("Ethereum · ETH/USD")


async def test_refreshing_unchanged_data_says_so_and_sends_nothing() -> None:
    async with assistant(clock=NOON) as chat:
        price = await chat.ask("/price BTC")

        assert await chat.notice(price, "Refresh") == "No change"
        assert len(chat.telegram.oracle.named("sendMessage")) == 1


async def test_the_menu_of_the_chat_is_the_registry() -> None:
    async with assistant(clock=NOON) as chat:
        await chat.ask("/start")
        menu = await chat.telegram.control("GET", "/api/chat")

    assert {"start", "help", "price", "atr"} <= {one["command"] for one in menu["commands"]}


async def test_every_button_fits_telegram_and_every_answer_a_message() -> None:
    async with assistant(clock=NOON) as chat:
        for line in ("/start", "/help", "/price pepe", "/price btc eth", "/atr pepe 1w eq 1m 30x"):
            answer = await chat.ask(line)
            assert 0 < len(answer["text"].encode("utf-16-le")) // 2 <= 4_096
            for row in answer.get("reply_markup", {}).get("inline_keyboard", []):
                for button in row:
                    assert len(button.get("callback_data", "x").encode()) <= 64
