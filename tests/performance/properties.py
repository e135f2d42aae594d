"""The long form of every property test: hundreds of examples each, and other ones every time.

make prove PROOFS=properties        (EXAMPLES=400 by default)
"""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def main() -> int:
    tried = [
        str(path.relative_to(ROOT))
        for path in sorted((ROOT / "tests" / "unit").rglob("test_*.py"))
        if "@given" in path.read_text(encoding="utf-8")
    ]
    environment = {name: text for name, text in os.environ.items() if name != "CI"}
    environment.setdefault("EXAMPLES", "400")
    print(f"{environment['EXAMPLES']} examples of each property in {len(tried)} files")
    command = [sys.executable, "-m", "pytest", "--quiet", "--timeout=1800", *tried]
    return subprocess.run(command, cwd=ROOT, env=environment).returncode


if __name__ == "__main__":
    sys.exit(main())
