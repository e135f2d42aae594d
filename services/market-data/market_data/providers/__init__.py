"""Where prices come from: one file an upstream, each exporting `PROVIDER`, found by its name.

A provider speaks its vendor's dialect and answers in our words; vendor errors stop there.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import Protocol

from common.clock import Clock
from common.errors import Misconfigured
from common.market import Candle, Symbol, Ticker, Timeframe
from common.wire import AsOfKind, Quality


@dataclass(frozen=True, slots=True)
class Listing:
    """A market as its provider lists it.

    Attributes:
        name: Of the base asset, for people.
        price_step: Tick size, in the quote asset.
        lot_step: Smallest step of an amount, in the base asset.
        quote_volume_24h: In the quote asset; None when the provider does not say.
        sessions: True for what trades in sessions, as stocks do: days without candles are no gaps.
    """

    symbol: Symbol
    name: str
    price_step: Decimal
    lot_step: Decimal
    quote_volume_24h: Decimal | None = None
    sessions: bool = False


class Provider(Protocol):
    """One upstream. Every method may raise `Unavailable`; none raises a vendor's exception."""

    name: str
    quality: Quality
    as_of_kind: AsOfKind

    @property
    def page(self) -> int:
        """The most candles that one call returns."""
        ...

    def timeframes(self, symbol: Symbol) -> frozenset[Timeframe]:
        """Timeframes that the upstream itself has for this market."""
        ...

    def now(self, symbol: Symbol) -> datetime:
        """The provider's time, aware UTC: the system's, or where a recording stands."""
        ...

    def grace(self, timeframe: Timeframe) -> float:
        """Seconds after a candle's end before it counts as closed and settled."""
        ...

    async def listings(self) -> Sequence[Listing]:
        """Every market on offer."""
        ...

    async def ticker(self, symbol: Symbol) -> Ticker:
        """What the market trades at now.

        Raises:
            UnknownSymbol: If the upstream does not list it.
        """
        ...

    async def candles(
        self, symbol: Symbol, timeframe: Timeframe, start: datetime, end: datetime
    ) -> Sequence[Candle]:
        """Candles with `start <= opened_at < end`, oldest first, the forming one included if it
        falls inside. One upstream call, so at most `page` of them: the caller asks for no more.

        Args:
            timeframe: One of `timeframes(symbol)`.
            start, end: On the timeframe's grid.

        Raises:
            UnknownSymbol: If the upstream does not list the market.
        """
        ...

    async def aclose(self) -> None:
        """Close connections."""
        ...


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a provider may be made of.

    Attributes:
        data_dir: Folder of CSV files for RECORDED, beside the shipped ones; None for only those.
        as_of: Where recordings stand; None for the end of each file.
        urls: Base address by provider name, where it differs from the vendor's own.
    """

    clock: Clock
    data_dir: Path | None = None
    as_of: datetime | None = None
    simu_seed: str = "1"
    urls: dict[str, str] = field(default_factory=dict)


Factory = Callable[[Surroundings], Provider]


def discover() -> dict[str, Factory]:
    """Every provider in this folder by its name."""
    named = {module.name: _factory(module.name) for module in iter_modules(__path__)}
    return {name: factory for name, factory in named.items() if factory is not None}


def create(names: Sequence[str], surroundings: Surroundings) -> list[Provider]:
    """Make the named providers, in order; the first that lists a market answers for it.

    Only these are read: what simulates needs no HTTP client in memory.

    Raises:
        Misconfigured: If a name is not a provider's, or none is given.
    """
    files = {module.name for module in iter_modules(__path__)}
    factories = [_factory(name) if name in files else None for name in names]
    if not names or None in factories:
        raise Misconfigured(
            f"PROVIDERS is {','.join(names)!r}; name at least one of "
            f"{', '.join(sorted(discover()))}."
        )
    return [factory(surroundings) for factory in factories if factory is not None]


def _factory(name: str) -> Factory | None:
    """What the file exports; most files here only help others and export none."""
    factory: Factory | None = getattr(import_module(f"{__name__}.{name}"), "PROVIDER", None)
    return factory
