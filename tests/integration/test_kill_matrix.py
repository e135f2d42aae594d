"""The short form of the kill matrix; the long one is `make prove PROOFS=kill_matrix`.

Its legs mostly wait: for a dead bot's lease, for a look. So they run side by side, once, and each
test reads what came of its own.
"""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.databases import KINDS, shaped
from tests.support.kill_matrix import Verdict, matrix
from tests.support.nursery import nursery

SOURCES = ("polling", "webhook")
TWINS = "twins"
# All four together meet every step. Polling meets those that differ there: each of its deaths
# takes as long as its lease.
STEPS = {
    ("polling", "sqlite"): ("recorded", "fetched"),
    ("polling", "postgresql"): ("received", "acknowledging"),
    ("webhook", "sqlite"): ("recorded", "processing", "sending", "sent"),
    ("webhook", "postgresql"): ("received", "claimed", "processed", "marked", "noted"),
}
Verdicts = dict[tuple[str, str], Verdict]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("kills")


@pytest.fixture(scope="module")
def verdicts(folder: Path) -> Iterator[Verdicts]:
    async def all_legs() -> Verdicts:
        legs = {}
        for (source, kind), steps in STEPS.items():
            legs[source, kind] = matrix(
                home,
                source,
                shaped(kind, folder),
                folder / f"{source}-{kind}",
                kills=len(steps) + 1,
                per_second=25,
                steps=steps,
            )
        for kind in KINDS:
            legs[TWINS, kind] = matrix(
                home,
                "polling",
                shaped(kind, folder),
                folder / f"{TWINS}-{kind}",
                hand_overs=3,
                twins=True,
                per_second=25,
            )
        return dict(zip(legs, await asyncio.gather(*legs.values()), strict=True))

    with nursery() as home:
        yield asyncio.run(all_legs())


@pytest.mark.timeout(240)
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("source", SOURCES)
def test_nothing_is_lost_and_nothing_doubled_unmarked_by_kills(
    verdicts: Verdicts, source: str, kind: str, folder: Path
) -> None:
    verdict = verdicts[source, kind]

    assert verdict.fine, f"{verdict}\n{(folder / f'{source}-{kind}').read_text()[-3000:]}"
    assert verdict.kills.total() == len(STEPS[source, kind]) + 1
    assert verdict.updates > 50


@pytest.mark.timeout(240)
@pytest.mark.parametrize("kind", KINDS)
def test_two_bots_on_one_token_share_the_work_and_hand_over(verdicts: Verdicts, kind: str) -> None:
    verdict = verdicts[TWINS, kind]

    assert verdict.fine and not verdict.doubled, verdict
    assert verdict.handed_over == 3
