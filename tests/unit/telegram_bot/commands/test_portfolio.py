from datetime import timedelta

import pytest

from common.errors import Unavailable
from telegram_bot.people import Strangers
from telegram_bot.replies import Notice, Press, Reply, Upload
from tests.support.fake_market import Listing
from tests.support.talk import Talk, copies, labels, press


class Asking(Strangers):
    """Remembers the question that waits for words."""

    question: str | None = None

    async def ask(self, chat: int, command: str) -> None:
        self.question = command

    async def asked(self, chat: int) -> str | None:
        return self.question

    async def end_question(self, chat: int) -> None:
        self.question = None


async def _with_trades() -> Talk:
    talk = Talk()
    await talk.say("/portfolio add BTC 0.5 @ 61200 2026-11-01 fee 12 note first one")
    await talk.say("/portfolio add ETH 2 @ 3100")
    return talk


async def test_an_empty_portfolio_teaches_and_promises_to_ask_for_no_key() -> None:
    for text in ("/portfolio", "/portfolio trades", "/portfolio export", "/portfolio clear"):
        reply = await Talk().say(text)
        assert "<code>/portfolio add BTC 0.5 @ 61200</code>" in reply.text
        assert "never ask for keys" in reply.text


async def test_a_trade_is_repeated_as_it_was_understood_and_can_be_undone() -> None:
    talk = Talk()

    said = await talk.say("/portfolio add btc 0.5 @ 61.2k 1.11.2026 fee 12.5 note a & b")
    undone = await talk.tap(press(said, "↩ Undo"))

    assert said.text == (
        "✅ Noted: #1 bought <b>0.5 BTC</b> at 61,200.00 USDT, 1 Nov 2026, fee 12.50, "
        "<i>a &amp; b</i>"
    )
    assert isinstance(undone, Reply) and undone.text == "1 trade is out."
    back = await talk.tap(press(undone, "↩ Undo"))
    assert isinstance(back, Reply) and back.text == "1 trade is back."
    again = await talk.say("/portfolio undo")
    assert again.text == "There is nothing to bring back."


async def test_all_holdings_are_valued_with_profit_and_a_usual_day() -> None:
    talk = await _with_trades()

    reply = await talk.say("/portfolio")

    assert reply.text.startswith("💼 <b>Portfolio</b> · USDT")
    # 0.5 x 67,250.10 and 2 x 3,415.22 against 30,612 and 6,200
    assert "33,625.05" in reply.text and "6,830.44" in reply.text
    assert "Worth <b>40,455.49</b> USDT, cost 36,812.00" in reply.text
    assert "Unrealised <b>+3,643.49</b> (+9.90%)" in reply.text
    # ATR 845.32 each: 0.5 of it and 2 of it
    assert "A usual day moves it by up to 2,113.30 (5.22%); ETH carries 80% of that." in reply.text
    assert labels(reply)[0] == ["BTC", "ETH"]
    assert copies(reply) == {"📋 40455.49 USDT": "40455.49"}


async def test_one_coin_is_shown_with_its_average_cost_to_copy() -> None:
    talk = await _with_trades()
    await talk.say("/portfolio add BTC 0.5 @ 70000")
    await talk.say("/portfolio sell BTC 0.25 @ 72000")

    reply = await talk.say("/portfolio btc")

    assert "<b>BTC/USDT</b> · 3 trades" in reply.text
    assert copies(reply) == {"📋 amount": "0.75", "📋 average": "65612"}
    assert "+1,597.00" in reply.text  # 0.25 x (72,000 - 65,612)
    assert "There is no SOL in your portfolio" in (await talk.say("/portfolio sol")).text


