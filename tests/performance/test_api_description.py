"""The long form of tests/integration/test_api_description.py: hundreds of requests of each kind."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TRIED = "tests/integration/test_api_description.py"


def test_hundreds_of_requests_of_each_kind_are_answered_as_described() -> None:
    examples = {"API_EXAMPLES": os.environ.get("API_EXAMPLES", "300")}
    command = [sys.executable, "-m", "pytest", "--quiet", "--timeout=1200", TRIED]
    done = subprocess.run(command, cwd=ROOT, env={**os.environ, **examples})

    assert done.returncode == 0
