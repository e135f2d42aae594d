"""Plain sentences: what they mean, what they leave open, and that nothing is guessed."""

import doctest
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from telegram_bot.alerts.remembered import RememberedAlerts
from telegram_bot.commands import Command, Request, Services, talk
from telegram_bot.commands.discovery import discover, table
from telegram_bot.commands.talk_meaning import Sure, Unsure
from telegram_bot.replies import Reply
from tests.support.talk import Talk, labels, press

COINS = {"BTC", "ETH", "SOL", "EUR", "USD", "USDT", "NEAR", "LINK", "TON"}


def command(text: str) -> str | None:
    found = talk.understand(text, COINS.__contains__)
    return found.command if isinstance(found, Sure) else None


def choices(text: str) -> Sequence[str]:
    found = talk.understand(text, COINS.__contains__)
    return found.choices if isinstance(found, Unsure) else ()


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("1.5 eth in eur", "convert 1.5 ETH EUR"),
        ("1,5 ETH nach EUR", "convert 1,5 ETH EUR"),
        ("5 btc eth", "convert 5 BTC ETH"),
        ("$100 in btc", "convert 100 USD BTC"),
        ("100€ in sol?", "convert 100 EUR SOL"),
        ("how much is 2 btc-eur", "convert 2 BTC EUR"),
        ("wie viel sind 3 sol in eur?", "convert 3 SOL EUR"),
        ("how much is 1.5 eth", "convert 1.5 ETH"),  # which asks for the other coin
        ("how volatile is eth this week", "stats ETH 1h 168"),
        ("Wie volatil ist BTC heute?", "stats BTC 15m 96"),
        ("how volatile was sol in the last month", "stats SOL 4h 180"),
        ("volatility of bitcoin this year", "stats BTC 1d 365"),
        ("volatility of eth 4h", "atr ETH 4h"),
        ("how wild is sol", "atr SOL"),
        ("chart of eth 4h", "chart ETH 4h"),
        ("zeig mir den chart von btc", "chart BTC"),
        ("show me the btc chart for today", "chart BTC"),
        ("what is the atr of eth", "atr ETH"),
        ("biggest losers today", "top losers"),
        ("gewinner des tages", "top gainers"),
        ("my portfolio", "portfolio"),
        ("zeig meine watchlist", "watchlist"),
        ("show my alerts", "alerts"),
        ("zeig mir meinen überblick", "digest now"),
        ("wake me if btc drops 5%", "alert BTC -5%"),
        ("weck mich, wenn btc um 5 % fällt", "alert BTC -5%"),
        ("alert me when $eth rises 3 percent in 1h", "alert ETH +3% 1h"),
        ("tell me when eth goes above 4000", "alert ETH > 4k"),
        ("sag mir bescheid wenn eth über 4k steigt", "alert ETH > 4k"),
        ("warn me if btc drops below 60,000", "alert BTC < 60,000"),
        ("ping me once sol falls to 120", "alert SOL < 120"),
        ("let me know when sol climbs to 200", "alert SOL > 200"),
        ("alert me if sol moves 3% in an hour", "alert SOL 3% 1h"),
        ("tell me if LINK drops 5%", "alert LINK -5%"),
        ("notify me when btc hits 70k", "alert BTC 70k"),  # from where the price is
        ("sag bescheid wenn btc 70k erreicht", "alert BTC 70k"),
        ("weck mich wenn btc bei 70k ist", "alert BTC 70k"),
        ("set an alert for eth at 2500", "alert ETH 2500"),
        ("setze einen alarm für btc bei 90k", "alert BTC 90k"),
        ("alarm für btc unter 60k", "alert BTC < 60k"),
        ("gewinner", "top gainers"),
        ("alarm wenn eth um 5 prozent steigt", "alert ETH +5%"),
        ("alert me if btc goes under ninety thousand", "alert BTC"),  # which offers levels
        ("what can you do?", "help"),
        ("auf deutsch bitte", "settings language de"),
        ("delete my data", "mydata"),  # which asks again
        ("atr von eth auf 4 stunden", "atr ETH 4h"),
        ("chart of eth, 15 minutes", "chart ETH 15m"),
        ("how much is a btc in eur", "convert 1 BTC EUR"),
        ("wieviel ist ein btc in eur", "convert 1 BTC EUR"),
        ("was kostet ein eth in eur?", "convert 1 ETH EUR"),
        ("what's one sol worth in usd", "convert 1 SOL USD"),
        ("wie viel eur sind 2 eth", "convert 2 ETH EUR"),
        ("how many usd is 1 btc", "convert 1 BTC USD"),
        ("wie viel eth bekomme ich für 500 eur", "convert 500 EUR ETH"),
    ],
)
def test_a_sentence_is_understood(text: str, meant: str) -> None:
    assert command(text) == meant


