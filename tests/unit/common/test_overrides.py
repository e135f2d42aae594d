"""Flags that somebody turned for a while: what counts, until when, and what is refused."""

import json
import resource
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from common.clock import FrozenClock
from common.features import Environment, Features
from common.features.__main__ import main
from common.features.changes import read_sheet, write_sheet
from common.features.overrides import BadOverrides
from common.features.shelves import FileShelf
from common.features.switchboard import Switchboard

NOW = datetime(2030, 1, 1, 12, tzinfo=UTC)
FLAG = "enhanced_price_display"


def row(value: object, **changes: object) -> dict[str, object]:
    lasting = {"set_at": "2030-01-01T11:00:00Z", "expires_at": "2030-01-01T13:00:00Z"}
    return {"value": value, "actor": "ada", "reason": "try it", **lasting, **changes}


class Board:
    """A file of overrides, and the flags of production that look at it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.clock = FrozenClock(NOW)
        self.features = Features("production", Switchboard(path, "production", self.clock))

    def write(self, found: object, environment: Environment = "production") -> None:
        text = found if isinstance(found, str) else json.dumps({environment: {FLAG: found}})
        self.path.write_text(text)
        self.clock.advance(1)

    def on(self, chat: int | None = 7) -> bool:
        return self.features.enabled("enhanced_price_display", chat)

    def why(self, chat: int | None = 7) -> str:
        return self.features.decide("enhanced_price_display", chat).reason


@pytest.fixture
def board(tmp_path: Path) -> Board:
    return Board(tmp_path / "flags.json")


def test_without_a_file_the_table_counts(board: Board) -> None:
    assert not board.on() and board.why() == "table"


def test_a_change_of_the_file_counts_within_a_second(board: Board) -> None:
    assert not board.on()
    board.write(row(True))
    assert board.on() and board.why() == "override"
    board.write(row(False))
    assert not board.on()
    board.path.unlink()
    board.clock.advance(1)
    assert board.why() == "table"


def test_an_override_lapses(board: Board) -> None:
    board.write(row(True))
    assert board.on()
    board.clock.advance(timedelta(hours=1))

    assert not board.on() and board.why() == "table"


def test_another_environments_override_is_none_of_ours(board: Board) -> None:
    board.write(row(True), "staging")

    assert not board.on()


def test_a_kill_beats_everything(board: Board) -> None:
    board.write(row("kill", allow=[7]))

    assert not board.on() and board.why() == "killed"


def test_denied_comes_before_allowed_and_allowed_before_the_share(board: Board) -> None:
    board.write(row(0, allow=[7, 8], deny=[8]))
    assert board.on(7) and not board.on(8) and not board.on(9)
    assert [board.why(chat) for chat in (7, 8, 9)] == ["allowed", "denied", "share"]
    board.write(row(100, deny=[8]))
    assert board.on(9) and not board.on(8)


def test_where_nobody_asks_a_share_is_off(board: Board) -> None:
    board.write(row(100))

    assert not board.on(None) and board.why(None) == "nobody"


def test_work_for_a_share_is_done_for_whoever_is_among_it(board: Board) -> None:
    board.write(row(5))
    some = board.features.anybody("enhanced_price_display")
    board.write(row(False))

    assert some and not board.features.anybody("enhanced_price_display")


WRONG: list[tuple[object, str]] = [
    ("{", "no JSON"),
    ("[]", "must be a JSON object"),
    ({"unrecorded": [{}]}, "unrecorded is no list of changes"),
    ({"unrecorded": 5}, "unrecorded is no list of changes"),
    ({"moon": {}}, "no environment 'moon'"),
    ({"production": {"unheard_of": row(True)}}, "no flag 'unheard_of'"),
    ({"production": {FLAG: row(120)}}, "120 is no share"),
    ({"production": {FLAG: row(1.5)}}, "the value is true, false"),
    ({"production": {FLAG: row("often")}}, "often is no share"),
    ({"production": {FLAG: row(True, expires_at="2031-01-01T00:00:00Z")}}, "within 30 days"),
    ({"production": {FLAG: row(True, expires_at="2030-01-01T10:00:00Z")}}, "within 30 days"),
    ({"production": {FLAG: row(True, set_at="2030-01-01T11:00:00")}}, "lacks its zone"),
    ({"production": {FLAG: row(True, set_at=5)}}, "is no time"),
    ({"production": {FLAG: row(True, reason=" ")}}, "reason is a text"),
    ({"production": {FLAG: row(5, allow=["7"])}}, "lists of chat ids"),
    ({"production": {FLAG: row(True, until="later")}}, "no field 'until'"),
    ({"production": {FLAG: {"value": True}}}, "actor, expires_at, reason, set_at is missing"),
]


@pytest.mark.parametrize(("found", "reason"), WRONG)
def test_a_wrong_file_is_refused_and_the_last_good_one_counts(
    board: Board, found: object, reason: str
) -> None:
    board.write(row(True))
    assert board.on()
    text = found if isinstance(found, str) else json.dumps(found)
    board.write(text)

    assert board.on()
    with pytest.raises(BadOverrides, match=reason):
        read_sheet(text)


def test_a_file_that_could_not_be_opened_for_a_moment_is_read_after_it(board: Board) -> None:
    board.write(row(True))
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (3, before[1]))
        assert not board.on()
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)
    board.clock.advance(1)

    assert board.on()


def test_what_is_written_is_read_back(board: Board) -> None:
    board.write(row("12.5", allow=[7], deny=[-5]))
    found = FileShelf(board.path).read()

    assert read_sheet(write_sheet(found)) == found and found.overrides


@pytest.fixture
def turn(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Any:
    """Run the command line on a file of its own; return its code and what it said."""
    path = tmp_path / "board" / "flags.json"

    def run(*words: str) -> tuple[int, str]:
        verb, *rest = words
        ledger = ("--ledger", str(tmp_path / "ledger.jsonl")) if verb in TURNS else ()
        code = main([verb, "--file", str(path), *ledger, *rest])
        said = capsys.readouterr()
        return code, said.out + said.err

    return run


TURNS = ("set", "kill", "ramp")
WHY = ("--reason", "first users", "--actor", "ada")


def test_the_command_line_turns_flags_and_says_who_did_it(turn: Any) -> None:
    code, said = turn("ramp", "production", FLAG, "25%", *WHY)
    assert code == 0 and said.startswith(f"{FLAG} in production: 25 % until 20")
    code, said = turn("list")

    assert code == 0
    assert said.splitlines()[1].split() == [FLAG, "on", "on", "25", "%"]
    assert f"production, {FLAG}: turned by ada until" in said and "first users" in said


def test_a_share_grows_unless_told_otherwise(turn: Any) -> None:
    turn("ramp", "production", FLAG, "25", *WHY)
    code, said = turn("ramp", "production", FLAG, "5", *WHY)
    assert code == 2 and "--shrink" in said

    assert turn("ramp", "production", FLAG, "5", "--shrink", *WHY)[0] == 0


def test_a_share_that_is_set_keeps_who_is_let_in_and_kept_out(turn: Any, tmp_path: Path) -> None:
    path = tmp_path / "board" / "flags.json"
    path.parent.mkdir()
    now = datetime.now(UTC)
    lasting = {"set_at": now.isoformat(), "expires_at": (now + timedelta(days=1)).isoformat()}
    path.write_text(
        json.dumps({"production": {FLAG: row(5, allow=[7], deny=[8], **lasting)}}),
    )
    assert turn("set", "production", FLAG, "100", *WHY)[0] == 0

    assert "is off" in turn("explain", "production", FLAG, "--chat", "8")[1]
    assert turn("set", "production", FLAG, "0", *WHY)[0] == 0
    assert "let in" in turn("explain", "production", FLAG, "--chat", "7")[1]


def test_a_place_that_nobody_named_turns_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("FLAG_OVERRIDES", raising=False)
    assert main(["kill", "production", FLAG, *WHY]) == 2
    assert main(["record"]) == 2
    assert capsys.readouterr().err.count("Where are this environment's flags?") == 2
    assert list(tmp_path.iterdir()) == []

    assert main(["list"]) == 0 and main(["explain", "staging", FLAG]) == 0
    assert "the table says so" in capsys.readouterr().out


def test_the_list_says_what_has_lapsed(turn: Any, tmp_path: Path) -> None:
    path = tmp_path / "board" / "flags.json"
    path.parent.mkdir()
    lasting = {"set_at": "2020-01-01T00:00:00Z", "expires_at": "2020-01-02T00:00:00Z"}
    path.write_text(json.dumps({"production": {FLAG: row(True, **lasting)}}))
    code, said = turn("list")

    assert code == 0 and "until 2020-01-02 00:00 UTC, and has lapsed: try it" in said
    assert said.splitlines()[1].split() == [FLAG, "on", "on", "off"]


@pytest.mark.parametrize("words", [("mars", FLAG), ("production", "moon")])
def test_an_environment_or_a_flag_that_nobody_knows_is_answered_with_those_there_are(
    words: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["kill", *words, *WHY])

    said = capsys.readouterr().err
    assert ended.value.code == 2 and ("staging" in said or FLAG in said)


def test_what_is_killed_is_set_before_it_grows(turn: Any) -> None:
    turn("kill", "production", FLAG, *WHY)
    assert turn("explain", "production", FLAG, "--chat", "7")[1].endswith("it was killed.\n")
    assert turn("ramp", "production", FLAG, "50", *WHY)[0] == 2
    turn("set", "production", FLAG, "table", *WHY)

    assert turn("explain", "production", FLAG)[1] == (
        f"{FLAG} is off in production where nobody asks: the table says so.\n"
    )


@pytest.mark.parametrize("words", [("set", "maybe"), ("set", "120"), ("ramp", "NaN")])
def test_a_value_that_is_none_is_answered_with_what_is(turn: Any, words: tuple[str, str]) -> None:
    code, said = turn(words[0], "production", FLAG, words[1], *WHY)

    assert code == 2 and "0 to 100" in said


@pytest.mark.parametrize("lasts", ["31d", "0h", "soon", "99999d"])
def test_an_override_without_a_near_end_is_refused(turn: Any, lasts: str) -> None:
    code, said = turn("set", "production", FLAG, "on", "--for", lasts, *WHY)

    assert code == 2 and "use 30m, 4h or 7d" in said


def test_a_file_that_is_broken_is_not_written_over(turn: Any, tmp_path: Path) -> None:
    path = tmp_path / "board" / "flags.json"
    path.parent.mkdir()
    path.write_text("{")

    assert turn("set", "production", FLAG, "on", *WHY)[0] == 2
    assert path.read_text() == "{"
