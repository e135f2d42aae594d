"""GitHub's rules for branches and tags, as files under infrastructure/github/rulesets."""

import json
import subprocess  # nosec B404: gh, without a shell
from pathlib import Path

from gitflow.repository import Refused

FOLDER = Path(__file__).resolve().parents[2] / "infrastructure" / "github" / "rulesets"


def apply(owner_and_name: str, folder: Path = FOLDER) -> list[str]:
    """Create every ruleset of the folder, or bring it up to date; return what was done.

    Raises:
        Refused: If gh is not here, or GitHub says no.
    """
    address = f"repos/{owner_and_name}/rulesets"
    known = {entry["name"]: entry["id"] for entry in json.loads(gh("api", address) or "[]")}
    done = []
    for path in sorted(folder.glob("*.json")):
        name = json.loads(path.read_text(encoding="utf-8"))["name"]
        if name in known:
            gh("api", f"{address}/{known[name]}", "--method", "PUT", "--input", str(path))
        else:
            gh("api", address, "--method", "POST", "--input", str(path))
        done.append(f"{'updated' if name in known else 'created'} {name}")
    return done


def gh(*words: str) -> str:
    """Run GitHub's command and return what it printed.

    Raises:
        Refused: If it is not here, or GitHub says no.
    """
    try:
        asked = subprocess.run(  # nosec B603 B607
            ["gh", *words], capture_output=True, text=True, timeout=60
        )
    except FileNotFoundError:
        raise Refused("GitHub's command gh is not here: https://cli.github.com") from None
    if asked.returncode:
        raise Refused(f"gh {' '.join(words[:2])}: {asked.stderr.strip()}")
    return asked.stdout
