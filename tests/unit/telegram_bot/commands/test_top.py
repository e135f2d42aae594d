from decimal import Decimal

import pytest

from common.errors import Unavailable
from tests.support.fake_market import Listing
from tests.support.talk import Talk, labels, press


async def test_the_largest_markets_are_ranked_and_other_rankings_are_a_tap_away() -> None:
    reply = await Talk().say("/top")

    assert reply.text.startswith("<b>Top gainers of 4 markets</b> · 24h · USDT · Binance")
    assert labels(reply) == [["•gainers", "losers", "volume", "volatile"], ["🔄 Refresh"]]
    assert "AAPL" not in reply.text


@pytest.mark.parametrize(
    ("words", "title"),
    [("verlierer", "losers"), ("VOLUME 24h", "volume"), ("atr", "volatile"), ("up", "gainers")],
)
async def test_a_ranking_is_named_in_several_words(words: str, title: str) -> None:
    talk = Talk()
    talk.market.telling = {"change_24h_pct": Decimal(-2 if title == "losers" else 2)}

    assert f"Top {title} of" in (await talk.say(f"/top {words}")).text


async def test_a_long_ranking_has_pages() -> None:
    talk = Talk()
    talk.market.listed = [Listing(f"C{number}-USDT", "Coin") for number in range(23)]

    first = await talk.say("/top volume")
    last = await talk.say("/top volume 9")

    assert "of 20 markets" in first.text  # as many as this environment ranks
    assert press(first, "2/2 ▶").command == "top volume 2"
    assert "\n20 " in last.text and press(last, "◀ 1/2").command == "top volume 1"


async def test_markets_too_young_for_atr_are_left_out_and_counted() -> None:
    talk = Talk()
    talk.market.listed.append(Listing("NEW-USDT", "New", candles=3))

    reply = await talk.say("/top volatile")

    assert "of 4 markets" in reply.text and "1 markets could not be ranked" in reply.text


async def test_nothing_to_rank_says_so() -> None:
    talk = Talk()
    talk.market.listed = []

    assert (await talk.say("/top losers")).text.startswith("Nothing to rank")


@pytest.mark.parametrize(
    ("order", "change", "said"), [("gainers", "-1.5", "risen"), ("losers", "1.5", "fallen")]
)
async def test_who_went_the_other_way_is_not_called_a_gainer_or_a_loser(
    order: str, change: str, said: str
) -> None:
    talk = Talk()
    talk.market.telling = {"change_24h_pct": Decimal(change)}

    reply = await talk.say(f"/top {order}")

    assert reply.text == f"None of 4 markets has {said} within 24h."
    assert labels(reply)[0][0] in ("gainers", "•gainers")


async def test_no_figure_at_all_is_an_outage() -> None:
    talk = Talk()
    talk.market.failure, talk.market.failing = Unavailable("down"), {"atr"}

    assert "unavailable" in (await talk.say("/top volatile")).text


@pytest.mark.parametrize(("words", "said"), [("7d", "over 24h"), ("best", "understand")])
async def test_another_window_or_word_says_what_works(words: str, said: str) -> None:
    assert said in (await Talk().say(f"/top {words}")).text
