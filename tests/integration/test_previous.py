"""`python -m local previous`: what an older program does not bear is found by its own tests."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from gitflow.repository import Repository
from local.environment import ROOT
from local.previous import before, stores

TEST = "tests/integration/test_bot_folio.py::test_a_watchlist_keeps_its_order_and_each_market_once"
STEP = """
import sqlalchemy as sa
from alembic import op

revision = "{number:04}"
down_revision = "{before:04}"


def upgrade() -> None:
    {does}
"""


@pytest.fixture
def here(tmp_path: Path) -> Repository:
    found = Repository(tmp_path)
    found.git("init", "--quiet", "--initial-branch", "main")
    found.git("config", "user.name", "somebody")
    found.git("config", "user.email", "somebody@example.org")
    return found


def newer(folder: Path, does: str) -> Path:
    """This program with one step more."""
    for name in ("common", "telegram-bot"):
        inside = shutil.ignore_patterns("__pycache__", "*.sqlite")
        shutil.copytree(ROOT / "services" / name, folder / "services" / name, ignore=inside)
    steps = folder / "services" / "telegram-bot" / "telegram_bot" / "migrations"
    taken = sorted(int(it.name[:4]) for it in steps.glob("*/[0-9]*.py"))[-1]
    text = STEP.format(number=taken + 1, before=taken, does=does)
    (steps / "expand" / f"{taken + 1:04}_more.py").write_text(text)
    known = (steps / "__init__.py").read_text()
    assert f"NEWEST = {taken}\n" in known
    (steps / "__init__.py").write_text(known.replace(f"NEWEST = {taken}", f"NEWEST = {taken + 1}"))
    return folder


@pytest.mark.parametrize(
    ("does", "borne"),
    [
        ('op.add_column("watchlist", sa.Column("colour", sa.String(9)))', True),
        ('op.rename_table("watchlist", "watched")', False),
    ],
)
def test_what_an_older_program_does_not_bear_is_found(
    tmp_path: Path, does: str, borne: bool
) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "local", "previous", "--at", "HEAD"]
        + ["--newer", str(newer(tmp_path, does)), f"{TEST}[sqlite]"],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT / "scripts")},
        capture_output=True,
        text=True,
    )

    assert (done.returncode == 0) is borne, done.stdout + done.stderr
    assert ("1 passed" if borne else "no such table: watchlist") in done.stdout


def test_the_release_before_is_the_last_tag_and_before_the_first_that_before_the_step(
    here: Repository,
) -> None:
    def commit(path: str) -> str:
        (here.folder / path).parent.mkdir(parents=True, exist_ok=True)
        (here.folder / path).write_text(path)
        here.git("add", ".")
        here.git("commit", "--quiet", "--message", path)
        return here.git("rev-parse", "HEAD")

    steps = "services/telegram-bot/telegram_bot/migrations/expand"
    assert (commit("begin"), before(here))[1] == ""
    commit(f"{steps}/0001_first.py")
    old = commit("more")
    commit(f"{steps}/0002_second.py")
    commit("most")
    assert before(here) == old

    here.git("tag", "v0.1.0")
    assert before(here) == old  # that is this one
    commit("after")
    assert before(here) == "v0.1.0"


def test_every_test_that_keeps_something_is_asked() -> None:
    assert "tests/integration/test_bot_stores.py" in stores(ROOT)
