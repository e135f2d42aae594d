"""What is offered behind the bot's name, in any chat."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from common.errors import Unavailable
from telegram_bot.commands.inline import MOST, Inline
from telegram_bot.commands.pace import Pace
from telegram_bot.people import Choices
from telegram_bot.ports import Offer, Speaker
from telegram_bot.replies import Notice, Press, Reply
from tests.support.talk import Talk

ANYWHERE = Speaker(chat=1001, user=1001, private=False, inline=True)


def inline(talk: Talk, burst: int = 100) -> Inline:
    return Inline(talk.services, talk.conversation, Pace(talk.clock, burst))


async def offers(query: str, talk: Talk | None = None) -> Sequence[Offer]:
    talk = talk or Talk()
    return await inline(talk).offers(query, ANYWHERE)


async def test_a_coin_is_offered_with_its_price_and_its_range() -> None:
    price, atr = await offers("btc")

    assert price.title.startswith("Bitcoin")
    assert "67,250.10" in price.description
    assert price.reply.text.startswith("<b>Bitcoin</b>")
    assert atr.title.startswith("BTC usually moves")


@pytest.mark.parametrize("query", ["atr eth 4h", "/atr eth 4h", "ATR 4h eth", "a eth 4h"])
async def test_a_command_is_answered_as_it_would_be_in_its_chat(query: str) -> None:
    (atr,) = await offers(query)

    assert atr.title.startswith("ETH usually moves")
    assert "ATR(14) · ETH/USDT · 4h" in atr.reply.text


async def test_words_that_are_no_market_are_passed_over() -> None:
    found = await offers("watch btc")

    assert [offer.title.split()[0] for offer in found] == ["Bitcoin"]


@pytest.mark.parametrize(
    ("query", "titles"),
    [
        ("1.5 eth in usdt", ["1.5 ETH = 5,122.83 USDT"]),
        ("how much is a btc in usdt", ["1 BTC = 67,250.10 USDT"]),
        ("wake me if btc drops 5%", ["Bitcoin · BTC/USDT · Binance"]),
    ],
)
async def test_a_sentence_that_changes_nothing_is_answered(query: str, titles: list[str]) -> None:
    assert [offer.title for offer in await offers(query)][: len(titles)] == titles


async def test_a_table_is_described_by_its_numbers_in_any_style() -> None:
    talk = Talk()
    await talk.services.people.choose(1001, Choices(numbers="1 234,56"))

    table = (await offers("btc eth", talk))[0]

    assert table.description == "BTC 67\xa0250,10 · ETH 3\xa0415,22"


async def test_a_number_in_doubt_is_offered_both_ways() -> None:
    talk = Talk()
    await talk.services.people.choose(1001, Choices(numbers="1.234,56"))

    found = await offers("1.500 eth in usdt", talk)

    assert [offer.title for offer in found] == [
        "1.500 ETH = 5.122.830,00 USDT",
        "1,5 ETH = 5.122,83 USDT",
    ]


async def test_several_coins_are_offered_together_and_alone() -> None:
    table, *cards = await offers("price btc eth")

    assert table.reply.text.startswith("<b>Prices</b>")
    assert table.description == "BTC 67,250.10 · ETH 3,415.22"
    assert [card.title.split()[0] for card in cards] == ["Bitcoin", "Ethereum"]


@pytest.mark.parametrize("query", ["", "btc eth sol pepe usdc", "btc eth sol pepe usdc bnb xrp"])
async def test_there_are_five_results_at_most(query: str) -> None:
    found = await offers(query)

    assert 0 < len(found) <= MOST
    assert found[0].reply.text.startswith("<b>Prices</b>")


@pytest.mark.parametrize("query", ["btx", "atr btc 7m", "!?", "<b>", "watch"])
async def test_what_cannot_be_answered_gets_one_result_that_says_what_would(query: str) -> None:
    (hint,) = await offers(query)

    assert "atr eth 4h" in hint.description
    assert hint.title


async def test_trouble_gets_one_result_too() -> None:
    talk = Talk()
    talk.market.failure = Unavailable("down", retry_after=1)

    (told,) = await offers("btc", talk)

    assert "unavailable" in told.title


async def test_every_button_changes_the_message_it_is_under() -> None:
    talk = Talk()
    price, _ = await offers("btc", talk)
    presses = [item for row in price.reply.buttons for item in row if isinstance(item, Press)]
    pressed = [await talk.tap(press, ANYWHERE) for press in presses]

    assert [press.label for press in presses] == ["🔄 Refresh", "📏 ATR"]
    assert not any(press.fresh for press in presses)
    assert all(isinstance(reply, Reply) and reply.edits for reply in pressed)


async def test_a_button_of_the_private_chat_would_change_nothing_there() -> None:
    said = await Talk().tap(Press("x", "price BTX", fresh=True), ANYWHERE)

    assert isinstance(said, Notice)


async def test_a_query_is_answered_in_the_language_of_who_types() -> None:
    german = replace(ANYWHERE, told="de")

    (hint,) = await inline(Talk()).offers("btx", german)

    assert hint.title.startswith("BTX kenne ich nicht")


async def test_who_types_without_end_is_left_waiting() -> None:
    endless = inline(Talk(), burst=2)

    found = [bool(await endless.offers("btc", ANYWHERE)) for _ in range(3)]

    assert found == [True, True, False]


async def test_who_types_nothing_is_offered_their_own_coins() -> None:
    talk = Talk()
    await talk.say("/watch sol")

    own, others = await offers("", talk), await offers("", Talk())

    assert own[0].title.startswith("Solana") and len(own) == 2
    assert len(others) > 2
