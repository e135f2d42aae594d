"""The ledger: what is added stays, what is tampered with is found, and one deployment runs."""

import json
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from common.ledger import Moved, add
from common.ledger.events import BadEvent, Draft, Event, Kind, broken_at, decode, encode, sealed
from common.ledger.file import FileLedger
from deploy.__main__ import main
from deploy.ledger import Locked, open_deployment, start

NOW = datetime(2030, 1, 1, 12, tzinfo=UTC)


def draft(kind: Kind = "note", deployment: str = "d1", minute: int = 0, **data: object) -> Draft:
    at = NOW + timedelta(minutes=minute)
    return Draft(at, "production", kind, "ada", deployment, "https://ci.example/1", data)


@pytest.fixture
def ledger(tmp_path: Path) -> FileLedger:
    return FileLedger(tmp_path / "kept" / "ledger.jsonl")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "kept" / "ledger.jsonl"


def test_an_empty_ledger_is_whole(ledger: FileLedger) -> None:
    assert ledger.read() == []
    assert broken_at([]) is None


def test_what_was_added_is_read_back_in_order(ledger: FileLedger) -> None:
    added = [add(ledger, draft(number=number)) for number in range(5)]

    assert list(ledger.read()) == added
    assert [event.seq for event in added] == [1, 2, 3, 4, 5]
    assert broken_at(added) is None
    assert all(decode(encode(event)) == event for event in added)


def test_the_same_event_has_the_same_hash_whatever_the_order_of_its_fields() -> None:
    one, other = (sealed(it, None) for it in (draft(a=1, b=2), draft(b=2, a=1)))

    assert one.hash == other.hash


def chain(length: int = 8) -> list[Event]:
    events: list[Event] = []
    for number in range(length):
        events.append(sealed(draft(number=number), events[-1] if events else None))
    return events


def test_an_edited_event_is_found() -> None:
    events = chain()
    line = encode(events[4]).replace('"number":4', '"number":5')
    events[4] = decode(line)

    found = broken_at(events)
    assert found is not None and (found.seq, found.reason) == (5, "it was edited")


def test_an_edited_event_with_a_new_hash_is_found_by_the_next_one() -> None:
    events = chain()
    events[4] = sealed(draft(number=99), events[3])

    found = broken_at(events)
    assert found is not None and found.seq == 6


def test_a_removed_event_is_found() -> None:
    events = chain()
    del events[3]

    found = broken_at(events)
    assert found is not None and found.reason == "event 4 is missing"


def test_a_cut_off_end_is_found_by_the_anchor_alone() -> None:
    events = chain()
    anchor = events[-1].hash

    assert broken_at(events, anchor) is None
    assert broken_at(events[:-2]) is None
    found = broken_at(events[:-2], anchor)
    assert found is not None and found.seq == 7


def test_who_comes_second_is_refused(ledger: FileLedger) -> None:
    first = add(ledger, draft())
    add(ledger, draft())

    with pytest.raises(Moved):
        ledger.append(draft(), first)
    assert len(ledger.read()) == 2


