"""A long job tells how far it has come, to a person and to a file."""

import io
from datetime import UTC, datetime

from common.clock import FrozenClock
from market_data.progress import Progress

AT = datetime(2024, 1, 1, tzinfo=UTC)


class Screen(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_person_sees_one_line_that_changes() -> None:
    clock, screen = FrozenClock(AT), Screen()
    progress = Progress(screen, clock, total=1_000, done=0)
    for done in (250, 500, 1_000):
        clock.advance(1)
        progress.tell(done, AT)
    progress.end()

    lines = screen.getvalue().split("\r")
    assert lines[0] == "" and "\n" not in "".join(lines[:-1]) and lines[-1].endswith("\n")
    assert lines[1].startswith(" 25 %  250 of 1,000 candles  250/s  0:00:03 left  2024-01-01 00:00")
    assert lines[-1].startswith("100 %  1,000 of 1,000 candles")


def test_a_shorter_line_covers_the_longer_one_before_it() -> None:
    clock, screen = FrozenClock(AT), Screen()
    progress = Progress(screen, clock, total=1_000, done=0)
    clock.advance(1_000)
    progress.tell(1, AT)  # 11 days to go
    clock.advance(1)
    progress.tell(999, AT)

    _, first, last = screen.getvalue().split("\r")
    assert len(last.rstrip()) < len(last) == len(first)


def test_a_file_gets_whole_lines_now_and_then() -> None:
    clock, file = FrozenClock(AT), io.StringIO()
    progress = Progress(file, clock, total=100, done=0)
    for done in range(1, 101):
        clock.advance(0.5)
        progress.tell(done, AT)
    progress.end()

    lines = file.getvalue().splitlines()
    assert 5 <= len(lines) <= 7 and "\r" not in file.getvalue()
    assert lines[-1].startswith("100 %")


def test_speed_counts_what_this_run_did() -> None:
    clock, file = FrozenClock(AT), io.StringIO()
    progress = Progress(file, clock, total=1_000, done=900)
    clock.advance(10)
    progress.tell(950, AT)

    assert " 95 %  950 of 1,000 candles  5/s  0:00:10 left" in file.getvalue()


def test_without_speed_it_promises_nothing() -> None:
    file = io.StringIO()
    Progress(file, FrozenClock(AT), total=1_000, done=0).tell(0, AT)

    assert "left" not in file.getvalue()


def test_a_note_stands_on_a_line_of_its_own() -> None:
    clock, screen = FrozenClock(AT), Screen()
    progress = Progress(screen, clock, total=10, done=0)
    clock.advance(1)
    progress.tell(5, AT)
    progress.note("Waiting 5 s.")

    assert screen.getvalue().endswith("\n") and "\rWaiting 5 s." in screen.getvalue()
