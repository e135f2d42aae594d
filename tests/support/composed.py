"""docker-compose.yml and the files on top of it, started by whatever tool is here."""

import asyncio
import os
import subprocess
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from local.environment import ROOT
from local.needs import compose
from local.ports import free_port
from tests.support.containers import Container, docker, inspect, until

_MOST_SECONDS = 120


class Composed:
    """Services that were started together.

    Args:
        files: Compose files, the later ones on top.
        variables: What the files ask of the environment.
        profiles: What is started beside the services without one.
    """

    def __init__(
        self, files: Sequence[str], variables: dict[str, str], profiles: Sequence[str] = ()
    ) -> None:
        self.project = f"crypto-assistant-test-{free_port()}"
        self._variables = {**os.environ, **variables}
        self._command = [*(compose() or ()), "--project-name", self.project]
        self._command += [word for name in profiles for word in ("--profile", name)]
        self._command += [word for name in files for word in ("--file", name)]

    def __call__(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Let the tool do something."""
        return subprocess.run(
            [*self._command, *words],
            cwd=ROOT,
            env=self._variables,
            capture_output=True,
            text=True,
            timeout=_MOST_SECONDS,
        )

    def container(self, service: str) -> Container:
        """Return the container of a service."""
        mine = self._names()
        return Container(next(name for name in mine if name[len(self.project) + 1 : -2] == service))

    def address(self, service: str) -> str:
        """Return where a service listens on this machine."""
        ports = inspect(self.container(service).name)["NetworkSettings"]["Ports"]
        published = next(iter(ports.values()))[0]
        return f"127.0.0.1:{published['HostPort']}"

    def logs(self) -> str:
        """Return what all containers have said."""
        return "\n".join(f"{name}:\n{Container(name).logs()}" for name in self._names())

    def _names(self) -> list[str]:
        listed = docker("ps", "--all", "--format", "{{.Names}}").stdout.split()
        return [name for name in listed if name.startswith(self.project)]


@asynccontextmanager
async def composed(
    services: Sequence[str],
    files: Sequence[str],
    variables: dict[str, str],
    profiles: Sequence[str] = (),
) -> AsyncIterator[Composed]:
    """Start services, wait until all are healthy, and take everything away after."""
    stack = Composed(files, variables, profiles)
    try:
        up = await asyncio.to_thread(stack, "up", "--detach", *services)
        assert up.returncode == 0, up.stdout + up.stderr
        for service in services:
            container = stack.container(service)
            await until(container.healthy, container)
        yield stack
    except Exception as error:
        error.add_note(await asyncio.to_thread(stack.logs))
        raise
    finally:
        await asyncio.to_thread(stack, "down", "--volumes")
