"""Copies: never half of one, and what comes back is what went in."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from backup.__main__ import main
from backup.copies import BadCopy, listed, pack, read_name, unpack
from backup.databases import CannotCopy, kind_of, restore_sqlite, sqlite_content
from backup.folder import Folder, write_whole

AT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def made(folder: Path, rows: int = 50) -> Path:
    file = folder / "bot.sqlite"
    with closing(sqlite3.connect(file)) as opened:
        opened.execute("PRAGMA journal_mode=WAL")
        opened.execute("CREATE TABLE people (id INTEGER PRIMARY KEY, name TEXT, price TEXT)")
        opened.execute("CREATE INDEX by_name ON people (name)")
        some = ((number, f"person {number}", f"{number}.10") for number in range(rows))
        opened.executemany("INSERT INTO people VALUES (?, ?, ?)", some)
        opened.commit()
    return file


def rows(file: Path) -> list[str]:
    with closing(sqlite3.connect(file)) as opened:
        return list(opened.iterdump())


def test_every_row_comes_back(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file, at, back = made(tmp_path), str(tmp_path / "copies"), tmp_path / "new" / "bot.sqlite"

    assert main(["save", "--database", f"sqlite:///{file}", "--at", at]) == 0
    assert main(["list", "--at", at]) == 0
    assert main(["restore", "--database", f"sqlite:///{back}", "--at", at]) == 0

    assert rows(back) == rows(file)
    assert len(rows(back)) > 50
    assert capsys.readouterr().out.count(".sqlite.gz") == 3


def test_a_copy_is_made_while_others_write(tmp_path: Path) -> None:
    file = made(tmp_path)
    with closing(sqlite3.connect(file, isolation_level=None)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        writer.execute("INSERT INTO people VALUES (999, 'half', '0')")

        content = sqlite_content(file)

        writer.execute("COMMIT")
    restore_sqlite(tmp_path / "back.sqlite", content)
    assert "half" not in "".join(rows(tmp_path / "back.sqlite"))
    assert "half" in "".join(rows(file))


@pytest.mark.parametrize("kept", [0, 1, 100, -1])
def test_half_a_copy_is_never_taken_for_one(tmp_path: Path, kept: int) -> None:
    copy, packed = pack(sqlite_content(made(tmp_path)), "sqlite", AT)

    with pytest.raises(BadCopy, match="does not fit its name"):
        unpack(copy.name, packed[:kept])


def test_a_changed_copy_is_refused_before_anything_is_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    copy, packed = pack(sqlite_content(made(tmp_path)), "sqlite", AT)
    at = tmp_path / "copies"
    Folder(at).put(copy.name, packed[:50] + b"x" + packed[51:])

    code = main(["restore", "--database", f"sqlite:///{tmp_path}/back", "--at", str(at)])

    assert code == 1
    assert "was cut off or changed" in capsys.readouterr().err
    assert not (tmp_path / "back").exists()


def test_what_is_no_database_is_not_restored(tmp_path: Path) -> None:
    with pytest.raises(BadCopy, match="no whole database"):
        restore_sqlite(tmp_path / "back.sqlite", b"SQLite format 3\0 and nothing else" * 100)

    assert list(tmp_path.iterdir()) == []


def test_a_restore_never_overwrites(tmp_path: Path) -> None:
    file = made(tmp_path)
    before = rows(file)

    with pytest.raises(CannotCopy, match="is there already"):
        restore_sqlite(file, sqlite_content(file))

    assert rows(file) == before


def test_a_damaged_database_gives_no_copy(tmp_path: Path) -> None:
    file = made(tmp_path, rows=2_000)
    with closing(sqlite3.connect(file)) as opened:
        opened.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    broken = bytearray(file.read_bytes())
    broken[8_192:16_384] = b"\xff" * 8_192
    file.write_bytes(broken)

    with pytest.raises(CannotCopy, match="damaged|malformed"):
        sqlite_content(file)


def test_a_file_that_could_not_be_written_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "taken").mkdir()

    with pytest.raises(OSError):
        write_whole(tmp_path / "taken", b"body")

    assert [path.name for path in tmp_path.iterdir()] == ["taken"]


def test_the_newest_copy_comes_first_and_other_files_are_passed_over(tmp_path: Path) -> None:
    storage = Folder(tmp_path / "copies")
    assert listed(storage) == []
    for day in (2, 3, 1):
        copy, packed = pack(b"%d" % day, "sqlite", AT + timedelta(days=day))
        storage.put(copy.name, packed)
    storage.put("readme.txt", b"")
    storage.put(f"{copy.name}.part", b"")

    assert [it.at.day for it in listed(storage)] == [5, 4, 3]
    assert read_name("20260102T030405Z-short.sqlite.gz") is None


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["save", "--database", "mysql://x"], "must begin with sqlite:///"),
        (["save", "--database", "sqlite:////no/such/file"], "There is no database at"),
        (["restore", "--database", "sqlite:///x", "--at", "/no/such"], "There is no sqlite copy"),
        (["list", "--at", "s3://bucket"], "s3://bucket/folder"),
        (["keep", "x.sqlite", "--", "true"], "SNAPSHOTS must be"),
    ],
)
def test_what_cannot_be_is_said_in_a_sentence(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 1
    assert said in capsys.readouterr().err


def test_both_spellings_of_postgresql_are_known() -> None:
    assert kind_of("postgres://h/d") == kind_of("postgresql://h/d") == "postgresql"
