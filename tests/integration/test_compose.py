"""docker-compose.yml, started for real: as it stands, with every profile, and under test.

All in one file, so one after the other: while an engine's network comes or goes, some name servers
of engines lose questions of containers in other networks.
"""

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator
from urllib.request import urlopen

import pytest
import pytest_asyncio
from dotenv import dotenv_values

from local.environment import ROOT
from local.ports import free_port
from tests.support.composed import Composed, composed
from tests.support.containers import inspect, until
from tests.support.images import build
from tests.support.writers import answers, write

ALONE = ("docker-compose.yml",)
UNDER_TEST = (*ALONE, "docker-compose.test.yml")
PLAYGROUND = {
    name: str(value)
    for name, value in dotenv_values(ROOT / "infrastructure" / "docker" / "playground.env").items()
    if name != "COMPOSE_PROFILES"
}
PASSWORD = "for-this-test-alone"
WAITS_MOST = 90.0
TABLES = "SELECT count(*) FROM information_schema.tables WHERE table_schema = 'public'"

pytestmark = [pytest.mark.engine, pytest.mark.compose, pytest.mark.timeout(300)]


@pytest.fixture(scope="module", autouse=True)
def images() -> None:
    build()


async def test_market_data_starts_locked_down() -> None:
    variables = {"TELEGRAM_BOT_TOKEN": "1:unused", "PROVIDERS": "simu"}
    async with composed(["market-data"], ALONE, variables) as stack:
        host = inspect(stack.container("market-data").name)["HostConfig"]

        assert host["ReadonlyRootfs"]
        assert host["Memory"] > 0


async def test_a_person_is_answered_by_everything_in_containers() -> None:
    programs = ["market-data", "playground", "telegram-bot"]
    variables = {**PLAYGROUND, "PLAYGROUND_PORT": str(free_port())}
    async with composed(programs, UNDER_TEST, variables, ["playground"]) as stack:
        asked = stack("run", "--rm", "--no-deps", "person")

        assert asked.returncode == 0, asked.stdout + asked.stderr
        assert '"answers": 3' in asked.stdout


async def test_a_new_version_loses_and_doubles_no_update() -> None:
    """One machine needs no blue-green: Telegram keeps what comes while a new container starts, and
    the database, in its volume, knows what was answered.
    """
    services = ["market-data", "playground", "telegram-bot"]
    variables = {**PLAYGROUND, "PROVIDERS": "simu", "PLAYGROUND_PORT": str(free_port())}
    async with composed(services, ALONE, variables, ["playground"]) as stack:
        where, sent, over = stack.address("playground"), list[str](), asyncio.Event()
        writing = asyncio.create_task(write(where, sent, over))
        try:
            before = inspect(stack.container("telegram-bot").name)["Id"]
            up = await asyncio.to_thread(
                stack, "up", "--detach", "--no-deps", "--force-recreate", "telegram-bot"
            )
            assert up.returncode == 0, up.stdout + up.stderr
            made = stack.container("telegram-bot")
            assert inspect(made.name)["Id"] != before
            await until(made.healthy, made)
        finally:
            over.set()
            await writing
        async with asyncio.timeout(WAITS_MOST):
            while len(found := await asyncio.to_thread(answers, where)) < len(sent):
                await asyncio.sleep(0.5)

    assert len(sent) > 50
    assert found == Counter(sent)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def everything(images: None) -> AsyncIterator[Composed]:
    """The assistant with every profile at once, its memory in PostgreSQL."""
    services = ["postgres", "market-data", "playground", "telegram-bot", "prometheus"]
    variables = {
        **PLAYGROUND,
        "PROVIDERS": "simu",
        "DATABASE_URL": f"postgresql://assistant:{PASSWORD}@postgres/assistant",
        "POSTGRES_PASSWORD": PASSWORD,
        "PLAYGROUND_PORT": str(free_port()),
        "PROMETHEUS_PORT": str(free_port()),
    }
    profiles = ["playground", "postgres", "monitoring"]
    async with composed(services, ALONE, variables, profiles) as stack:
        yield stack


@pytest.mark.others
async def test_the_profile_postgres_keeps_what_the_bot_remembers(everything: Composed) -> None:
    asked = everything.container("postgres").inside(
        "psql", "--username=assistant", "--tuples-only", "--command", TABLES
    )

    assert int(asked.stdout) > 5, asked.stderr


@pytest.mark.others
async def test_the_profile_playground_shows_a_chat_page(everything: Composed) -> None:
    with urlopen(f"http://{everything.address('playground')}/") as page:
        assert "The chat needs" in page.read().decode()


@pytest.mark.others
async def test_the_profile_monitoring_reads_both_programs(everything: Composed) -> None:
    jobs: set[str] = set()
    async with asyncio.timeout(30):
        while len(jobs) < 2:  # it reads its configuration a moment after it answers
            with urlopen(f"http://{everything.address('prometheus')}/api/v1/targets") as answer:
                targets = json.load(answer)["data"]["activeTargets"]
            jobs = {it["labels"]["job"] for it in targets}
            await asyncio.sleep(0.2)

    assert jobs == {"market-data", "telegram-bot"}
