"""`python -m supply.release NAME=REPOSITORY@DIGEST …`: the release file of the checked-out commit.

It is all that `python -m deploy` takes: which images, of which content, and which steps of the
database they know. SINCE names the commit before what is new in it, for the ledger's readers; with
GH_TOKEN it is the commit that staging has shown last of this branch, as GitHub tells.

With `--from FOLDER` the images are what `_build.yml` left there, one file a program; DIGESTS
(`NAME=DIGEST …`) says what it handed on, and both must agree.
"""

import hashlib
import json
import os
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from gitflow import flow
from gitflow.repository import Refused, Repository
from gitflow.rulesets import gh
from local.environment import ROOT

ARCHITECTURE = "arm64"
_MOST_COMMITS = 200
_STEPS = "services/telegram-bot/telegram_bot/migrations"
_FLAGS = "services/common/common/features/definitions.py"


def schema(folder: Path) -> dict[str, int]:
    """Return what the steps of the database in `folder` say of themselves."""
    text = (folder / "__init__.py").read_text(encoding="utf-8")
    ends = [0]
    for step in (folder / "contract").glob("[0-9]*.py"):
        ends += map(int, re.findall(r"^OLDEST_PROGRAM = (\d+)$", step.read_text("utf-8"), re.M))
    newest, needs = (
        int(re.findall(rf"^{name} = (\d+)$", text, re.M)[0]) for name in ("NEWEST", "NEEDS")
    )
    return {"newest": newest, "needs": needs, "oldest_program": max(ends)}


def commits(here: Repository, since: str, until: str = "HEAD") -> Iterator[dict[str, str]]:
    """Yield what is new, merges left out: sha, at and subject, the newest first.

    Args:
        since: A commit or tag; empty or unknown here (a branch's first push) for nothing.
    """
    if not since or not here.holds("cat-file", "-e", f"{since}^{{commit}}"):
        return
    form = f"--format=%H%x09%cI%x09%s --no-merges --max-count={_MOST_COMMITS}"
    for line in here.git("log", *form.split(), f"{since}..{until}").splitlines():
        sha, at, subject = line.split("\t", 2)
        yield {"sha": sha, "at": at, "subject": subject}


def shown_last(branch: str) -> str:
    """Return the commit that staging has shown last of a branch; empty where GitHub does not say.

    A push that failed on its way, or waited and was replaced, brings its commits with the next one.
    """
    words = ("--workflow", "staging.yml", "--branch", branch, "--status", "success", "--limit", "1")
    try:
        found = json.loads(gh("run", "list", *words, "--json", "headSha"))
        return str(found[0]["headSha"]) if found else ""
    except (Refused, ValueError, LookupError, TypeError) as error:
        print(f"What staging has shown last is not known: {error}", file=sys.stderr)
        return ""


def content(
    root: Path, images: Mapping[str, str], branch: str = "", since: str = ""
) -> dict[str, Any]:
    """Return the release of the newest commit.

    Args:
        images: `repository@sha256:…` by the name of the program.
        since: The commit before what is new.
    """
    here = Repository(root)
    split = {name: image.rpartition("@") for name, image in images.items()}
    return {
        "version": flow.called(here, branch or here.branch()),
        "revision": here.git("rev-parse", "HEAD"),
        "tree": here.git("rev-parse", "HEAD^{tree}"),
        "architecture": ARCHITECTURE,
        "images": {
            name: {"repository": repository, "digest": digest}
            for name, (repository, _, digest) in split.items()
        },
        "schema": schema(root / _STEPS),
        "flags": hashlib.sha256((root / _FLAGS).read_bytes()).hexdigest(),
        "commits": list(commits(here, since)),
    }


def built(folder: Path, digests: Mapping[str, str]) -> dict[str, str]:
    """Return the images that the build left in a folder.

    Raises:
        Refused: If they are not those whose digests it handed on.
    """
    found = {path.name: path.read_text(encoding="utf-8").strip() for path in folder.iterdir()}
    if {name: it.rpartition("@")[2] for name, it in found.items()} != dict(digests):
        raise Refused(f"The build left {found} and handed on {dict(digests)}.")
    return found


def main(arguments: Sequence[str]) -> int:
    """Print the release file; return 0, 1 when refused, or 2 for what cannot be understood."""
    told = os.environ
    try:
        if arguments[:1] == ["--from"] and len(arguments) == 2:
            images = built(Path(arguments[1]), _pairs(told.get("DIGESTS", "").split()))
        else:
            images = _pairs(arguments)
        branch = told.get("GITHUB_REF_NAME", "")
        since = (shown_last(branch) if told.get("GH_TOKEN") else "") or told.get("SINCE", "")
        found = content(ROOT, images, branch, since) if images else {}
    except (Refused, OSError) as refused:
        print(refused, file=sys.stderr)
        return 1
    if not found:
        print("usage: python -m supply.release telegram-bot=REPOSITORY@DIGEST …", file=sys.stderr)
        return 2
    print(json.dumps(found, indent=2))
    return 0


def _pairs(words: Sequence[str]) -> dict[str, str]:
    """Read `NAME=VALUE …`; nothing when one is no pair."""
    found = dict(word.split("=", 1) for word in words if "=" in word)
    return found if len(found) == len(words) else {}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
