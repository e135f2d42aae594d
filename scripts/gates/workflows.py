"""`python -m gates.workflows`: actionlint, once as it is and once on a copy without commit pins.

actionlint knows the inputs of an action by its version (`@v7`) and not by its commit. In the copy
every `uses: owner/name@<commit> # v7.0.1` reads `@v7`, so that a wrong input is told there.
"""

import re
import shutil
import sys
import tempfile
from pathlib import Path

from gates.tools import call, tool
from local.environment import ROOT

_PIN = re.compile(r"(uses: [\w./-]+)@[0-9a-f]{40} # (v\d+)\S*")


def without_pins(text: str) -> str:
    """Write the major version where the commit stands.

    >>> without_pins("uses: actions/checkout@" + 40 * "a" + " # v7.0.1")
    'uses: actions/checkout@v7'
    """
    return _PIN.sub(r"\1@\2", text)


def main() -> int:
    """Return 0 when both passes find nothing."""
    failed = _lint(ROOT)
    with tempfile.TemporaryDirectory() as name:
        copy = Path(name)
        (copy / ".git").mkdir()  # what tells actionlint where a repository begins
        shutil.copytree(ROOT / ".github", copy / ".github")
        for path in (copy / ".github").rglob("*.yml"):
            path.write_text(without_pins(path.read_text(encoding="utf-8")), encoding="utf-8")
        return _lint(copy) or failed


def _lint(folder: Path) -> int:
    files = sorted(str(path.relative_to(folder)) for path in _workflows(folder))
    shellcheck = tool("shellcheck")  # not there for every machine
    checkers = ["-shellcheck", shellcheck if Path(shellcheck).exists() else "", "-pyflakes", ""]
    return call([tool("actionlint"), "-no-color", *checkers, *files], folder)


def _workflows(folder: Path) -> list[Path]:
    return [*(folder / ".github" / "workflows").glob("*.yml")]


if __name__ == "__main__":
    sys.exit(main())
