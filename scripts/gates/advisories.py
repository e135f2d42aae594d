"""`python -m gates.advisories`: pip-audit over everything that is locked.

`AUDIT_SOURCE` says whom to ask: `online` is the public service, an address is an OSV server of
one's own. Without it nothing is asked, and the gate says that it did NOT RUN.
Always strict: without it pip-audit passes what it could not look up. What nobody can mend stands in
requirements/accepted.toml with its reason, and is said each time.
"""

import os
import re
import sys
import tempfile
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path

from gates.tools import NOT_RUN, call, tool
from local.environment import ROOT

ACCEPTED = ROOT / "requirements" / "accepted.toml"
# Without its marker: what another Python or system installs is asked about too.
_LOCKED = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;]+).*\n((?: +--hash=.+\n)+)", re.MULTILINE)


def locks(folder: Path = ROOT / "requirements") -> list[Path]:
    """Return every lock file that there is."""
    return sorted(folder.glob("*.txt"))


def layers(texts: Iterable[str]) -> list[str]:
    """Return what is locked, each version of each package once, as texts that hold none twice.

    pip-audit takes a package once a run; the tools' locks hold other versions than ours.
    """
    found: dict[str, dict[str, str]] = {}
    for text in texts:
        for name, version, hashes in _LOCKED.findall(text):
            found.setdefault(name, {}).setdefault(version, f"{name}=={version} \\\n{hashes}")
    most = max(map(len, found.values()), default=0)
    rows = [[*versions.values()] for versions in found.values()]
    return ["".join(row[at] for row in rows if at < len(row)) for at in range(most)]


def accepted(text: str, locked: str) -> Iterator[tuple[str, str]]:
    """Yield each vulnerability that is accepted, and why.

    Args:
        text: Content of accepted.toml.
        locked: All that is locked.

    Raises:
        LookupError: If one is about a package that is not locked any more, or says no reason.
    """
    names = {name for name, _, _ in _LOCKED.findall(locked)}
    for number, said in tomllib.loads(text).items():
        if said.get("package") not in names or not said.get("reason"):
            raise LookupError(f"accepted.toml: {number} names no locked package, or no reason.")
        yield number, f"{said['package']}: {said['reason']}"


def main() -> int:
    """Return 0 when no locked package has a known vulnerability."""
    source = os.environ.get("AUDIT_SOURCE", "")
    if not source:
        print("NOT RUN: AUDIT_SOURCE=online asks the public service, which needs a network")
        return NOT_RUN
    service = [] if source == "online" else ["--vulnerability-service", "osv", "--osv-url", source]
    options = ["--strict", "--disable-pip", "--require-hashes", "--progress-spinner", "off"]
    texts = [path.read_text("utf-8") for path in locks()]
    try:
        known = dict(accepted(ACCEPTED.read_text("utf-8"), "".join(texts)))
    except LookupError as error:
        print(error)
        return 1
    for vulnerability, why in known.items():
        print(f"Accepted: {vulnerability}, {why}.", flush=True)
        options += ["--ignore-vuln", vulnerability]
    command, found = [tool("pip-audit"), *options, *service, "--requirement"], []
    with tempfile.TemporaryDirectory() as folder:
        for number, text in enumerate(layers(texts)):
            path = Path(folder) / f"locked-{number}.txt"
            path.write_text(text, encoding="utf-8")
            found.append(call([*command, str(path)]))
    return max(found)


if __name__ == "__main__":
    sys.exit(main())
