from dataclasses import replace

import pytest

from telegram_bot.commands.size_words import read
from tests.support.fake_market import Listing
from tests.support.talk import Talk, copies, labels, press


async def test_a_stop_of_atr_is_sized_as_the_design_says() -> None:
    reply = await Talk().say("/size BTC 4h risk 1% eq 10k")

    assert "<b>BTC/USDT · long · stop 2.0x ATR(14) 4h</b>" in reply.text
    assert "Risk 1% of 10,000 USDT → <b>0.05914 BTC</b> = 3,977.17 USDT (39.8%)" in reply.text
    assert copies(reply) == {"📋 size": "0.05914", "📋 stop": "65559.46"}
    assert labels(reply)[:2] == [["1.5x", "•2x", "3x"], ["0.5%", "•1%", "2%"]]
    assert press(reply, "3x").command == "size BTC-USDT 4h 3x risk 1% eq 10k"


async def test_a_stop_of_ones_own_is_told_in_atr_and_decides_the_side() -> None:
    long = await Talk().say("/size BTC stop 64000 eq 10k fee 0.1%")
    short = await Talk().say("/size BTC stop @70000 eq 10k")

    assert "long · stop 64,000.00 ≈ 3.8 × ATR 4h" in long.text
    assert "fees in it" in long.text
    assert press(long, "2%").command == "size BTC-USDT 4h risk 2% eq 10k stop 64k fee 0.1%"
    assert "short · stop 70,000.00" in short.text


def test_german_names_its_numbers_too() -> None:
    german = read("BTC Risiko 2% Konto 10k Stopp 64000 Gebühr 0.1%".split())

    assert german == read("BTC risk 2% eq 10k stop 64000 fee 0.1%".split())


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("/size BTC stop 70000 eq 10k long", "long position&#x27;s stop is below"),
        ("/size BTC stop 60000 eq 10k short", "short position&#x27;s stop is above"),
        ("/size BTC eq 10k stop", "needs a number after it"),
        ("/size BTC eq 10k fee 11%", "at most 10 %"),
        ("/size BTC eq 10k 100x", "The stop would be ≤ 0"),
        ("/size BTC eq 10k stop 67250.10", "nothing would be at risk"),
    ],
)
async def test_what_makes_no_sense_says_what_would(text: str, said: str) -> None:
    reply = await Talk().say(text)

    assert said.replace("&#x27;", "'") in reply.text


async def test_the_account_is_asked_for_and_never_guessed() -> None:
    reply = await Talk().say("/size BTC 1d short")

    assert "How much is in the account?" in reply.text
    assert labels(reply) == [["1k", "10k", "100k"]]
    sized = await Talk().say(f"/{press(reply, '10k').command}")
    assert "short · stop 2.0x ATR(14) 1d" in sized.text


async def test_the_share_that_a_stop_costs_is_the_environments_where_nobody_says() -> None:
    assert "Risk 1% of" in (await Talk("local").say("/size BTC eq 10k")).text
    assert "Risk 2% of" in (await Talk("production").say("/size BTC eq 10k")).text


async def test_a_coin_is_asked_for() -> None:
    assert (await Talk().say("/size")).text.startswith("Which coin?")


async def test_too_little_money_for_one_lot_says_so_and_offers_no_size_to_copy() -> None:
    reply = await Talk().say("/size BTC eq 0.01 risk 1%")

    assert "one lot (0.00001 BTC) already risks or costs more" in reply.text
    assert set(copies(reply)) == {"📋 stop"}


async def test_a_market_too_young_for_atr_is_sized_by_a_stop_of_ones_own() -> None:
    talk = Talk()
    talk.market.listed.append(replace(Listing("NEW-USDT", "New", "2.50"), candles=5))

    sized = await talk.say("/size NEW eq 10k stop 2.00")
    refused = await talk.say("/size NEW eq 10k")
    unknown = await talk.say("/size NEWX eq 10k stop 2.00")

    assert "stop 2.00</b>" in sized.text
    assert "has 5 closed candles; this needs 15" in refused.text
    assert "I don't know" in unknown.text


def test_words_are_written_back_as_they_were_meant() -> None:
    text = "BTC 1d 3x @64k risk 1% eq 10k long stop 60k fee 0.1%"

    assert read(text.split()).written == text


async def test_a_german_reads_the_risk_and_the_buttons_with_a_comma() -> None:
    talk = Talk()

    reply = await talk.say("/size BTC eq 10k risiko 0,5%", talk.speaker(told="de"))

    assert "Risiko 0,5% von" in reply.text
    assert labels(reply)[:2] == [["1,5x", "•2x", "3x"], ["•0,5%", "1%", "2%"]]
