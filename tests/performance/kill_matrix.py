"""The kill matrix in its long form: every step, both sources, both databases, and hand-overs.

    make prove PROOFS=kill_matrix          (KILLS=200, HAND_OVERS=50 by default)

Goals: 0 updates lost, 0 answers doubled that the outbox had not marked, 0 out of order within a
chat; the same for two bots on one token, with 0 conflicts, and for hand-overs at 100 updates a
second.
"""

import asyncio
import os
import sys
import tempfile
from pathlib import Path

from tests.support.databases import KINDS, fresh
from tests.support.kill_matrix import Verdict, matrix
from tests.support.nursery import Nursery, nursery


async def _all(home: Nursery, folder: Path) -> list[Verdict]:
    kills = int(os.environ.get("KILLS", "200"))
    hand_overs = int(os.environ.get("HAND_OVERS", "50"))
    combinations = [(source, kind) for source in ("polling", "webhook") for kind in KINDS]
    share = -(-kills // len(combinations))
    verdicts = []
    for number, (source, kind) in enumerate(combinations):
        log = folder / f"{source}-{kind}.log"
        verdict = await matrix(home, source, fresh(kind, folder), log, kills=share, seed=number)
        verdicts.append(_told(f"{source}, {kind}", verdict))
    for kind in KINDS:
        log = folder / f"twins-{kind}.log"
        verdict = await matrix(
            home, "polling", fresh(kind, folder), log, kills=10, twins=True, seed=7, steps=()
        )
        verdicts.append(_told(f"two bots on one token, kills, {kind}", verdict))
        log = folder / f"hand-overs-{kind}.log"
        verdict = await matrix(
            home, "polling", fresh(kind, folder), log, hand_overs=hand_overs, twins=True
        )
        verdicts.append(_told(f"two bots on one token, hand-overs, {kind}", verdict))
    return verdicts


def _told(what: str, verdict: Verdict) -> Verdict:
    print(f"{'ok  ' if verdict.fine else 'FAIL'} {what}: {verdict}", flush=True)
    return verdict


def main() -> int:
    """Return 0 when every combination is fine."""
    with tempfile.TemporaryDirectory(prefix="kills-") as folder, nursery() as home:
        verdicts = asyncio.run(_all(home, Path(folder)))
    kills = sum(verdict.kills.total() for verdict in verdicts)
    updates = sum(verdict.updates for verdict in verdicts)
    print(f"{updates} updates, {kills} kills in all")
    return 0 if all(verdict.fine for verdict in verdicts) else 1


if __name__ == "__main__":
    sys.exit(main())
