import asyncio
from collections.abc import Coroutine
from typing import Any

import pytest
from telegram import Update

from telegram_bot.adapters.telegram_order import InOrder


def update(chat: int) -> Update:
    message = {
        "message_id": 1,
        "date": 1_795_248_720,
        "chat": {"id": chat, "type": "private"},
        "text": "hi",
    }
    return Update.de_json({"update_id": 1, "message": message}, None)


class Work:
    """Updates under way; each waits until it is let go."""

    def __init__(self, order: InOrder) -> None:
        self.order = order
        self.begun: list[str] = []
        self._gates: dict[str, asyncio.Event] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._work: dict[str, Coroutine[Any, Any, None]] = {}

    async def arrive(self, name: str, what: object) -> None:
        self._gates[name] = asyncio.Event()

        async def work() -> None:
            self.begun.append(name)
            await self._gates[name].wait()

        self._work[name] = work()
        task = asyncio.create_task(self.order.process_update(what, self._work[name]))
        self._tasks[name] = task
        await _settle()

    async def end(self, name: str) -> None:
        self._gates[name].set()
        await self._tasks[name]
        await _settle()

    async def cut_off(self, name: str) -> None:
        self._tasks[name].cancel()
        await asyncio.gather(self._tasks[name], return_exceptions=True)
        self._work[name].close()
        await _settle()


async def _settle() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


async def test_one_chat_is_served_in_order_and_others_do_not_wait() -> None:
    work = Work(InOrder())

    for name, chat in (("a1", 1), ("a2", 1), ("a3", 1), ("b1", 2)):
        await work.arrive(name, update(chat))
    before = list(work.begun)
    for name in ("a1", "a2", "a3", "b1"):
        await work.end(name)

    assert before == ["a1", "b1"]
    assert work.begun == ["a1", "b1", "a2", "a3"]
    assert work.order._queues == {}


async def test_a_busy_chat_does_not_take_the_places_of_others() -> None:
    work = Work(InOrder(at_once=2))

    for name, chat in (("a1", 1), ("a2", 1), ("a3", 1), ("b1", 2), ("c1", 3)):
        await work.arrive(name, update(chat))
    before = list(work.begun)
    for name in ("b1", "c1", "a1", "a2", "a3"):
        await work.end(name)

    assert before == ["a1", "b1"]
    assert work.begun == ["a1", "b1", "c1", "a2", "a3"]


async def test_who_is_cut_off_while_waiting_leaves_the_queue_in_order() -> None:
    work = Work(InOrder())
    for name in ("a1", "a2", "a3"):
        await work.arrive(name, update(1))

    await work.cut_off("a2")
    before = list(work.begun)
    await work.end("a1")
    await work.end("a3")

    assert before == ["a1"]
    assert work.begun == ["a1", "a3"]


@pytest.mark.parametrize(
    "raw",
    [
        {"update_id": 1},
        {
            "update_id": 1,
            "inline_query": {
                "id": "1",
                "from": {"id": 7, "is_bot": False, "first_name": "You"},
                "query": "",
                "offset": "",
            },
        },
    ],
)
async def test_what_has_no_chat_is_processed_too(raw: dict[str, Any]) -> None:
    work = Work(InOrder())

    await work.arrive("it", Update.de_json(raw, None))
    await work.arrive("text", "no update at all")
    await work.end("it")
    await work.end("text")

    assert work.begun == ["it", "text"]
