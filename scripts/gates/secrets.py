"""`python -m gates.secrets [--history]`: gitleaks, with a rule of ours for Telegram tokens.

Looks at the files that git keeps or would keep, so that a secret is told before it is committed.
`--history` looks at every commit as well.
"""

import shutil
import sys
import tempfile
from pathlib import Path

from gates.tools import call, kept, tool
from local.environment import ROOT

_COMMON = ("--config", str(ROOT / ".gitleaks.toml"), "--redact", "--no-banner", "--no-color")


def main() -> int:
    """Return 0 when nothing looks like a secret."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for path in kept():
            (folder / path.parent).mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / path, folder / path)
        found = call([tool("gitleaks"), "dir", ".", "--verbose", *_COMMON], folder)
    if "--history" in sys.argv:
        found = call([tool("gitleaks"), "git", ".", "--verbose", *_COMMON]) or found
    return found


if __name__ == "__main__":
    sys.exit(main())
