from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from common.clock import FrozenClock
from telegram_bot.updates.limits import ChatLimits, Limits, Stream
from tests.support.replies import AS_OF

LIMITS = ChatLimits(per_second=1, burst=3, per_group_minute=5)


@given(st.lists(st.floats(0, 3), min_size=5, max_size=60), st.sampled_from([7, -7]))
def test_no_chat_gets_more_than_it_bears(pauses: list[float], chat: int) -> None:
    clock = FrozenClock(AS_OF)
    limits = Limits(LIMITS, clock.monotonic)
    sent: list[float] = []

    for pause in pauses:
        clock.advance(pause)
        while wait := limits.wait(chat):
            clock.advance(timedelta(seconds=wait + 1e-6))
        sent.append(clock.monotonic())

    for number, at in enumerate(sent):
        within = [other for other in sent[: number + 1] if other > at - 10]
        assert len(within) <= 3 + 10 + 1
        if chat < 0:
            assert len([other for other in sent[: number + 1] if other > at - 59.99]) <= 5


def test_one_chat_does_not_slow_another() -> None:
    limits = Limits(LIMITS, FrozenClock(AS_OF).monotonic)

    assert [limits.wait(1) for _ in range(4)] == [0, 0, 0, 1]
    assert limits.wait(2) == 0


def test_broadcasts_flow_at_their_rate_and_do_not_pile_up() -> None:
    clock = FrozenClock(AS_OF)
    stream = Stream(25, clock.monotonic)
    taken = []
    for _ in range(10):
        clock.advance(0.2)
        taken.append(stream.take())
    clock.advance(60)

    assert 49 <= sum(taken) <= 50
    assert stream.take() == 25
    stream.give_back(5)
    assert stream.take() == 5


def test_the_smallest_share_of_a_rate_sends_still() -> None:
    clock = FrozenClock(AS_OF)
    stream = Stream(0.5, clock.monotonic)
    clock.advance(10)

    assert (stream.take(), stream.take()) == (1, 0)
