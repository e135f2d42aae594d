import pytest

from common.errors import Unavailable
from telegram_bot.replies import Live, Reply
from tests.support.fake_market import Listing
from tests.support.talk import IN_A_GROUP, ME, Talk, copies, labels, press


async def test_one_coin_is_answered_with_a_card_that_can_be_refreshed_and_copied() -> None:
    reply = await Talk().say("/price btc")

    assert reply.text.startswith("<b>Bitcoin</b> · <code>BTC/USDT</code>")
    assert labels(reply) == [
        ["🔄 Refresh", "🔴 Live", "📋 67250.10"],
        ["📏 ATR", "📈 Chart"],
        ["🔔 Alert", "⭐ Watch"],
    ]
    assert copies(reply) == {"📋 67250.10": "67250.10"}


async def test_a_tap_makes_the_card_live_and_another_ends_that() -> None:
    talk = Talk()
    card = await talk.say("/price btc")

    live = await talk.tap(press(card, "🔴 Live"))
    assert isinstance(live, Reply) and live.live is not None
    again = await talk.conversation.again(live.live.again, ME)
    usual = await talk.tap(press(live, "⏹ Stop"))

    assert labels(live) == [["⏹ Stop"]] and again == live and live.edits
    assert isinstance(usual, Reply)
    assert (usual.text, usual.buttons, usual.live) == (card.text, card.buttons, Live())


async def test_a_live_card_keeps_its_last_state_while_there_is_no_price() -> None:
    talk = Talk()
    live = await talk.tap(press(await talk.say("/price btc"), "🔴 Live"))
    assert isinstance(live, Reply) and live.live is not None
    talk.market.failure = Unavailable("down")

    assert await talk.conversation.again(live.live.again, ME) is None


async def test_in_production_the_card_is_two_lines() -> None:
    staging, production = Talk("staging"), Talk("production")

    card = await staging.say("/price btc")
    brief = await production.say("/price btc")

    assert len(brief.text.splitlines()) == 2 < len(card.text.splitlines())
    assert [[label for label in row if label != "📈 Chart"] for row in labels(card)] == labels(
        brief
    )


@pytest.mark.parametrize(
    "words",
    [
        "btc,eth sol",
        "BTC ETH,SOL",
        "btc, eth; sol",
        "bitcoin ETH btc $sol",
        "btc-usdt btc eth sol",
    ],
)
async def test_several_coins_are_a_table_with_each_once(words: str) -> None:
    reply = await Talk().say(f"/p {words}")

    assert reply.text.startswith("<b>Prices</b> · USDT")
    assert [reply.text.count(f"\n{coin} ") for coin in ("ETH", "SOL")] == [1, 1]
    assert reply.text.count("BTC ") == 1
    assert labels(reply) == [["🔄 Refresh"]]


@pytest.mark.parametrize("text", ["/price btc,eth sol PEPE", "/p BTC ETH,SOL,pepe"])
async def test_p2_however_coins_are_parted_the_table_is_the_same(text: str) -> None:
    talk = Talk()
    talk.market.listed.append(Listing("PEPE-USDT", "Pepe", "0.00001234", "0.00000001"))

    reply = await talk.say(text)

    table = reply.text.partition("<pre>")[2].partition("</pre>")[0].split("\n")
    assert talk.market.asked == [("BTC", "ETH", "SOL", "PEPE")]
    assert reply.text.count("<pre>") == 1 and max(map(len, table)) <= 36
    assert [line.split()[0] for line in table[1:]] == ["BTC", "ETH", "SOL", "PEPE"]


async def test_p3_a_tiny_price_is_written_in_full() -> None:
    talk = Talk()
    talk.market.listed = [Listing("PEPE-USDT", "Pepe", "0.00001234", "0.00000001")]

    reply = await talk.say("/price PEPE")

    assert "<b>0.00001234</b>" in reply.text and "e-" not in reply.text.lower()


async def test_p4_a_stable_coin_keeps_the_digits_that_matter() -> None:
    talk = Talk()
    talk.market.listed = [Listing("USDC-USDT", "USD Coin", "1.0001", "0.0001")]

    assert "<b>1.0001</b>" in (await talk.say("/price USDC")).text


async def test_p7_a_coin_that_is_several_is_asked_about_once() -> None:
    talk = Talk()
    talk.market.listed = [Listing("GRT-EUR", "The Graph"), Listing("GRT-GBP", "The Graph")]

    asked = await talk.say("/price GRT")
    card = await talk.tap(press(asked, "GRT/GBP"))
    again, range_, other = [
        await talk.say(text) for text in ("/price grt", "/atr GRT 4h", "/price GRT-EUR")
    ]

    assert asked.text.startswith("<code>GRT</code> is traded in several currencies.")
    assert labels(asked) == [["GRT/EUR", "GRT/GBP"]]
    assert isinstance(card, Reply) and card.edits and "GRT/GBP" in card.text
    assert "GRT/GBP" in again.text and "GRT/GBP" in range_.text and "GRT/EUR" in other.text


async def test_in_a_group_the_choice_of_one_is_not_that_of_all() -> None:
    talk = Talk()
    talk.market.listed = [Listing("GRT-EUR", "The Graph"), Listing("GRT-GBP", "The Graph")]

    await talk.tap(press(await talk.say("/price GRT", IN_A_GROUP), "GRT/GBP"), IN_A_GROUP)

    assert "Which one?" in (await talk.say("/price GRT", IN_A_GROUP)).text


async def test_a_coin_that_is_several_does_not_spoil_a_table() -> None:
    talk = Talk()
    talk.market.listed += [Listing("GRT-EUR", "The Graph"), Listing("GRT-GBP", "The Graph")]

    reply = await talk.say("/price btc grt")

    assert "Write GRT-EUR or GRT-GBP." in reply.text and "67,250.10" in reply.text


