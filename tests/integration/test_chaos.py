"""The short form of tests/performance/chaos.py: twelve bad seconds of three exchanges."""

import pytest

from tests.support.chaos import run

SECONDS = 12.0


@pytest.mark.timeout(120)
async def test_what_goes_wrong_at_exchanges_stays_there() -> None:
    verdict = await run(SECONDS, share=0.3, said=print)

    assert sum(verdict.faults.values()) > 10
    assert not verdict.wrong
    assert not verdict.unflagged
    assert verdict.fresh >= 0.99, verdict.answers
    assert not verdict.over
