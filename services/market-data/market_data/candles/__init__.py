"""The local candle store: closed candles on this machine's disk, to be fetched only once.

It is a cache. Whatever happens to it, damage, a full disk, a lock, costs one line in the log and
fetching again; nobody who asks for candles notices more.
"""

import asyncio
import sqlite3
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import structlog

from common.clock import Clock
from common.market import Candle
from market_data.candles.connections import Connections
from market_data.candles.files import NotAStore
from market_data.candles.tables import Damaged, Key, Range, Tables, Written

__all__ = ["CandleStore", "Key", "Stored"]

MOST_BYTES = 4 * 1024**3
REST_SECONDS = 60.0  # after trouble, before it is tried again
READ_SECONDS = 0.5  # then the exchange is the faster one
_CLOSE_SECONDS = 2.0
_MOST_WAITING = 256  # writes
_TROUBLES = (sqlite3.Error, Damaged, NotAStore, OSError, TimeoutError)
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Stored:
    """What the store has of a range.

    Attributes:
        candles: Oldest first.
        lacking: The shortest range outside of which nothing is missing; None when all is there.
    """

    candles: Sequence[Candle]
    lacking: Range | None


class CandleStore:
    """Reads on threads of their own, writes on one; the event loop only waits.

    Attributes:
        revised: Candles that changed after they had been kept.
    """

    def __init__(
        self,
        path: Path,
        clock: Clock,
        *,
        most_bytes: int = MOST_BYTES,
        write_wait: float = 5.0,
        read_wait: float = 0.2,
        patience: float = READ_SECONDS,
    ) -> None:
        """Open the file at the first use.

        Args:
            clock: For rests after trouble.
            write_wait, read_wait: Seconds to wait for a lock of others.
            patience: Seconds that a reader waits in all.
        """
        self.revised = 0
        self._path = path
        self._clock = clock
        self._patience = patience
        self._files = Connections(
            path, most_bytes=most_bytes, write_wait=write_wait, read_wait=read_wait
        )
        self._writer = ThreadPoolExecutor(1, "candles-write")
        self._readers = ThreadPoolExecutor(2, "candles-read")
        self._writes: set[asyncio.Future[Written]] = set()
        self._resting: dict[str, float] = {}  # "read" or "write": until when

    async def read(self, key: Key, start: datetime, end: datetime) -> Stored:
        """Return candles with `start <= opened_at < end`; none where the store is in trouble."""
        if not self._rests("read"):
            try:
                async with asyncio.timeout(self._patience):
                    stored = await self._read(key, start, end)
            except _TROUBLES as error:
                self._failed("read", error)
            else:
                self._worked("read")
                return stored
        return Stored([], (start, end))

    def keep(self, key: Key, candles: Sequence[Candle], start: datetime, end: datetime) -> None:
        """Write candles soon, and that they are all there are with `start <= opened_at < end`.

        Nobody waits for it. An empty range says nothing about what is missing.
        """
        if self._rests("write") or len(self._writes) >= _MOST_WAITING:
            return
        write = asyncio.get_running_loop().run_in_executor(
            self._writer,
            self._files.write,
            lambda tables: tables.keep(key, candles, start, end),
        )
        self._writes.add(write)
        write.add_done_callback(lambda done: self._written(key, done))

    async def settled(self) -> None:
        """Wait until everything to be kept so far is written, or has failed."""
        while self._writes:
            await asyncio.wait(self._writes)

    async def aclose(self) -> None:
        """Write what waits, for two seconds at most, and close the file."""
        if self._writes:
            await asyncio.wait(self._writes, timeout=_CLOSE_SECONDS)
        try:
            async with asyncio.timeout(_CLOSE_SECONDS):
                await asyncio.to_thread(self._close)
        except TimeoutError:
            log.warning("candle_store_not_closed", path=str(self._path))

    async def _read(self, key: Key, start: datetime, end: datetime) -> Stored:
        loop = asyncio.get_running_loop()
        if not self._files.ready:
            await loop.run_in_executor(self._writer, self._files.open)

        def act(tables: Tables) -> Stored:
            spans = tables.spans(key)  # before the candles: others may add, and never take away
            return Stored(tables.read(key, start, end), _lacking(spans, start, end))

        return await loop.run_in_executor(self._readers, self._files.read, act)

    def _written(self, key: Key, done: "asyncio.Future[Written]") -> None:
        self._writes.discard(done)
        if done.cancelled():
            return
        error = done.exception()
        if isinstance(error, _TROUBLES):
            self._failed("write", error)
        elif error is not None:
            raise error
        else:
            self._worked("write")
            self._tell(key, done.result())

    def _tell(self, key: Key, written: Written) -> None:
        about = {"symbol": str(key.symbol), "source": key.source, "tf": key.timeframe.value}
        if written.revised:
            self.revised += len(written.revised)
            first = written.revised[0].opened_at.isoformat()
            log.info("candles_revised", **about, candles=len(written.revised), first=first)
        if written.refused:
            log.warning("candles_not_storable", **about, candles=written.refused)

    def _rests(self, what: str) -> bool:
        return self._clock.monotonic() < self._resting.get(what, 0.0)

    def _failed(self, what: str, error: Exception) -> None:
        """Rest; one line for an outage, however often and wherever it shows."""
        if not self._resting:
            log.warning(
                "candle_store_unavailable",
                path=str(self._path),
                reason=str(error) or f"no answer within {self._patience:g} s",
                instead="candles are fetched again",
            )
        self._resting[what] = self._clock.monotonic() + REST_SECONDS
        moving = asyncio.get_running_loop().run_in_executor(self._writer, self._files.set_aside)
        moving.add_done_callback(self._moved)

    def _moved(self, done: "asyncio.Future[Path | None]") -> None:
        """After damage the new, empty store is good at once."""
        if not done.cancelled() and done.exception() is None and done.result() is not None:
            log.info("candle_store_begun_anew", set_aside=str(done.result()))
            self._resting = dict.fromkeys(self._resting, 0.0)

    def _worked(self, what: str) -> None:
        if self._resting.pop(what, None) is not None and not self._resting:
            log.info("candle_store_back", path=str(self._path))

    def _close(self) -> None:
        for pool in (self._writer, self._readers):
            pool.shutdown(cancel_futures=True)
        self._files.close()


def _lacking(spans: Sequence[Range], start: datetime, end: datetime) -> Range | None:
    """What a range lacks at least, given the ranges that are known, oldest first.

    Holes in the middle stretch it: asking once for too much is one call, as is asking for a hole.
    """
    for first, last in spans:
        if first <= start < last:
            start = last
        if start < end and first < end <= last:
            end = first
    return (start, end) if start < end else None