async def test_a_price_is_never_guessed_but_the_last_one_is_a_tap_away() -> None:
    talk = Talk()

    asked = await talk.say("/portfolio add BTC 0.5")
    dated = await talk.say("/portfolio add BTC 0.5 2026-11-01")
    done = await talk.tap(press(asked, "@ 67250.10"))

    assert "At which price? The last one is <b>67,250.10 USDT</b>." in asked.text
    assert labels(dated) == []  # the button would forget the day
    assert isinstance(done, Reply) and "bought <b>0.5 BTC</b> at 67,250.10 USDT" in done.text
    assert "How many BTC?" in (await talk.say("/portfolio add BTC")).text
    assert "ETH 0.5 @ 3415</code>" in (await talk.say("/portfolio add ETH")).text
    assert "Which coin?" in (await talk.say("/portfolio sell")).text


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("sell BTC 0.6 @ 70k", "you hold 0.5 BTC, so 0.6 cannot be sold"),
        ("sell BTC 0.1 @ 70k 2026-10-01", "you hold 0 BTC"),
        ("sell SOL 1 @ 70", "you hold 0 SOL"),
        ("add BTC 0.5 @ 61200 2027-01-01", "is still to come"),
        ("add BTC 0.5 @ 61200 2026-02-30", "is no time"),
        ("add BTC 0.5 @ -5", "not an amount"),
        ("add BTC nan @ 5", "not an amount"),
        ("add BTC 0.5 @", "needs a number"),
        ("add BTC 0.5 0.6 @ 5", "I don't understand"),
        ("add BTX 0.5 @ 5", "I don't know <code>BTX</code>"),
        ("add BTC 1 @ 5 note " + "x" * 101, "up to 100 letters"),
        ("remove", "Which trade?"),
        ("remove 99", "no trade of that number"),
        ("remove x", "I don't understand"),
        ("remove 1", "cannot be sold"),
        ("BTC ETH", "I don't understand"),
    ],
)
async def test_what_does_not_work_says_why_and_changes_nothing(text: str, said: str) -> None:
    talk = await _with_trades()
    await talk.say("/portfolio sell BTC 0.5 @ 70000 2026-11-20")
    await talk.say("/portfolio add BTC 0.5 @ 60000")
    before = await talk.services.ledger.entries(1001)

    reply = await talk.say(f"/portfolio {text}")

    assert said in reply.text
    assert await talk.services.ledger.entries(1001) == before


async def test_trades_are_listed_in_pages_and_taken_out_by_a_tap() -> None:
    talk = Talk()
    for number in range(10):
        await talk.say(f"/portfolio add BTC {number + 1} @ 100")
        talk.clock.advance(timedelta(minutes=1))

    first = await talk.say("/portfolio trades")
    second = await talk.tap(press(first, "2/2 ▶"))
    gone = await talk.tap(press(first, "🗑 #10"))

    assert "<b>Trades</b> 1/2" in first.text and "#10 bought <b>10 BTC</b>" in first.text
    assert isinstance(second, Reply) and "#1 bought <b>1 BTC</b>" in second.text
    assert isinstance(gone, Reply) and gone.text == "1 trade is out."
    assert "#10" not in (await talk.say("/portfolio trades BTC")).text
    assert (await talk.say("/portfolio trades ETH")).text.startswith("Your portfolio is empty")


async def test_everything_is_taken_out_only_when_confirmed() -> None:
    talk = await _with_trades()

    asked = await talk.say("/portfolio clear")
    done = await talk.tap(press(asked, "🗑 Take out all"))

    assert "Take out all 2 trades?" in asked.text
    assert isinstance(done, Reply) and done.text == "2 trades are out."
    await talk.tap(press(done, "↩ Undo"))
    assert "40,455.49" in (await talk.say("/portfolio")).text


async def test_what_was_taken_out_does_not_come_back_where_it_no_longer_fits() -> None:
    talk = Talk()
    await talk.say("/portfolio add BTC 1 @ 100 2026-11-01")
    await talk.say("/portfolio sell BTC 1 @ 110 2026-11-02")
    await talk.say("/portfolio remove 2")
    await talk.say("/portfolio sell BTC 1 @ 120 2026-11-03")

    undone = await talk.say("/portfolio undo")

    assert "cannot be sold" in undone.text
    assert len(await talk.services.ledger.entries(1001)) == 2


async def test_holdings_of_different_money_are_not_added_up() -> None:
    talk = await _with_trades()
    await talk.say("/portfolio add AAPL 3 @ 200")

    reply = await talk.say("/portfolio")

    assert "· USDT" in reply.text and "· USD\n" in reply.text
    assert "Worth <b>40,455.49</b> USDT" in reply.text and "Worth <b>694.50</b> USD" in reply.text


async def test_a_holding_without_a_price_is_named_and_in_no_total() -> None:
    talk = await _with_trades()
    talk.market.down = {"ETH-USDT"}

    reply = await talk.say("/portfolio")

    assert "Without a price right now, and in no total: ETH/USDT" in reply.text
    assert "Worth <b>33,625.05</b>" in reply.text