async def test_one_unknown_among_several_is_named_below_the_table() -> None:
    reply = await Talk().say("/price eth btx")

    assert "Not found: <code>BTX</code> — did you mean BTC?" in reply.text
    assert "3,415.22" in reply.text


async def test_only_unknown_coins_have_nothing_to_refresh() -> None:
    reply = await Talk().say("/price btx qqq")

    assert reply.text == (
        "Not found: <code>BTX</code> — did you mean BTC?\nNot found: <code>QQQ</code>"
    )
    assert labels(reply) == []


async def test_a_quote_may_follow_behind_in() -> None:
    talk = Talk()

    reply = await talk.say("/price btc eth-usdt in usdt")

    assert talk.market.asked == [("BTC-USDT", "ETH-USDT")]
    assert press(reply, "🔄 Refresh").command == "price BTC-USDT ETH-USDT"


async def test_a_market_that_is_not_there_in_that_quote_is_a_tap_away() -> None:
    reply = await Talk().say("/price btc in eur")

    assert reply.text == "<b>BTC</b> is not traded in EUR here, but as <b>BTC/USDT</b>."
    assert press(reply, "BTC/USDT").command == "price BTC-USDT"


async def test_a_quote_alone_is_asked_for_its_coin() -> None:
    assert (await Talk().say("/price in eur")).text.startswith("Which coin?")


async def test_a_name_that_cannot_be_one_is_refused_in_any_quote() -> None:
    reply = await Talk().say("/price btc <b>x in usdt")

    assert "&lt;b&gt;x" in reply.text and "67,250.10" in reply.text


async def test_eleven_coins_are_cut_to_ten() -> None:
    talk = Talk()
    talk.market.listed = [Listing(f"C{number}-USD", f"Coin {number}") for number in range(11)]

    reply = await talk.say("/price " + ",".join(f"c{number}" for number in range(11)))

    assert talk.market.asked == [tuple(f"C{number}" for number in range(10))]
    assert "10 at most" in reply.text
    assert "C10" in reply.text


async def test_without_a_coin_it_asks_with_buttons_for_listed_ones() -> None:
    reply = await Talk().say("/price")

    assert reply.text == "Which coin? Example: <code>/price BTC</code>"
    assert labels(reply) == [["BTC", "ETH", "SOL"]]
    assert press(reply, "ETH").command == "price ETH"


async def test_without_a_coin_and_without_market_data_it_still_asks() -> None:
    talk = Talk()
    talk.market.failure = Unavailable("down")

    reply = await talk.say("/price")

    assert reply == Reply("Which coin? Example: <code>/price BTC</code>")


async def test_an_unknown_coin_gets_suggestions_to_tap() -> None:
    talk = Talk()

    reply = await talk.say("/price BTX")
    card = await talk.tap(press(reply, "BTC"))

    assert "I don't know <code>BTX</code>. Did you mean <b>BTC</b>?" in reply.text
    assert isinstance(card, Reply) and card.edits
    assert card.text.startswith("<b>Bitcoin</b>")


async def test_markup_in_a_name_is_repeated_as_text() -> None:
    reply = await Talk().say("/price <b>x")

    assert "&lt;b&gt;x" in reply.text
    assert "<b>x" not in reply.text


async def test_cyrillic_look_alikes_are_pointed_out() -> None:
    talk = Talk()

    reply = await talk.say("/price ВТС")

    assert "Cyrillic" in reply.text
    assert talk.market.asked == []


async def test_a_name_that_cannot_be_one_does_not_hide_the_others() -> None:
    reply = await Talk().say("/price btc <b>x ВТС")

    assert "67,250.10" in reply.text
    assert "Cyrillic" in reply.text
    assert "&lt;b&gt;x" in reply.text


@pytest.mark.parametrize("text", ["/price " + "x" * 4_000, "/price " + "ж " * 2_000])
async def test_four_kilobytes_of_text_get_a_short_answer(text: str) -> None:
    talk = Talk()

    reply = await talk.say(text)

    assert len(reply.text) < 4_096
    assert talk.market.asked == []


async def test_two_thousand_coins_are_cut_to_ten() -> None:
    talk = Talk()

    reply = await talk.say("/price " + " ".join(f"c{number}" for number in range(800)))

    assert talk.market.asked == [tuple(f"C{number}" for number in range(10))]
    assert len(reply.text) < 4_096


@pytest.mark.parametrize(
    ("price", "step", "copied"),
    [("0.0000000001", "0.0000000001", "0.0000000001"), ("10000000", "0.1", "10000000.0")],
)
async def test_tiny_and_huge_prices_are_copied_in_full(price: str, step: str, copied: str) -> None:
    talk = Talk()
    talk.market.listed = [Listing("PEPE-USD", "Pepe", price, step)]

    reply = await talk.say("/price pepe")

    assert copies(reply) == {f"📋 {copied}": copied}
    assert "e-" not in reply.text.lower()


async def test_a_refresh_of_ten_long_names_fits_or_is_not_offered() -> None:
    talk = Talk()
    names = [f"{letter * 15}-USD" for letter in "ABCDEFGHIJ"]
    talk.market.listed = [Listing(name, name) for name in names]

    short = await talk.say("/price " + " ".join(names[:3]))
    long = await talk.say("/price " + " ".join(names))

    assert press(short, "🔄 Refresh").command.startswith("p AAA")
    assert labels(long) == []


async def test_market_data_down_is_said_with_a_reference_and_a_way_back() -> None:
    talk = Talk()
    talk.market.failure = Unavailable("connection refused")

    reply = await talk.say("/price BTC")

    assert "Market data is unavailable right now (ref " in reply.text
    assert press(reply, "🔄 Try again").command == "price BTC"
