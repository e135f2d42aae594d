from decimal import Decimal

import pytest

from common.errors import BadInput, Unavailable
from telegram_bot.commands.convert_words import ConvertWords, read
from tests.support.fake_market import Listing
from tests.support.talk import Talk, copies, labels, press


@pytest.mark.parametrize(
    ("text", "amount", "have", "want"),
    [
        ("0.5 btc in eur", "0.5", "BTC", "EUR"),
        ("5 btc eth", "5", "BTC", "ETH"),
        ("btc eth 5", "5", "BTC", "ETH"),
        ("btc-eur", "1", "BTC", "EUR"),
        ("1,5k usdt to xbt", "1500", "USDT", "BTC"),
        ("$100 in sol", "100", "USD", "SOL"),
        ("100€ nach bitcoin", "100", "EUR", "BTC"),
        ("0.5btc in €", "0.5", "BTC", "EUR"),
        ("70k usd btc", "70000", "USD", "BTC"),
    ],
)
def test_an_amount_and_two_assets_are_read_in_many_forms(
    text: str, amount: str, have: str, want: str
) -> None:
    assert read(text.split()) == ConvertWords(Decimal(amount), have, want)


@pytest.mark.parametrize("text", ["5 btc 6 eth", "btc eth sol", "5 btc in btc", "-5 btc eth"])
def test_what_makes_no_sense_is_refused(text: str) -> None:
    with pytest.raises(BadInput):
        read(text.split())


@pytest.mark.parametrize("text", ["-1 btc eth", "-$5 in btc", "-.5 btc eth"])
async def test_a_negative_amount_is_not_taken_for_a_market(text: str) -> None:
    assert "is not an amount I can use" in (await Talk().say(f"/convert {text}")).text


async def test_a_conversion_names_the_rates_it_stands_on_and_copies_its_result() -> None:
    reply = await Talk().say("/convert 0.5 btc in eth")

    assert reply.text.splitlines()[:4] == [
        "<b>0.5 BTC = 9.8456 ETH</b>",
        "1 BTC = 67,250.10 USDT · Binance",
        "1 ETH = 3,415.22 USDT · Binance",
        "way: BTC → USDT → ETH",
    ]
    assert copies(reply) == {"📋 9.8456": "9.8456"}
    assert press(reply, "⇄ ETH → BTC").command == "convert 0.5 ETH BTC"


async def test_an_exponent_is_named_as_what_is_wrong() -> None:
    assert "'1e5' is not an amount" in (await Talk().say("/convert 1e5 btc eth")).text


async def test_a_direct_market_needs_no_way() -> None:
    reply = await Talk().say("/convert 5 btc usdt")

    assert "<b>5 BTC = 336,250.50 USDT</b>" in reply.text and "way:" not in reply.text


async def test_what_is_missing_is_asked_for_and_never_guessed() -> None:
    talk = Talk()

    nothing = await talk.say("/convert")
    half = await talk.say("/convert 0.5 btc")

    assert "<code>/convert 0.5 btc in eur</code>" in nothing.text
    assert "Into what shall I convert <b>0.5 BTC</b>?" in half.text
    assert labels(half) == [["USD", "EUR", "ETH"]]
    assert press(half, "EUR").command == "convert 0.5 BTC EUR"


async def test_an_unknown_coin_gets_suggestions() -> None:
    reply = await Talk().say("/convert 5 btx usdt")

    assert "I don't know <code>BTX</code>" in reply.text
    assert press(reply, "BTC").command == "convert 5 BTC usdt"


async def test_two_coins_that_no_market_connects_are_told_apart_from_unknown_ones() -> None:
    reply = await Talk().say("/convert 5 btc aapl")

    assert reply.text.startswith("No market here leads from <code>BTC</code> to <code>AAPL</code>")


async def test_a_market_that_does_not_answer_is_not_called_missing() -> None:
    talk = Talk()
    talk.market.failure = Unavailable("down")

    reply = await talk.say("/convert 5 btc eth")

    assert "unavailable" in reply.text and labels(reply) == [["🔄 Try again"]]


async def test_a_market_out_of_order_among_others_is_not_called_missing() -> None:
    talk = Talk()
    talk.market.listed = [Listing("ETH-USDT", "Ethereum", "3415.22")]
    talk.market.down = {"BTC-USDT"}

    assert "unavailable" in (await talk.say("/convert 5 btc eth")).text
