"""An exchange on a real socket: one of four dialects over SIMU's numbers, with scripted faults.

exchange = ExchangeEmulator(clock, dialect=KrakenDialect)
async with serve(exchange.app) as address:
    exchange.script(too_many_requests("2"))   # the next request
    exchange.trouble = no_candles             # every request, until it is None again

The shapes are those of recorded responses (tests/unit/market_data/test_reference_*.py).
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from email.utils import format_datetime
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from common.clock import Clock
from common.market import Symbol
from tests.support.exchange_coinbase import CoinbaseDialect
from tests.support.exchange_dialect import Dialect, Handler, response
from tests.support.exchange_numbers import Numbers

# A fault gets the request and the healthy answer: `Bars`, a `Quote`, JSON or a `Response`. It
# returns another answer. `request.state.dialect` knows how to write one.
Fault = Callable[[Request, Any], Awaitable[Any]]


@dataclass(frozen=True, slots=True)
class Seen:
    """A request that arrived."""

    path: str
    params: dict[str, str]
    headers: dict[str, str]


class ExchangeEmulator:
    """The exchange.

    Attributes:
        app: Serve it.
        dialect: Which exchange it is.
        requests: What arrived, oldest first.
        most_under_way: Requests that were open at the same time, at most.
        trouble: A fault of every request that has no scripted one.
        dated: Whether its answers say what time it is there.
    """

    def __init__(
        self, clock: Clock, seed: str = "1", *, dialect: type[Dialect] = CoinbaseDialect
    ) -> None:
        self.numbers = Numbers(clock, seed)
        self.simu = self.numbers.simu
        self.dialect = dialect(self.numbers)
        self.requests: list[Seen] = []
        self.most_under_way = 0
        self.trouble: Fault | None = None
        self.dated = False
        self._script: list[Fault] = []
        self._under_way = 0
        routes = self.dialect.routes().items()
        self.app = Starlette(routes=[Route(path, self._answering(do)) for path, do in routes])

    @property
    def delisted(self) -> set[Symbol]:
        """Markets that are no longer traded, by SIMU's name; add to it."""
        return self.numbers.delisted

    def market(self, base: str) -> Symbol:
        """A market by the name that this exchange has for it."""
        return Symbol(base, self.dialect.quote)

    def script(self, *faults: Fault) -> None:
        """One fault for each of the next requests, in order."""
        self._script += faults

    def _answering(self, healthy: Handler) -> Callable[[Request], Awaitable[Response]]:
        async def endpoint(request: Request) -> Response:
            request.state.dialect = self.dialect
            params, headers = dict(request.query_params), dict(request.headers)
            self.requests.append(Seen(request.url.path, params, headers))
            fault = self._script.pop(0) if self._script else self.trouble
            self._under_way += 1
            self.most_under_way = max(self.most_under_way, self._under_way)
            try:
                answer = self.dialect.check(request) or await healthy(request)
                if fault is not None:
                    answer = await fault(request, answer)
            finally:
                self._under_way -= 1
            if not isinstance(answer, Response):
                answer = response(self.dialect.write(request, answer))
            answer.headers.update(self.dialect.headers())
            if self.dated:
                answer.headers["Date"] = format_datetime(self.numbers.clock.now(), usegmt=True)
            return answer

        return endpoint
