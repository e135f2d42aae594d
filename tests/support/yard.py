"""Real tasks for the scripted ECS: it starts bots as processes and turns a real HAProxy.

One service, a task of each colour. Whatever task should run and does not is started again, as ECS
does, until its deployment goes back.
"""

import os
import signal
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from typing import Any

from tests.support.fake_ecs import FakeEcs
from tests.support.fake_ecs_rollout import Acts, Rollout
from tests.support.haproxy import COLOURS, Balancer, Colour

_STOPS_WITHIN = 30.0
_LOOKS_EVERY = 0.05

Process = subprocess.Popen[bytes]


@dataclass
class Task:
    """Attributes: digest: Of the image that it stands for."""

    process: Process
    digest: str

    @property
    def alive(self) -> bool:
        return self.process.poll() is None


@dataclass
class Yard(Acts):
    """Where tasks run.

    Attributes:
        environ: What every task is given, beside what its definition says.
        images: By digest, what else a task of it is given: what is built into an image.
        doomed: Digests whose tasks are not started again.
        live: The colour that people's requests go to while nothing moves.
        starts: How many tasks of each digest were started.
    """

    balancer: Balancer
    environ: Mapping[str, str]
    logs: Path
    ecs: FakeEcs = field(init=False)
    images: dict[str, dict[str, str]] = field(default_factory=dict)
    doomed: set[str] = field(default_factory=set)
    live: Colour = "blue"
    starts: Counter[str] = field(default_factory=Counter)
    _tasks: dict[Colour, Task] = field(default_factory=dict)
    _leaving: list[tuple[Process, float]] = field(default_factory=list)
    _once: dict[str, Process] = field(default_factory=dict)
    _new: Rollout | None = None

    @property
    def other(self) -> Colour:
        """The colour that the next version gets."""
        return COLOURS[self.live == "blue"]

    def begin(self, definition: str) -> None:
        """Start the first task."""
        self._start(self.live, self.ecs.definitions[definition])

    def entered(self, rollout: Rollout) -> None:
        if not rollout.source:
            return
        match rollout.stage:
            case "SCALE_UP":
                self._new = rollout
                self._start(self.other, self._definition(rollout))
            case "TEST_TRAFFIC_SHIFT":
                self.balancer.lead("test", self.other)
            case "PRODUCTION_TRAFFIC_SHIFT":
                self.balancer.lead("production", self.other)
            case "CLEAN_UP":
                self._stop(self.live)

    def healthy(self, rollout: Rollout) -> bool:
        if not rollout.source:
            return True
        task = self._tasks.get(self.other)
        return task is not None and task.alive and self.balancer.healthy(self.other)

    def ended(self, rollout: Rollout) -> None:
        if not rollout.source:
            return
        self._new = None
        if rollout.status == "SUCCESSFUL":
            self.live = self.other
            return
        self.balancer.lead("production", self.live)
        self.balancer.lead("test", self.live)
        self._stop(self.other)

    def run(self, errand: Any) -> None:
        definition = self.ecs.definitions[errand.asked["taskDefinition"]]
        command = errand.asked["overrides"]["containerOverrides"][0]["command"]
        self._once[errand.arn] = self._process(command, self._given(definition))

    def code(self, errand: Any) -> int | None:
        return self._once[errand.arn].poll()

    def keep(self) -> None:
        """Start again what should run and does not; end what does not leave by itself."""
        wanted = {self.live}
        if self._new is not None and self.other in self._tasks:
            wanted.add(self.other)
        for colour in wanted & self._tasks.keys():
            task = self._tasks[colour]
            if not task.alive and task.digest not in self.doomed:
                revision = self.ecs.revisions[self._revision(colour)]
                self._start(colour, self.ecs.definitions[revision.definition])
        for process, until in list(self._leaving):
            if process.poll() is not None:
                self._leaving.remove((process, until))
            elif monotonic() > until:
                process.kill()

    def kill(self, colour: Colour) -> None:
        """A task dies without a word."""
        self._tasks[colour].process.send_signal(signal.SIGKILL)

    def close(self) -> None:
        """End everything, and wait for it."""
        left = [task.process for task in self._tasks.values()]
        left += [process for process, _ in self._leaving]
        left += self._once.values()
        for process in left:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
        for process in left:
            try:
                process.wait(_STOPS_WITHIN)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def _revision(self, colour: Colour) -> str:
        if colour != self.live and self._new is not None:
            return self._new.target
        if self._new is not None:
            return self._new.source
        newest = list(self.ecs.rollouts.values())[-1]
        return newest.target if newest.status == "SUCCESSFUL" else newest.source

    def _definition(self, rollout: Rollout) -> dict[str, Any]:
        return self.ecs.definitions[self.ecs.revisions[rollout.target].definition]

    def _start(self, colour: Colour, definition: dict[str, Any]) -> None:
        given = self._given(definition)
        given["WEBHOOK_PORT"] = str(self.balancer.ports[colour])
        process = self._process(["telegram_bot"], given)
        self._tasks[colour] = Task(process, given["IMAGE_DIGEST"])
        self.starts[given["IMAGE_DIGEST"]] += 1

    def _given(self, definition: dict[str, Any]) -> dict[str, str]:
        (container,) = definition["containerDefinitions"]
        said = {it["name"]: it["value"] for it in container["environment"]}
        digest = str(container["image"]).rpartition("@")[2]
        given = {**self.environ, **said, "IMAGE_DIGEST": digest}
        return given | self.images.get(digest, {})

    def _process(self, module: list[str], given: dict[str, str]) -> Process:
        with self.logs.open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", *module], env=given, stdout=log, stderr=log
            )

    def _stop(self, colour: Colour) -> None:
        task = self._tasks.pop(colour, None)
        if task is not None:
            if task.alive:
                task.process.send_signal(signal.SIGTERM)
            self._leaving.append((task.process, monotonic() + _STOPS_WITHIN))


@contextmanager
def kept(
    yard: Yard, lock: threading.Lock, trouble: Callable[[BaseException], None]
) -> Iterator[None]:
    """Let time pass for ECS and its tasks until the block ends."""
    over = threading.Event()

    def look() -> None:
        while not over.wait(_LOOKS_EVERY):
            try:
                with lock:
                    yard.ecs.advance()
                    yard.keep()
            except Exception as error:
                trouble(error)
                return

    thread = threading.Thread(target=look, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
        yard.close()


def plain_environment() -> dict[str, str]:
    """What a task may see of this machine's variables: nothing that a person set for the bot."""
    kept_names = ("PATH", "HOME", "LANG", "TMPDIR", "PYTHONPATH", "LD_LIBRARY_PATH")
    return {name: os.environ[name] for name in kept_names if name in os.environ}
