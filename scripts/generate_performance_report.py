"""What `make prove` measured, as one page without anything from elsewhere: performance-report.html.

python scripts/generate_performance_report.py [FILE]
"""

import html
import json
import platform
import subprocess  # nosec B404: a fixed command
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from local.environment import ROOT
from local.prove import PROOFS

_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}"
    "pre{background:#f4f4f4;padding:1rem;overflow:auto}.met{color:#176b2c}.missed{color:#a1161d}"
)


def page(proofs: Sequence[dict[str, Any]], about: str) -> str:
    """Write the page.

    Args:
        proofs: As `local.prove` leaves them: name, code, seconds and what each said.
        about: One line on the machine and the commit.
    """
    parts = [_section(proof) for proof in proofs] or ["<p>Nothing was measured.</p>"]
    title = "Performance report"
    return (
        f'<!doctype html>\n<html lang="en">\n<meta charset="utf-8">\n<title>{title}</title>\n'
        f"<style>{_STYLE}</style>\n<h1>{title}</h1>\n<p>{html.escape(about)}</p>\n"
        + "\n".join(parts)
        + "\n</html>\n"
    )


def _section(proof: dict[str, Any]) -> str:
    word = "met" if proof["code"] == 0 else "missed"
    name, said = html.escape(str(proof["name"])), html.escape(str(proof["said"]).strip())
    return (
        f'<h2>{name}: <span class="{word}">goal {word}</span></h2>\n'
        f"<p>{proof['seconds']:.0f} s</p>\n<pre>{said}</pre>"
    )


def main() -> int:
    """Write the page from what the last `make prove` left; without it, one that says so."""
    proofs = json.loads(PROOFS.read_text(encoding="utf-8")) if PROOFS.exists() else []
    asked = subprocess.run(  # nosec B603 B607
        ["git", "log", "-1", "--format=%h of %cs"], cwd=ROOT, capture_output=True, text=True
    )
    machine = (
        f"{platform.machine()}, {platform.python_implementation()} {platform.python_version()}"
    )
    path = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "performance-report.html"
    path.write_text(page(proofs, f"Commit {asked.stdout.strip()}, {machine}"), encoding="utf-8")
    print(f"Wrote {path.name}: {len(proofs)} proofs")
    return 0


if __name__ == "__main__":
    sys.exit(main())
