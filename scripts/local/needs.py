"""What some tests need beyond Python packages, and the line that installs it.

A test says so with a marker. Where the machine lacks the thing, the test ends in the NOT RUN list;
a skip for any other reason fails the run (tests/conftest.py).
"""

import os
import re
import shutil
import subprocess  # nosec B404: fixed commands, no shell
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

_BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_OTHERS = re.compile(r"image: (docker\.io/\S+)")
_ENGINE_ANSWERS_WITHIN = 10.0


@dataclass(frozen=True, slots=True)
class Need:
    """One thing that a machine may lack.

    Attributes:
        marker: The pytest marker of tests that need it.
        what: Its name in a sentence.
        install: The line that brings it.
        present: Tells whether this machine has it.
    """

    marker: str
    what: str
    install: str
    present: Callable[[], bool]


def browser() -> str | None:
    """Return the path of a Chromium or Chrome, from `CHROMIUM` or the PATH."""
    named = os.environ.get("CHROMIUM")
    return named or next(filter(None, map(shutil.which, _BROWSERS)), None)


def engine() -> bool:
    """Tell whether a container engine answers to `docker`."""
    return _succeeds("docker", "version", "--format", "{{.Server.Version}}")


def _succeeds(*command: str) -> bool:
    if not shutil.which(command[0]):
        return False
    try:
        asked = subprocess.run(  # nosec B603: fixed questions about a version
            command, capture_output=True, timeout=_ENGINE_ANSWERS_WITHIN
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return asked.returncode == 0


def compose() -> tuple[str, ...] | None:
    """Return the command that starts a compose file with the engine that answers, if any."""
    if not engine():
        return None
    if _succeeds("docker", "compose", "version"):
        return ("docker", "compose")
    if shutil.which("podman") and shutil.which("podman-compose"):
        return ("podman-compose",)
    return None


def others() -> bool:
    """Tell whether the engine has every image of others that docker-compose.yml names."""
    text = (Path(__file__).resolve().parents[2] / "docker-compose.yml").read_text(encoding="utf-8")
    return engine() and _succeeds("docker", "image", "inspect", *_OTHERS.findall(text))


def haproxy() -> str | None:
    """Return the path of HAProxy; Debian puts it where not everybody looks."""
    return shutil.which("haproxy", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")


def reference_data() -> bool:
    """Tell whether `REFERENCE_DATA` names a folder."""
    named = os.environ.get("REFERENCE_DATA")
    return bool(named) and Path(str(named)).is_dir()


NEEDS = {
    need.marker: need
    for need in (
        Need("browser", "a Chromium", "sudo apt-get install -y chromium", lambda: bool(browser())),
        Need(
            "engine",
            "a container engine that answers to `docker`",
            "sudo apt-get install -y docker.io",
            engine,
        ),
        Need(
            "compose",
            "docker compose or podman-compose",
            "sudo apt-get install -y docker-compose-v2",
            lambda: bool(compose()),
        ),
        Need("haproxy", "HAProxy", "sudo apt-get install -y haproxy", lambda: bool(haproxy())),
        Need("others", "the images of PostgreSQL and Prometheus", "make others", others),
        Need(
            "reference",
            "the recorded reference data",
            "export REFERENCE_DATA=<its folder>",
            reference_data,
        ),
    )
}
