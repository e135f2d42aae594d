"""The short form of the kill matrix; the long one is `make prove PROOFS=kill_matrix`."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.databases import KINDS, fresh
from tests.support.kill_matrix import matrix
from tests.support.nursery import Nursery, nursery

SOURCES = ("polling", "webhook")
# All four together meet every step. Polling meets those that differ there: each of its deaths
# takes as long as its lease.
STEPS = {
    ("polling", "sqlite"): ("recorded", "fetched"),
    ("polling", "postgresql"): ("received", "acknowledging"),
    ("webhook", "sqlite"): ("recorded", "processing", "sending", "sent"),
    ("webhook", "postgresql"): ("received", "claimed", "processed", "marked", "noted"),
}


@pytest.fixture(scope="module")
def home() -> Iterator[Nursery]:
    with nursery() as home:
        yield home


@pytest.mark.timeout(150)
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("source", SOURCES)
async def test_nothing_is_lost_and_nothing_doubled_unmarked_by_kills(
    home: Nursery, source: str, kind: str, tmp_path: Path
) -> None:
    verdict = await matrix(
        home,
        source,
        fresh(kind, tmp_path),
        tmp_path / "log",
        kills=len(STEPS[source, kind]) + 1,
        per_second=40,
        steps=STEPS[source, kind],
    )

    assert verdict.fine, f"{verdict}\n{(tmp_path / 'log').read_text()[-3000:]}"
    assert verdict.updates > 50


@pytest.mark.timeout(90)
@pytest.mark.parametrize("kind", KINDS)
async def test_two_bots_on_one_token_share_the_work_and_hand_over(
    home: Nursery, kind: str, tmp_path: Path
) -> None:
    verdict = await matrix(
        home,
        "polling",
        fresh(kind, tmp_path),
        tmp_path / "log",
        hand_overs=3,
        twins=True,
        per_second=40,
    )

    assert verdict.fine and not verdict.doubled, verdict
    assert verdict.handed_over == 3
