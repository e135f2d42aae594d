"""/paper by hand: what is bought and sold, at what, and what is refused."""

from decimal import Decimal
from typing import Any

import msgspec
import pytest

from common import wire
from telegram_bot.charts.drawing import Curve
from telegram_bot.paper.book import Paper, PassingPapers
from telegram_bot.profiles import load
from telegram_bot.replies import Reply
from telegram_bot.work import under_way
from tests.support.talk import ME, Talk, labels, press


def desk(slippage: Decimal = Decimal(0), **ticker: Any) -> Talk:
    """Return a talk whose market quotes BTC at 100 on SIMU, for no costs."""
    profile = msgspec.structs.replace(
        load("SIMU"), symbols=["BTC-USDT", "ETH-USDT"], quote="USDT", fee_pct=Decimal(0)
    )
    profile = msgspec.structs.replace(profile, slippage_pct=slippage)
    talk = Talk(profile=profile, papers=PassingPapers())
    talk.market.telling = {"source": "simu", "quality": "simulated", "alertable": True}
    talk.market.telling |= {"price": Decimal(100), **ticker}
    return talk


async def held(talk: Talk) -> Paper:
    paper = await talk.services.papers.find(ME.chat)
    assert paper is not None
    return paper


async def test_an_amount_buys_what_it_pays_for_and_says_what_it_cost() -> None:
    talk = desk()

    reply = await talk.say("/paper buy BTC 500")

    account = (await held(talk)).account
    assert (account.cash, account.positions[0].quantity) == (Decimal(9_500), Decimal(5))
    assert "Bought 5 BTC for 500.00 USDT" in reply.text
    assert "On paper at SIMU prices: fee 0% a side, slippage 0%" in reply.text
    assert "simulated prices, not a market" in reply.text
    assert "No stop" in reply.text


async def test_a_quantity_stands_before_the_market() -> None:
    talk = desk()

    await talk.say("/paper buy 0.5 BTC")

    assert (await held(talk)).account.positions[0].quantity == Decimal("0.5")


async def test_a_risk_buys_so_much_that_the_stop_costs_it() -> None:
    talk = desk(price=Decimal("67250.10"))

    reply = await talk.say("/paper buy BTC risk 0.1% 2x trail target 70k")

    (position,) = (await held(talk)).account.positions
    assert position.stop is not None and position.trail is not None
    lost = position.quantity * (Decimal("67250.10") - position.stop)
    assert Decimal("9.9") < lost <= 10
    assert position.target == 70_000
    assert "trailing stop" in reply.text and "target 70,000" in reply.text


async def test_a_stop_that_is_named_stands_where_it_was_named() -> None:
    talk = desk(slippage=Decimal(5))

    await talk.say("/paper buy BTC 500 stop 90 target 120")

    (position,) = (await held(talk)).account.positions
    assert (position.stop, position.target) == (Decimal(90), Decimal(120))
    assert position.average == Decimal(105)


async def test_without_a_number_the_risk_is_the_environments_and_the_cap_cuts_it() -> None:
    talk = desk(price=Decimal("67250.10"))

    await talk.say("/paper buy BTC")

    (position,) = (await held(talk)).account.positions
    assert position.stop is not None
    assert Decimal(995) < position.cost <= talk.services.limits.max_position_size


async def test_a_cap_that_cuts_the_risk_is_said() -> None:
    talk = desk(price=Decimal("67250.10"))

    cut = await talk.say("/paper buy BTC risk 1%")
    whole = await talk.say("/paper buy ETH risk 0.1%")

    assert "risks 0.25% of the account, not 1.00%: a position is at most 1,000.00" in cut.text
    assert "⚠️" not in whole.text
    auto = await talk.say("/paper auto BTC 4h st 10 3 risk 1%")
    assert "risks 1% a trade, at most 1,000.00 in a position, stop 2 ATR" in auto.text


