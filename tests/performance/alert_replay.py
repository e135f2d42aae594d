"""A day of ten markets with 100,000 alerts of 2,000 people, and a bot that is killed at random.

make prove PROOFS=alert_replay

All time comes from one clock that the replay moves: prices every ten seconds, candles every minute,
the lease, the outbox and the sender. Nothing may be lost, no more than one message may come twice
for each kill and only where its answer was lost, and every fire must be explained by the candles.
Beside them paper accounts hold positions with stops, targets and trailing stops, and presets trade:
each ends once, is told once, and each closed candle is decided once, as the pure preset says.
ALERTS, PEOPLE, ACCOUNTS, MINUTES, KILLS and SEED change the size.
"""

import asyncio
import os
import sys
import tempfile
import time
from pathlib import Path

from tests.support.alert_replay import TICKS_AN_HOUR, Replay
from tests.support.databases import fresh
from tests.support.replay_judge import Verdict
from tests.support.replay_world import simulated


async def _replayed(folder: Path) -> Verdict:
    began = time.perf_counter()
    world = await simulated(_size("MINUTES", 1_440), 10)
    took = time.perf_counter() - began
    print(f"a day of {len(world.tracks)} markets is simulated in {took:.0f} s", flush=True)
    url = fresh(os.environ.get("DATABASE", "sqlite"), folder)
    began = time.perf_counter()

    def says(hour: int, kills: int) -> None:
        passed = time.perf_counter() - began
        print(f"  {hour:2} h of {world.steps // TICKS_AN_HOUR}, {kills} kills, ", end="")
        print(f"{passed:.0f} s", flush=True)

    replay = Replay(world, url, folder, _size("KILLS", 60), _size("SEED", 1), says)
    sizes = (_size("ALERTS", 100_000), _size("PEOPLE", 2_000), _size("ACCOUNTS", 200))
    verdict = await replay.run(*sizes)
    took = time.perf_counter() - began
    print(f"replayed in {took:.0f} s, {world.steps * 10 / took:.0f} times as fast", flush=True)
    return verdict


def _size(name: str, usual: int) -> int:
    return int(os.environ.get(name, usual))


def main() -> int:
    """Return 0 when nothing is lost, doubled without reason, or unexplained."""
    with tempfile.TemporaryDirectory(prefix="replay-") as folder:
        verdict = asyncio.run(_replayed(Path(folder)))
    print(f"{verdict.alerts} alerts, {verdict.kills} kills, {verdict.fires} fires:")
    print(f"  {dict(verdict.kinds)}")
    print(f"  told by {verdict.messages} messages; lost {verdict.lost}, missed {verdict.missed}")
    print(f"  twice {verdict.twice} of {verdict.doubtful} in doubt")
    print(f"  unexplained by the candles {verdict.unexplained}")
    papers = verdict.papers
    print(f"on paper {papers.positions} positions and {papers.trades} trades:", end=" ")
    print(f"{dict(papers.reasons)}, {papers.decisions} last decisions of presets")
    print(
        f"  missed {papers.missed}, twice {papers.twice}, unexplained {papers.unexplained},", end=""
    )
    print(f" broken {papers.broken}, untold {papers.untold}, not decided {papers.undecided}")
    print("\n".join([*verdict.examples[:5], *papers.examples[:5]]))
    print("ok" if verdict.fine else "FAIL")
    return 0 if verdict.fine else 1


if __name__ == "__main__":
    sys.exit(main())
