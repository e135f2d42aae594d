import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.errors import NotEnoughCandles, Unavailable
from playground.entities import settle, slice_units
from playground.markup import parse
from telegram_bot.commands import Command, Commands, Request, Services
from telegram_bot.commands.discovery import discover, table
from telegram_bot.formatting.html import escape
from telegram_bot.replies import Notice, Press, Reply
from tests.support.logged import logged
from tests.support.talk import IN_A_GROUP, ME, Talk, labels, press


async def _echo(request: Request, services: Services) -> Reply:
    return Reply("a chart")


def _with(*more: Command) -> Commands:
    names = {command.name for command in more}
    return table([*(known for known in discover().all if known.name not in names), *more])


CHART = Command("chart", "/chart BTC", "candles as a picture", _echo, ("/chart BTC",))


async def test_start_offers_three_things_to_try() -> None:
    talk = Talk()

    reply = await talk.say("/start")
    card = await talk.tap(press(reply, "💲 BTC price"))

    assert labels(reply) == [["💲 BTC price", "📏 BTC ATR 4h"], ["⚙️ Time zone & currency"]]
    assert isinstance(card, Reply) and card.text.startswith("<b>Bitcoin</b>")
    assert not card.edits


async def test_help_lists_every_command_with_an_example_to_copy() -> None:
    reply = await Talk().say("/help")

    for command in discover().all:
        listed = f"<code>{escape(command.examples[0])}</code>" in reply.text
        assert listed is not command.owners


@pytest.mark.parametrize("asked", ["/help atr", "/HELP /ATR", "/help a"])
async def test_help_explains_one_command(asked: str) -> None:
    reply = await Talk().say(asked)

    assert "<b>/atr</b>" in reply.text
    assert "<code>/atr BTC 4h risk 1% eq 10k</code>" in reply.text


@pytest.mark.parametrize("name", [command.name for command in discover().all])
async def test_what_can_be_tapped_in_help_works(name: str) -> None:
    text, entities = settle(*parse((await Talk().say(f"/help {name}")).text))

    assert "mention" not in {entity["type"] for entity in entities}
    for entity in entities:
        if entity["type"] == "bot_command":
            assert slice_units(text, entity["offset"], entity["length"]) == f"/{name}"


async def test_help_about_nothing_lists_what_there_is() -> None:
    reply = await Talk().say("/help <b>")

    assert "<code>&lt;b&gt;</code>" in reply.text
    assert "<code>/price BTC</code>" in reply.text


@pytest.mark.parametrize("text", ["/PRICE btc", "/price@Crypto_Assistant_Bot btc", " /p\nbtc"])
async def test_a_command_is_understood_however_it_is_typed(text: str) -> None:
    assert (await Talk().say(text)).text.startswith("<b>Bitcoin</b>")


@pytest.mark.parametrize("speaker", [ME, IN_A_GROUP])
async def test_a_command_for_another_bot_is_not_ours(speaker: object) -> None:
    assert await Talk().silence("/price@other_bot btc", speaker)  # type: ignore[arg-type]


async def test_a_command_that_does_not_exist_gets_a_guess() -> None:
    talk = Talk()

    reply = await talk.say("/pirce btc")
    price = await talk.tap(press(reply, "/price btc"))

    assert reply.text == "I don't know <code>/pirce</code>. Did you mean <code>/price btc</code>?"
    assert isinstance(price, Reply) and price.text.startswith("<b>Bitcoin</b>")


async def test_a_command_that_is_like_no_other_gets_examples() -> None:
    reply = await Talk().say("/zzz")

    assert "<code>/price BTC</code>" in reply.text


@pytest.mark.parametrize("text", ["btc", "BTC?", "$BTC", "btc-usdt"])
async def test_a_coin_alone_asks_for_its_price_in_private(text: str) -> None:
    assert (await Talk().say(text)).text.startswith("<b>Bitcoin</b>")


