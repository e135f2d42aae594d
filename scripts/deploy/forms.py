"""`python -m deploy.forms NAME`: a task definition from its form, for the first start of a service.

Later ones are made from the one that runs, so that nothing is lost that was changed since. Reads
what `aws cloudformation list-exports` said, and prints what `aws ecs register-task-definition`
takes as `--cli-input-json`.
"""

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from string import Template
from typing import Any

from deploy import release
from deploy.release import BadRelease, Release
from local.environment import ROOT

FOLDER = ROOT / "infrastructure" / "aws" / "tasks"
NAMES = tuple(sorted(path.stem for path in FOLDER.glob("*.json")))
_OURS = "crypto-assistant-"


class BadForm(ValueError):
    """The sentence says what a form lacks."""


def values(exports: Mapping[str, Any], environment: str) -> dict[str, str]:
    """Return what the stacks say, by the names that forms use.

    Args:
        exports: As `aws cloudformation list-exports` printed them.

    Raises:
        BadForm: If the foundation is not among them.
    """
    rows = {row["Name"]: row for row in exports["Exports"] if row["Name"].startswith(_OURS)}
    if f"{_OURS}Cluster" not in rows:
        raise BadForm("The foundation is not there: no stack exports crypto-assistant-Cluster.")
    _, _, _, region, account, _ = rows[f"{_OURS}Cluster"]["ExportingStackId"].split(":", 5)
    wanted = {
        "DATABASE_ADDRESS": "DatabaseAddress",
        "DATABASE_OWNER_SECRET": "DatabaseOwnerSecret",
        "SECRET": f"{environment}-Secret",
    }
    told = {name: rows[_OURS + it]["Value"] for name, it in wanted.items() if _OURS + it in rows}
    return {**told, "ENVIRONMENT": environment, "ACCOUNT": account, "REGION": region}


def images(found: Release) -> dict[str, str]:
    """Return the release's images and their digests by the names that forms use."""
    told: dict[str, str] = {}
    for name, image in found.images.items():
        word = name.replace("-", "_").upper()
        told |= {f"{word}_IMAGE": image.reference, f"{word}_DIGEST": image.digest}
    return told


def filled(form: str, known: Mapping[str, str]) -> dict[str, Any]:
    """Return the task definition.

    Raises:
        BadForm: Names what nobody said.
    """
    try:
        return dict(json.loads(Template(form).substitute(known)))
    except KeyError as error:
        raise BadForm(f"Nobody said {error.args[0]}: is its stack there?") from None


def main(arguments: Sequence[str]) -> int:
    """Print the task definition; return 0, or 2 with a sentence."""
    parser = argparse.ArgumentParser(prog="python -m deploy.forms", description=__doc__)
    parser.add_argument("name", choices=NAMES)
    parser.add_argument("--environment", choices=("staging", "production"), required=True)
    parser.add_argument("--exports", type=Path, required=True, help="what list-exports printed")
    parser.add_argument("--release", type=Path, required=True, help="the release file")
    parser.add_argument("--owners", default="", help="who may turn flags in the chat: user ids")
    asked = parser.parse_args(arguments)
    try:
        known = values(json.loads(asked.exports.read_text()), asked.environment)
        known |= {**images(release.read(asked.release)), "OWNER_IDS": asked.owners}
        text = (FOLDER / f"{asked.name}.json").read_text(encoding="utf-8")
        print(json.dumps(filled(text, known), indent=2))
    except (BadForm, BadRelease, OSError) as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
