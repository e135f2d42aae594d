"""What a command lacked, written behind it: few words complete it, or mean themselves."""

import pytest

from telegram_bot.replies import Reply
from tests.support.talk import IN_A_GROUP, Talk, press


@pytest.mark.parametrize(
    ("lacking", "answer", "begins"),
    [
        ("/atr", "eth 4h", "ETH usually moves about"),
        ("/chart", "btc", "<b>BTC/USDT"),
        ("/alert", "btc > 70k", "🔔 Alert <b>#1</b> set"),
        ("/alert BTC", "70k", "🔔 Alert <b>#1</b> set"),
        ("/convert 1 btc", "eth", "<b>1 BTC ="),
        ("/convert", "2 btc in usdt", "<b>2 BTC ="),
        ("/size BTC", "10k", "📐 <b>BTC/USDT"),
        ("/watch", "eth", "⭐ Watching"),
        ("/portfolio add ETH", "2 @ 3000", "✅ Noted: #1 bought <b>2 ETH</b> at 3,000.00"),
        ("/portfolio add ETH 2", "3000", "✅ Noted: #1 bought <b>2 ETH</b> at 3,000.00"),
        ("/digest", "8:30", "Your digest comes"),
    ],
)
async def test_few_words_complete_a_command(lacking: str, answer: str, begins: str) -> None:
    talk = Talk()

    await talk.say(lacking)

    assert (await talk.say(answer)).text.startswith(begins)


@pytest.mark.parametrize(
    ("said", "begins"),
    [
        ("hello", "👋"),
        ("price btc", "<b>Bitcoin</b>"),
        ("how volatile is eth this week", "💬 Understood: <code>/stats"),
        ("what is the price of bitcoin?", "<b>Bitcoin</b>"),
        ("/price eth", "<b>Ethereum</b>"),
    ],
)
async def test_other_words_mean_what_they_say_and_end_the_question(said: str, begins: str) -> None:
    talk = Talk()
    await talk.say("/atr")

    assert (await talk.say(said)).text.startswith(begins)
    assert (await talk.say("btc")).text.startswith("<b>Bitcoin</b>")


async def test_a_slip_in_the_answer_is_a_tap_away() -> None:
    talk = Talk()
    await talk.say("/atr")

    asked = await talk.say("btx")
    found = await talk.tap(press(asked, "BTC"))

    assert isinstance(found, Reply) and "BTC usually moves" in found.text


async def test_the_level_of_an_alert_can_be_typed_where_it_is_asked_for() -> None:
    talk = Talk()
    card = await talk.say("/alert BTC > 70k")

    await talk.tap(press(card, "✏️ Level"))

    assert "above 71,000.00" in (await talk.say("71k")).text


async def test_a_group_is_not_waited_for() -> None:
    talk = Talk()
    await talk.say("/atr", IN_A_GROUP)

    assert await talk.services.people.asked(IN_A_GROUP.chat) is None
