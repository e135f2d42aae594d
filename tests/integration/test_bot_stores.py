"""Inbox, lanes, outbox and lease on both databases, and what two tasks may do to each other."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from telegram_bot.adapters.database_tables import inbox, lanes, outbox
from telegram_bot.lease import main as lease_command
from telegram_bot.outgoing import Outgoing, Receipt
from telegram_bot.work import Answers, Incoming, Lane, Lost
from tests.support.databases import KINDS
from tests.support.two_tasks import Two, two_tasks

DEAD_AFTER = 5.0
HELLO = Answers((Outgoing("sendMessage", {"text": "hello"}),))


@pytest.fixture(params=KINDS)
async def two(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Two]:
    async with two_tasks(request.param, tmp_path, DEAD_AFTER) as two:
        await two.a.lanes.beat()
        await two.b.lanes.beat()
        yield two


def update(number: int, chat: int = 1) -> Incoming:
    return Incoming(number, chat, b'{"update_id": %d}' % number)


async def test_an_update_is_kept_once(two: Two) -> None:
    for base in (two.a, two.b, two.a):
        await base.inbox.record([update(1), update(2)])

    (lane,) = await two.a.lanes.claim(10)
    assert lane.waiting is not None and lane.waiting.update_id == 1
    await two.a.inbox.answered(lane.waiting, Answers())
    await two.b.inbox.record([update(1)])
    following = await two.a.lanes.next(1)
    assert following is not None and following.waiting is not None
    assert (following.waiting.update_id, following.waiting.body) == (2, b'{"update_id": 2}')


async def test_a_chat_belongs_to_one_task_and_goes_on_in_order(two: Two) -> None:
    await two.a.inbox.record([update(3), update(1), update(2), update(4, chat=2)])

    first = await two.a.lanes.claim(1)
    second = await two.b.lanes.claim(10)
    assert {lane.chat for lane in (*first, *second)} == {1, 2}
    base, mine = (two.a, first) if first[0].chat == 1 else (two.b, second)
    seen = []
    lane: Lane | None = mine[0]
    while lane is not None:
        assert lane.waiting is not None
        seen.append(lane.waiting.update_id)
        await base.inbox.answered(lane.waiting, Answers())
        lane = await base.lanes.next(1)
    assert seen == [1, 2, 3]


async def test_the_oldest_work_is_taken_first(two: Two) -> None:
    for chat in (3, 1, 2):
        await two.a.inbox.record([update(chat * 10, chat)])
        two.clock.advance(1)

    assert [lane.chat for lane in await two.a.lanes.claim(2)] == [3, 1]


async def test_the_lanes_of_a_dead_task_are_taken_over_with_what_it_may_have_sent(
    two: Two,
) -> None:
    await two.a.inbox.record([update(1), update(2)])
    (lane,) = await two.a.lanes.claim(10)
    assert lane.waiting is not None
    await two.a.inbox.answered(lane.waiting, HELLO)
    assert await two.b.lanes.claim(10) == []

    two.clock.advance(DEAD_AFTER + 1)
    await two.b.lanes.beat()
    (taken,) = await two.b.lanes.claim(10)

    assert [(it.key, it.doubtful, it.marked) for it in taken.unsent] == [("u1.0", 1, True)]
    assert taken.waiting is not None and taken.waiting.update_id == 2
    assert await two.a.lanes.next(1) is None


async def test_who_was_seen_in_the_future_is_gone(two: Two) -> None:
    """A machine without a battery starts with an hour of the past, until it hears the time."""
    await two.a.inbox.record([update(1)])
    await two.a.lanes.claim(10)
    assert await two.a.lease.take() is not None

    two.clock.advance(-3_600)

    assert await two.b.lanes.beat() == 1
    assert [lane.chat for lane in await two.b.lanes.claim(10)] == [1]
    assert await two.b.lease.take() is not None


async def test_who_was_taken_for_dead_finishes_nothing(two: Two) -> None:
    await two.a.inbox.record([update(1)])
    (lane,) = await two.a.lanes.claim(10)
    assert lane.waiting is not None
    two.clock.advance(DEAD_AFTER + 1)
    await two.b.lanes.beat()
    await two.b.lanes.claim(10)

    with pytest.raises(Lost):
        await two.a.inbox.answered(lane.waiting, HELLO)


async def test_who_was_taken_for_dead_while_it_waited_sends_nothing_any_more(two: Two) -> None:
    """Whoever took the chat over has sent it; once more would be twice, and nobody would know."""
    await two.a.inbox.record([update(1)])
    (lane,) = await two.a.lanes.claim(10)
    assert lane.waiting is not None
    (message,) = await two.a.inbox.answered(lane.waiting, HELLO)
    await two.a.outbox.postpone(message.key, two.clock.now().timestamp() + 20)
    two.clock.advance(DEAD_AFTER + 1)
    await two.b.lanes.beat()
    (taken,) = await two.b.lanes.claim(10)
    assert [it.key for it in taken.unsent] == [message.key]
    for late in (True, False):  # while it is under way there, and once it has arrived
        for step in (
            two.a.outbox.sending(message.key),
            two.a.outbox.postpone(message.key, 0.0),
            two.a.outbox.give_back(message.key, 1, 0.0),
            two.a.outbox.refused(message.key, "no"),
            two.a.outbox.replace(message.key, ()),
        ):
            with pytest.raises(Lost):
                await step
        if late:
            await two.b.outbox.sending(message.key)
            await two.b.outbox.sent(Receipt(message.key, 500))

    rows = await two.a.reader.run(lambda it: it.execute(select(outbox)).all())
    assert [(row.state, row.message_id, row.tries) for row in rows] == [("sent", 500, 2)]


async def test_a_broadcast_that_is_given_back_holds_up_those_behind_it(two: Two) -> None:
    now = two.clock.now().timestamp()
    for number in (1, 2):
        await two.a.outbox.broadcast(f"part {number}", 7, HELLO.outgoing[0])
    (lane,) = await two.a.outbox.claim_broadcasts(10)
    await two.a.outbox.give_back(lane.unsent[0].key, 7, now + 60)
    assert await two.a.lanes.next(7) is None

    assert await two.b.outbox.claim_broadcasts(10) == []
    two.clock.advance(61)
    (again,) = await two.b.outbox.claim_broadcasts(10)
    assert [(it.key, it.doubtful) for it in again.unsent] == [("part 1", 0)]


async def test_what_many_chats_do_at_once_is_one_group(two: Two) -> None:
    """Every store's write must be able to share a transaction with others of its kind."""
    numbers = range(1, 31)
    store = two.a
    recorded = await asyncio.gather(
        *(store.inbox.record([update(number, chat=number)], take=True) for number in numbers)
    )
    mine = [lane.waiting for some in recorded for lane in some if lane.waiting is not None]
    await asyncio.gather(*(store.inbox.answered(waiting, HELLO) for waiting in mine))
    left = await asyncio.gather(
        *(store.lanes.next(number, Receipt(f"u{number}.0", number)) for number in numbers)
    )

    assert len(mine) == 30 and left == [None] * 30
    assert store.writer.split == 0
    assert store.writer.groups <= 8


