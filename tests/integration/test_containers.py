"""The images, built, started, asked and stopped for real."""

import asyncio
import json
import subprocess
import time
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio

from gates.tools import tool
from local.environment import ROOT
from local.ports import free_port
from tests.support.containers import Container, docker, inspect, resident, running, until
from tests.support.images import (
    BASE,
    MARKET_DATA,
    PACKAGES,
    REVISION,
    TELEGRAM_BOT,
    TREE,
    VERSION,
    build,
    unpack,
)
from tests.support.playground import playground

_MEGABYTE = 1_000_000
_MOST_ABOVE_BASE = 60 * _MEGABYTE
_MOST_MEMORY = {MARKET_DATA: 60 * _MEGABYTE, TELEGRAM_BOT: 110 * _MEGABYTE}
_STOPS_WITHIN = 5

# What an image must not hold, asked of its own Python.
LOOK_INSIDE = """
import json, os
files = [os.path.join(root, name) for root, _, names in os.walk("/app") for name in names]
print(json.dumps({"files": files, "user": os.getuid()}))
"""
WRITE = """
for path in ("/x", "/app/x", "/tmp/x"):
    try:
        open(path, "w")
        print(path)
    except OSError:
        pass
"""

pytestmark = [pytest.mark.engine, pytest.mark.timeout(300)]
every_image = pytest.mark.parametrize("image", PACKAGES)
every_program = pytest.mark.parametrize("image", _MOST_MEMORY)


@pytest.fixture(scope="module", autouse=True)
def images() -> None:
    build()


@every_image
def test_says_what_it_was_built_of(image: str) -> None:
    labels = inspect(image)["Config"]["Labels"]

    assert labels["org.opencontainers.image.revision"] == REVISION
    assert labels["org.opencontainers.image.version"] == VERSION
    assert labels["ca.tree"] == TREE


@every_image
def test_weighs_little_above_its_base(image: str) -> None:
    assert inspect(image)["Size"] - inspect(BASE)["Size"] <= _MOST_ABOVE_BASE


@every_image
def test_starts_without_a_shell_and_as_nobody_in_particular(image: str) -> None:
    described = inspect(image)["Config"]

    assert described["Entrypoint"] == ["python", "-m", PACKAGES[image]]
    assert described["User"] == "10001:10001"


@every_image
def test_holds_its_own_program_compiled_and_nothing_else(image: str) -> None:
    asked = docker("run", "--rm", "--entrypoint", "python", image, "-c", LOOK_INSIDE)
    inside = json.loads(asked.stdout)
    ours = [Path(name).relative_to("/app") for name in inside["files"]]
    compiled = {path.name.split(".")[0] for path in ours if path.suffix == ".pyc"}

    also = {"backup"} if PACKAGES[image] == "telegram_bot" else set()
    assert {path.parts[0] for path in ours} == {"common", PACKAGES[image], "lib", *also}
    assert [path for path in ours if path.suffix == ".py" and path.stem not in compiled] == []
    assert inside["user"] == 10001


@every_image
def test_no_layer_holds_a_secret_or_a_test(image: str, tmp_path: Path) -> None:
    names = [Path(name) for name in unpack(image, tmp_path)]

    assert len(names) > 500  # the layers were looked into
    assert [path for path in names if {"tests", "test", ".git"} & set(path.parts)] == []
    assert [path for path in names if path.name.startswith((".env", "test_", "conftest"))] == []
    looked = [tool("gitleaks"), "dir", str(tmp_path), "--config", str(ROOT / ".gitleaks.toml")]
    found = subprocess.run([*looked, "--no-banner", "--redact", "--verbose"], capture_output=True)
    assert found.returncode == 0, found.stdout.decode()


@dataclass(frozen=True, slots=True)
class Life:
    """What came of starting a program, asking it and telling it to stop.

    Attributes:
        answered: What it answered when it was asked for a price.
        status: What the kernel said of it then.
        check: How an engine asks for its health.
        wrote: Where it could write.
        code, seconds: How it ended after SIGTERM, with nothing to do, and how long that took.
        logs: All that it said.
    """

    answered: dict[str, Any]
    status: dict[str, str]
    check: list[str]
    wrote: list[str]
    code: int
    seconds: float
    logs: str


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def lives(images: None) -> dict[str, Life]:
    """Both programs in one chat; the playground stands in for Telegram."""
    port = free_port()
    async with playground() as telegram:
        settings = {
            "TELEGRAM_API_URL": telegram.address,
            "TELEGRAM_BOT_TOKEN": telegram.token,
            "MARKET_DATA_URL": f"http://127.0.0.1:{port}",
        }
        with market_data(port) as market, running(TELEGRAM_BOT, settings, "--network=host") as bot:
            await until(market.healthy, market)
            await until(bot.healthy, bot)
            await telegram.says("/price BTC")
            asked = await telegram.next_event("message", after=0)
            answer = await telegram.next_event("message", after=asked["seq"])
            async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
                tickers = await client.get("/v1/tickers", params={"symbols": "BTC-USD"})
                version = await client.get("/version")
            lived = await asyncio.to_thread(live, bot, answer["message"])
            assert telegram.token not in lived.logs
            told = {"tickers": tickers.status_code, **version.json()}
            return {TELEGRAM_BOT: lived, MARKET_DATA: await asyncio.to_thread(live, market, told)}


def live(container: Container, answered: dict[str, Any]) -> Life:
    """Look at a program that has answered, and stop it."""
    status, wrote = container.status(), container.python(WRITE).split()
    check = inspect(container.name)["Config"]["Healthcheck"]["Test"]
    began = time.monotonic()
    code = container.stop(_STOPS_WITHIN)
    seconds = time.monotonic() - began
    return Life(answered, status, check, wrote, code, seconds, container.logs())


def test_market_data_answers_and_says_what_it_is(lives: dict[str, Life]) -> None:
    answered = lives[MARKET_DATA].answered

    assert answered["tickers"] == 200
    assert (answered["revision"], answered["version"]) == (REVISION, VERSION)


def test_the_bot_chats(lives: dict[str, Life]) -> None:
    assert "BTC/USD" in lives[TELEGRAM_BOT].answered["text"]


@every_program
def test_is_asked_for_its_health_without_a_shell(image: str, lives: dict[str, Life]) -> None:
    assert lives[image].check[:4] == ["CMD", "python", "-m", "common.probe"]


@every_program
def test_writes_nowhere_but_to_memory(image: str, lives: dict[str, Life]) -> None:
    assert lives[image].wrote == ["/tmp/x"]


@every_program
def test_has_no_capability_and_can_get_none(image: str, lives: dict[str, Life]) -> None:
    status = lives[image].status
    held = {name: int(value, 16) for name, value in status.items() if name.startswith("Cap")}

    assert held == dict.fromkeys(("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"), 0)
    assert status["NoNewPrivs"] == "1"


@every_program
def test_needs_little_memory(image: str, lives: dict[str, Life]) -> None:
    assert resident(lives[image].status) <= _MOST_MEMORY[image]


@every_program
def test_with_nothing_to_do_it_ends_soon_after_it_is_told(
    image: str, lives: dict[str, Life]
) -> None:
    lived = lives[image]

    assert (lived.code, lived.seconds < _STOPS_WITHIN) == (0, True), lived.logs


def market_data(port: int) -> AbstractContextManager[Container]:
    return running(MARKET_DATA, {"PROVIDERS": "simu"}, f"--publish=127.0.0.1:{port}:8081")
