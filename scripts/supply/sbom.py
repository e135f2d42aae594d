"""`python -m supply.sbom PROGRAM FILE`: what is in a program's image, as CycloneDX.

Made from the program's lock file, so it names exactly what the image installs, hash by hash.
"""

import json
import subprocess  # nosec B404: a fixed command
import sys
from pathlib import Path

from gates.tools import tool
from local.environment import ROOT

PROGRAMS = ("market-data", "telegram-bot")


def bill(program: str) -> str:
    """Write the bill of a program's packages; the same lock gives the same text."""
    command = [tool("cyclonedx-py"), "requirements", f"requirements/{program}.txt"]
    options = ["--output-reproducible", "--output-format", "JSON", "--pyproject", "pyproject.toml"]
    made = subprocess.run(  # nosec B603
        [*command, *options], cwd=ROOT, check=True, capture_output=True, text=True
    )
    found = json.loads(made.stdout)
    found["metadata"].pop("tools", None)
    for component in found.get("components", []):
        references = component.pop("externalReferences", [])
        component["hashes"] = [it for found in references for it in found.get("hashes", [])]
        component["purl"] = f"pkg:pypi/{component['name']}@{component['version']}"
    return json.dumps(found, indent=1, sort_keys=True) + "\n"


def main() -> int:
    """Write the bill of the program named to the file named."""
    if len(sys.argv) != 3 or sys.argv[1] not in PROGRAMS:
        print(f"usage: make sbom PROGRAM={'|'.join(PROGRAMS)}")
        return 2
    path = Path(sys.argv[2])
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(bill(sys.argv[1]), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
