"""Numbers that a hand may mean in two ways: asked about, never guessed."""

import doctest

import pytest

from telegram_bot.commands import doubt
from telegram_bot.people import Choices
from telegram_bot.ports import Speaker
from telegram_bot.replies import Press, Reply
from tests.support.talk import Talk, labels, press


def german() -> tuple[Talk, Speaker]:
    it = Talk()
    return it, it.speaker(told="de")


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("/alert BTC > 70.000", ["alert BTC > 70000", "alert BTC > 70.000"]),
        (
            "/alert BTC >$70.000 every 1h",
            ["alert BTC >$70000 every 1h", "alert BTC >$70.000 every 1h"],
        ),
        (
            "/portfolio add BTC 0,5 @ 61.200",
            ["portfolio add BTC 0,5 @ 61200", "portfolio add BTC 0,5 @ 61.200"],
        ),
        (
            "/portfolio add BTC 1,500 @61.200",
            ["portfolio add BTC 1.500 @61200", "portfolio add BTC 1500 @61.200"],
        ),
        ("/size BTC eq 10.000", ["size BTC eq 10000", "size BTC eq 10.000"]),
        ("/convert 1.500 eur in btc", ["convert 1500 eur in btc", "convert 1.500 eur in btc"]),
        ("/convert 1,234 btc in eur", ["convert 1.234 btc in eur", "convert 1234 btc in eur"]),
        (
            "/paper buy BTC 500 stop 60.000",
            ["paper buy BTC 500 stop 60000", "paper buy BTC 500 stop 60.000"],
        ),
        ("/settings equity 10.000", ["settings equity 10000", "settings equity 10.000"]),
        ("weck mich, wenn btc unter 60.000 fällt", ["alert BTC < 60k", "alert BTC < 60"]),
        ("wie viel sind 1.500 eur in btc?", ["convert 1500 EUR BTC", "convert 1.5 EUR BTC"]),
        ("kaufe 1,234 btc", ["portfolio add BTC 1.234", "paper buy BTC 1.234"]),
    ],
)
async def test_what_a_german_may_mean_by_a_sign_is_asked(typed: str, offered: list[str]) -> None:
    it, anna = german()

    asked = await it.say(typed, anna)

    presses = [button for row in asked.buttons for button in row if isinstance(button, Press)]
    assert [button.command for button in presses][:2] == offered
    assert not await it.services.alerts.of_chat(anna.chat)
    assert not await it.services.ledger.entries(anna.chat)


async def test_the_question_shows_both_numbers_without_a_sign_for_thousands() -> None:
    it, anna = german()

    asked = await it.say("/alert BTC > 70.000", anna)
    alert = await it.tap(press(asked, "✅ 70000"), anna)

    assert asked.text == (
        "Du hast <code>70.000</code> geschrieben. Meinst du <b>70000</b> oder <b>70</b>?"
    )
    assert labels(asked) == [["✅ 70000", "✅ 70"]]
    assert isinstance(alert, Reply) and "70.000,00" in alert.text


@pytest.mark.parametrize("typed", ["70000", "70k", "70.000,00", "70000,00"])
async def test_a_number_without_doubt_is_taken_as_a_german_writes_it(typed: str) -> None:
    it, anna = german()

    assert "<b>über 70.000,00</b>" in (await it.say(f"/alert BTC > {typed}", anna)).text


async def test_an_answer_to_a_question_of_ours_is_asked_about_too() -> None:
    it, anna = german()

    await it.say("/settings equity", anna)
    asked = await it.say("10.000", anna)
    await it.tap(press(asked, "✅ 10000"), anna)

    assert (await it.services.people.choices(anna.chat)).equity == 10_000


async def test_nobody_who_writes_points_is_asked() -> None:
    it, ann = Talk(), Talk.speaker()
    await it.services.people.choose(ann.chat, Choices(numbers="1,234.56"))

    assert "above 70.00" in (await it.say("/alert BTC > 70.000", ann)).text


async def test_who_writes_spaces_between_thousands_is_understood() -> None:
    it, ann = Talk(), Talk.speaker()
    await it.services.people.choose(ann.chat, Choices(numbers="1 234,56"))

    for typed in ("/convert 1 234,50 eth in usdt", "1\xa0234,50 eth in usdt"):
        assert "<b>1\xa0234,5 ETH = 4\xa0216\xa0089,09 USDT</b>" in (await it.say(typed, ann)).text
    assert "BTC/USDT" in (await it.say("/backtest BTC 4h st 10 300", ann)).text


async def test_a_file_holds_points_whoever_sends_it() -> None:
    it, anna = german()

    await it.say("/portfolio import\nside,symbol,quantity,price\nbuy,BTC,1.500,61200.125", anna)

    (entry,) = await it.services.ledger.entries(anna.chat)
    assert (str(entry.quantity), str(entry.price)) == ("1.5", "61200.125")


def test_the_examples_in_the_docstrings_hold() -> None:
    assert doctest.testmod(doubt).failed == 0
