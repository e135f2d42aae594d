"""The poller over a scripted feed: what Telegram would do to it, step by step."""

import asyncio
from collections.abc import Sequence

import pytest

from common.errors import Misconfigured, Unavailable
from telegram_bot.ports import Conflict, Raw
from telegram_bot.updates.polling import Backoff, Poller
from telegram_bot.work import Busy, Incoming
from tests.support.logged import logged

AT_ONCE = Backoff(first=0.001, longest=0.001)


class ScriptedFeed:
    """Plays a script: each fetch gets the next item; at its end the stop event is set."""

    def __init__(self, stop: asyncio.Event, *script: Sequence[int] | Exception) -> None:
        self.offsets: list[int | None] = []
        self._stop = stop
        self._script = list(script)

    def say(self, item: Exception) -> None:
        self._script.append(item)

    async def fetch(self, offset: int | None, seconds: float) -> Sequence[Raw]:
        self.offsets.append(offset)
        if not self._script:
            self._stop.set()
            await asyncio.sleep(seconds)
            return ()
        item = self._script.pop(0)
        if isinstance(item, Exception):
            raise item
        return [{"update_id": number} for number in item]


class Taken(list[int]):
    async def take(self, updates: Sequence[Incoming]) -> None:
        self.extend(update.update_id for update in updates)


@pytest.fixture
def stop() -> asyncio.Event:
    return asyncio.Event()


def poller(feed: ScriptedFeed, taken: Taken) -> Poller:
    return Poller(feed, taken.take, backoff=AT_ONCE, conflict_pause=0.001)


async def test_the_offset_moves_past_what_was_taken(stop: asyncio.Event) -> None:
    feed, taken = ScriptedFeed(stop, [7, 8], [9]), Taken()

    await poller(feed, taken).run(stop)

    assert taken == [7, 8, 9]
    assert feed.offsets == [None, 9, 10]


async def test_the_offset_moves_only_once_the_whole_batch_is_kept(stop: asyncio.Event) -> None:
    feed, taken = ScriptedFeed(stop, [7, 8]), Taken()
    offsets: list[list[int | None]] = []

    async def full_at_first(updates: Sequence[Incoming]) -> None:
        offsets.append(list(feed.offsets))
        if len(offsets) < 3:
            raise Busy
        await taken.take(updates)

    await Poller(feed, full_at_first, backoff=AT_ONCE).run(stop)

    assert offsets == [[None]] * 3
    assert taken == [7, 8]
    assert feed.offsets == [None, 9]


async def test_what_nobody_could_keep_is_not_confirmed(stop: asyncio.Event) -> None:
    feed = ScriptedFeed(stop, [7, 8])

    async def refuse(updates: Sequence[Incoming]) -> None:
        stop.set()
        raise OSError("no room")

    polling = Poller(feed, refuse, backoff=AT_ONCE)
    await polling.run(stop)
    await polling.confirm()

    assert feed.offsets == [None]


async def test_an_outage_is_waited_out_and_logged_once(stop: asyncio.Event) -> None:
    outage = [Unavailable("down", retry_after=0) for _ in range(5)]
    feed, taken = ScriptedFeed(stop, [7], *outage, [8]), Taken()

    with logged("INFO") as written:
        await poller(feed, taken).run(stop)

    assert taken == [7, 8]
    assert written.events == ["telegram cannot be reached, waiting for it", "telegram is back"]


async def test_a_short_conflict_is_waited_out(stop: asyncio.Event) -> None:
    feed, taken = ScriptedFeed(stop, *[Conflict("two")] * 8, [7]), Taken()

    await poller(feed, taken).run(stop)

    assert taken == [7]


async def test_a_lasting_conflict_ends_the_program(stop: asyncio.Event) -> None:
    feed = ScriptedFeed(stop, *[Conflict("two")] * 9)

    with pytest.raises(Conflict):
        await poller(feed, Taken()).run(stop)


async def test_a_refused_token_ends_the_program(stop: asyncio.Event) -> None:
    with pytest.raises(Misconfigured):
        await poller(ScriptedFeed(stop, Misconfigured("token")), Taken()).run(stop)


async def test_stopping_confirms_what_was_handed_on(stop: asyncio.Event) -> None:
    feed, taken = ScriptedFeed(stop, [7, 8, 9]), Taken()
    polling = poller(feed, taken)
    await polling.run(stop)

    await polling.confirm()

    assert feed.offsets == [None, 10, 10]


async def test_nothing_is_confirmed_before_the_first_update(stop: asyncio.Event) -> None:
    feed = ScriptedFeed(stop)
    polling = poller(feed, Taken())
    await polling.run(stop)

    await polling.confirm()

    assert feed.offsets == [None]


async def test_a_confirmation_that_fails_is_no_trouble(stop: asyncio.Event) -> None:
    feed, taken = ScriptedFeed(stop, [7]), Taken()
    polling = poller(feed, taken)
    await polling.run(stop)
    feed.say(Unavailable("down"))

    await polling.confirm()

    assert feed.offsets == [None, 8, 8]


def test_pauses_grow_up_to_a_bound_with_jitter() -> None:
    backoff = Backoff(first=1, longest=8)

    pauses = [backoff.pause() for _ in range(6)]

    for pause, whole in zip(pauses, [1, 2, 4, 8, 8, 8], strict=True):
        assert whole / 2 <= pause <= whole
    backoff.reset()
    assert backoff.pause() <= 1
