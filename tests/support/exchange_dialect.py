"""What a dialect of the exchange emulator is made of, and JSON with exact numbers."""

import json
from collections.abc import Awaitable, Callable, Mapping
from decimal import Decimal
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from tests.support.exchange_numbers import Numbers

# Returns `Bars`, a `Quote`, other JSON as it is sent, or a `Response`.
Handler = Callable[[Request], Awaitable[Any]]
_JSON = "application/json; charset=utf-8"


class Dialect:
    """How one exchange is asked, and how it writes what it has to say.

    Attributes:
        quote: What its markets are priced in; SIMU's numbers are the same.
    """

    quote = "USD"

    def __init__(self, numbers: Numbers) -> None:
        self.numbers = numbers

    def routes(self) -> Mapping[str, Handler]:
        raise NotImplementedError

    def write(self, request: Request, answer: Any) -> Any:
        """Put `Bars` and a `Quote` into the exchange's JSON; leave all else as it is."""
        raise NotImplementedError

    def refuse(
        self, status: int, message: str, headers: Mapping[str, str] | None = None
    ) -> Response:
        """Say no with any message."""
        raise NotImplementedError

    def too_many(self, headers: Mapping[str, str] | None) -> Response:
        """Say that we ask too often."""
        return self.refuse(429, "Public rate limit exceeded", headers)

    def check(self, request: Request) -> Response | None:
        """Refuse what it never answers."""
        return None

    def headers(self) -> Mapping[str, str]:
        """Sent with every answer."""
        return {}


def response(answer: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    return Response(encoded(answer), status, dict(headers or {}), media_type=_JSON)


def encoded(answer: Any) -> str:
    """JSON in which a `Decimal` is a number with all of its digits."""
    if isinstance(answer, dict):
        pairs = (f"{json.dumps(name)}:{encoded(value)}" for name, value in answer.items())
        return "{" + ",".join(pairs) + "}"
    if isinstance(answer, list):
        return "[" + ",".join(map(encoded, answer)) + "]"
    if isinstance(answer, Decimal):
        return str(answer.normalize())
    return json.dumps(answer)


def plain(value: Decimal) -> str:
    return f"{value:f}"