async def test_a_level_may_carry_the_sign_of_its_side_and_no_other() -> None:
    talk = desk()
    await talk.say("/paper buy BTC 500")

    await talk.say("/paper stop BTC -10%")
    await talk.say("/paper target BTC +25%")
    (position,) = (await held(talk)).account.positions
    assert (position.stop, position.target) == (Decimal(90), Decimal(125))
    for refused in ("/paper target BTC -5%", "/paper stop BTC +5%", "/paper buy ETH 9 stop +5%"):
        assert "is no level" in (await talk.say(refused)).text


async def test_off_stands_before_the_market_or_after_it() -> None:
    talk = desk()
    for words in ("off BTC", "BTC off"):
        await talk.say("/paper auto BTC 4h st 10 3 risk 1%")
        assert "Stopped." in (await talk.say(f"/paper auto {words}")).text
        assert (await held(talk)).autos == ()


async def test_a_position_is_sold_whole_or_in_part() -> None:
    talk = desk()
    await talk.say("/paper buy BTC 500")
    talk.market.telling["price"] = Decimal(120)

    part = await talk.say("/paper sell BTC 40%")
    rest = await talk.tap(press(part, "Sell BTC"))

    account = (await held(talk)).account
    trades = await talk.services.papers.trades(ME.chat)
    assert (account.cash, account.positions) == (Decimal(10_100), ())
    assert [trade.quantity for trade in trades] == [2, 3]
    assert "+40.00 (+20.00%)" in part.text
    assert isinstance(rest, Reply) and "+60.00 (+20.00%)" in rest.text


async def test_levels_can_be_set_and_taken_away() -> None:
    talk = desk()
    await talk.say("/paper buy BTC 500")

    await talk.say("/paper stop BTC 90")
    await talk.say("/paper target BTC 25%")
    first = (await held(talk)).account.positions[0]
    await talk.say("/paper trail BTC 5%")
    second = (await held(talk)).account.positions[0]
    await talk.say("/paper stop BTC off")
    third = (await held(talk)).account.positions[0]

    assert (first.stop, first.target, first.trail) == (Decimal(90), Decimal(125), None)
    assert (second.stop, second.trail, second.trailed) == (Decimal(95), Decimal(5), True)
    assert (third.stop, third.trail) == (None, None)


async def test_the_account_shows_what_everything_is_worth() -> None:
    talk = desk()
    await talk.say("/paper buy BTC 500")
    talk.market.telling["price"] = Decimal(130)

    reply = await talk.say("/paper")

    assert "<b>Paper account: 10,150.00 USDT</b> · +1.50%" in reply.text
    assert "+150.00 (+30.00%)" in reply.text
    assert labels(reply)[0] == ["Sell BTC"]


async def test_statistics_come_with_a_curve() -> None:
    talk = desk()
    empty = await talk.say("/paper stats")
    for price in (120, 90):
        await talk.say("/paper buy BTC 500")
        talk.market.telling["price"] = Decimal(price)
        talk.clock.advance(3_600)
        await talk.say("/paper sell BTC all")
        talk.market.telling["price"] = Decimal(100)

    reply = await talk.say("/paper stats")

    assert empty.picture is None and "none yet" in empty.text
    assert "Win rate          50%" in reply.text
    assert "Profit factor" in reply.text and "Expectancy" in reply.text
    assert reply.picture is not None
    curve = talk.painter.painted[-1]
    assert isinstance(curve, Curve) and curve.words.warning == "SIMULATED"
    assert curve.lines[0].values[0] == 10_000


async def test_a_reset_asks_first() -> None:
    talk = desk()
    await talk.say("/paper buy BTC 500")

    asked = await talk.say("/paper reset")
    kept = (await held(talk)).account.positions
    await talk.tap(press(asked, "🗑 Yes, begin anew"))

    assert kept
    assert await talk.services.papers.find(ME.chat) is None