@pytest.mark.parametrize(
    ("text", "offered"),
    [
        ("wake me if btc drops 5", ("alert BTC -5%", "alert BTC < 5")),
        ("wake me if btc jumps 5000", ("alert BTC +5k%", "alert BTC > 5k")),
        ("tell me if btc is near 70k", ("alert BTC > 70k", "alert BTC < 70k")),
        ("tell me if btc moves 5%", ("alert BTC +5%", "alert BTC -5%")),
        ("wake me if btc rises 5% this week", ("alert BTC +5% 1h", "alert BTC +5% 24h")),
        (
            "wake me if btc rises or falls 5%",
            ("alert BTC +5%", "alert BTC -5%"),
        ),
        (
            "wake me if btc drops below 60k or above 70k",
            ("alert BTC > 60k", "alert BTC < 60k", "alert BTC > 70k", "alert BTC < 70k"),
        ),
        ("buy 0.5 btc", ("portfolio add BTC 0.5", "paper buy BTC 0.5")),
        ("kaufe btc", ("portfolio add BTC", "paper buy BTC")),
        ("I sold 0.5 btc at 61200", ("portfolio sell BTC 0.5 @61200", "paper sell BTC 0.5")),
    ],
)
def test_what_a_sentence_leaves_open_about_money_is_asked(
    text: str, offered: tuple[str, ...]
) -> None:
    assert command(text) is None
    assert tuple(choices(text)) == offered


@pytest.mark.parametrize(
    "text",
    [
        "btc",
        "btc eth",
        "btc in eur",
        "price of btc in eur",
        "what is the price of bitcoin?",
        "my phone drops 5%",
        "wake me if it rains",
        "wake me at 7 when btc and eth drop 5%",
        "don't wake me if btc drops 5%",
        "weck mich nicht wenn btc um 5% fällt",
        "i sold 1 btc and bought 20 eth",
        "how are you today",
        "3 of my 5 btc are gone in eth",
        "not 5 btc in eth",
        "x" * 500,
        "5 btc\nin eth",
        "",
    ],
)
def test_what_is_not_known_for_certain_means_nothing(text: str) -> None:
    assert talk.understand(text, COINS.__contains__) is None


_vocabulary = st.sampled_from(
    (
        "wake me if when btc eth $sol drops rises above below 5 5% 70k 1h 24h this week to or % "
        "€ buy sold how much is volatile chart my portfolio in eur wenn fällt über nicht ?! 1,5 "
        "nan -3 1e999"
    ).split()
)


@settings(max_examples=150)
@given(st.lists(_vocabulary, max_size=12).map(" ".join))
def test_no_order_of_words_breaks_the_grammar_or_trades(text: str) -> None:
    found = talk.understand(text, COINS.__contains__)

    assert found == talk.understand(text, COINS.__contains__)
    if isinstance(found, Sure):
        assert found.command.split()[0] in {
            *("help", "mydata", "settings"),
            *("convert", "stats", "atr", "chart", "top", "portfolio", "watchlist", "alert"),
        }
        assert not found.command.startswith("portfolio ")
    else:
        assert found is None or found.question


def test_the_examples_in_the_docstring_hold() -> None:
    assert doctest.testmod(talk).failed == 0


async def _noted(request: Request, services: Services) -> Reply:
    return Reply("noted " + " ".join(request.words))


def with_alerts() -> Talk:
    others = [it for it in discover().all if it.name != "alert"]
    alert = Command("alert", "/alert BTC > 70k", "tells", _noted, ("/alert BTC > 70k",))
    return Talk(commands=table([*others, alert]))


async def test_an_answer_begins_with_what_was_understood() -> None:
    it = with_alerts()

    converted = await it.say("1.5 eth in usdt")
    alert = await it.say("wake me if btc drops 5%")

    assert converted.text.startswith(
        "💬 Understood: <code>/convert 1.5 ETH USDT</code>\n<b>1.5 ETH = 5,122.83 USDT</b>"
    )
    assert alert.text == "💬 Understood: <code>/alert BTC -5%</code>\nnoted BTC -5%"


