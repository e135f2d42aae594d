"""The lock files under `requirements/`: one an extra of pyproject.toml, made by `make lock`.

The tools of the gates have a list of their own each (`tools.in`), because their environments share
nothing with ours.

A lock file says in its first line what it was made from, so that `make check` can tell without a
network whether somebody changed pyproject.toml and forgot to lock.
"""

import hashlib
import json
import re
import shutil
import subprocess  # nosec B404: fixed commands, no shell
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path

from local.environment import APART, ROOT

FOLDER = ROOT / "requirements"
# "dev" first: the others take its versions, so that an environment grows from run to dev in place.
EXTRAS = ("dev", "run", "market-data", "telegram-bot", "playground", "deploy")
_FIRST_LINE = "# Made by `make lock` from the extras of pyproject.toml, "
_PIN = re.compile(r"^([A-Za-z0-9._-]+)==(\S+)")
_ADDRESS = re.compile(r"https?://|^\s*--(?:extra-)?index-url|^\s*--find-links", re.MULTILINE)


def lock(*, upgrade: bool = False) -> int:
    """Write every lock file again with `uv`; versions stay unless `upgrade`."""
    if not shutil.which("uv"):
        print("`make lock` needs uv. This brings it:\n\n    pipx install uv\n")
        return 1
    for extra in EXTRAS:
        print(f"Locking requirements/{extra}.txt ...", flush=True)
        path = FOLDER / f"{extra}.txt"
        made = subprocess.run(_command(extra, path, upgrade), cwd=ROOT)  # nosec B603
        if made.returncode:
            return made.returncode
        path.write_text(first_line() + path.read_text(encoding="utf-8"), encoding="utf-8")
    for name in APART:
        print(f"Locking requirements/{name}.txt ...", flush=True)
        path = FOLDER / f"{name}.txt"
        command = [*_compile(f"requirements/{name}.in", path), *(["--upgrade"] if upgrade else [])]
        made = subprocess.run(command, cwd=ROOT)  # nosec B603
        if made.returncode:
            return made.returncode
        line = line_apart((FOLDER / f"{name}.in").read_text(encoding="utf-8"))
        path.write_text(line + path.read_text(encoding="utf-8"), encoding="utf-8")
    return 0


def _compile(source: str, path: Path) -> list[str]:
    command = ["uv", "pip", "compile", source, "--quiet", "--universal", "--generate-hashes"]
    command += ["--python-version", "3.11", "--no-emit-index-url", "--no-header"]
    return [*command, "--output-file", str(path.relative_to(ROOT))]


def _command(extra: str, path: Path, upgrade: bool) -> list[str]:
    command = [*_compile("pyproject.toml", path), "--extra", extra]
    if extra != EXTRAS[0]:
        command += ["--constraint", f"requirements/{EXTRAS[0]}.txt"]
    return [*command, "--upgrade"] if upgrade else command


def first_line(pyproject: str | None = None) -> str:
    """Return the line that names what the locks are made from."""
    text = pyproject or (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    project = tomllib.loads(text)["project"]
    extras = [project["requires-python"], project["optional-dependencies"]]
    digest = hashlib.sha256(json.dumps(extras, sort_keys=True).encode()).hexdigest()
    return f"{_FIRST_LINE}sha256 {digest[:16]}\n"


def line_apart(listed: str) -> str:
    """Return the line that names which list a tools' lock is made from."""
    digest = hashlib.sha256(listed.encode()).hexdigest()
    return f"# Made by `make lock` from its list, sha256 {digest[:16]}\n"


def pins(text: str) -> dict[str, str]:
    """Return name and version of every locked package."""
    found = (_PIN.match(line) for line in text.splitlines())
    return {match[1]: match[2] for match in found if match}


def complaints(texts: dict[str, str], wanted_first_line: str) -> Iterator[str]:
    """Say what is wrong with the lock files, one sentence each.

    Args:
        texts: Content of each file by its extra.
        wanted_first_line: As `first_line()` gives it for today's pyproject.toml.
    """
    everything = pins(texts[EXTRAS[0]])
    for extra in EXTRAS:
        text = texts[extra]
        name = f"requirements/{extra}.txt"
        if not text.startswith(wanted_first_line):
            yield f"{name} was made from another pyproject.toml: run `make lock`."
        yield from _unlocked(name, text)
        others = {key for key, version in pins(text).items() if everything.get(key) != version}
        if others:
            yield f"{name} has other versions than dev.txt of {', '.join(sorted(others))}."


def complaints_apart(name: str, listed: str, text: str) -> Iterator[str]:
    """Say what is wrong with the lock of one list of tools."""
    if not text.startswith(line_apart(listed)):
        yield f"requirements/{name}.txt was made from another {name}.in: run `make lock`."
    yield from _unlocked(f"requirements/{name}.txt", text)


def _unlocked(name: str, text: str) -> Iterator[str]:
    if _ADDRESS.search(text):
        yield f"{name} holds an address; a lock file names packages and hashes only."
    blocks = re.split(r"\n(?=[A-Za-z0-9])", text)
    naked = [block.split("==")[0] for block in blocks if _PIN.match(block) and not _hashed(block)]
    if naked:
        yield f"{name} has no hash for {', '.join(naked)}: run `make lock`."


def _hashed(block: str) -> bool:
    return "--hash=sha256:" in block


def check() -> int:
    """Print what is wrong with the lock files; used by `make check`."""
    texts = {extra: (FOLDER / f"{extra}.txt").read_text(encoding="utf-8") for extra in EXTRAS}
    wrong = list(complaints(texts, first_line()))
    for name in APART:
        listed, text = ((FOLDER / f"{name}.{end}").read_text("utf-8") for end in ("in", "txt"))
        wrong += complaints_apart(name, listed, text)
    print("\n".join(wrong) or f"{len(EXTRAS) + len(APART)} lock files fit what they are made from")
    return 1 if wrong else 0


def main(arguments: Sequence[str]) -> int:
    """`python -m local lock [--upgrade]` and `python -m local locks --check`."""
    if "--check" in arguments:
        return check()
    return lock(upgrade="--upgrade" in arguments)
