"""One planted defect for each gate, in a file of its own, so that words show whose was found."""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from local.environment import ROOT

# Where a copy's own environment has packages.
INSTALLED = ".venv/lib/python{}.{}/site-packages".format(*sys.version_info)
_COMMON = "services/common/common"
_DOCUMENTED = '"""A canary."""\n\n'
_WORKFLOW = """name: Canary

on: {on}

permissions: {{}}

concurrency:
  group: canary-${{{{ github.ref }}}}
  cancel-in-progress: true

jobs:
  canary:
    name: Canary
    runs-on: ubuntu-24.04
    timeout-minutes: 5
    permissions: {{}}
    steps:
      - uses: actions/setup-python@5fda3b95a4ea91299a34e894583c3862153e4b97 # v7.0.0
        with:
          {given}: "3.13"
"""


@dataclass(frozen=True, slots=True)
class Canary:
    """A defect that one gate must find.

    Attributes:
        gate: The gate.
        file: Where the defect stands.
        sign: What the gate's words must hold, and no other gate's may.
        text: The file's content; put behind what stands there if the file exists.
    """

    gate: str
    file: str
    sign: str
    text: Callable[[], str]


def _python(gate: str, text: str | Callable[[], str], name: str = "") -> Canary:
    name = name or f"canary_{gate}"
    write = text if callable(text) else lambda: text
    return Canary(gate, f"{_COMMON}/{name}.py", name, lambda: _DOCUMENTED + write())


def _workflow(gate: str, name: str, on: str = "push", given: str = "python-version") -> Canary:
    text = _WORKFLOW.format(on=on, given=given)
    return Canary(gate, f".github/workflows/{name}.yml", name, lambda: text)


def _undocumented() -> str:
    return "\n" + "\n\n".join(f"def canary_{n}() -> int:\n    return {n}\n" for n in range(600))


def _repeated() -> str:
    return "\n".join(f"CANARY_{n} = {n}" for n in range(1_500)) + "\n"


def _token() -> str:
    token = "9876543210:" + "AAGx3vKq0ZrT7bYw2LmN9sPd4HfJ6cVe1Ua"
    return f"https://api.telegram.org/bot{token}/getMe\n"


# A step in good order that takes away what an older program still reads.
_STEPS = "services/telegram-bot/telegram_bot/migrations"
_NEXT = 1 + len([*(ROOT / _STEPS).glob("[ec]*/[0-9]*.py")])
_STEP = '''"""A canary."""

from alembic import op

revision = "{:04}"
down_revision = "{:04}"


def upgrade() -> None:
    op.drop_table("users")
'''
_SHAPE = "Resources:\n  It:\n    Type: AWS::EC2::InternetGateway\n    Properties:\n      Tag: []\n"
_OPEN = "Resources:\n  It:\n    Type: AWS::S3::Bucket\n"
_MYPY = '\ndef canary() -> int:\n    """Return one."""\n    return "1"\n'
_FLAG = (
    '\ndef enabled(flag: str) -> bool:\n    """Say no."""\n    return not flag\n\n\n'
    'CANARY = enabled("canary")\n'
)
_WEAK = 'import hashlib\n\nhashlib.md5(b"")\n'
_METADATA = "Metadata-Version: 2.1\nName: gpl-canary\nVersion: 1.0\nLicense: GPL-3.0-only\n"

CANARIES = (
    _python("mypy", _MYPY),
    _python("black", "CANARY = 'single'\n"),
    _python("isort", 'import sys\nimport os\n\n__all__ = ["os", "sys"]\n'),
    _python("flake8", "import os\n"),
    _python("bandit", _WEAK),
    _python("contracts", 'import telegram_bot\n\n__all__ = ["telegram_bot"]\n'),
    _python("docstrings", _undocumented),
    _python("duplication", _repeated),
    _python("duplication", _repeated, "canary_duplication_twin"),
    Canary("secrets", "docs/canary-secrets.txt", "canary-secrets.txt", _token),
    Canary(
        "schemas", ".github/ISSUE_TEMPLATE/planted.yml", "planted.yml", lambda: "name: A form\n"
    ),
    Canary("yaml", ".github/canary-yaml.yml", "canary-yaml.yml", lambda: "a: 1\na: 2\n"),
    _workflow("actionlint", "canary-input", given="pyton-version"),
    _workflow("zizmor", "canary-target", on="pull_request_target"),
    Canary(
        "hadolint",
        "infrastructure/docker/market-data.Dockerfile",
        "market-data.Dockerfile",
        lambda: "RUN cd /tmp && apt-get install curl\n",
    ),
    Canary("cfn-lint", "infrastructure/aws/canary-shape.yml", "canary-shape.yml", lambda: _SHAPE),
    Canary("checkov", "infrastructure/aws/canary-open.yml", "canary-open.yml", lambda: _OPEN),
    Canary("shellcheck", ".ci/run", ".ci/run", lambda: "rm $(ls $canary)\n"),
    Canary("locks", "requirements/playground.txt", "canary-lock", lambda: "canary-lock==1.0\n"),
    Canary(
        "licences",
        f"{INSTALLED}/gpl_canary-1.0.dist-info/METADATA",
        "gpl-canary",
        lambda: _METADATA,
    ),
    Canary(
        "migrations",
        f"{_STEPS}/expand/{_NEXT:04}_canary_step.py",
        f"{_NEXT:04}_canary_step.py: op.drop_table may only stand in contract/.",
        lambda: _STEP.format(_NEXT, _NEXT - 1),
    ),
    _python("flags", _FLAG),
    Canary("drift", "docs/api/http.md", "docs/api/http.md", lambda: "By hand.\n"),
    Canary("pages", "docs/canary-pages.md", "canary-pages.md", lambda: "[x](nowhere.md)\n"),
)


def plant(canary: Canary, root: Path) -> None:
    """Put the defect into a copy of the repository."""
    path = root / canary.file
    path.parent.mkdir(parents=True, exist_ok=True)
    before = path.read_text(encoding="utf-8") if path.exists() else ""
    path.write_text(before + canary.text(), encoding="utf-8")