async def test_a_lane_that_is_made_for_us_holds_its_first_update_alone(two: Two) -> None:
    (lane,) = await two.a.inbox.record([update(2), update(1)], take=True)
    assert lane.waiting is not None and (lane.waiting.update_id, lane.waiting.attempts) == (1, 1)
    assert await two.b.inbox.record([update(3)], take=True) == []
    assert await two.b.lanes.claim(10) == []
    await two.a.inbox.answered(lane.waiting, HELLO)
    following = await two.a.lanes.next(1, Receipt("u1.0", 7))
    assert following is not None and following.waiting is not None
    assert (following.waiting.update_id, following.waiting.counted) == (2, True)


async def test_a_lane_made_for_an_update_that_is_known_turns_out_empty(two: Two) -> None:
    (lane,) = await two.a.inbox.record([update(1)], take=True)
    assert lane.waiting is not None
    await two.a.inbox.answered(lane.waiting, Answers())
    assert await two.a.lanes.next(1) is None

    (again,) = await two.b.inbox.record([update(1)], take=True)
    assert again.waiting is None
    assert await two.b.lanes.next(1) is None


async def test_a_lane_of_ours_that_nobody_works_on_is_given_up(two: Two) -> None:
    await two.a.inbox.record([update(1, chat=1), update(2, chat=2)], take=True)
    await two.a.lanes.release_strays({1, 2})
    two.clock.advance(6)
    await two.a.lanes.beat()
    await two.a.lanes.release_strays({1})

    assert [lane.chat for lane in await two.b.lanes.claim(10)] == [2]


