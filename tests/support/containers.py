"""Containers for tests, through whatever answers to `docker`."""

import json
import subprocess
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

# As docker-compose.yml and the task definitions start them.
LOCKED_DOWN = ("--read-only", "--tmpfs", "/tmp", "--cap-drop", "ALL") + (
    "--security-opt",
    "no-new-privileges",
)
_MOST_SECONDS = 120


def docker(*arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
    """Run a docker command; with `check`, a failure is an error that shows what it printed."""
    done = subprocess.run(
        ["docker", *arguments], capture_output=True, text=True, timeout=_MOST_SECONDS
    )
    assert not check or done.returncode == 0, f"docker {arguments[0]}: {done.stdout}{done.stderr}"
    return done


def inspect(thing: str) -> dict[str, Any]:
    """Return what the engine knows of a container or an image."""
    found = json.loads(docker("inspect", thing).stdout)[0]
    assert isinstance(found, dict)
    return found


@dataclass(frozen=True, slots=True)
class Container:
    """A container that runs."""

    name: str

    def inside(self, *command: str) -> subprocess.CompletedProcess[str]:
        """Run a command in it."""
        return docker("exec", self.name, *command, check=False)

    def healthy(self) -> bool:
        """Ask its image's own health check. (Without systemd, podman never runs it by itself.)"""
        kind, *command = inspect(self.name)["Config"]["Healthcheck"]["Test"]
        assert kind == "CMD", "a health check that needs a shell"
        return self.inside(*command).returncode == 0

    def logs(self) -> str:
        done = docker("logs", self.name)
        return done.stdout + done.stderr

    def stop(self, seconds: int) -> int:
        """Send SIGTERM, after `seconds` SIGKILL; return the exit code (137 when it was killed)."""
        docker("stop", "-t", str(seconds), self.name)
        return int(inspect(self.name)["State"]["ExitCode"])


@contextmanager
def running(image: str, variables: dict[str, str], *options: str) -> Iterator[Container]:
    """Run an image locked down, and remove the container after."""
    name = f"crypto-assistant-test-{uuid.uuid4().hex[:12]}"
    settings: Sequence[str] = [f"--env={key}={value}" for key, value in variables.items()]
    docker(
        "run",
        "--detach",
        "--name",
        name,
        *LOCKED_DOWN,
        *settings,
        *options,
        image,
    )
    try:
        yield Container(name)
    finally:
        docker("rm", "--force", name, check=False)
