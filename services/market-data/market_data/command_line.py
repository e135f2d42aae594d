"""What a person may ask of this program in words: `backfill` and `export`."""

import argparse
import asyncio
import sqlite3
import sys
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from common import logs
from common.clock import Clock, SystemClock
from common.errors import BadInput, Misconfigured, Unavailable
from common.market import Symbol, Timeframe
from common.settings import read
from market_data import backfill, export
from market_data.candles import MOST_BYTES, files
from market_data.candles.files import NotAStore
from market_data.candles.tables import Damaged, Tables
from market_data.catalogue import Catalogue, Offer
from market_data.guarded import Guarded
from market_data.progress import Progress
from market_data.providers import Provider, Surroundings, create, discover
from market_data.providers.csv_series import BadFile, symbol_of
from market_data.resilience.guard import Guard
from market_data.settings import Settings

_WAIT = 5.0  # seconds for others to let go of the store
_EARLIEST, _LATEST = datetime(1970, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
_STORE = "Move the file away to begin a new one."
_AGAIN = "What was fetched is kept; the same command goes on from there."


def run(words: Sequence[str]) -> int:
    """Do what was asked.

    Returns:
        0 when done; 1 when it may work later; 2 when it must be asked differently.
    """
    asked = _parser().parse_args(words)
    try:
        settings = read(Settings)
        logs.configure("market-data", "ERROR", settings.environment, stream=sys.stderr)
        done: str = asked.do(asked, settings, SystemClock())
    except (BadInput, Misconfigured, NotAStore) as error:
        return _failed(2, str(error))
    except Unavailable as error:
        return _failed(1, f"{error} {_AGAIN}")
    except (sqlite3.Error, Damaged) as error:
        return _failed(1, f"The candle store cannot be used: {error}. {_STORE}")
    except OSError as error:
        return _failed(1, f"{error.filename}: {error.strerror}.")
    except KeyboardInterrupt:
        return _failed(1, f"Stopped. {_AGAIN}")
    print(done)
    return 0


def _failed(code: int, why: str) -> int:
    print(why, file=sys.stderr)
    return code


def _backfill(asked: argparse.Namespace, settings: Settings, clock: Clock) -> str:
    return asyncio.run(_backfilled(asked, settings, clock))


async def _backfilled(asked: argparse.Namespace, settings: Settings, clock: Clock) -> str:
    path = _store(asked, settings)
    providers = _exchanges(asked, settings, clock)
    began = clock.monotonic()
    try:
        with closing(files.opened(path, wait=_WAIT, most_bytes=MOST_BYTES)) as connection:
            offer = await _offer(providers, asked.symbol, clock)
            job = backfill.plan(offer, asked.timeframe, asked.since, asked.until)
            if job.native is not asked.timeframe:
                print(
                    f"{offer.provider.name} has no {asked.timeframe.value} candles; fetching "
                    f"{job.native.value}, of which they are built.",
                    file=sys.stderr,
                )
            outcome = await _filled(job, Tables(connection), clock)
    finally:
        for provider in providers:
            await provider.aclose()
    return _summary(job, outcome, clock.monotonic() - began, path)


async def _filled(job: backfill.Job, tables: Tables, clock: Clock) -> backfill.Outcome:
    done = backfill.already(job, tables)
    progress = Progress(sys.stderr, clock, total=job.total, done=done)
    try:
        return await backfill.backfill(job, tables, progress)
    finally:
        progress.end()


def _summary(job: backfill.Job, outcome: backfill.Outcome, seconds: float, path: Path) -> str:
    symbol, native, source = job.offer.listing.symbol, job.native.value, job.offer.provider.name
    lines = [
        f"{outcome.candles:,} candles of {symbol} {native} from {source}, "
        f"{job.start:%Y-%m-%d %H:%M} to {job.end:%Y-%m-%d %H:%M} UTC, are in {path} "
        f"({path.stat().st_size / 1e6:.1f} MB). {outcome.calls:,} calls in {seconds:.0f} s."
    ]
    if outcome.first is None:
        lines.append(f"{source} has none in that range.")
    elif outcome.first > job.start:
        lines.append(f"The first one opened at {outcome.first:%Y-%m-%d %H:%M}.")
    if outcome.quiet or outcome.outages:
        lines.append(
            f"Missing there: {outcome.quiet:,} in times without trades, "
            f"{outcome.lost:,} in {outcome.outages:,} outages."
        )
    return "\n".join(lines)


def _export(asked: argparse.Namespace, settings: Settings, clock: Clock) -> str:
    path = _store(asked, settings)
    if not path.is_file():
        raise BadInput(f"There is no candle store at {path}; run backfill first.")
    symbol = Symbol.parse(asked.symbol)
    out: Path = asked.out or Path(f"{symbol}_{asked.timeframe.value}.csv")
    with closing(files.opened(path, wait=_WAIT, most_bytes=MOST_BYTES)) as connection:
        tables = Tables(connection)
        sources = [asked.provider] if asked.provider else None
        key = export.find(tables, symbol, asked.timeframe, sources)
        count = export.export(tables, key, out, asked.since, asked.until)
    done = f"{count:,} candles of {symbol} {asked.timeframe.value} from {key.source} are in {out}."
    return done + _naming(out, symbol)


def _naming(out: Path, symbol: Symbol) -> str:
    """RECORDED takes a market from the file's name."""
    try:
        named = symbol_of(out)
    except BadFile:
        named = None
    if named == symbol and out.suffix == ".csv":
        return f" To replay them: PROVIDERS=recorded DATA_DIR={out.absolute().parent}"
    return f" To replay them, name the file {symbol}_<timeframe>.csv."


def _store(asked: argparse.Namespace, settings: Settings) -> Path:
    path: Path | None = asked.store or settings.candle_store
    if path is None:
        raise Misconfigured(
            "Where are candles kept? Add --store .run/candles.sqlite, or set CANDLE_STORE."
        )
    return path


def _exchanges(asked: argparse.Namespace, settings: Settings, clock: Clock) -> list[Provider]:
    """Exchanges to ask, behind the same guards as in the service."""
    known = ", ".join(sorted(discover().keys() - {"recorded", "simu"}))
    names = [asked.provider] if asked.provider else settings.provider_names()
    if asked.provider and asked.provider not in discover():
        raise BadInput(f"--provider is {asked.provider!r}; use one of {known}.")
    surroundings = Surroundings(
        clock=clock, data_dir=settings.data_dir, as_of=settings.as_of, urls=settings.urls()
    )
    providers = [one for one in create(names, surroundings) if one.quality == "single"]
    if not providers:
        raise Misconfigured(
            f"{' and '.join(names)} need no filling: they are their own history. "
            f"Add --provider with one of {known}."
        )
    return [Guarded(provider, Guard(provider.name, clock)) for provider in providers]


async def _offer(providers: Sequence[Provider], text: str, clock: Clock) -> Offer:
    catalogue = Catalogue(providers, clock)
    try:
        return (await catalogue.resolve(text))[0]
    except Unavailable:
        await providers[0].listings()  # raises what the trouble is
        raise
    finally:
        await catalogue.aclose()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m market_data",
        description="Serve market data; or, with a word, fill or export the candle store.",
    )
    verbs = parser.add_subparsers(required=True, metavar="backfill | export")
    filling = verbs.add_parser(
        "backfill", help="fetch candles into the store", description=backfill.__doc__
    )
    filling.set_defaults(do=_backfill)
    writing = verbs.add_parser(
        "export", help="write kept candles as CSV", description=export.__doc__
    )
    writing.set_defaults(do=_export)
    writing.add_argument("--out", type=Path, metavar="FILE", help="BTC-USD_1h.csv by default")
    for verb in (filling, writing):
        verb.add_argument("symbol", help="a market, such as BTC-USD")
        verb.add_argument("timeframe", type=_timeframe, help="1m 5m 15m 30m 1h 2h 4h 6h 12h 1d 1w")
        verb.add_argument(
            "--since",
            type=_instant,
            required=verb is filling,
            metavar="WHEN",
            help="2024-01-01, or 2024-01-01T12:00 in UTC",
        )
        verb.add_argument(
            "--until", type=_instant, metavar="WHEN", help="before it; now by default"
        )
        verb.add_argument("--provider", metavar="NAME", help="the first of PROVIDERS by default")
        verb.add_argument("--store", type=Path, metavar="FILE", help="CANDLE_STORE by default")
    return parser


def _timeframe(text: str) -> Timeframe:
    try:
        return Timeframe.parse(text)
    except BadInput as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _instant(text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text)
        at = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, OverflowError):
        raise argparse.ArgumentTypeError(
            f"{text!r} is not a time; write 2024-01-01 or 2024-01-01T12:00"
        ) from None
    if not _EARLIEST <= at < _LATEST:
        raise argparse.ArgumentTypeError(f"{text!r} lies outside the years 1970 to 2199")
    return at
