"""Links that open the private chat with a command in hand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telegram_bot.commands.discovery import discover
from telegram_bot.commands.links import followed, payload_of
from telegram_bot.commands.typed import Typed
from telegram_bot.replies import Reply
from tests.support.talk import Talk, press


@pytest.mark.parametrize(
    ("payload", "first"),
    [
        ("price_BTC", "<b>Bitcoin</b>"),
        ("price-BTC", "<b>Bitcoin</b>"),
        ("p_BTC-USDT", "<b>Bitcoin</b>"),
        ("atr-BTC-4h", "BTC usually moves"),
        ("ATR_btc-usdt_4h", "BTC usually moves"),
        ("help", "<b>Commands</b>"),
    ],
)
async def test_a_link_that_asks_is_answered_at_once(payload: str, first: str) -> None:
    assert (await Talk().say(f"/start {payload}")).text.startswith(first)


@pytest.mark.parametrize(
    "payload", ["campaign", "start", "start_price_BTC", "price.BTC", "x" * 65, "_", "-", "é"]
)
async def test_an_unknown_word_gets_the_usual_start(payload: str) -> None:
    assert "Crypto Assistant" in (await Talk().say(f"/start {payload}")).text


async def test_a_link_that_may_change_something_waits_for_a_tap() -> None:
    talk = Talk()

    asked = await talk.say("/start watch_BTC-USDT")
    before = await talk.services.watchlists.watched(1001)
    done = await talk.tap(press(asked, "▶ /watch BTC-USDT"))

    assert "<code>/watch BTC-USDT</code>" in asked.text and not before
    assert press(asked, "▶ /watch BTC-USDT").style == "success"
    assert isinstance(done, Reply) and "Watching" in done.text


async def test_a_link_to_an_alert_is_as_short_as_it_can_be() -> None:
    assert "<code>/alert BTC-USDT</code>" in (await Talk().say("/start al_BTC-USDT")).text


@pytest.mark.parametrize("words", [("@64,000",), ("risk", "1%"), ("A" * 64,), ("a_b",)])
def test_words_that_no_link_can_carry_are_refused(words: tuple[str, ...]) -> None:
    assert payload_of("atr", words) is None


WORDS = st.text("ABCabc019-", min_size=1, max_size=12)


@given(st.lists(WORDS, min_size=1, max_size=4))
def test_what_a_link_carries_is_read_back(words: list[str]) -> None:
    payload = payload_of("atr", words)
    assert payload is not None

    found = followed(Typed("start", (payload,)), discover())

    assert found is not None
    assert (found[0].name, list(found[1].words)) == ("atr", words)
