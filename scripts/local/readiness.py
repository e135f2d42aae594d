"""Waiting until programs can be used: a health check that answers, or a heartbeat that is there."""

import asyncio
from collections.abc import Sequence

import httpx

from common.errors import Unavailable
from common.http import create_client, get
from local.plan import Program

_ASK_AGAIN_AFTER = 0.1
_ANSWERS_WITHIN = 2.0


async def all_ready(programs: Sequence[Program], within: float) -> list[str]:
    """Return the names of the programs that could not be used `within` seconds."""
    waits = [asyncio.create_task(_ready(program), name=program.name) for program in programs]
    _, late = await asyncio.wait(waits, timeout=within)
    for task in late:
        task.cancel()
    return [task.get_name() for task in waits if task in late]


async def _ready(program: Program) -> None:
    async with create_client() as client:
        while program.health and not await _answers(client, program.health):
            await asyncio.sleep(_ASK_AGAIN_AFTER)
    while program.heartbeat and not program.heartbeat.exists():
        await asyncio.sleep(_ASK_AGAIN_AFTER)


async def _answers(client: httpx.AsyncClient, address: str) -> bool:
    try:
        return (await get(client, address, seconds=_ANSWERS_WITHIN)).status == 200
    except Unavailable:
        return False
