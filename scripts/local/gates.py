"""The static gates: a name, and the command that ends with 0 when it finds nothing.

A gate that cannot judge on this machine ends with 77 and says why in its last line. That every one
of them does find what it is for is shown by tests/gates.
"""

import os
import sys

from local.environment import folder_of

PYTHON = sys.executable
CODE = ("services", "scripts", "infrastructure", "tests")
_TOOLS = str(folder_of("tools") / "bin")
_CHECKOV = str(folder_of("checkov") / "bin" / "checkov")
_COMPOSE = tuple(f"docker-compose{name}.yml" for name in ("", ".test", ".perf"))
_SHELL = (".ci/run",)
_PROGRAMS = ("market-data", "telegram-bot", "playground")
_IMAGES = (
    *(f"infrastructure/docker/{name}.Dockerfile" for name in _PROGRAMS),
    ".ci/stand-ins.Dockerfile",
)


def _module(name: str) -> tuple[str, ...]:
    return (PYTHON, "-m", name)


def _tool(name: str, *arguments: str) -> tuple[str, ...]:
    return (os.path.join(_TOOLS, name), *arguments)


# The longest first, so that the others fit beside it.
GATES: dict[str, tuple[str, ...]] = {
    "mypy": _module("mypy"),
    "checkov": (_CHECKOV, "--framework", "cloudformation", "--compact", "--quiet")
    + ("--skip-download", "--directory", "infrastructure/aws"),  # without it, it calls its vendor
    "cfn-lint": _tool("cfn-lint", "--regions", "us-east-1", "--", "infrastructure/aws/*.yml"),
    "black": (*_module("black"), "--check", *CODE),  # a diff would keep it from its cache
    "flake8": (*_module("flake8"), *CODE),
    "duplication": _module("gates.duplication"),
    "bandit": (*_module("bandit"), "--quiet", "--recursive", "--severity-level", "medium")
    + ("--configfile", "pyproject.toml", *CODE[:-1]),
    "schemas": _tool("python", "scripts/gates/schemas.py"),
    "drift": _module("gates.drift"),
    "yaml": _tool("yamllint", "--strict", ".github", *_COMPOSE, "mkdocs.yml")
    + (".pre-commit-config.yaml", "infrastructure/monitoring"),
    "licences": _module("gates.licences"),
    "secrets": _module("gates.secrets"),
    "docstrings": _tool("interrogate", "--config", "pyproject.toml", "-v", *CODE[:-1]),
    "pages": _module("gates.pages"),
    "isort": (*_module("isort"), "--check-only", "--diff", "--quiet", *CODE),
    "contracts": (os.path.join(os.path.dirname(PYTHON), "lint-imports"),),
    "actionlint": _module("gates.workflows"),
    "zizmor": _tool("zizmor", "--offline", "--persona=auditor", "--quiet", ".github"),
    "hadolint": _tool("hadolint", "--config", ".hadolint.yaml", *_IMAGES),
    "shellcheck": (*_module("gates.shell"), *_SHELL),
    "locks": (*_module("local"), "locks", "--check"),
    "migrations": (*_module("local"), "migrations"),
    "flags": (*_module("common.features"), "lint"),
    "advisories": _module("gates.advisories"),
    "safety": _module("gates.safety"),
}
