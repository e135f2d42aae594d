"""Where the gates' tools stand, which files they look at, and what "not run" is."""

import shutil
import subprocess  # nosec B404: fixed commands, no shell
from collections.abc import Mapping, Sequence
from pathlib import Path

from local.environment import ROOT, folder_of

TOOLS = folder_of("tools") / "bin"
# The exit code of a gate that cannot judge on this machine; its last line says why.
NOT_RUN = 77


def tool(name: str) -> str:
    """Return the path of a tool's command: the machine's own where its lock has none for it."""
    path = TOOLS / name
    return str(path) if path.exists() else shutil.which(name) or str(path)


def call(
    command: Sequence[str], folder: Path = ROOT, variables: Mapping[str, str] | None = None
) -> int:
    """Run a command that prints for itself; return its exit code."""
    return subprocess.run(command, cwd=folder, env=variables).returncode  # nosec B603


def kept(*patterns: str) -> list[Path]:
    """Return the files that git keeps or would keep, relative to the root, by git's patterns."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--"]
    listed = subprocess.run(  # nosec B603
        [*command, *patterns], cwd=ROOT, check=True, capture_output=True, text=True
    )
    names = sorted(set(filter(None, listed.stdout.split("\0"))))
    return [Path(name) for name in names if (ROOT / name).is_file()]
