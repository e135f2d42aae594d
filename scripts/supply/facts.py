"""`python -m supply.facts`: what the build of an image must know, a `name=value` line each.

    base       the base image by digest, from infrastructure/docker/bases.toml
    version    what the newest commit is called
    tree       git's name of the content, which a merge does not change

Without a known digest it refuses: an image on a base that may change is not the same image twice.
"""

import os
import re
import sys
import tomllib
from pathlib import Path

from gitflow import flow
from gitflow.repository import Refused, Repository
from local.environment import ROOT
from pipeline.steps import hand_on

BASE = "python:3.13-slim"
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")


def base(text: str, name: str = BASE) -> str:
    """Return the base with its digest.

    Args:
        text: Content of bases.toml.
        name: The base as the Dockerfiles name it.

    Raises:
        Refused: If nobody has written its digest down.
    """
    digest = tomllib.loads(text).get(name, {}).get("digest", "")
    if not _DIGEST.fullmatch(digest):
        raise Refused(
            f"infrastructure/docker/bases.toml has no digest of {name}. "
            f"This prints it: docker buildx imagetools inspect {name}"
        )
    return f"{name}@{digest}"


def facts(root: Path, branch: str) -> dict[str, str]:
    """Return the facts of the newest commit, on the branch that the pipeline runs for."""
    here = Repository(root)
    text = (root / "infrastructure" / "docker" / "bases.toml").read_text(encoding="utf-8")
    return {
        "base": base(text),
        "version": flow.called(here, branch or here.branch()),
        "tree": here.git("rev-parse", "HEAD^{tree}"),
    }


def main() -> int:
    """Print the facts, and hand them to the steps that follow."""
    try:
        found = facts(ROOT, os.environ.get("GITHUB_REF_NAME", ""))
    except Refused as refused:
        print(refused, file=sys.stderr)
        return 1
    print("\n".join(f"{name}={value}" for name, value in found.items()))
    hand_on(found)
    return 0


if __name__ == "__main__":
    sys.exit(main())
