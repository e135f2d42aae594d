"""Telegram and exchanges speak TLS: whom our programs trust, and whom they refuse."""

import asyncio
import json
import os
import sys
from datetime import UTC, datetime
from pathlib import Path

from common.clock import FrozenClock
from tests.support.coinbase_feed import FeedEmulator
from tests.support.playground import playground
from tests.support.tls import TlsDoor

ROOT = Path(__file__).resolve().parents[2]


async def said(authority: Path | None, **addresses: str) -> dict[str, str]:
    """Run callers that trust `authority`; None: whom this machine trusts."""
    environment = {name: text for name, text in os.environ.items() if "CERT" not in name}
    if authority is not None:
        environment["SSL_CERT_FILE"] = str(authority)
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.support.tls_caller", json.dumps(addresses)),
        cwd=ROOT,
        env={**environment, "PYTHONPATH": str(ROOT)},
        stdout=asyncio.subprocess.PIPE,
    )
    out, _ = await process.communicate()
    outcomes: dict[str, str] = json.loads(out.decode().splitlines()[-1])
    return outcomes


async def test_servers_are_reached_over_tls_by_who_trusts_them_alone(tmp_path: Path) -> None:
    """The playground knows neither token nor prices: so far only a trusted connection gets."""
    door, clock = TlsDoor(tmp_path), FrozenClock(datetime(2026, 3, 13, 12, tzinfo=UTC))
    async with (
        playground(flood=None) as telegram,
        FeedEmulator(clock).serve() as exchange,
        door.before(telegram.address) as address,
        door.before(exchange.url) as feed,
    ):
        addresses = {"post": address, "poll": address, "ask": address, "feed": feed}
        trusted, refused = await asyncio.gather(
            said(door.authority, **addresses), said(None, **addresses)
        )

    assert trusted == {
        "post": "Refused",
        "poll": "Misconfigured",
        "ask": "status-404",
        "feed": "hot",
    }
    assert refused == {
        "post": "NotSent",
        "poll": "Unavailable",
        "ask": "Unavailable",
        "feed": "silent",
    }
