"""Flags that are turned, and the ledger that hears of each change exactly once."""

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import sleep
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from common.aws.asking import Door
from common.aws.credentials import credentials
from common.clock import FrozenClock
from common.features import Features
from common.features.__main__ import main
from common.features.changes import MOST, Sheet
from common.features.desk import Desk
from common.features.overrides import BadOverrides
from common.features.parameter import ParameterShelf
from common.features.polled import Polled
from common.features.shelves import FileShelf, Shelf
from common.features.switchboard import source_at
from common.features.turning import Turn, killed, set_to
from common.ledger import Ledger
from common.ledger.events import Draft, Event, broken_at
from common.ledger.file import FileLedger
from tests.support.moto import REGION, WHO
from tests.support.threaded import served

NOW = datetime(2030, 1, 1, 12, tzinfo=UTC)


def turn(minute: int = 0, actor: str = "ada") -> Turn:
    at = NOW + timedelta(minutes=minute)
    return Turn("production", "charts", actor, "first users", at, timedelta(hours=4))


def on(overrides: Any, it: Turn) -> Any:
    return set_to(overrides, it, True)


@dataclass
class Lost:
    """A ledger out of reach."""

    def read(self) -> list[Event]:
        raise OSError("S3 refuses GET s3://ledger/: AccessDenied.")

    def append(self, *_: object) -> Event:
        raise AssertionError("nobody appends to what cannot be read")


@pytest.fixture
def ledger(tmp_path: Path) -> FileLedger:
    return FileLedger(tmp_path / "ledger.jsonl")


@pytest.fixture(params=["file", "parameter"])
def shelf(request: pytest.FixtureRequest, tmp_path: Path, aws_address: str) -> Shelf:
    if request.param == "file":
        return FileShelf(tmp_path / "flags.json")
    return parameter(f"/crypto-assistant/{tmp_path.name}/flags", aws_address)


def parameter(name: str, address: str) -> ParameterShelf:
    door = Door("ssm", REGION, "", address, lambda: WHO, pause=lambda long: sleep(long / 20))
    return ParameterShelf(name, door)


def told(ledger: Ledger) -> list[Mapping[str, Any]]:
    return [{**it.draft.data, "actor": it.draft.actor} for it in ledger.read()]


def test_a_change_counts_and_the_ledger_knows_who_why_until_when(
    shelf: Shelf, ledger: FileLedger
) -> None:
    done = Desk(shelf, lambda: ledger).turn(turn(), on)

    assert (done.old, done.new, done.waiting) == ("off", "on", "")
    assert shelf.read().overrides["production"]["charts"].value is True
    assert shelf.read().unrecorded == ()
    assert told(ledger) == [
        {
            "flag": "charts",
            "old": "off",
            "new": "on",
            "actor": "ada",
            "reason": "first users",
            "expires_at": "2030-01-01T16:00:00+00:00",
        }
    ]


def test_a_kill_counts_while_the_ledger_is_out_of_reach_and_is_told_later_once(
    shelf: Shelf, ledger: FileLedger
) -> None:
    done = Desk(shelf, Lost).turn(turn(), killed)
    assert (done.new, done.waiting) == ("killed", "S3 refuses GET s3://ledger/: AccessDenied.")
    assert shelf.read().overrides["production"]["charts"].killed

    assert Desk(shelf, lambda: ledger).turn(turn(5), on).old == "killed"
    assert [it["new"] for it in told(ledger)] == ["killed", "on"]
    assert Desk(shelf, lambda: ledger).record() == ""
    assert len(told(ledger)) == 2


def test_what_the_ledger_knows_already_is_not_told_again(
    shelf: Shelf, ledger: FileLedger, tmp_path: Path
) -> None:
    Desk(shelf, Lost).turn(turn(), on)
    waiting = shelf.read()
    Desk(shelf, lambda: ledger).record()

    # As if the program had died between telling the ledger and taking the note away.
    assert Desk(shelf, lambda: ledger).record(waiting) == ""
    assert len(told(ledger)) == 1


def test_who_lets_too_much_wait_must_see_to_the_ledger_unless_it_is_a_kill(shelf: Shelf) -> None:
    desk = Desk(shelf, Lost)
    for minute in range(MOST):
        desk.turn(turn(minute), on)

    with pytest.raises(BadOverrides, match="12 changes wait for the ledger"):
        desk.turn(turn(50), on)
    assert desk.turn(turn(51), killed).new == "killed"
    assert len(shelf.read().unrecorded) == MOST


def test_a_flag_given_back_to_the_table_lapses_in_the_ledger_too(
    shelf: Shelf, ledger: FileLedger
) -> None:
    desk = Desk(shelf, lambda: ledger)
    desk.turn(turn(), on)
    done = desk.turn(turn(1), lambda overrides, it: set_to(overrides, it, None))

    assert (done.old, done.new) == ("on", "off")
    assert told(ledger)[-1]["expires_at"] == ""


class Overtaken(FileLedger):
    """Another writes the same change to it between the look and the write."""

    other: FileLedger | None = None

    def append(self, draft: Draft, after: Event | None) -> Event:
        if self.other is not None:
            other, self.other = self.other, None
            other.append(draft, after)
        return super().append(draft, after)


def test_two_who_record_the_same_change_at_once_tell_it_once(tmp_path: Path, shelf: Shelf) -> None:
    path = tmp_path / "overtaken.jsonl"
    first = Overtaken(path)
    first.other = FileLedger(path)

    Desk(shelf, lambda: first).turn(turn(), on)

    assert len(told(first)) == 1
    assert shelf.read().unrecorded == ()


