"""The health check that images run."""

import asyncio
import os
import time
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from common.probe import answers, beats, main
from tests.support.serving import serve

NOW = 1_800_000_000.0


def page(status: int) -> Starlette:
    return Starlette(
        routes=[Route("/healthz", lambda request: PlainTextResponse("", status_code=status))]
    )


@pytest.mark.parametrize(("status", "healthy"), [(200, True), (503, False), (404, False)])
async def test_only_an_answer_of_200_is_healthy(status: int, healthy: bool) -> None:
    async with serve(page(status)) as address:
        result, why = await asyncio.to_thread(answers, f"{address}/healthz")

    assert result is healthy
    assert why.endswith(f"answered {status}")


def test_a_closed_port_is_not_healthy(unused_tcp_port: int) -> None:
    healthy, why = answers(f"http://127.0.0.1:{unused_tcp_port}/healthz")

    assert not healthy
    assert "did not answer" in why


@pytest.mark.parametrize(("age", "healthy"), [(0, True), (90, True), (91, False)])
def test_a_heartbeat_is_healthy_while_it_is_young(tmp_path: Path, age: int, healthy: bool) -> None:
    file = tmp_path / "heartbeat"
    file.touch()
    os.utime(file, (NOW - age, NOW - age))

    assert beats(str(file), 90.0, NOW) == (healthy, f"the last heartbeat was {age} s ago")


def test_no_heartbeat_is_not_healthy(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path / "heartbeat"), "90"]) == 1
    assert "there is no heartbeat at" in capsys.readouterr().out


def test_a_fresh_heartbeat_is_healthy(tmp_path: Path) -> None:
    file = tmp_path / "heartbeat"
    file.touch()
    os.utime(file, (time.time(), time.time()))  # a shifted clock does not shift the file's

    assert main([str(file), "90"]) == 0


@pytest.mark.parametrize("words", [[], ["/tmp/heartbeat"], ["/tmp/heartbeat", "soon"]])
def test_a_wrong_question_says_how_to_ask(
    words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(words) == 2
    assert "usage" in capsys.readouterr().out
