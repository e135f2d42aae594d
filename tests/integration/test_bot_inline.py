"""Inline queries over sockets: beside the lanes, the newest of a person, in time or not at all."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

import msgspec
import pytest

from telegram_bot.adapters.telegram_inline import MOST_AT_ONCE, InlineAnswers
from telegram_bot.ports import Offer, Speaker
from telegram_bot.replies import Reply
from telegram_bot.updates.source import incoming
from telegram_bot.work import Incoming, Tally
from tests.integration.test_bot_app import GROUP, Chat, chatting


@pytest.fixture
async def chat() -> AsyncIterator[Chat]:
    async with chatting() as chat:
        yield chat


async def test_a_coin_typed_behind_the_bots_name_is_quoted(chat: Chat) -> None:
    await chat.telegram.says("hello", chat=GROUP)
    answer = await chat.telegram.asks_inline("btc", chat=GROUP)

    assert (answer["cache_time"], answer["is_personal"]) == (5, True)
    assert "67,250.10" in answer["results"][0]["description"]


async def test_a_result_is_refreshed_where_it_was_sent(chat: Chat) -> None:
    answer = await chat.telegram.asks_inline("btc", chat=GROUP)
    sent = await chat.telegram.chooses(answer, "1", chat=GROUP)
    chat.market.listed[0] = chat.market.listed[0].__class__("BTC-USDT", "Bitcoin", "67999.90")
    await chat.tap(sent, "🔄 Refresh", GROUP)

    event = await chat.telegram.next_event("edit", after=0, chat=GROUP)

    assert "67,999.90" in event["message"]["text"]
    assert event["message"]["via_bot"]["is_bot"]
    messages = chat.telegram.world.open_chat(GROUP).messages.values()
    assert not [one for one in messages if one["from"]["is_bot"]]  # it said nothing of its own


def query(number: int, person: int, text: str = "btc") -> Incoming:
    asked = {"id": str(number), "from": {"id": person}, "query": text}
    return incoming({"update_id": number, "inline_query": asked})


class Slow:
    """Offers after a while; `hold` keeps it from ever doing so."""

    def __init__(self) -> None:
        self.hold = asyncio.Event()
        self.asked: list[str] = []
        self.answered: list[str] = []

    async def offers(self, query: str, speaker: Speaker) -> Sequence[Offer]:
        self.asked.append(query)
        if query == "slow":
            await self.hold.wait()
        return (Offer("t", "d", Reply("x")),)

    async def answer(self, query: str, results: Sequence[Mapping[str, Any]]) -> None:
        self.answered.append(query)


async def settle() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


async def test_the_next_query_of_a_person_takes_the_place_of_the_last() -> None:
    slow = Slow()
    answers = InlineAnswers(slow, slow.answer, Tally())
    answers.take([query(1, 7, "slow")])
    await settle()
    answers.take([query(2, 7)])
    await settle()

    assert (slow.asked, slow.answered) == (["slow", "btc"], ["2"])


async def test_a_query_that_takes_too_long_is_not_answered() -> None:
    slow, tally = Slow(), Tally()
    answers = InlineAnswers(slow, slow.answer, tally, seconds=0.0)
    answers.take([query(1, 7, "slow")])
    await settle()

    assert slow.answered == []
    assert tally.counts["bot_inline_queries_late_total"] == 1


async def test_too_many_queries_at_once_are_passed_over() -> None:
    slow, tally = Slow(), Tally()
    answers = InlineAnswers(slow, slow.answer, tally)
    answers.take([query(number, number, "slow") for number in range(1, MOST_AT_ONCE + 3)])
    await settle()
    answers.close()
    await settle()

    assert len(slow.asked) == MOST_AT_ONCE
    assert tally.counts["bot_inline_queries_passed_over_total"] == 2


def test_other_updates_stay_for_the_lanes() -> None:
    text = 'look: "inline_query":{'
    message = {"message_id": 1, "chat": {"id": 7}, "text": text}
    others = [
        incoming({"update_id": 1, "message": message}),
        Incoming(2, 0, msgspec.json.encode({"update_id": 2, "inline_query": {}})),
    ]

    assert InlineAnswers(Slow(), Slow().answer, Tally()).take(others) == others
