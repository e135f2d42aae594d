"""scripts/run_smoke_tests.py asks the real programs, and through the place file's routes."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from run_smoke_tests import main

from deploy.smoke import BOT, Expected, smoke
from local.environment import ROOT
from local.ports import free_port
from market_data.app import create_app
from market_data.settings import Settings as MarketSettings
from telegram_bot.app import run
from telegram_bot.formatting.trouble import slow_down, unavailable
from telegram_bot.settings import Settings as BotSettings
from tests.support.playground import Playground, playground
from tests.support.releases import content, digest, revision
from tests.support.serving import serve


@dataclass
class Programs:
    telegram: Playground
    market_data: str
    bot: str


@pytest.fixture
async def programs(tmp_path: Path) -> AsyncIterator[Programs]:
    """Both programs as version 1.1.0, on loopback."""
    built = revision("1.1.0")
    market = MarketSettings(revision=built, image_digest=digest("1.1.0", "market-data"))
    port, stop = free_port(), asyncio.Event()
    async with serve(create_app(market)) as market_address, playground(flood=None) as telegram:
        settings = BotSettings(
            revision=built,
            image_digest=digest("1.1.0", "telegram-bot"),
            telegram_bot_token=SecretStr(telegram.token),
            telegram_api_url=telegram.address,
            market_data_url=market_address,
            database_url=SecretStr(f"sqlite:///{tmp_path}/bot.sqlite"),
            internal_port=port,
            smoke_token=SecretStr("let-me"),
        )
        running = asyncio.create_task(run(settings, stop))
        while not telegram.oracle.named("getUpdates"):
            await asyncio.sleep(0.02)
        yield Programs(telegram, market_address, f"http://127.0.0.1:{port}")
        stop.set()
        await running


async def asked(*words: str, token: str = "let-me") -> tuple[int, str]:
    """Run the script; return its exit code and what it said."""
    script = ROOT / "scripts" / "run_smoke_tests.py"
    environ = {**os.environ, "SMOKE_TOKEN": token}
    done = await asyncio.create_subprocess_exec(
        sys.executable, str(script), *words, env=environ, stdout=subprocess.PIPE
    )
    out, _ = await done.communicate()
    return done.returncode or 0, out.decode()


async def test_every_program_of_this_machine_is_asked_everything(programs: Programs) -> None:
    where = ("--bot", programs.bot, "--market-data", programs.market_data)

    code, out = await asked("--environment", "local", *where)

    lines = out.splitlines()
    assert (code, lines[-1]) == (0, "local: all 10 passed")
    assert [line.split()[:3] for line in lines[1:5]] == [
        ["market-data", "test", path]
        for path in ("/healthz", "/readyz", "/version", "/v1/tickers/BTC")
    ]
    assert any("renders /price BTC  passed" in line and "Bitcoin" in line for line in lines)
    assert programs.telegram.oracle.named("sendMessage") == []


async def test_a_version_that_is_not_the_wanted_one_fails(
    programs: Programs, tmp_path: Path
) -> None:
    place = tmp_path / "place.toml"
    place.write_text(
        'environment = "staging"\nregion = "eu-central-1"\ncluster = "staging"\nledger = "none"\n'
        '[[services]]\nname = "market-data"\nservice = "staging-market-data"\n'
        '[[services]]\nname = "telegram-bot"\nservice = "staging-telegram-bot"\n'
        f'test = "{programs.bot}"\nproduction = "{programs.bot}"\n'
    )
    words = ["--environment", "staging", "--place", str(place), "--json", "--release"]
    for version in ("1.1.0", "1.2.0"):
        (tmp_path / version).write_text(json.dumps(content(version)))

    code, out = await asked(*words, str(tmp_path / "1.1.0"))
    told = json.loads(out)
    assert code == 0
    assert [it["name"] for it in told["checks"] if it["route"] == "production"] == [
        "/healthz",
        "/version",
    ]

    code, out = await asked(*words, str(tmp_path / "1.2.0"))
    failed = [it for it in json.loads(out)["checks"] if not it["passed"]]
    assert code == 1
    assert [it["name"] for it in failed] == ["/version", "/version"]
    assert f"not {digest('1.2.0', 'telegram-bot')}" in failed[0]["said"]


async def test_a_bot_that_may_not_be_asked_to_render_fails(programs: Programs) -> None:
    where = ("--environment", "local", "--bot", programs.bot, "--market-data", "")

    code, out = await asked(*where, token="")
    assert (code, "SMOKE_TOKEN is not known" in out) == (1, True)

    code, out = await asked(*where, token="wrong-word")
    assert (code, "SMOKE_TOKEN is asked for" in out, "wrong-word" in out) == (1, True, False)


def test_an_apology_is_no_price() -> None:
    def answers(text: str) -> list[bool]:
        def ask(
            path: str, content: dict[str, Any] | None = None, token: str = ""
        ) -> tuple[int, dict[str, Any]]:
            return 200, {"calls": [{"method": "sendMessage", "text": text}]}

        found = smoke(ask, BOT, Expected(), lambda: "let-me")
        return [it.passed for it in found if it.name == "renders /price BTC"]

    assert answers("<b>Bitcoin</b> · <code>BTC/USD</code> · SIMU <b>87,707.45</b> USD") == [True]
    assert answers(unavailable("12345678")) == answers(slow_down(3600)) == [False]


async def test_nobody_answers() -> None:
    nowhere = f"http://127.0.0.1:{free_port()}"

    code, out = await asked("--environment", "local", "--bot", nowhere, "--market-data", nowhere)
    assert (code, "no answer" in out) == (1, True)


def test_a_place_that_is_another_environments_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place = tmp_path / "place.toml"
    place.write_text(
        'environment = "staging"\nregion = "x"\ncluster = "x"\nledger = "x"\n'
        '[[services]]\nname = "telegram-bot"\nservice = "x"\n'
    )

    assert main(["--environment", "production", "--place", str(place)]) == 2
    assert "is of staging, not of production" in capsys.readouterr().err
    assert main(["--environment", "staging", "--place", str(place)]) == 2
    assert "there is nobody to ask" in capsys.readouterr().err
