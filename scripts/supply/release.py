"""`python -m supply.release NAME=REPOSITORY@DIGEST …`: the release file of the checked-out commit.

It is all that `python -m deploy` takes: which images, of which content, and which steps of the
database they know.
"""

import hashlib
import json
import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from gitflow import flow
from gitflow.repository import Repository
from local.environment import ROOT

ARCHITECTURE = "arm64"
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


def content(root: Path, images: Mapping[str, str], branch: str = "") -> dict[str, Any]:
    """Return the release of the newest commit.

    Args:
        images: `repository@sha256:…` by the name of the program.
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
    }


def main(arguments: Sequence[str]) -> int:
    """Print the release file; return 0, or 2 for what cannot be understood."""
    images = dict(argument.split("=", 1) for argument in arguments if "=" in argument)
    if not images or len(images) != len(arguments):
        print("usage: python -m supply.release telegram-bot=REPOSITORY@DIGEST …", file=sys.stderr)
        return 2
    print(json.dumps(content(ROOT, images), indent=2))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
