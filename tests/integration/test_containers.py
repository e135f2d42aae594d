"""The images, built, started, asked and stopped for real."""

import asyncio
import json
import os
import subprocess
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import httpx
import pytest

from local.needs import compose
from local.ports import free_port
from tests.support.containers import Container, docker, inspect, running
from tests.support.playground import playground

ROOT = Path(__file__).resolve().parents[2]
BASE = "python:3.13-slim"
MARKET_DATA, TELEGRAM_BOT = "crypto-assistant/market-data", "crypto-assistant/telegram-bot"
IMAGES = {MARKET_DATA: "market_data", TELEGRAM_BOT: "telegram_bot"}
REVISION = "0123456789abcdef0123456789abcdef01234567"
VERSION = "1.2.3"
_MEGABYTE = 1_000_000
_MOST_ABOVE_BASE = 60 * _MEGABYTE
_STOPS_WITHIN = 5
_SOON = 30.0

# What an image must not hold, asked of its own Python.
LOOK_INSIDE = """
import json, os
files = [os.path.join(root, name) for root, _, names in os.walk("/app") for name in names]
try:
    open("/app/x", "w")
    wrote = True
except OSError:
    wrote = False
print(json.dumps({"files": files, "user": os.getuid(), "wrote": wrote}))
"""

pytestmark = [pytest.mark.engine, pytest.mark.timeout(300)]
every_image = pytest.mark.parametrize("image", IMAGES)


@pytest.fixture(scope="module", autouse=True)
def images() -> None:
    """Build them once, the way a person and the pipeline do."""
    command = ["make", "images", f"BASE={BASE}", f"VERSION={VERSION}", f"REVISION={REVISION}"]
    built = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert built.returncode == 0, built.stdout + built.stderr


@every_image
def test_says_what_it_was_built_of(image: str) -> None:
    labels = inspect(image)["Config"]["Labels"]

    assert labels["org.opencontainers.image.revision"] == REVISION
    assert labels["org.opencontainers.image.version"] == VERSION


@every_image
def test_weighs_little_above_its_base(image: str) -> None:
    assert inspect(image)["Size"] - inspect(BASE)["Size"] <= _MOST_ABOVE_BASE


@every_image
def test_holds_its_own_program_compiled_and_nothing_else(image: str) -> None:
    asked = docker("run", "--rm", "--entrypoint", "python", image, "-c", LOOK_INSIDE)
    inside = json.loads(asked.stdout)
    ours = [Path(name).relative_to("/app") for name in inside["files"]]
    compiled = {path.name.split(".")[0] for path in ours if path.suffix == ".pyc"}

    assert {path.parts[0] for path in ours} == {"common", IMAGES[image], "lib"}
    assert [path for path in ours if "tests" in path.parts or path.name.startswith(".env")] == []
    assert [path for path in ours if path.suffix == ".py" and path.stem not in compiled] == []
    assert (inside["user"], inside["wrote"]) == (10001, False)


async def test_market_data_answers_and_stops_when_told() -> None:
    port = free_port()
    with market_data(port) as container:
        await until(container.healthy, container)

        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
            tickers = await client.get("/v1/tickers", params={"symbols": "BTC-USD"})
            version = await client.get("/version")

        assert tickers.status_code == 200, tickers.text
        assert version.json()["revision"] == REVISION
        assert version.json()["version"] == VERSION
        assert container.stop(_STOPS_WITHIN) == 0, container.logs()


async def test_the_bot_chats_and_stops_when_told() -> None:
    port = free_port()
    async with playground() as telegram:
        settings = {
            "TELEGRAM_API_URL": telegram.address,
            "TELEGRAM_BOT_TOKEN": telegram.token,
            "MARKET_DATA_URL": f"http://127.0.0.1:{port}",
        }
        with market_data(port) as market:
            with running(TELEGRAM_BOT, settings, "--network=host") as bot:
                await until(market.healthy, market)
                await until(bot.healthy, bot)
                await telegram.says("/price BTC")
                asked = await telegram.next_event("message", after=0)

                answer = await telegram.next_event("message", after=asked["seq"], wait=_SOON)

                assert "BTC/USD" in answer["message"]["text"]
                assert await asyncio.to_thread(bot.stop, _STOPS_WITHIN) == 0, bot.logs()
                assert telegram.token not in bot.logs()


@pytest.mark.compose
async def test_compose_starts_market_data_locked_down() -> None:
    project = f"crypto-assistant-test-{free_port()}"
    variables = {"TELEGRAM_BOT_TOKEN": "1:unused", "PROVIDERS": "simu"}
    tool = [*(compose() or ()), "--project-name", project]
    try:
        up = await asyncio.to_thread(run, [*tool, "up", "--detach", "market-data"], variables)
        assert up.returncode == 0, up.stdout + up.stderr
        listed = docker("ps", "--format", "{{.Names}}", "--filter", f"name={project}").stdout
        container = Container(listed.split()[0])
        await until(container.healthy, container)
        host = inspect(container.name)["HostConfig"]

        assert host["ReadonlyRootfs"]
        assert host["Memory"] > 0
    finally:
        await asyncio.to_thread(run, [*tool, "down"], variables)


def market_data(port: int) -> AbstractContextManager[Container]:
    return running(MARKET_DATA, {"PROVIDERS": "simu"}, f"--publish=127.0.0.1:{port}:8081")


def run(command: list[str], variables: dict[str, str]) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, **variables}
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)


async def until(condition: Callable[[], bool], container: Container) -> None:
    """Wait until `condition` holds; fail with the container's log if that takes too long."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + _SOON
    while not await asyncio.to_thread(condition):
        assert loop.time() < deadline, container.logs()
        await asyncio.sleep(0.1)
