import pytest

from common.errors import Unavailable
from telegram_bot.people import Strangers
from telegram_bot.reader import Reader
from telegram_bot.replies import Reply
from telegram_bot.watchlists import MOST_WATCHED
from tests.support.fake_market import Listing
from tests.support.talk import Talk, copies, labels, press


async def test_coins_are_watched_by_any_name_and_seen_at_a_glance() -> None:
    talk = Talk()

    said = await talk.say("/watch bitcoin eth")
    shown = await talk.say("/w")

    assert said.text == "⭐ Watching <b>BTC/USDT, ETH/USDT</b>."
    assert "67,250.10" in shown.text and "3,415.22" in shown.text
    assert labels(shown) == [["BTC", "ETH"], ["🔄 Refresh", "✏️ Edit", "🔗 Share"]]
    assert press(shown, "ETH").command == "price ETH-USDT" and press(shown, "ETH").fresh


async def test_an_empty_list_teaches_how_to_fill_it() -> None:
    talk = Talk()

    for text in ("/watchlist", "/watch"):
        reply = await talk.say(text)
        assert "<code>/watch btc eth sol</code>" in reply.text
    await talk.tap(press(reply, "ETH"))
    assert "3,415.22" in (await talk.say("/watchlist")).text
    assert (await Talk().say("/unwatch")).text.startswith("Your watchlist is empty")


async def test_what_is_on_the_list_already_or_unknown_is_said() -> None:
    talk = Talk()
    await talk.say("/watch btc")

    said = await talk.say("/watch btc eth btx")

    assert said.text.splitlines() == [
        "⭐ Watching <b>ETH/USDT</b>.",
        "Already on your list: BTC/USDT.",
        "Not found: <code>BTX</code> — did you mean BTC?",
    ]
    assert "I don't know <code>BTX</code>" in (await talk.say("/watch btx")).text


async def test_watching_and_unwatching_can_be_undone() -> None:
    talk = Talk()
    watched = await talk.say("/watch btc eth")

    undone = await talk.tap(press(watched, "↩ Undo"))
    assert isinstance(undone, Reply)
    assert undone.text == "No longer watching <b>BTC/USDT, ETH/USDT</b>."
    redone = await talk.tap(press(undone, "↩ Undo"))
    assert isinstance(redone, Reply) and redone.text.startswith("⭐ Watching")


async def test_a_coin_is_taken_off_by_its_name_or_a_tap() -> None:
    talk = Talk()
    await talk.say("/watch btc eth sol")

    by_name = await talk.say("/unwatch btc xrp")
    offered = await talk.say("/watchlist edit")
    await talk.tap(press(offered, "➖ SOL/USDT"))

    assert by_name.text.splitlines() == [
        "No longer watching <b>BTC/USDT</b>.",
        "Not on your list: xrp.",
    ]
    assert labels(offered) == [["➖ ETH/USDT", "➖ SOL/USDT"], ["⭐ Watchlist"]]
    assert labels(await talk.say("/watchlist"))[0] == ["ETH"]


async def test_a_long_list_has_pages_and_an_end() -> None:
    talk = Talk()
    talk.market.listed = [Listing(f"C{number}-USDT", "Coin") for number in range(40)]
    for start in range(0, 40, 10):
        said = await talk.say("/watch " + " ".join(f"C{n}" for n in range(start, start + 10)))

    assert f"Your list is full at {MOST_WATCHED}" in said.text
    assert press(await talk.say("/watchlist 2"), "3/3 ▶").command == "watchlist 3"
    assert "C29" in (await talk.say("/watchlist 99")).text
    assert "10 at most" in (await talk.say("/watch " + " ".join("abcdefghijk"))).text


async def test_lists_are_ones_own() -> None:
    talk = Talk()
    await talk.say("/watch btc")

    other = await talk.say("/watchlist", talk.speaker(chat=2002))

    assert other.text.startswith("Your watchlist is empty")


async def test_nothing_is_added_while_market_data_is_down() -> None:
    talk = Talk()
    talk.market.failure = Unavailable("down")

    assert "Nothing was changed" in (await talk.say("/watch btc")).text
    assert await talk.services.watchlists.watched(1001) == ()


@pytest.mark.parametrize("words", ["now", "edit please"])
async def test_a_word_that_fits_nowhere_says_what_would(words: str) -> None:
    assert "/watchlist" in (await Talk().say(f"/watchlist {words}")).text


async def test_which_coin_is_asked_with_ones_own_coins() -> None:
    talk = Talk()
    await talk.say("/watch sol arb")

    for command in ("price", "atr", "size", "stats"):
        asked = await talk.say(f"/{command}")
        assert labels(asked) == [["SOL", "ARB"]]
        assert press(asked, "ARB").command == f"{command} ARB-USDT"
    assert labels(await talk.say("/price", talk.speaker(chat=2002)))[0][0] == "BTC"


class Europeans(Strangers):
    """Everybody counts in euros."""

    async def reader(self, chat: int, told: str | None = None) -> Reader:
        return Reader(quote="EUR")


async def test_ones_own_currency_comes_first_where_a_coin_is_traded_in_it() -> None:
    talk = Talk(people=Europeans())
    talk.market.listed.append(Listing("BTC-EUR", "Bitcoin", "58000.00"))

    watched = await talk.say("/watch btc eth")
    sized = await talk.say("/size btc eq 10k")
    told = await talk.say("/stats eth")
    noted = await talk.say("/portfolio add btc 0.5 @ 57000")

    assert "<b>BTC/EUR, ETH/USDT</b>" in watched.text
    assert "BTC/EUR · long" in sized.text and "ETH/USDT" in told.text
    assert "57,000.00 EUR" in noted.text


async def test_what_is_not_traded_in_ones_own_currency_says_so() -> None:
    talk = Talk(people=Europeans())
    talk.market.listed.append(Listing("BTC-EUR", "Bitcoin", "58000.00"))
    note = "Not listed in EUR: shown as ETH/USDT."

    for question in ("/price eth", "/price btc eth", "/atr eth 4h", "/stats eth", "/chart eth 4h"):
        assert note in (await talk.say(question)).text, question
        talk.clock.advance(30)
    for question in ("/price btc", "/price eth-usdt", "/atr btc", "/chart btc"):
        assert "Not listed" not in (await talk.say(question)).text, question
        talk.clock.advance(30)
    assert "BTC/EUR" in (await talk.say("/chart btc")).text


async def test_a_list_is_shared_by_a_link_that_changes_nothing_by_itself() -> None:
    talk, friend = Talk(), Talk()
    await talk.say("/watch btc eth")

    shared = await talk.say("/watchlist share")
    (address,) = copies(shared).values()
    followed = await friend.say(f"/start {address.partition('start=')[2]}")

    assert address == f"https://t.me/{Talk.bot}?start=watch_BTC_ETH"
    assert "offered your 2 coins" in shared.text and address in shared.text
    assert await friend.services.watchlists.watched(1001) == ()
    await friend.tap(press(followed, "▶ /watch BTC ETH"))
    assert len(await friend.services.watchlists.watched(1001)) == 2


async def test_a_long_list_is_shared_as_far_as_a_link_holds_it() -> None:
    talk = Talk()
    talk.market.listed = [Listing(f"LONGCOIN{number}-USDT", "Coin") for number in range(10)]
    await talk.say("/watch " + " ".join(f"LONGCOIN{number}" for number in range(10)))

    shared = await talk.say("/watchlist share")

    (address,) = copies(shared).values()
    assert len(address.partition("start=")[2]) <= 64
    assert "5 coins" in shared.text and "5 more did not fit" in shared.text
