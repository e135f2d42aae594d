"""`python -m local previous`: the tests of the release before, on the database of this commit.

While a deployment lasts, and after a rollback, the older program works on the newer schema. So its
own tests of whatever it stores must pass there. The release before is the last tag; before the
first tag it is the commit before the newest step of the database.

    python -m local previous                     the whole of it
    python -m local previous --at REV TEST …     another commit, or these of its tests
"""

import argparse
import os
import shutil
import subprocess  # nosec B404: fixed commands
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from gitflow.repository import Repository
from local.environment import ROOT

_STEPS = "services/telegram-bot/telegram_bot/migrations"
_SERVICES = ("common", "market-data", "telegram-bot", "playground")
# They look at the steps themselves, or take minutes; all others that store something are asked.
_NOT_ASKED = ("test_bot_database", "test_provision", "test_kill_matrix", "test_bot_load")


def main(arguments: Sequence[str]) -> int:
    """Return what pytest returned, or 2 when there is no release before."""
    asked = _parser().parse_args(arguments)
    here = Repository(ROOT)
    revision = asked.at or before(here)
    if not revision:
        print("There is no release before this one, and no step of the database.", file=sys.stderr)
        return 2
    print(f"The tests of {here.git('log', '-1', '--format=%h %s', revision)}", flush=True)
    with checked_out(here, revision) as older:
        tests = asked.tests or stores(older)
        return _tested(older, asked.newer, tests)


def before(here: Repository) -> str:
    """Return the release before this commit; empty where there is none."""
    newest = here.git("rev-parse", "HEAD")
    tags = here.git("tag", "--merged", "HEAD", "--list", "v*", "--sort=-creatordate").splitlines()
    for tag in tags:
        if here.git("rev-parse", f"{tag}^{{commit}}") != newest:
            return tag
    step = here.git("log", "-1", "--format=%H", "--", f"{_STEPS}/expand", f"{_STEPS}/contract")
    known = here.git("rev-list", "--parents", "-1", step).split()[1:] if step else []
    return known[0] if known else ""


@contextmanager
def checked_out(here: Repository, revision: str) -> Iterator[Path]:
    """Lay a commit out in a folder of its own for as long as the block lasts."""
    folder = Path(tempfile.mkdtemp(prefix="previous-"))
    try:
        here.git("worktree", "add", "--quiet", "--force", "--detach", str(folder), revision)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        here.git("worktree", "prune")


def stores(older: Path) -> list[str]:
    """Return its tests that keep something in a database."""
    return [
        str(path.relative_to(older))
        for path in sorted((older / "tests" / "integration").glob("test_*.py"))
        if path.stem not in _NOT_ASKED and "support.databases" in path.read_text("utf-8")
    ]


def _tested(older: Path, newer: Path, tests: Sequence[str]) -> int:
    plugin = Path(__file__).resolve().parent / "newer_schema"
    own = [older / "services" / it for it in _SERVICES]
    paths = os.pathsep.join(map(str, [plugin, *own, older / "scripts"]))
    environ = {**os.environ, "PYTHONPATH": paths, "NEWER": str(newer)}
    command = [sys.executable, "-m", "pytest", "-p", "newer_schema", "-q", "-p", "no:cacheprovider"]
    done = subprocess.run([*command, *tests], cwd=older, env=environ)  # nosec B603: our own words
    return done.returncode


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m local previous")
    parser.add_argument("--at", default="", metavar="REV", help="instead of the release before")
    parser.add_argument("--newer", type=Path, default=ROOT, help="checkout whose steps are taken")
    parser.add_argument("tests", nargs="*", help="instead of all that store something")
    return parser