async def test_a_market_without_atr_leaves_the_usual_day_out() -> None:
    talk = await _with_trades()
    talk.market.failure, talk.market.failing = Unavailable("down"), {"atr"}

    reply = await talk.say("/portfolio")

    assert "A usual day" not in reply.text and "Worth" in reply.text


async def test_a_long_portfolio_has_pages_whose_totals_are_of_all() -> None:
    talk = Talk()
    talk.market.listed = [Listing(f"C{n}-USDT", "Coin", price=f"{n + 1}") for n in range(12)]
    for number in range(12):
        await talk.say(f"/portfolio add C{number} 1 @ 1")
        talk.clock.advance(timedelta(minutes=1))

    first = await talk.say("/portfolio")
    last = await talk.say("/portfolio 2")

    assert press(first, "2/2 ▶").command == "portfolio 2"
    assert "Worth <b>78.00</b> USDT" in first.text and "Worth <b>78.00</b> USDT" in last.text


async def test_trades_go_out_as_csv_and_come_back_the_same() -> None:
    talk, other = await _with_trades(), Talk()

    sent = await talk.say("/portfolio export")
    assert sent.document is not None and sent.document.name == "portfolio-2026-11-21.csv"
    lines = sent.document.content.decode()
    asked = await other.say("/portfolio import")
    taken = await other.say(f"/portfolio import\n{lines}")
    again = await other.say(f"/portfolio import\n{lines}")

    assert lines.startswith("time,side,symbol,quantity,price,fee,note\r\n")
    assert "2026-11-01T12:00:00Z,buy,BTC-USDT,0.5,61200,12,first one\r\n" in lines
    assert "Send me a CSV file" in asked.text
    assert taken.text == "✅ 2 trades imported."
    assert again.text == "✅ 0 trades imported.\n2 were here already."
    assert (await other.say("/portfolio")).text == (await talk.say("/portfolio")).text


async def test_an_import_with_a_wrong_line_keeps_nothing_and_names_the_lines() -> None:
    talk = Talk()
    lines = "side,symbol,quantity,price\nbuy,BTC,1,100\nhold,BTC,1,100\nbuy,BTC,<b>,100"

    reply = await talk.say(f"/portfolio import {lines}")

    assert reply.text.splitlines() == [
        "Nothing was imported. Mend these lines and send the file again:",
        "line 3: side is 'hold'; write buy or sell.",
        "line 4: quantity is '&lt;b&gt;'; write a number such as 0.5.",
    ]
    oversold = await talk.say("/portfolio import side,symbol,quantity,price\nsell,BTC,1,100")
    assert "cannot be sold" in oversold.text
    assert await talk.services.ledger.entries(1001) == []


async def test_a_portfolio_is_ones_own() -> None:
    talk = await _with_trades()

    other = await talk.say("/portfolio", talk.speaker(chat=2002))

    assert other.text.startswith("Your portfolio is empty")


async def test_no_button_is_too_long_for_telegram() -> None:
    talk = Talk()
    talk.market.listed = [Listing("ABCDEFGHIJKLMNO-FDUSD", "Long")]
    reply = await talk.say("/portfolio add ABCDEFGHIJKLMNO 123456789.12345678")

    tapped = await talk.tap(Press("x", "portfolio remove 999"))

    assert all(item.fits for row in reply.buttons for item in row if isinstance(item, Press))
    assert isinstance(tapped, Notice)


async def test_a_file_that_is_too_large_or_cannot_be_had_says_so() -> None:
    it = Talk()

    async def gone(most: int) -> bytes:
        raise Unavailable("Telegram is away")

    async def send(size: int) -> Reply | None:
        file = Upload("trades.csv", size, gone)
        return await it.conversation.said("/portfolio import", it.speaker(), file)

    large, missing = await send(10_000_000), await send(100)

    assert large is not None and "too large: at most 256 kB" in large.text
    assert missing is not None and "could not be fetched" in missing.text


async def test_pasted_lines_answer_the_question_for_them() -> None:
    it = Talk(people=Asking())

    await it.say("/portfolio import")
    taken = await it.say("side,symbol,quantity,price,note\nbuy,BTC,0.5,61200,first one")

    assert taken.text == "✅ 1 trade imported."
    (kept,) = await it.services.ledger.entries(1001)
    assert kept.note == "first one"
