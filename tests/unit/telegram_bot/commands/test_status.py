"""/status, also when there is little to say."""

from common.errors import Unavailable
from tests.support.talk import Talk, labels


async def test_sources_freshness_chat_and_version_are_told() -> None:
    talk = Talk(version="1.2.3 (0a1b2c3)")

    reply = await talk.say("/status")

    assert "🟢 Binance: answers in 85 ms" in reply.text
    assert "🔴 Kraken: resting after errors, tried again in 12 s" in reply.text
    assert "BTC/USDT from Binance: 2 s old" in reply.text
    assert "This chat: English · UTC, 08:12 · With a sound" in reply.text
    assert "<code>1.2.3 (0a1b2c3)</code>" in reply.text
    assert labels(reply) == [["🔄 Refresh"]]


async def test_without_market_data_it_still_answers() -> None:
    talk = Talk()
    talk.market.failure = Unavailable("down")

    reply = await talk.say("/status")

    assert "Market data does not answer right now" in reply.text


async def test_a_question_that_waits_is_named_and_goes_on_waiting() -> None:
    talk = Talk()
    await talk.say("/settings equity")

    assert "<code>/settings equity</code>" in (await talk.say("/status")).text
    assert "✅" in (await talk.say("10k")).text


async def test_what_a_sudden_end_costs_is_said_where_it_costs_something() -> None:
    sentence = "if my machine dies, its last minute is lost"

    assert sentence in (await Talk(snapshots=True).say("/status")).text
    assert sentence not in (await Talk().say("/status")).text
