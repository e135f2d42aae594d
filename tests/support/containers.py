"""Containers for tests, through whatever answers to `docker`."""

import asyncio
import json
import subprocess
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

# As docker-compose.yml and the task definitions start them.
LOCKED_DOWN = ("--read-only", "--tmpfs", "/tmp", "--cap-drop", "ALL") + (
    "--security-opt",
    "no-new-privileges",
)
_MOST_SECONDS = 120
_SOON = 30.0


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

    def python(self, code: str) -> str:
        """Run a line of Python in it and return what that printed."""
        said = self.inside("python", "-c", code)
        assert said.returncode == 0, said.stderr
        return said.stdout

    def status(self) -> dict[str, str]:
        """Return what the kernel says of its program: memory, capabilities and so on."""
        lines = self.python("print(open('/proc/1/status').read())").splitlines()
        return {name: value.strip() for name, _, value in (line.partition(":") for line in lines)}

    def memory(self) -> int:
        """Return what of its program is in memory, in bytes."""
        return resident(self.status())

    def logs(self) -> str:
        done = docker("logs", self.name)
        return done.stdout + done.stderr

    def stop(self, seconds: int) -> int:
        """Send SIGTERM, after `seconds` SIGKILL; return the exit code (137 when it was killed)."""
        docker("stop", "-t", str(seconds), self.name)
        return int(inspect(self.name)["State"]["ExitCode"])


def resident(status: dict[str, str]) -> int:
    """Read the bytes in memory from what the kernel says of a program."""
    return int(status["VmRSS"].removesuffix(" kB")) * 1024


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


async def until(condition: Callable[[], bool], container: Container) -> None:
    """Wait until `condition` holds; fail with the container's log if that takes too long."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + _SOON
    while not await asyncio.to_thread(condition):
        assert loop.time() < deadline, container.logs()
        await asyncio.sleep(0.1)
