"""What goes wrong at exchanges, one function each; for `ExchangeEmulator.script` and `trouble`."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from tests.support.exchange_dialect import Dialect, encoded
from tests.support.exchange_emulator import Fault
from tests.support.exchange_numbers import Bars, Quote

_FOREVER = 3_600.0
_JSON = "application/json; charset=utf-8"


def too_many_requests(retry_after: str | None = None) -> Fault:
    """The exchange's own way to say so, with a `Retry-After` of seconds or a date, or without."""
    headers = {"Retry-After": retry_after} if retry_after else None

    async def fault(request: Request, _: Any) -> Response:
        return _dialect(request).too_many(headers)

    return fault


def answers(
    status: int, message: str = "Internal server error", retry_after: str | None = None
) -> Fault:
    """Any status with a message: 418, 451, 500; or 200, which some send for an error."""
    headers = {"Retry-After": retry_after} if retry_after else None

    async def fault(request: Request, _: Any) -> Response:
        return _dialect(request).refuse(status, message, headers)

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

    async def fault(request: Request, answer: Any) -> Response:
        text = encoded(_dialect(request).write(request, answer))

        async def drops() -> AsyncIterator[bytes]:
            for byte in text.encode():
                yield bytes([byte])
                await asyncio.sleep(seconds_a_byte)

        return StreamingResponse(drops(), media_type=_JSON)

    return fault


async def cut_off(request: Request, answer: Any) -> Response:
    """Half of the JSON, as if it were all."""
    text = encoded(_dialect(request).write(request, answer))
    return Response(text[: len(text) // 2], media_type=_JSON)


async def no_candles(_: Request, answer: Any) -> Any:
    """No rows, as one answer in five of Coinbase once was."""
    return Bars() if isinstance(answer, Bars) else answer


async def quiet_minutes(_: Request, answer: Any) -> Any:
    """Every third candle without trades, so without a row."""
    if not isinstance(answer, Bars):
        return answer
    return Bars(bar for bar in answer if bar.time // 60 % 3)


def late_candles(rows: int = 5) -> Fault:
    """The newest rows are not published yet."""

    async def fault(_: Request, answer: Any) -> Any:
        return Bars(answer[:-rows]) if isinstance(answer, Bars) else answer

    return fault


async def newest_first(_: Request, answer: Any) -> Any:
    """Rows the other way round than this exchange usually has them."""
    return Bars(reversed(answer)) if isinstance(answer, Bars) else answer


async def twice_and_shuffled(_: Request, answer: Any) -> Any:
    """Rows in no order, and each a second time as it stood a moment earlier, with less volume."""
    if not isinstance(answer, Bars):
        return answer
    earlier = [bar._replace(volume=bar.volume / 2) for bar in answer]
    return Bars(answer[1::2] + earlier + answer[::2])


async def revised(_: Request, answer: Any) -> Any:
    """Every volume grew after its candle had closed."""
    if not isinstance(answer, Bars):
        return answer
    return Bars(bar._replace(volume=bar.volume * 2) for bar in answer)


async def high_below_open(_: Request, answer: Any) -> Any:
    """The row in the middle contradicts itself."""
    if not isinstance(answer, Bars) or not answer:
        return answer
    middle = len(answer) // 2
    bad = answer[middle]
    answer[middle] = bad._replace(high=bad.open - (bad.open - bad.low) / 2 - 1)
    return answer


async def upside_down(_: Request, answer: Any) -> Any:
    """High and low swapped in every row."""
    if not isinstance(answer, Bars):
        return answer
    return Bars(bar._replace(low=bar.high, high=bar.low) for bar in answer)


def clock_off(by: timedelta) -> Fault:
    """Its clock runs ahead, or behind where `by` is below 0."""

    async def fault(_: Request, answer: Any) -> Any:
        return replace(answer, at=answer.at + by) if isinstance(answer, Quote) else answer

    return fault


def spike(factor: str = "1.3") -> Fault:
    """The last trade is a slip; bid and ask stay where they are."""

    async def fault(_: Request, answer: Any) -> Any:
        if not isinstance(answer, Quote):
            return answer
        return replace(answer, price=answer.price * Decimal(factor))

    return fault


def _dialect(request: Request) -> Dialect:
    dialect: Dialect = request.state.dialect
    return dialect