def test_writers_who_race_lose_no_change(shelf: Shelf, ledger: FileLedger) -> None:
    def work(actor: str) -> None:
        for minute in range(3):
            Desk(shelf, lambda: ledger).turn(turn(minute, actor), on)

    writers = [threading.Thread(target=work, args=(name,)) for name in ("ada", "grace")]
    for it in writers:
        it.start()
    for it in writers:
        it.join()
    Desk(shelf, lambda: ledger).record()

    assert sorted(it["actor"] for it in told(ledger)) == ["ada"] * 3 + ["grace"] * 3
    assert broken_at(ledger.read()) is None


class Between(ParameterShelf):
    """Lets another writer in between the look and the write, once."""

    others: list[Callable[[], object]] = []

    def _put(self, text: str, first: bool) -> int:
        if self.others:
            self.others.pop()()
        return super()._put(text, first)


@pytest.mark.parametrize("there", [False, True])
def test_a_change_upon_anothers_that_came_between_keeps_both(
    aws_address: str, tmp_path: Path, there: bool
) -> None:
    theirs = parameter(f"/{tmp_path.name}/flags", aws_address)
    if there:
        theirs.change(lambda sheet: Sheet({}))
    ours = Between(theirs.name, theirs.door)
    ours.others.append(lambda: Desk(theirs).turn(turn(0, "grace"), killed))

    Desk(ours).turn(turn(1, "ada"), lambda it, mine: {**it, "staging": on({}, mine)["production"]})

    sheet = theirs.read()
    assert sheet.overrides["production"]["charts"].actor == "grace"
    assert sheet.overrides["staging"]["charts"].actor == "ada"
    assert {it.actor for it in sheet.unrecorded} == {"ada", "grace"}


@dataclass
class Moody:
    """A shelf that can be ill."""

    sheet: Sheet = field(default_factory=lambda: Sheet({}))
    trouble: Exception | None = None

    def read(self) -> Sheet:
        if self.trouble is not None:
            raise self.trouble
        return self.sheet

    def change(self, turn: Callable[[Sheet], Sheet]) -> Sheet:
        self.sheet = turn(self.read())
        return self.sheet


@pytest.fixture
def moody() -> Iterator[Moody]:
    shelf = Moody()
    Desk(shelf).turn(turn(), on)
    yield shelf


@pytest.mark.parametrize("trouble", [OSError("refused"), BadOverrides("120 is no share")])
def test_the_last_good_overrides_count_while_they_cannot_be_read(
    moody: Moody, trouble: Exception
) -> None:
    clock = FrozenClock(NOW)
    polled = Polled(moody, "production", clock)
    features = Features("production", polled)
    moody.trouble = trouble
    polled.look()
    assert features.enabled("charts")

    clock.advance(timedelta(hours=4))
    assert not features.enabled("charts")  # past its time it ends, read or not
    moody.trouble, moody.sheet = None, Sheet({})
    polled.look()
    assert features.decide("charts").reason == "table"


def test_nothing_to_read_at_the_start_is_the_table(moody: Moody) -> None:
    moody.trouble = OSError("nobody answers")

    assert Features("production", Polled(moody, "production")).decide("charts").reason == "table"


@pytest.mark.parametrize("body", ["<html>", ""])
def test_nonsense_in_place_of_a_parameter_leaves_the_last_good_overrides(body: str) -> None:
    async def nonsense(_: Request) -> Response:
        return Response(body)

    talking = Starlette(routes=[Route("/", nonsense, methods=["POST"])])
    with served(lambda: talking) as address:
        with pytest.raises(OSError, match="with no JSON"):
            parameter("/flags", address).read()
        polled = Polled(parameter("/flags", address), "production")

    assert Features("production", polled).decide("charts").reason == "table"


@pytest.mark.parametrize(
    ("status", "body"), [(429, '{"code": "Throttled"}'), (500, "<html>"), (200, "[]")]
)
def test_a_role_that_is_not_told_is_an_error_of_the_network(status: int, body: str) -> None:
    async def silent(_: Request) -> Response:
        return Response(body, status)

    task = {"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/v2/credentials/1"}
    telling = Starlette(routes=[Route("/{path:path}", silent)])
    with served(lambda: telling) as address:
        with pytest.raises(OSError, match=f"role is not told: .* answered {status}"):
            credentials(task, address.removeprefix("http://"))


def test_a_program_watches_a_parameter_once(
    aws_address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_SSM", aws_address)
    for name, value in (("AWS_REGION", REGION), ("AWS_ACCESS_KEY_ID", WHO.key)):
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", WHO.secret)
    address = f"ssm:/{tmp_path.name}/flags"
    assert main(["kill", "--file", address, "production", "alerts", "--reason", "a storm"]) == 0

    source = source_at(address, "production")
    assert source is source_at(address, "production")
    assert Features("production", source).decide("alerts").reason == "killed"


def test_the_command_line_says_clearly_that_the_ledger_does_not_know(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    flags, ledger = str(tmp_path / "flags.json"), tmp_path / "ledger.jsonl"
    where = ("--file", flags)
    kill = ("kill", *where, "production", "charts", "--reason", "a storm")
    assert main(kill) == 0
    said = capsys.readouterr()
    assert said.out.startswith("charts in production: killed until 20")
    assert "does not know yet (no ledger is named)" in said.err and "The change counts" in said.err

    assert main(["list", *where]) == 0
    assert "1 changes wait for the ledger" in capsys.readouterr().out
    ledger.write_text("?\n", encoding="utf-8")
    assert main(["record", *where, "--ledger", str(ledger)]) == 1
    assert "They still wait: " in capsys.readouterr().out
    ledger.unlink()
    assert main(["record", *where, "--ledger", str(ledger)]) == 0
    assert json.loads(ledger.read_text())["data"]["new"] == "killed"
