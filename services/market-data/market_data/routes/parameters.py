"""What a request may carry: each parameter is read and documented by the same words."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Generic, TypeVar

from common.errors import BadInput
from common.market import Timeframe

Value = TypeVar("Value")
Schema = Mapping[str, Any]
MOST_CHARACTERS = 400
_WHOLE = re.compile(r"-?[0-9]{1,18}")


@dataclass(frozen=True, slots=True)
class Parameter(Generic[Value]):
    """One query parameter.

    Attributes:
        read: Text to value; raises `ValueError` with words that say what would work.
        default: Where the request does not carry it.
        schema: Its JSON schema. Whatever fits it is answered, unless two parameters contradict
            each other, which a schema cannot say.
        required: Whether the route refuses a request without it.
    """

    name: str
    read: Callable[[str], Value]
    default: Value
    summary: str
    schema: Schema
    example: str
    required: bool = False

    def of(self, query: Mapping[str, str]) -> Value:
        """Read it from a request's query.

        Raises:
            BadInput: Names the parameter and says what would work.
        """
        text = query.get(self.name)
        if text is None:
            return self.default
        if len(text) > MOST_CHARACTERS:
            raise BadInput(f"{self.name} is too long: at most {MOST_CHARACTERS} characters.")
        try:
            return self.read(text)
        except ValueError as error:
            raise BadInput(f"{self.name} is {text[:40]!r}; {error}.") from None


def integer(name: str, default: int, low: int, high: int, summary: str) -> Parameter[int]:
    """A whole number from `low` to `high`."""

    def read(text: str) -> int:
        if not (_WHOLE.fullmatch(text) and low <= int(text) <= high):
            raise ValueError(f"use a whole number from {low} to {high}")
        return int(text)

    schema = {"type": "integer", "minimum": low, "maximum": high, "default": default}
    return Parameter(name, read, default, summary, schema, str(default))


def optional_integer(
    name: str, low: int, high: int, summary: str, example: int
) -> Parameter[int | None]:
    """A whole number, or nothing."""
    strict = integer(name, low, low, high, summary)
    schema = {key: item for key, item in strict.schema.items() if key != "default"}
    return Parameter(name, strict.read, None, summary, schema, str(example))


MARKET = r"[$#]?[A-Za-z0-9]{1,15}([_-][A-Za-z0-9]{1,15})?"
ANYTHING = r"[^,]*[^,\s][^,]*"
TEXT: Schema = {"type": "string", "maxLength": MOST_CHARACTERS}
# Above 0, so there is a digit that is not: before the point, or after it.
_BELOW_ONE = r"0\.0{0,8}[1-9][0-9]{0,8}"
_POSITIVE = rf"[1-9][0-9]{{0,14}}(\.[0-9]{{1,18}})?|{_BELOW_ONE}"
_UP_TO_100 = rf"[1-9][0-9]?(\.[0-9]{{1,18}})?|100|{_BELOW_ONE}"
_DECIMAL: Schema = {"type": "string", "pattern": f"^({_POSITIVE})$"}


def read_decimal(text: str) -> Decimal:
    """Read a number above 0 with at most 15 digits before the point and 18 after it."""
    whole, _, fraction = text.partition(".")
    plain = text.isascii() and whole.isdigit() and (fraction.isdigit() or "." not in text)
    if not plain or len(whole) > 15 or len(fraction) > 18:
        raise ValueError("use a number such as 64000 or 0.5")
    try:
        value = Decimal(text)
    except InvalidOperation:
        raise ValueError("use a number such as 64000 or 0.5") from None
    if value <= 0:
        raise ValueError("use a number above 0")
    return value


def decimal(name: str, default: Decimal, summary: str) -> Parameter[Decimal]:
    """A number above 0 and at most 100."""

    def read(text: str) -> Decimal:
        value = read_decimal(text)
        if value > 100:
            raise ValueError("use a number of at most 100")
        return value

    schema = {"type": "string", "pattern": f"^({_UP_TO_100})$", "default": str(default)}
    return Parameter(name, read, default, summary, schema, str(default))


def optional_decimal(name: str, summary: str, example: str) -> Parameter[Decimal | None]:
    """A number above 0, or nothing."""
    return Parameter(name, read_decimal, None, summary, _DECIMAL, example)


def decimals(
    name: str, default: tuple[Decimal, ...], most: int, summary: str
) -> Parameter[tuple[Decimal, ...]]:
    """Up to `most` numbers above 0, separated by commas."""

    def read(text: str) -> tuple[Decimal, ...]:
        parts = text.split(",")
        if len(parts) > most:
            raise ValueError(f"use at most {most} numbers")
        return tuple(read_decimal(part.strip()) for part in parts)

    example = ",".join(str(value) for value in default)
    pattern = f"^({_POSITIVE})(,({_POSITIVE})){{0,{most - 1}}}$"
    schema = {**TEXT, "pattern": pattern, "default": example}
    return Parameter(name, read, default, summary, schema, example)


def timeframe(default: Timeframe) -> Parameter[Timeframe]:
    """One of the eleven timeframes. An unknown one raises `UnknownTimeframe`, not `ValueError`."""
    schema = {
        "type": "string",
        "enum": [item.value for item in Timeframe],
        "default": default.value,
    }
    return Parameter("tf", Timeframe.parse, default, "Length of a candle.", schema, default.value)


def choice(name: str, default: str, known: tuple[str, ...], summary: str) -> Parameter[str]:
    """One of a few words."""

    def read(text: str) -> str:
        if text.lower() not in known:
            raise ValueError(f"use {' or '.join(known)}")
        return text.lower()

    schema = {"type": "string", "enum": list(known), "default": default}
    return Parameter(name, read, default, summary, schema, default)


def choices(name: str, known: tuple[str, ...], summary: str) -> Parameter[tuple[str, ...]]:
    """Some of a few words, separated by commas; each counts once, and none means all."""

    def read(text: str) -> tuple[str, ...]:
        asked = tuple(dict.fromkeys(part.strip().lower() for part in text.split(",")))
        unknown = [part for part in asked if part not in known]
        if unknown:
            raise ValueError(f"{unknown[0][:40]!r} is none of {', '.join(known)}")
        return asked

    one = f"({'|'.join(known)})"
    schema = {**TEXT, "pattern": f"^{one}(,{one})*$", "default": ",".join(known)}
    return Parameter(name, read, known, summary, schema, ",".join(known[:3]))


def instant(
    name: str, summary: str, example: str = "2026-01-31T12:00:00Z"
) -> Parameter[datetime | None]:
    """A moment in RFC 3339, or nothing."""

    def read(text: str) -> datetime:
        try:
            at = datetime.fromisoformat(text.replace(" ", "+"))
        except ValueError:
            raise ValueError("use a time such as 2026-01-31T12:00:00Z") from None
        aware = at if at.tzinfo else at.replace(tzinfo=UTC)
        try:
            return aware.astimezone(UTC)
        except OverflowError:
            raise ValueError("use a time such as 2026-01-31T12:00:00Z") from None

    schema = {"type": "string", "format": "date-time"}
    return Parameter(name, read, None, summary, schema, example)


def words(
    name: str, most: int, summary: str, example: str, word: str = MARKET
) -> Parameter[tuple[str, ...]]:
    """Up to `most` words, separated by commas; the same word twice counts once.

    Args:
        word: A pattern; what does not fit it is refused by the route.
    """

    def read(text: str) -> tuple[str, ...]:
        parts = tuple(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))
        if len(parts) > most:
            raise ValueError(f"use at most {most}")
        return parts

    schema = {**TEXT, "pattern": f"^{word}(,{word}){{0,{most - 1}}}$"}
    return Parameter(name, read, (), summary, schema, example, required=True)