@pytest.mark.parametrize("language", ["en", "de"])
async def test_what_the_greeting_says_can_be_written_is_understood(language: str) -> None:
    talk = Talk()
    somebody = talk.speaker(told=language)

    last = (await talk.say("/start", somebody)).text.splitlines()[-1]
    offered = re.findall("<code>(.*?)</code>", last)

    assert len(offered) == 3
    for sentence in offered:
        assert "/help" not in (await talk.say(sentence, somebody)).text
    assert "<code>btc</code>" not in (await talk.say("/start", IN_A_GROUP)).text


async def test_coins_alone_ask_for_their_prices() -> None:
    assert (await Talk().say("btc, eth")).text.startswith("<b>Prices</b>")


@pytest.mark.parametrize(
    "text",
    [
        "what is the price of bitcoin?",
        "price of btc in usdt",
        "BTC btx please!",
        "what's btc's price",
        "BTC 📈 ?!",
        "₿",
        "bitcoin price??",
        "was macht bitcoin",
    ],
)
async def test_a_coin_in_a_sentence_is_answered_without_the_other_words(text: str) -> None:
    reply = await Talk().say(text)

    assert reply.text.startswith("<b>Bitcoin</b>")
    assert "Not found" not in reply.text


async def test_a_coin_that_is_not_traded_in_a_currency_is_offered_in_those_it_has() -> None:
    for text in ("btc in gbp", "price of bitcoin in pounds", "/price btc in gbp", "/atr btc-gbp"):
        reply = await Talk().say(text)

        assert reply.text == "<b>BTC</b> is not traded in GBP here, but as <b>BTC/USDT</b>.", text
        assert labels(reply) == [["BTC/USDT"], ["1 BTC → GBP"]]
        assert press(reply, "1 BTC → GBP").command == "convert 1 BTC GBP"


async def test_several_coins_in_a_sentence_are_refreshed_without_the_other_words() -> None:
    reply = await Talk().say("what about btc and eth")

    assert reply.text.startswith("<b>Prices</b>") and "Not found" not in reply.text
    assert press(reply, "🔄 Refresh").command == "price BTC ETH"


async def test_a_sentence_asked_while_market_data_is_down_is_not_called_chatter() -> None:
    talk = Talk()
    talk.market.failure = Unavailable("down")

    assert "unavailable" in (await talk.say("how is btc")).text


async def test_an_unknown_coin_alone_gets_a_suggestion() -> None:
    assert "Did you mean <b>BTC</b>" in (await Talk().say("btx")).text


@pytest.mark.parametrize(
    "text",
    [
        "thanks",
        "what is this",
        "hello there",
        "btx or ethx",
        "привет",
        "a" * 4_000,
        "x " * 2_000,
        "/",
        "👋",
    ],
)
async def test_other_text_gets_a_short_hint(text: str) -> None:
    reply = await Talk().say(text)

    assert reply.text.startswith("I did not understand that. Try <code>/price BTC</code>")
    assert len(reply.text) < 200


@pytest.mark.parametrize("text", ["btc", "hello", "/zzz", "/", "price btc"])
async def test_in_a_group_only_commands_of_ours_are_answered(text: str) -> None:
    assert await Talk().silence(text, IN_A_GROUP)


@pytest.mark.parametrize("text", ["/price btc", "/zzz@crypto_assistant_bot"])
async def test_in_a_group_our_commands_and_what_names_us_are_answered(text: str) -> None:
    assert (await Talk().say(text, IN_A_GROUP)).text


async def test_buttons_appear_with_their_commands() -> None:
    talk = Talk(commands=_with(CHART))

    reply = await talk.say("/price btc")

    assert labels(reply)[1] == ["📏 ATR", "📈 Chart"]
    assert press(reply, "📈 Chart").data == "1 /chart BTC-USDT"


async def test_a_command_whose_flag_is_off_is_nowhere() -> None:
    hidden = replace(CHART, flag="enhanced_price_display")
    talk = Talk("production", commands=_with(hidden))

    card, listing, said = [await talk.say(text) for text in ("/price btc", "/help", "/chart btc")]

    assert "📈 Chart" not in str(labels(card))
    assert "chart" not in listing.text
    assert said.text == "/chart is not available here."
    assert await talk.tap(Press("📈", "chart btc")) == Notice("/chart is not available here.")


