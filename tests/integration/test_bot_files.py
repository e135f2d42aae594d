"""Files that people send: within bounds, and whatever Telegram answers."""

from collections.abc import AsyncIterator

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from common.errors import Unavailable
from common.http import create_client
from telegram_bot.adapters.telegram_files import TelegramFiles
from tests.support.playground import playground
from tests.support.serving import serve


async def test_a_file_that_a_person_sent_is_fetched_whole() -> None:
    async with playground(flood=None) as telegram:
        sent = await telegram.hands("trades.csv", "side,symbol\näöü")
        client = create_client()
        files = TelegramFiles(client, telegram.address, telegram.token)

        content = await files.fetch(sent["document"]["file_id"], 1_000)
        with pytest.raises(Unavailable, match="more than 5 bytes"):
            await files.fetch(sent["document"]["file_id"], 5)
        with pytest.raises(Unavailable, match="where a file is"):
            await files.fetch("nonsense", 1_000)
        await client.aclose()

    assert content.decode() == "side,symbol\näöü"


@pytest.fixture(
    params=[
        "no json",
        '{"ok": true, "result": {"file_path": "/etc/passwd"}}',
        '{"ok": true, "result": {"file_path": "../secrets"}}',
        '{"ok": true, "result": {"file_path": "a//evil.example"}}',
        '{"ok": true, "result": {}}',
        '{"ok": true, "result": {"file_path": "documents/gone"}}',
    ]
)
async def strange(request: pytest.FixtureRequest) -> AsyncIterator[str]:
    async def answer(_request: Request) -> Response:
        return PlainTextResponse(request.param)

    async with serve(Starlette(routes=[Route("/bot1:x/getFile", answer)])) as address:
        yield address


async def test_an_answer_that_names_no_file_of_ours_is_not_followed(strange: str) -> None:
    client = create_client()

    with pytest.raises(Unavailable) as refused:
        await TelegramFiles(client, strange, "1:x").fetch("id", 1_000)

    assert "1:x" not in str(refused.value)
    await client.aclose()