async def test_nobody_takes_over_from_itself(two: Two) -> None:
    """A beat that comes late must not start a second worker beside the first."""
    await two.a.inbox.record([update(1)])
    await two.a.lanes.claim(10)
    two.clock.advance(DEAD_AFTER + 1)

    assert await two.a.lanes.claim(10) == []


async def test_finishing_twice_is_finishing_once(two: Two) -> None:
    """A write whose commit was lost from sight is done again."""
    await two.a.inbox.record([update(1)])
    (lane,) = await two.a.lanes.claim(10)
    assert lane.waiting is not None
    once = await two.a.inbox.answered(lane.waiting, HELLO)
    again = await two.a.inbox.answered(lane.waiting, HELLO)

    assert [it.key for it in once] == [it.key for it in again] == ["u1.0"]


async def test_attempts_are_counted_before_processing(two: Two) -> None:
    await two.a.inbox.record([update(1)])
    (lane,) = await two.a.lanes.claim(10)
    assert lane.waiting is not None
    assert (lane.waiting.attempts, lane.waiting.counted) == (1, True)
    await two.a.lanes.release(1)

    (lane,) = await two.b.lanes.claim(10)
    assert lane.waiting is not None
    assert (lane.waiting.attempts, lane.waiting.counted) == (1, False)
    counted = await two.b.lanes.attempt(lane.waiting)
    assert (counted.attempts, counted.counted) == (2, True)
    with pytest.raises(Lost):
        await two.a.lanes.attempt(lane.waiting)


async def test_what_is_answered_already_is_not_begun_once_more(two: Two) -> None:
    await two.a.inbox.record([update(1)])
    (lane,) = await two.a.lanes.claim(10)
    assert lane.waiting is not None
    await two.a.inbox.answered(lane.waiting, HELLO)

    with pytest.raises(Lost):
        await two.a.lanes.attempt(lane.waiting)


async def test_what_was_cut_off_by_an_orderly_end_was_not_attempted(two: Two) -> None:
    await two.a.inbox.record([update(1)])
    (lane,) = await two.a.lanes.claim(10)
    await two.a.lanes.release(1, lane.waiting)

    (lane,) = await two.b.lanes.claim(10)
    assert lane.waiting is not None
    assert (lane.waiting.attempts, lane.waiting.counted) == (1, True)


async def test_what_is_set_aside_waits_no_longer(two: Two) -> None:
    await two.a.inbox.record([update(1)])
    (lane,) = await two.a.lanes.claim(10)
    assert lane.waiting is not None
    await two.a.inbox.set_aside(lane.waiting, HELLO)

    assert await two.a.lanes.next(1) is None
    state = await two.a.reader.run(lambda it: it.scalar(select(inbox.c.state)))
    assert state == "set aside"


async def test_an_update_that_comes_as_the_lane_empties_is_not_forgotten(two: Two) -> None:
    for number in range(40):
        chat = number + 1
        await two.a.inbox.record([update(2 * number, chat)])
        (lane,) = await two.a.lanes.claim(10)
        assert lane.waiting is not None
        await two.a.inbox.answered(lane.waiting, Answers())
        following, _ = await asyncio.gather(
            two.a.lanes.next(chat), two.b.inbox.record([update(2 * number + 1, chat)])
        )
        while following is not None and following.busy:
            following = await two.a.lanes.next(chat)
        if following is None:
            (following,) = await two.a.lanes.claim(10)
        assert following.waiting is not None and following.waiting.update_id == 2 * number + 1
        await two.a.inbox.answered(following.waiting, Answers())
        assert await two.a.lanes.next(chat) is None


async def test_who_leaves_leaves_nothing_behind(two: Two) -> None:
    await two.a.inbox.record([update(1)])
    await two.a.lanes.claim(10)
    await two.a.lanes.leave()

    assert await two.b.lanes.beat() == 1
    assert len(await two.b.lanes.claim(10)) == 1


async def test_an_answer_is_found_by_what_it_answers_for_a_quarter_of_an_hour(two: Two) -> None:
    await two.a.inbox.record([update(1)])
    (lane,) = await two.a.lanes.claim(10)
    assert lane.waiting is not None
    answer = Outgoing("sendMessage", {"text": "hello"}, answers_message=77)
    await two.a.inbox.answered(lane.waiting, Answers((answer,)))
    unsent = await two.a.outbox.answer_to(1, 77)
    await two.a.lanes.next(1, Receipt("u1.0", 500))

    assert unsent is None
    assert await two.b.outbox.answer_to(1, 77) == 500
    assert await two.b.outbox.answer_to(2, 77) is None
    two.clock.advance(15 * 60 + 1)
    assert await two.b.outbox.answer_to(1, 77) is None


