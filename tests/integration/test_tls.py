"""Telegram and exchanges speak TLS: whom our programs trust, and whom they refuse."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from common.clock import FrozenClock
from tests.support.coinbase_feed import FeedEmulator
from tests.support.playground import playground
from tests.support.tls import TlsDoor

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
async def door(tmp_path: Path) -> AsyncIterator[TlsDoor]:
    yield TlsDoor(tmp_path)


async def said(kind: str, address: str, authority: Path | None) -> str:
    """Run a caller that trusts `authority`; None: whom this machine trusts."""
    environment = {name: text for name, text in os.environ.items() if "CERT" not in name}
    if authority is not None:
        environment["SSL_CERT_FILE"] = str(authority)
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.support.tls_caller", kind, address),
        cwd=ROOT,
        env={**environment, "PYTHONPATH": str(ROOT)},
        stdout=asyncio.subprocess.PIPE,
    )
    out, _ = await process.communicate()
    return out.decode().split()[-1]


@pytest.mark.parametrize(
    ("kind", "trusted", "refused"),
    [
        ("post", "Refused", "NotSent"),
        ("poll", "Misconfigured", "Unavailable"),
        ("ask", "status-404", "Unavailable"),
    ],
)
async def test_a_server_is_reached_over_tls_by_who_trusts_it_alone(
    door: TlsDoor, kind: str, trusted: str, refused: str
) -> None:
    """The playground knows neither token nor prices: so far only a trusted connection gets."""
    async with playground(flood=None) as telegram, door.before(telegram.address) as address:
        outcomes = await asyncio.gather(
            said(kind, address, door.authority), said(kind, address, None)
        )

    assert list(outcomes) == [trusted, refused]


async def test_an_exchanges_live_feed_is_read_over_tls_by_who_trusts_it_alone(
    door: TlsDoor,
) -> None:
    clock = FrozenClock(datetime(2026, 3, 13, 12, tzinfo=UTC))
    async with FeedEmulator(clock).serve() as exchange:
        async with door.before(exchange.url) as address:
            outcomes = await asyncio.gather(
                said("feed", address, door.authority), said("feed", address, None)
            )

    assert list(outcomes) == ["hot", "silent"]
