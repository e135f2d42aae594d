"""Half an hour of three markets, replayed at speed to a bot that is killed on the way."""

from pathlib import Path

from tests.support.alert_replay import Replay
from tests.support.databases import shaped
from tests.support.replay_world import simulated


async def test_a_bot_that_is_killed_loses_no_alert_and_tells_none_twice_without_doubt(
    tmp_path: Path,
) -> None:
    world = await simulated(minutes=30, markets=3)
    replay = Replay(world, shaped("sqlite", tmp_path), tmp_path, kills=2, seed=5)

    verdict = await replay.run(count=1_500, people=60, accounts=60)

    assert verdict.fine, verdict
    assert verdict.kills == 2 and verdict.fires > 50
    assert verdict.papers.trades > 20 and verdict.papers.decisions > 20