async def test_what_is_old_and_done_is_purged_and_the_rest_stays(two: Two) -> None:
    await two.a.inbox.record([update(1), update(2)])
    (lane,) = await two.a.lanes.claim(10)
    assert lane.waiting is not None
    await two.a.inbox.answered(lane.waiting, HELLO)
    await two.a.outbox.sent(Receipt("u1.0", 500))
    two.clock.advance(timedelta(days=3))
    before = two.clock.now().timestamp() - 60

    assert await two.a.inbox.purge(before) == await two.a.outbox.purge(before) == 1
    assert await two.a.inbox.purge(before) == await two.a.outbox.purge(before) == 0


async def test_two_tasks_never_send_the_same_broadcast(two: Two) -> None:
    for number in range(30):
        what = Outgoing("sendMessage", {"text": "alert"})
        await two.a.outbox.broadcast(f"alert {number}", number % 10 + 1, what)

    claimed = await asyncio.gather(
        two.a.outbox.claim_broadcasts(10), two.b.outbox.claim_broadcasts(10)
    )
    keys = [lane.unsent[0].key for some in claimed for lane in some]

    assert len(keys) == len(set(keys)) == 10
    assert await two.a.reader.run(lambda it: len(it.execute(select(lanes)).all())) == 10


async def test_the_lease_is_held_by_one_and_followed_after_a_death(two: Two) -> None:
    first = await two.a.lease.take()
    assert first is not None
    assert await two.b.lease.take() is None
    two.clock.advance(DEAD_AFTER - 1)
    assert await two.a.lease.renew(first)
    two.clock.advance(DEAD_AFTER - 1)
    assert await two.b.lease.take() is None
    two.clock.advance(2)
    second = await two.b.lease.take()

    assert second == first + 1
    assert not await two.a.lease.renew(first)
    assert await two.a.lease.wanted(first)
    assert not await two.b.lease.wanted(second)


async def test_who_gives_the_lease_up_is_followed_at_once(two: Two) -> None:
    epoch = await two.a.lease.take()
    assert epoch is not None
    await two.a.lease.release(epoch)

    assert await two.b.lease.take() == epoch + 1


async def test_the_lease_is_handed_to_the_heir_and_to_nobody_else(two: Two) -> None:
    epoch = await two.a.lease.take()
    assert epoch is not None
    await two.b.lease.hand_over("b")
    assert await two.a.lease.wanted(epoch)
    await two.a.lease.release(epoch)

    assert await two.a.lease.take() is None
    assert await two.b.lease.take() == epoch + 1


async def test_an_operator_hands_the_lease_to_a_task_that_lives(
    two: Two, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    epoch = await two.a.lease.take()
    monkeypatch.setenv("DATABASE_URL", two.url)

    def now() -> float:
        return two.clock.now().timestamp()

    assert lease_command([], now) == 0
    assert capsys.readouterr().out == f"holder: a, epoch {epoch}\nalive: a, b\n"
    assert lease_command(["hand-over", "c"], now) == 2
    assert capsys.readouterr().err == "No task c is alive; there are: a, b.\n"
    assert lease_command(["hand-over", "b"], now) == 0
    assert lease_command(["let", "go"], now) == 2
    assert epoch is not None and await two.a.lease.wanted(epoch)


async def test_an_heir_that_never_comes_keeps_nobody_out_for_long(two: Two) -> None:
    epoch = await two.a.lease.take()
    assert epoch is not None
    await two.a.lease.hand_over("somebody who died")
    await two.a.lease.release(epoch)
    two.clock.advance(DEAD_AFTER + 1)

    assert await two.b.lease.take() == epoch + 1


async def test_a_write_of_an_earlier_turn_is_refused(two: Two) -> None:
    first = await two.a.lease.take()
    assert first is not None
    assert await two.a.lease.fenced(first, lambda connection: "written") == "written"
    two.clock.advance(DEAD_AFTER + 1)
    await two.b.lease.take()

    with pytest.raises(Lost):
        await two.a.lease.fenced(first, lambda connection: "written")