async def test_an_order_whose_answer_got_lost_is_not_filled_twice() -> None:
    talk = desk()
    token = under_way.set(77)
    try:
        await talk.say("/paper buy BTC 500")
        again = await talk.say("/paper buy BTC 500")
        under_way.set(78)
        await talk.say("/paper buy BTC 100")
    finally:
        under_way.reset(token)

    assert (await held(talk)).account.cash == Decimal(9_400)
    assert "Paper account" in again.text


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("/paper dance", "/paper takes buy, sell"),
        ("/paper buy", "Which coin?"),
        ("/paper buy SOL 100", "On paper you can trade BTC, ETH, priced in USDT."),
        ("/paper buy BTC 99999", "A paper position is at most 1000 USDT here."),
        ("/paper buy BTC 0.00001", "less than the smallest amount"),
        ("/paper buy BTC 500 stop 120", "A stop lies below the price of now"),
        ("/paper buy BTC 500 target 80", "A target lies above the price of now."),
        ("/paper sell ETH", "You hold no ETH on paper."),
        ("/paper stop BTC", "Say where"),
        ("/paper stop BTC 2y", "2y is no level. Write 60000, 2x for 2 ATR, or 5%."),
        ("/paper buy BTC risk 200%", "more than 100%"),
        ("/paper buy BTC 500 maybe", "maybe"),
    ],
)
async def test_what_cannot_be_done_is_answered_with_what_would_work(text: str, said: str) -> None:
    talk = desk()

    reply = await talk.say(text)

    assert said in reply.text
    assert await talk.services.papers.find(ME.chat) is None


async def test_above_the_cap_it_says_how_much_more_there_is_room_for() -> None:
    talk = desk()
    await talk.say("/paper buy BTC 400")

    said = (await talk.say("/paper buy BTC 900")).text

    assert said == (
        "A paper position is at most 1000 USDT here. There is room for 600.00 USDT more."
    )


async def test_a_level_may_be_written_in_atr() -> None:
    talk = desk()
    await talk.say("/paper buy BTC 500")

    await talk.say("/paper stop BTC 0.01atr")

    assert (await held(talk)).account.positions[0].stop is not None


async def test_a_preset_that_is_stopped_leaves_the_account_at_its_worth_of_now() -> None:
    talk = desk()
    await talk.say("/paper buy BTC 500")
    await talk.say("/paper auto ETH 4h")
    talk.market.telling["price"] = Decimal(50)

    shown, stopped = await talk.say("/paper"), await talk.say("/paper auto off")

    assert shown.text.splitlines()[0] in stopped.text


@pytest.mark.parametrize("ticker", [{"stale": True}, {"alertable": False}])
async def test_only_a_sure_price_of_the_profiles_exchange_is_traded_at(
    ticker: dict[str, Any],
) -> None:
    talk = desk(**ticker)

    reply = await talk.say("/paper buy BTC 500")

    assert "There is no sure SIMU price of BTC/USDT right now" in reply.text


async def test_coinbase_is_traded_at_its_own_price_where_many_are_told() -> None:
    talk = desk(source="kraken", quality="consensus")
    own = wire.SourcePrice(
        name="simu", price=Decimal(101), age_ms=900, deviation_bps=Decimal(0), used=True
    )
    talk.market.telling["sources"] = [own]

    await talk.say("/paper buy 1 BTC")

    assert (await held(talk)).account.cash == Decimal(10_000 - 101)


async def test_a_preset_that_trades_can_be_stopped_wherever_the_account_is_shown() -> None:
    talk = desk()
    await talk.say("/paper auto BTC 4h st 10 3 risk 1%")

    stop = press(await talk.say("/paper"), "⏹ Stop BTC")

    assert "Stopped." in (await talk.say(stop.command)).text
    assert (await held(talk)).autos == ()


async def test_who_has_no_price_of_the_profiles_exchange_is_told_so() -> None:
    reply = await desk(source="kraken").say("/paper buy BTC 500")

    assert "Paper trades here take SIMU prices, and these come from Kraken." in reply.text