def test_writers_who_race_lose_nothing_and_fork_nothing(ledger: FileLedger) -> None:
    def write(name: int) -> None:
        for number in range(15):
            while True:
                try:
                    add(ledger, draft(writer=name, number=number))
                    break
                except Moved:
                    continue

    writers = [threading.Thread(target=write, args=(name,)) for name in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()

    events = ledger.read()
    assert len(events) == 60 and broken_at(events) is None
    assert len({(it.draft.data["writer"], it.draft.data["number"]) for it in events}) == 60


@pytest.mark.parametrize("kept", [1, 20, 200])
def test_what_a_killed_writer_left_is_no_event(ledger: FileLedger, path: Path, kept: int) -> None:
    add(ledger, draft())
    whole = path.read_bytes()
    path.write_bytes(whole + whole[:kept])

    assert len(ledger.read()) == 1
    add(ledger, draft())
    assert len(ledger.read()) == 2 and broken_at(ledger.read()) is None


@pytest.mark.parametrize("line", ["{}", "[]", "no JSON", '{"v": 2}', '{"v": 1, "seq": 1}'])
def test_a_corrupt_line_is_named(ledger: FileLedger, path: Path, line: str) -> None:
    add(ledger, draft())
    with path.open("a", encoding="utf-8") as file:
        file.write(f"{line}\n")

    with pytest.raises(BadEvent, match="ledger.jsonl, line 2"):
        ledger.read()


@pytest.mark.parametrize(
    "wrong",
    [
        Draft(NOW, "production", "party", "ada"),  # type: ignore[arg-type]
        Draft(NOW.replace(tzinfo=None), "production", "note", "ada"),
        Draft(NOW, "production", "note", "ada", data={"price": float("nan")}),
        Draft(NOW, "production", "note", "ada", data={"when": NOW}),
    ],
)
def test_what_is_no_event_is_refused(ledger: FileLedger, wrong: Draft) -> None:
    with pytest.raises(BadEvent):
        add(ledger, wrong)
    assert ledger.read() == []


def test_clocks_that_disagree_do_not_matter(ledger: FileLedger) -> None:
    add(ledger, draft(minute=5))
    add(ledger, draft(minute=-5))

    assert broken_at(ledger.read()) is None


def test_one_deployment_of_an_environment_at_a_time(ledger: FileLedger) -> None:
    start(ledger, draft("started", "d1"), lambda _: True)

    with pytest.raises(Locked, match="d1 is under way in production, started by ada"):
        start(ledger, draft("started", "d2"), lambda _: True)
    add(ledger, draft("finished", "d1"))
    start(ledger, draft("started", "d2"), lambda _: True)
    running = open_deployment(ledger.read(), "production")
    assert running is not None and running.draft.deployment == "d2"


def test_what_has_ended_on_the_platform_blocks_nothing(ledger: FileLedger) -> None:
    start(ledger, draft("started", "d1"), lambda _: True)

    start(ledger, draft("started", "d2"), lambda event: event.draft.deployment != "d1")


def test_another_environments_deployment_blocks_nothing(ledger: FileLedger) -> None:
    start(ledger, Draft(NOW, "staging", "started", "ada", "d1"), lambda _: True)

    start(ledger, draft("started", "d2"), lambda _: True)


def test_history_tells_the_story_and_whether_it_is_whole(
    ledger: FileLedger, path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    where = ("--ledger", str(path))
    assert main(["history", *where]) == 0
    assert capsys.readouterr().out == "Nothing was deployed yet.\n"
    add(ledger, draft("started", "d1", version="1.0.0"))
    add(ledger, draft("finished", "d1", minute=12, outcome="deployed"))
    add(ledger, draft("started", "d2", minute=60, version="1.1.0"))
    ended = {"outcome": "rolled back", "reason": "smoke failed"}
    add(ledger, draft("finished", "d2", minute=61, **ended))
    head = add(ledger, draft("started", "d3", minute=70, version="1.1.1")).hash

    assert main(["history", *where]) == 0
    assert [line.split(None, 1)[0] for line in capsys.readouterr().out.splitlines()] == [
        *("version", "1.1.1", "1.1.0", "1.0.0")
    ]
    assert main(["history", *where, "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert [row["outcome"] for row in rows] == ["", "rolled back", "deployed"]
    assert rows[1]["reason"] == "smoke failed"
    assert main(["history", *where, "--verify", "--head", head]) == 0
    assert f"5 events, all of them whole. Head: {head}" in capsys.readouterr().out


def test_history_fails_on_a_ledger_that_was_tampered_with(
    ledger: FileLedger, path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    add(ledger, draft("started", version="1.0.0"))
    path.write_text(path.read_text(encoding="utf-8").replace("1.0.0", "6.6.6"), encoding="utf-8")

    assert main(["history", "--ledger", str(path), "--verify"]) == 3
    assert "Broken at event 1: it was edited." in capsys.readouterr().err
    path.write_text("?\n", encoding="utf-8")
    assert main(["history", "--ledger", str(path)]) == 3


def test_history_tells_a_cut_off_end_a_wrong_place_and_a_hash_that_is_none(
    ledger: FileLedger, path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    where = ("history", "--ledger", str(path), "--verify")
    assert main(where) == 0
    assert f"There is no event in {path}" in capsys.readouterr().out
    kept = add(ledger, draft("started", version="1.0.0")).hash
    add(ledger, draft("finished", minute=12, outcome="deployed"))
    assert main(where) == 0 and "tells --head HASH" in capsys.readouterr().out
    assert main([*where, "--head", kept[:16]]) == 2
    assert "all 64 digits" in capsys.readouterr().err
    path.unlink()
    assert main([*where, "--head", kept]) == 3
    assert "the end was cut off" in capsys.readouterr().err


def test_an_incident_is_written_for_a_deployment_that_there_is(
    ledger: FileLedger, path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ("incident", "--ledger", str(path), "--reason", "prices stood still", "--actor", "ada")
    assert main(words) == 2
    assert "production has no deployment ''; the newest are none at all" in capsys.readouterr().err
    for name in ("d1", "d2"):
        add(ledger, draft("started", name, version="1.0.0"))
    assert main([*words, "--deployment", "d7"]) == 2
    assert "the newest are d2, d1" in capsys.readouterr().err

    assert main(words) == main([*words, "--deployment", "d1"]) == 0
    told = [it.draft for it in ledger.read() if it.draft.kind == "incident"]
    assert [it.deployment for it in told] == ["d2", "d1"]
    assert (told[0].actor, told[0].data) == ("ada", {"reason": "prices stood still"})
