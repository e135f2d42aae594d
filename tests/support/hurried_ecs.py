"""A scripted ECS whose clock runs many times as fast, for tools with a clock of their own."""

import time
from pathlib import Path

from tests.support.fake_ecs_server import Server
from tests.support.fake_ecs_world import SERVICES


class Fast:
    """A clock for ECS alone; the tool has the real one."""

    def __init__(self, faster: float = 300.0) -> None:
        self._began, self._ahead, self._faster = time.monotonic(), 0.0, faster

    def seconds(self) -> float:
        return 1.9e9 + self._ahead + (time.monotonic() - self._began) * self._faster

    def sleep(self, seconds: float) -> None:
        self._ahead += seconds


def place(
    server: Server, folder: Path, environment: str = "staging", *, poll: float = 0.05
) -> Path:
    """Write the place file; whatever it is called, it is the one environment of the server."""
    bot = SERVICES["telegram-bot"]
    lines = [f'environment = "{environment}"', 'region = "eu-central-1"', 'cluster = "staging"']
    lines += [f'ledger = "{folder}/ledger.jsonl"', 'header = "X-Deploy-Test: 77"']
    lines += [f"poll_seconds = {poll}", "minimum_sample = 2"]
    for name, service in SERVICES.items():
        lines += ["[[services]]", f'name = "{name}"', f'service = "{service}"']
    lines.append('migrate = "telegram_bot.migrate expand"')
    lines += [f'{it} = "{server.address}/{it}/{bot}"' for it in ("production", "test")]
    lines.append(f'lease = "{server.address}/test/{bot}"')
    (folder / "place.toml").write_text("\n".join(lines))
    return folder / "place.toml"
