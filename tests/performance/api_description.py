"""The long form of tests/integration/test_api_description.py: hundreds of requests of each kind.

make prove PROOFS=api_description        (API_EXAMPLES=300 by default)
"""

import os
import subprocess
import sys

TRIED = "tests/integration/test_api_description.py"


def main() -> int:
    examples = {"API_EXAMPLES": os.environ.get("API_EXAMPLES", "300")}
    command = [sys.executable, "-m", "pytest", "--quiet", "--timeout=1800", TRIED]
    return subprocess.run(command, env={**os.environ, **examples}).returncode


if __name__ == "__main__":
    sys.exit(main())
