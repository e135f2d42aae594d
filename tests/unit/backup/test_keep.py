"""When snapshots cannot be stored: carry on for a while, then stop before another may begin."""

import sys
import time
from collections.abc import Mapping
from pathlib import Path
from threading import Event

from backup.keep import LOST, Keeper, Times
from common.aws.s3 import Found

TIMES = Times(every=0.02, lease=1.0, give_up=0.2, ending=5.0, look=0.01)
WORKS = [sys.executable, "-S", "-c", "import signal; signal.pause()"]


class Away:
    """A shelf that takes the first `writes` and is then away."""

    def __init__(self, writes: int) -> None:
        self.writes = writes
        self.refused = 0

    def read(self, name: str) -> Found | None:
        return None

    def write(
        self,
        name: str,
        body: bytes,
        notes: Mapping[str, str] | None = None,
        only: str | None = None,
    ) -> str:
        if self.writes:
            self.writes -= 1
            return f"tag {self.writes}"
        self.refused += 1
        raise OSError("S3 cannot be asked")


def test_a_bot_whose_snapshots_fail_stops_before_its_lease_ends(tmp_path: Path) -> None:
    said: list[str] = []
    shelf = Away(writes=1)
    keeper = Keeper(tmp_path / "x.sqlite", shelf, "one", time.monotonic, said.append, TIMES)
    assert keeper.take(Event())

    assert keeper.run(WORKS, Event()) == LOST

    assert shelf.refused >= 2  # one failure alone stops nothing
    assert TIMES.give_up < TIMES.lease
    assert said[-1] == "no snapshot: S3 cannot be asked"


def test_the_usual_times_leave_room_for_an_end_within_two_minutes_and_before_the_lease() -> None:
    usual = Times()

    assert usual.ending < 120  # what ECS and Spot give
    assert usual.every < usual.give_up < usual.give_up + 5 < usual.lease


def test_a_bot_that_ends_by_itself_is_told_by_its_own_code(tmp_path: Path) -> None:
    said: list[str] = []
    keeper = Keeper(tmp_path / "x.sqlite", Away(9), "one", time.monotonic, said.append, TIMES)
    assert keeper.take(Event())

    code = keeper.run([sys.executable, "-S", "-c", "raise SystemExit(3)"], Event())

    assert code == 3