async def test_a_question_back_has_a_button_for_each_meaning() -> None:
    it = with_alerts()

    asked = await it.say("wake me if btc drops 5")
    told = await it.tap(press(asked, "/alert BTC < 5"))

    assert asked.text == "By a share, or to a price?"
    assert labels(asked) == [["/alert BTC -5%"], ["/alert BTC < 5"]]
    assert isinstance(told, Reply) and told.text == "noted BTC < 5"


async def test_a_purchase_is_noted_only_by_a_tap_and_with_a_price() -> None:
    it = Talk()

    asked = await it.say("I bought 0.5 btc at 61200")
    before = await it.services.ledger.entries(1001)
    noted = await it.tap(press(asked, "/portfolio add BTC 0.5 @61200"))

    assert asked.text.startswith("I cannot trade") and not before
    assert isinstance(noted, Reply) and "61,200.00" in noted.text


async def test_a_command_works_without_its_slash() -> None:
    it = Talk()

    assert "ATR(14) · BTC/USDT · 4h" in (await it.say("atr btc 4h")).text
    assert (await it.say("Help")).text.startswith("<b>Commands</b>")
    assert "Watching" in (await it.say("watch eth")).text
    assert "I did not understand that" in (await it.say("watch the sunset with me")).text


async def test_a_german_is_understood_and_answered_in_german() -> None:
    it = Talk()

    reply = await it.say("wie volatil ist btc heute?", it.speaker(told="de"))

    first, second = reply.text.splitlines()[:2]
    assert first == "💬 Verstanden: <code>/stats BTC 15m 96</code>"
    assert second.startswith("📊 <b>Statistik")


@pytest.mark.parametrize(
    ("text", "begins"),
    [
        ("hallo", "👋"),
        ("Hi!", "👋"),
        ("hilfe", "<b>Befehle</b>"),
        ("/hilfe", "<b>Befehle</b>"),
        ("menü", "<b>Befehle</b>"),
        ("alarm btc 100k", "🔔 Alarm <b>#1</b> gestellt: BTC/USDT kommt <b>über 100.000,00</b>"),
        ("/alarm btc über 100k", "🔔 Alarm <b>#1</b> gestellt: BTC/USDT kommt <b>über 100.000"),
        ("/kurs btc", "<b>Bitcoin</b>"),
        ("#btc", "<b>Bitcoin</b>"),
        ("top coins", "<b>Top Gewinner"),
        ("alarm wenn btc um 5 prozent steigt", "💬 Verstanden: <code>/alert BTC +5%</code>"),
        ("/alert btc +5 %", "🔔 Alarm <b>#1</b> gestellt"),
        ("bitcoin price in usdt please", "<b>Bitcoin</b>"),
        ("rechne 1 btc in usdt um", "<b>1 BTC = 67.250,10 USDT</b>"),
        ("/alert me when btc hits 100k", "💬 Verstanden: <code>/alert BTC 100k</code>"),
    ],
)
async def test_people_try_other_names_for_commands(text: str, begins: str) -> None:
    it = Talk()

    assert (await it.say(text, it.speaker(told="de"))).text.startswith(begins)


async def test_groups_are_not_listened_to() -> None:
    it = Talk()
    group = replace(it.speaker(), chat=-100, private=False)

    assert await it.silence("1.5 eth in usdt", group)


@pytest.mark.parametrize(
    ("text", "understood"),
    [
        ("alert me when eth goes above 5k", "/alert ETH &gt; 5k"),
        ("chart of eth 4h", "/chart ETH 4h"),
        ("ATR of btc", "/atr BTC"),
    ],
)
async def test_a_sentence_may_begin_with_the_name_of_a_command(text: str, understood: str) -> None:
    reply = await Talk(alerts=RememberedAlerts()).say(text)

    assert reply.text.startswith(f"💬 Understood: <code>{understood}</code>\n")


async def test_a_command_without_its_slash_is_no_sentence_for_its_short_words() -> None:
    reply = await Talk(alerts=RememberedAlerts()).say("alert btc > 70k note for me")

    assert "Understood" not in reply.text and "📝 for me" in reply.text
