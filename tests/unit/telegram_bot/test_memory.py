from common.clock import FrozenClock
from telegram_bot.adapters.telegram_memory import AnswerMemory
from tests.support.replies import AS_OF


def test_an_answer_is_known_for_a_quarter_of_an_hour() -> None:
    clock = FrozenClock(AS_OF)
    memory = AnswerMemory(clock)
    memory.keep(chat=1, asked=10, answered=11)

    clock.advance(15 * 60)
    known = memory.find(1, 10)
    clock.advance(1)

    assert known == 11
    assert memory.find(1, 10) is None
    assert memory.find(2, 10) is None


def test_the_oldest_answers_make_room() -> None:
    memory = AnswerMemory(FrozenClock(AS_OF), most=2)

    for number in range(3):
        memory.keep(chat=1, asked=number, answered=100 + number)

    assert [memory.find(1, number) for number in range(3)] == [None, 101, 102]
