"""What people keep with the bot, over real sockets: sizing, lists, the notebook and sentences."""

from datetime import UTC, datetime

from common.clock import FrozenClock
from tests.support.stack import Chat, assistant

NOON = FrozenClock(datetime(2026, 3, 13, 12, 0, 30, tzinfo=UTC))


async def test_a_day_with_the_assistant() -> None:
    async with assistant(clock=NOON) as chat:
        converted = await chat.ask("1.5 eth in eur")
        sized = await chat.ask("/size BTC eq 10k")
        ranked = await chat.ask("/top volatile")
        told = await chat.ask("how volatile is eth this week")
        await chat.ask("/watch btc eth sol")
        listed = await chat.ask("/watchlist")
        noted = await chat.ask("/portfolio add BTC 0.5")
        bought = await chat.tap(noted, "@")
        shown = await chat.ask("/portfolio")
        digest = await chat.ask("/digest now")
        planned = await chat.ask("/digest 08:30")

    assert "Understood: /convert 1.5 ETH EUR" in converted["text"]
    assert "way: ETH → USD → EUR" in converted["text"]
    assert "BTC/USD · long · stop 2.0x ATR(14) 4h" in sized["text"]
    assert "Top volatile of 11 markets" in ranked["text"]
    assert "Understood: /stats ETH 1h 168" in told["text"] and "168 closed candles" in told["text"]
    assert all(coin in listed["text"] for coin in ("BTC", "ETH", "SOL"))
    assert "bought 0.5 BTC at" in bought["text"]
    assert "Worth" in shown["text"] and "A usual day moves it" in shown["text"]
    assert "Good" in digest["text"] and "Portfolio:" in digest["text"]
    assert "08:30 (UTC), every day" in planned["text"]
    assert all("simulated prices" in it["text"] for it in (converted, sized, ranked, shown, digest))
    assert Chat.labels(planned)


async def test_trades_come_in_as_a_file_and_go_out_as_one() -> None:
    lines = "side,symbol,quantity,price,time\nbuy,BTC,0.5,61200,2026-03-01\nbuy,ETH,2,3100,\n"
    async with assistant(clock=NOON) as chat:
        wrong = await chat.hand("wrong.csv", lines + "hold,BTC,1,1,\n")
        taken = await chat.hand("trades.csv", lines)
        sent = await chat.ask("/portfolio export")
        stored = chat.telegram.world.files.get(sent["document"]["file_id"])

    assert "line 4: side is 'hold'" in wrong["text"]
    assert taken["text"] == "✅ 2 trades imported."
    assert sent["caption"] == "2 trades, as CSV" and stored is not None
    assert sent["document"]["file_name"].endswith(".csv")
    assert b"2026-03-01T12:00:00Z,buy,BTC-USD,0.5,61200,0,\r\n" in stored.content
