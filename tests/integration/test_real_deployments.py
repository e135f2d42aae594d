"""Three deployments for real; fifty-six are `make prove PROOFS=deployments`."""

import asyncio
from pathlib import Path

import pytest

from tests.support import real_deployments as real

pytestmark = [pytest.mark.haproxy, pytest.mark.timeout(150)]


async def test_deployments_under_a_stream_of_updates_lose_and_double_none(tmp_path: Path) -> None:
    async with real.site(tmp_path, chats=60) as site:
        typing = asyncio.create_task(site.people.type(10_000, 40))
        for kind in (real.good, real.rolled_back, real.fails_smoke):
            await kind(site)
        typing.cancel()
        verdict, ledger = await real.judged(site), real.told(site)

    assert site.wrong == []
    assert (verdict.lost, verdict.doubled_unmarked, verdict.disordered) == (0, 0, 0)
    assert verdict.updates > 100
    assert site.back_within[0] < 10
    assert ledger["whole"]
    assert ledger["outcomes"] == {"deployed": 1, "rolled back": 2}
