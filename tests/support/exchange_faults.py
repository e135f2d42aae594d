"""What goes wrong at exchanges, one function each; for `ExchangeEmulator.script` and `trouble`."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from tests.support.exchange_emulator import Fault, encoded, plain, refusal

_FOREVER = 3_600.0
_JSON = "application/json; charset=utf-8"


def too_many_requests(retry_after: str | None = None) -> Fault:
    """429, with a `Retry-After` of seconds or a date, or without."""
    headers = {"Retry-After": retry_after} if retry_after else None

    async def fault(_: Request, __: Any) -> Response:
        return refusal(429, "Public rate limit exceeded", headers)

    return fault


def answers(status: int, message: str = "Internal server error") -> Fault:
    """Any status with a message: 451, 403, 500, 503; or 200, which some send for an error."""

    async def fault(_: Request, __: Any) -> Response:
        return refusal(status, message)

    return fault


def page_of_html(status: int = 200) -> Fault:
    """What a content network sends when the exchange behind it is down."""

    async def fault(_: Request, __: Any) -> Response:
        return Response(
            "<html><body>Just a moment...</body></html>", status, media_type="text/html"
        )

    return fault


def hang(seconds: float = _FOREVER) -> Fault:
    """Say nothing for so long, then answer; the end of the connection ends the wait."""

    async def fault(request: Request, answer: Any) -> Any:
        try:
            async with asyncio.timeout(seconds):
                while (await request.receive())["type"] != "http.disconnect":
                    pass
        except TimeoutError:
            pass
        return answer

    return fault


def dripping(seconds_a_byte: float) -> Fault:
    """Send the answer byte by byte."""

    async def fault(_: Request, answer: Any) -> Response:
        async def drops() -> AsyncIterator[bytes]:
            for byte in encoded(answer).encode():
                yield bytes([byte])
                await asyncio.sleep(seconds_a_byte)

        return StreamingResponse(drops(), media_type=_JSON)

    return fault


async def cut_off(_: Request, answer: Any) -> Response:
    """Half of the JSON, as if it were all."""
    text = encoded(answer)
    return Response(text[: len(text) // 2], media_type=_JSON)


async def no_candles(_: Request, answer: Any) -> Any:
    """An empty list, as one answer in five once was."""
    return [] if isinstance(answer, list) else answer


async def quiet_minutes(_: Request, answer: Any) -> Any:
    """Every third candle without trades, so without a row."""
    return [row for row in answer if row[0] // 60 % 3] if _is_rows(answer) else answer


async def twice_and_shuffled(_: Request, answer: Any) -> Any:
    """Rows in no order, and each a second time as it stood a moment earlier, with less volume."""
    if not _is_rows(answer):
        return answer
    earlier = [[*row[:5], row[5] / 2] for row in answer]
    return answer[1::2] + earlier + answer[::2]


async def high_below_open(_: Request, answer: Any) -> Any:
    """The newest row contradicts itself."""
    if not _is_rows(answer):
        return answer
    time, low, _high, open_, close, volume = answer[0]
    return [[time, low, open_ - (open_ - low) / 2 - 1, open_, close, volume], *answer[1:]]


async def upside_down(_: Request, answer: Any) -> Any:
    """High and low swapped in every row."""
    return [[row[0], row[2], row[1], *row[3:]] for row in answer] if _is_rows(answer) else answer


def clock_off(by: timedelta) -> Fault:
    """Its clock runs ahead, or behind where `by` is below 0."""

    async def fault(_: Request, answer: Any) -> Any:
        if not isinstance(answer, dict) or "time" not in answer:
            return answer
        at = datetime.fromisoformat(answer["time"]) + by
        return answer | {"time": at.isoformat().replace("+00:00", "Z")}

    return fault


def spike(factor: str = "1.3") -> Fault:
    """The last trade is a slip; bid and ask stay where they are."""

    async def fault(_: Request, answer: Any) -> Any:
        if not isinstance(answer, dict) or "price" not in answer:
            return answer
        return answer | {"price": plain(Decimal(answer["price"]) * Decimal(factor))}

    return fault


def _is_rows(answer: Any) -> bool:
    return isinstance(answer, list) and bool(answer) and isinstance(answer[0], list)
