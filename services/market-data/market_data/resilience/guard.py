"""Everything that stands between us and one upstream: a place, a breaker, retries and a budget."""

import asyncio
from collections.abc import Awaitable, Callable
from random import Random
from typing import TypeVar

import structlog

from common.clock import Clock
from common.deadlines import EXCHANGE_SECONDS
from common.errors import BadInput, Unavailable
from market_data.resilience.breaker import Breaker
from market_data.resilience.bulkhead import Bulkhead, Busy
from market_data.resilience.retry import ATTEMPTS, OneMarket, named_wait, pause, worth_another
from market_data.resilience.tally import Tally

Result = TypeVar("Result")
Sleep = Callable[[float], Awaitable[None]]
log = structlog.get_logger(__name__)


class Guard:
    """Calls to one upstream.

    The breaker judges what is left after retries, so that a fault here and there does not open it.
    One market that has nothing sensible to say does not either: it would take all others away.
    """

    def __init__(
        self,
        name: str,
        clock: Clock,
        *,
        seconds: float = EXCHANGE_SECONDS,
        sleep: Sleep = asyncio.sleep,
        random: Callable[[], float] | None = None,
    ) -> None:
        """Start closed.

        Args:
            seconds: For one call with everything: waiting for a place, attempts, pauses.
            sleep: How to wait before another attempt.
            random: Numbers from 0 to 1 for the jitter.
        """
        self.name = name
        self.breaker = Breaker(clock)
        self.bulkhead = Bulkhead(name)
        self.tally = Tally(clock)
        self._clock = clock
        self._seconds = seconds
        self._sleep = sleep
        self._random = random or Random().random

    async def call(self, op: str, ask: Callable[[], Awaitable[Result]]) -> Result:
        """Return what `ask` returns.

        Raises:
            Busy: If too many calls wait already.
            Unavailable: If the upstream is left alone, or does not answer within the budget.
        """
        left = self.breaker.admit()
        if left > 0:
            self.tally.kept_back(op, "barred")
            raise Unavailable(f"{self.name} is left alone for {left:.0f} s more.", left)
        before, turn = self.breaker.state, self.breaker.turn
        try:
            result = await self._in_place(op, ask)
        except Busy:
            self.breaker.gave_up(turn)
            self.tally.kept_back(op, "busy")
            raise
        except (BadInput, OneMarket):
            self.breaker.succeeded(turn)
            raise
        except Unavailable as error:
            self._note(error, turn)
            raise
        except BaseException:
            self.breaker.gave_up(turn)
            raise
        self.breaker.succeeded(turn)
        if before != "closed":
            log.info("provider_back", provider=self.name)
        return result

    async def _in_place(self, op: str, ask: Callable[[], Awaitable[Result]]) -> Result:
        placed = False
        try:
            async with asyncio.timeout(self._seconds), self.bulkhead.place():
                placed = True
                return await self._attempts(op, ask)
        except TimeoutError:
            if not placed:
                raise Busy(f"{self.name} is too slow for all that is asked of it.") from None
            raise Unavailable(f"{self.name} did not answer within {self._seconds:g} s.") from None

    async def _attempts(self, op: str, ask: Callable[[], Awaitable[Result]]) -> Result:
        ends = self._clock.monotonic() + self._seconds
        for attempt in range(ATTEMPTS):
            try:
                return await self._attempt(op, ask)
            except Busy:
                raise
            except Unavailable as error:
                wait = pause(attempt, error, self._random)
                last = attempt + 1 == ATTEMPTS or self._clock.monotonic() + wait >= ends
                if last or not worth_another(error):
                    raise
            await self._sleep(wait)
        raise AssertionError("the last attempt returns or raises")

    async def _attempt(self, op: str, ask: Callable[[], Awaitable[Result]]) -> Result:
        began = self._clock.monotonic()
        try:
            result = await ask()
        except Busy:
            raise
        except Unavailable as error:
            self.tally.sent(op, "failed", self._clock.monotonic() - began, str(error))
            raise
        except asyncio.CancelledError:
            self.tally.sent(op, "slow", self._clock.monotonic() - began, "it took too long")
            raise
        except BadInput:
            self.tally.sent(op, "ok", self._clock.monotonic() - began)
            raise
        self.tally.sent(op, "ok", self._clock.monotonic() - began)
        return result

    def _note(self, error: Unavailable, turn: int) -> None:
        """Tell the breaker, and the log once."""
        before, wait = self.breaker.state, named_wait(error)
        if wait is not None:
            self.breaker.open_for(wait)
        else:
            self.breaker.failed(turn)
        if before == "closed" and self.breaker.state != "closed":
            seconds = round(self.breaker.left)
            log.warning("provider_left_alone", provider=self.name, seconds=seconds, why=str(error))
