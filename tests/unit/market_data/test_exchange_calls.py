"""An exchange is asked in turn, within its limits, and not at all while it bars us."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import httpx
import pytest
from structlog.testing import capture_logs

from common.clock import FrozenClock
from common.errors import Unavailable
from market_data.providers.exchange_calls import Calls
from market_data.providers.exchange_manners import (
    Complaint,
    Kind,
    Manners,
    NotFound,
    kind_of,
    seconds_to_wait,
)
from market_data.resilience.bulkhead import Busy
from market_data.resilience.retry import worth_another

NOW = datetime(2025, 6, 15, 13, 37, 21, tzinfo=UTC)
Respond = Callable[[httpx.Request], httpx.Response]


def complaint(_: int, body: Any) -> Complaint | None:
    """This exchange says `{"no": kind}`."""
    if not isinstance(body, dict) or "no" not in body:
        return None
    return Complaint("not so.", Kind[body["no"]] if body["no"] else None)


def fine(_: httpx.Request) -> httpx.Response:
    return httpx.Response(200, text="[1.10]")


class Sleeper:
    """Whoever sleeps here sleeps until the test wakes everybody.

    Attributes:
        asked: Seconds that they meant to sleep.
    """

    def __init__(self) -> None:
        self.asked: list[float] = []
        self.woken = asyncio.Event()

    async def sleep(self, seconds: float) -> None:
        self.asked.append(seconds)
        await self.woken.wait()


class Fleeting:
    """Sleeping here only moves the clock."""

    def __init__(self, clock: FrozenClock) -> None:
        self.asked: list[float] = []
        self._clock = clock

    async def sleep(self, seconds: float) -> None:
        self.asked.append(seconds)
        self._clock.advance(seconds)


def calls(
    respond: Respond = fine,
    sleeper: Sleeper | Fleeting | None = None,
    clock: FrozenClock | None = None,
    **manners: Any,
) -> Calls:
    clock = clock or FrozenClock(NOW)
    sleeper = sleeper or Fleeting(clock)
    client = httpx.AsyncClient(base_url="http://exchange", transport=httpx.MockTransport(respond))
    asked = Manners(**({"rate": 1.0, "burst": 2.0} | manners), name="bourse", complaint=complaint)
    return Calls(client, asked, clock, seconds=4.0, sleep=sleeper.sleep)


async def test_numbers_of_an_answer_are_exact() -> None:
    (number,) = await calls().ask("/")

    assert isinstance(number, Decimal)
    assert str(number) == "1.10"


async def test_each_lane_has_the_whole_rate() -> None:
    clock = FrozenClock(NOW)
    sleeper = Fleeting(clock)
    asking = calls(sleeper=sleeper, clock=clock, burst=1.0)

    for lane in ("", "a", "a", "b", ""):
        await asking.ask("/", lane=lane)

    assert sleeper.asked == pytest.approx([0, 0, 1, 0, 0])
    assert asking.waited == pytest.approx(1)


async def test_who_would_wait_too_long_is_told_so_at_once() -> None:
    sleeper = Sleeper()
    asking = calls(sleeper=sleeper)
    waiting = [asyncio.create_task(asking.ask("/")) for _ in range(10)]
    await asyncio.sleep(0)
    sleeper.woken.set()
    answers = await asyncio.gather(*waiting, return_exceptions=True)

    # Two at once, and one for each of the four seconds that a call may take.
    refused = [answer for answer in answers if isinstance(answer, Busy)]
    assert asking.calls == 6
    assert len(refused) == 4
    assert str(refused[0]) == "bourse is being asked as often as it allows."
    assert refused[0].retry_after == pytest.approx(5)


async def test_who_gives_up_waiting_leaves_the_turn_to_others() -> None:
    sleeper = Sleeper()
    asking = calls(sleeper=sleeper)
    waiting = [asyncio.create_task(asking.ask("/")) for _ in range(6)]
    await asyncio.sleep(0)
    for task in waiting:
        task.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)

    sleeper.woken.set()
    sleeper.asked.clear()
    await asking.ask("/")

    assert sleeper.asked == [0]
    assert asking.calls == 1


@pytest.mark.parametrize(
    ("status", "again"), [(400, False), (405, False), (408, True), (425, True), (500, True)]
)
async def test_only_what_may_pass_by_itself_is_worth_another_attempt(
    status: int, again: bool
) -> None:
    with pytest.raises(Unavailable) as refusal:
        await calls(lambda _: httpx.Response(status, text="{}")).ask("/")

    assert worth_another(refusal.value) is again


async def test_a_bar_that_falls_while_somebody_waits_holds_for_them_too() -> None:
    sleeper = Sleeper()
    asking = calls(lambda _: httpx.Response(429, text="{}"), sleeper=sleeper, in_flight=1)
    waiting = [asyncio.create_task(asking.ask("/")) for _ in range(3)]
    await asyncio.sleep(0)
    sleeper.woken.set()
    with capture_logs():
        answers = await asyncio.gather(*waiting, return_exceptions=True)

    assert asking.calls == 1
    assert [str(answer) for answer in answers] == [
        "bourse answered 429.",
        *["bourse asked us to wait 1 s more."] * 2,
    ]


@pytest.mark.parametrize(
    ("status", "body", "reason"),
    [
        (200, "<html>", "bourse sent no JSON."),
        (200, '{"no": ""}', "bourse answered 200: not so."),
        (301, "", "bourse answered 301."),
        (500, '{"no": ""}', "bourse answered 500: not so."),
        (200, "[1e999999999999999999999]", "bourse sent no JSON."),
    ],
)
async def test_an_answer_without_data_is_none(status: int, body: str, reason: str) -> None:
    with pytest.raises(Unavailable) as caught:
        await calls(lambda _: httpx.Response(status, text=body)).ask("/")

    assert str(caught.value) == reason


async def test_what_is_missing_is_missing_whatever_the_status() -> None:
    with pytest.raises(NotFound):
        await calls(lambda _: httpx.Response(200, text='{"no": "MISSING"}')).ask("/")


async def test_a_longer_body_than_allowed_is_refused() -> None:
    with pytest.raises(Unavailable, match="sent more than 3 bytes"):
        await calls().ask("/", most_bytes=3)


@pytest.mark.parametrize(
    ("status", "said", "kind"),
    [
        (429, None, Kind.TOO_MANY),
        (418, Kind.TOO_MANY, Kind.TURNED_AWAY),
        (451, None, Kind.TURNED_AWAY),
        (403, Kind.MISSING, Kind.TURNED_AWAY),
        (400, Kind.MISSING, Kind.MISSING),
        (200, Kind.TOO_MANY, Kind.TOO_MANY),
        (503, None, Kind.FAULT),
    ],
)
def test_a_refusal_is_sorted_by_status_and_body(status: int, said: Any, kind: Kind) -> None:
    assert kind_of(status, Complaint("", said)) is kind


@pytest.mark.parametrize(
    ("until", "wait"),
    [
        ("7", 7),
        (" 7 ", 7),
        ("Sun, 15 Jun 2025 13:37:51 GMT", 30),
        ("Sun, 15 Jun 2025 13:37:51 -0000", 30),
        ("Sun, 15 Jun 2025 13:00:00 GMT", 0),
        ("Sun, 15 Jun 2035 13:00:00 GMT", 3_600),
        ("99999999", 3_600),
        ("9999999999999", 1),
        ("soon", 1),
        ("Sun, 15 Jun 99999999999999999999 13:00:00 GMT", 1),
        ("-5", 1),
        ("\u0663", 1),
    ],
)
def test_a_time_to_come_back_may_be_a_date_and_is_at_most_an_hour_away(
    until: str, wait: float
) -> None:
    assert seconds_to_wait(Kind.TOO_MANY, Complaint(), until, NOW) == wait


def test_a_ban_may_last_three_days() -> None:
    assert seconds_to_wait(Kind.TURNED_AWAY, Complaint(), "99999999", NOW) == 3 * 86_400
    assert seconds_to_wait(Kind.TURNED_AWAY, Complaint(), "", NOW) == 3_600


def test_the_header_wins_over_the_body_and_the_body_over_what_is_usual() -> None:
    said = Complaint("", None, 60)

    assert seconds_to_wait(Kind.FAULT, said, "7", NOW) == 7
    assert seconds_to_wait(Kind.FAULT, said, "", NOW) == 60
    assert seconds_to_wait(Kind.FAULT, Complaint(), "", NOW) == 5
