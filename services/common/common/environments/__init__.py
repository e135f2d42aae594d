"""One file an environment; an unknown or a missing key refuses to start."""

import tomllib
from collections.abc import Callable
from dataclasses import dataclass, fields
from decimal import Decimal, InvalidOperation
from importlib.resources import files

from common.errors import Misconfigured
from common.features import ENVIRONMENTS, Environment

_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")


@dataclass(frozen=True, slots=True)
class Limits:
    """What one environment sets.

    Attributes:
        log_level: DEBUG, INFO, WARNING or ERROR.
        max_active_tickers: Symbols that market-data keeps hot.
        focus_universe_size: How many markets /top ranks.
        risk_percentage: Share of the equity: 0.01 is 1 %.
        max_position_size: Cap of a paper position in quote units.
    """

    log_level: str
    max_active_tickers: int
    focus_universe_size: int
    risk_percentage: Decimal
    max_position_size: Decimal


def load(environment: Environment) -> Limits:
    """Read the environment's file.

    Raises:
        Misconfigured: If the environment, a key or a value is not what it must be.
    """
    if environment not in ENVIRONMENTS:
        known = ", ".join(ENVIRONMENTS)
        raise Misconfigured(f"ENVIRONMENT is {environment!r}; it must be one of {known}.")
    text = files(__package__).joinpath(f"{environment}.toml").read_text(encoding="utf-8")
    return parse(text, f"environments/{environment}.toml")


def parse(text: str, name: str) -> Limits:
    """Read one environment's text; `name` is what an error calls it.

    Raises:
        Misconfigured: For bad TOML, a key too many or too few, or a value out of range.
    """
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise Misconfigured(f"{name} is not TOML: {error}.") from error
    known = {field.name for field in fields(Limits)}
    if table.keys() != known:
        missing, unknown = sorted(known - table.keys()), sorted(table.keys() - known)
        raise Misconfigured(f"{name}: missing keys {missing}, unknown keys {unknown}.")
    values = {key: _READERS[key](name, key, value) for key, value in table.items()}
    return Limits(**values)  # type: ignore[arg-type]  # the readers give each key its type


def _level(name: str, key: str, value: object) -> str:
    if value not in _LEVELS:
        raise Misconfigured(f"{name}: {key} is {value!r}; use one of {', '.join(_LEVELS)}.")
    return str(value)


def _count(name: str, key: str, value: object) -> int:
    if type(value) is not int or value < 1:
        raise Misconfigured(f"{name}: {key} is {value!r}; use a whole number from 1 up.")
    return value


def _amount(name: str, key: str, value: object) -> Decimal:
    try:
        amount = Decimal(value) if isinstance(value, str) else Decimal("NaN")
    except InvalidOperation:
        amount = Decimal("NaN")
    if not (amount.is_finite() and amount > 0):
        raise Misconfigured(
            f'{name}: {key} is {value!r}; use a quoted number above 0, as in "1.5".'
        )
    return amount


_READERS: dict[str, Callable[[str, str, object], str | int | Decimal]] = {
    "log_level": _level,
    "max_active_tickers": _count,
    "focus_universe_size": _count,
    "risk_percentage": _amount,
    "max_position_size": _amount,
}
