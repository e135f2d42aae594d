"""GitHub's rules for branches and tags, as files under infrastructure/github/rulesets.

Who may pass by a rule is an App whose number only its owner knows: the file says null there.
"""

import json
import subprocess  # nosec B404: gh, without a shell
import tempfile
from pathlib import Path
from typing import Any

from gitflow.repository import Refused

FOLDER = Path(__file__).resolve().parents[2] / "infrastructure" / "github" / "rulesets"


def apply(owner_and_name: str, folder: Path = FOLDER, app: str = "") -> list[str]:
    """Create every ruleset of the folder, or bring it up to date; return what was done.

    Args:
        app: The number of the App that releases; without it, what only that App may do stays
            without a rule.

    Raises:
        Refused: If gh is not here, or GitHub says no.
    """
    address = f"repos/{owner_and_name}/rulesets"
    known = {entry["name"]: entry["id"] for entry in json.loads(gh("api", address) or "[]")}
    done = []
    for path in sorted(folder.glob("*.json")):
        rules = json.loads(path.read_text(encoding="utf-8"))
        name = rules["name"]
        if not _passable(rules, app):
            done.append(f"left out: {name}. Name the App that releases with --app NUMBER")
            continue
        with tempfile.NamedTemporaryFile("w", suffix=".json", encoding="utf-8") as file:
            json.dump(rules, file)
            file.flush()
            if name in known:
                gh("api", f"{address}/{known[name]}", "--method", "PUT", "--input", file.name)
            else:
                gh("api", address, "--method", "POST", "--input", file.name)
        done.append(f"{'updated' if name in known else 'created'} {name}")
    return done


def _passable(rules: dict[str, Any], app: str) -> bool:
    """Write the App's number where the rules need it; False if it is needed and unknown."""
    for actor in rules["bypass_actors"]:
        if actor["actor_id"] is None:
            if not app:
                return False
            actor["actor_id"] = int(app)
    return True


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
    except subprocess.TimeoutExpired:
        raise Refused(f"gh {' '.join(words[:2])}: no answer within a minute") from None
    if asked.returncode:
        raise Refused(f"gh {' '.join(words[:2])}: {asked.stderr.strip()}")
    return asked.stdout