async def test_a_refresh_that_fails_leaves_the_message_as_it_is() -> None:
    talk = Talk()
    reply = await talk.say("/price btc")
    talk.market.failure = Unavailable("down")

    notice = await talk.tap(press(reply, "🔄 Refresh"))

    assert isinstance(notice, Notice)
    assert notice.text.startswith("Market data is unavailable right now (ref ")


async def test_another_command_passes_on_what_a_young_market_lacks() -> None:
    talk = Talk()
    talk.market.failure = NotEnoughCandles("ARB-USD", "1w", have=3, need=15)

    reply = await talk.say("/price arb")

    assert reply.text == "ARB-USD on 1w has 3 closed candles; this needs 15."


@pytest.mark.parametrize(
    "data", ["", "1", "1 ", "0 price BTC", "2 price BTC", "v1|atr|BTC", "1 gone"]
)
async def test_a_button_of_another_version_names_what_works(data: str) -> None:
    said = await Talk().conversation.pressed(data, ME)

    assert said == Notice("This button is from an older version — type /price BTC.")


async def test_who_asks_too_fast_is_told_once_and_then_ignored() -> None:
    talk = Talk()
    for _ in range(20):
        await talk.say("/help")

    told = await talk.say("/help")

    assert told.text == "Slow down a little — try again in 5 s."
    assert await talk.silence("/help")
    assert await talk.silence("btc")
    assert await talk.conversation.pressed("1 help", ME) is None
    talk.clock.advance(5)
    assert "Commands" in (await talk.say("/help")).text


async def test_taps_and_plain_words_count_as_questions() -> None:
    taps, plain = Talk(), Talk()
    for _ in range(20):
        await taps.tap(Press("❔", "help"))
        await plain.say("hello")

    assert await taps.tap(Press("❔", "help")) == Notice("Slow down a little — try again in 5 s.")
    assert (await plain.say("hello")).text.startswith("Slow down")


async def test_one_person_does_not_slow_another() -> None:
    talk = Talk()
    for _ in range(22):
        await talk.conversation.said("/help", ME)

    assert "Commands" in (await talk.say("/help", replace(ME, user=7))).text


async def test_what_breaks_is_told_by_reference_and_logged_with_its_trace() -> None:
    talk = Talk()
    talk.market.failure = ZeroDivisionError("secret detail")

    with logged("INFO") as written:
        reply = await talk.say("/price btc")

    lines = written.lines
    ref = reply.text.split("(ref ")[1].split(")")[0]
    assert "secret" not in reply.text
    assert len(ref) == 8 and int(ref, 16) >= 0
    assert [line["ref"] for line in lines] == [ref, ref]
    assert "ZeroDivisionError" in lines[0]["exception"]
    assert (lines[1]["command"], lines[1]["outcome"]) == ("price", "crashed")


async def test_a_command_that_breaks_under_a_tap_is_a_notice() -> None:
    talk = Talk()
    talk.market.failure = ZeroDivisionError()

    said = await talk.tap(Press("🔄", "price btc"))

    assert isinstance(said, Notice)
    assert said.text.startswith("Something went wrong here (ref ")


@given(st.text(max_size=200))
async def test_any_text_gets_an_answer_in_private(text: str) -> None:
    talk = Talk()

    for said in (text, f"/price {text}", f"/atr {text}", f"/help {text}"):
        reply = await talk.conversation.said(said, ME)

        assert reply is None or 0 < len(reply.text) <= 4_096


@given(st.text(max_size=70))
async def test_any_tap_is_survived(data: str) -> None:
    talk = Talk()

    await talk.conversation.pressed(data, ME)
    await talk.conversation.pressed(f"1 {data}", ME)


def test_two_commands_may_not_share_a_name() -> None:
    with pytest.raises(ValueError, match="share the names p"):
        _with(replace(CHART, aliases=("p",)))


def test_the_well_known_commands_come_first() -> None:
    names = [command.name for command in _with(CHART).all]

    assert names[:5] == ["start", "help", "price", "atr", "chart"]
    later = names[names.index("settings") + 1 :]
    assert later == sorted(later) and "privacy" in later
