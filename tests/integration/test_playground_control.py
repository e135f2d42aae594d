"""The person's side: what the page and the tests may do, and what they are told."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import telegram

from playground.chats import YOU
from tests.support.playground import Playground, playground
from tests.support.png import png


@pytest.fixture
async def home() -> AsyncIterator[Playground]:
    async with playground() as home:
        yield home


@pytest.fixture
async def http(home: Playground) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=home.address, timeout=30, verify=False) as http:
        yield http


@pytest.fixture
async def bot(home: Playground) -> AsyncIterator[telegram.Bot]:
    async with home.bot() as bot:
        yield bot


async def test_a_reload_keeps_the_history(home: Playground, bot: telegram.Bot) -> None:
    await home.says("/start")
    await bot.send_message(YOU, "hello")

    chat = await home.control("GET", "/api/chat")

    assert [message["text"] for message in chat["messages"]] == ["/start", "hello"]
    assert chat["bot"]["first_name"] == "Crypto Assistant"
    assert (chat["chat"]["id"], chat["blocked"], chat["online"]) == (YOU, False, False)


async def test_chats_are_apart(home: Playground) -> None:
    await home.says("one", chat=1)
    await home.says("two", chat=2)

    one, two = [await home.control("GET", "/api/chat", chat=chat) for chat in (1, 2)]

    assert [message["text"] for message in one["messages"]] == ["one"]
    assert [message["from"]["id"] for message in two["messages"]] == [2]


async def test_the_stream_begins_with_the_chat_and_goes_on_with_events(
    home: Playground, http: httpx.AsyncClient, bot: telegram.Bot
) -> None:
    await home.says("first")

    async with http.stream("GET", "/api/events") as response:
        events = _events(response)
        snapshot = await anext(events)
        message = await bot.send_message(YOU, "second")
        await message.edit_text("edited")
        following = [await anext(events) for _ in range(2)]

    assert response.headers["content-type"].startswith("text/event-stream")
    assert (snapshot["type"], len(snapshot["messages"])) == ("snapshot", 1)
    assert [event["type"] for event in following] == ["message", "edit"]
    assert [event["seq"] - snapshot["seq"] for event in following] == [1, 2]


async def _events(response: httpx.Response) -> AsyncIterator[dict[str, Any]]:
    async for line in response.aiter_lines():
        if line.startswith("data: "):
            yield json.loads(line.removeprefix("data: "))


async def test_the_transcript_waits_for_the_next_event(home: Playground) -> None:
    waiting = asyncio.create_task(home.control("GET", "/api/transcript?after=0&wait=20"))
    await asyncio.sleep(0.05)
    await home.says("now")

    answer = await waiting

    assert [event["type"] for event in answer["events"]] == ["message"]
    assert (await home.control("GET", "/api/transcript?after=1&wait=0.01"))["events"] == []


async def test_a_person_may_answer_a_message(home: Playground) -> None:
    first = await home.says("first")

    reply = {"text": "second", "reply_to": first["message_id"]}
    second = await home.control("POST", "/api/messages", reply)

    assert second["reply_to_message"]["text"] == "first"


async def test_the_menus_can_be_looked_at(
    home: Playground, bot: telegram.Bot, http: httpx.AsyncClient
) -> None:
    await bot.set_my_commands([("price", "a price")])

    assert (await http.get("/api/commands")).json() == [
        {
            "scope": "default",
            "chat_id": 0,
            "language_code": "",
            "commands": [{"command": "price", "description": "a price"}],
        }
    ]


async def test_trouble_can_be_ordered_and_called_off(home: Playground, bot: telegram.Bot) -> None:
    fault = {"method": "sendMessage", "status": 500, "description": "Internal Server Error"}
    await home.control("POST", "/api/faults", fault)
    await home.control("POST", "/api/faults", fault)

    with pytest.raises(telegram.error.NetworkError):
        await bot.send_message(YOU, "x")
    await home.control("DELETE", "/api/faults")
    assert (await bot.send_message(YOU, "x")).text == "x"


async def test_pictures_are_served_to_the_page(bot: telegram.Bot, http: httpx.AsyncClient) -> None:
    message = await bot.send_photo(YOU, png(3, 2))

    response = await http.get(f"/api/files/{message.photo[-1].file_id}")

    assert (response.content, response.headers["content-type"]) == (png(3, 2), "image/png")


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "hint"),
    [
        ("POST", "/api/messages", {"text": " \n"}, 400, "needs some text"),
        (
            "POST",
            "/api/messages",
            {"text": "🟢" * 2049},
            400,
            "holds 4096 characters; this has 4098",
        ),
        ("POST", "/api/messages", ["x"], 400, "must be a JSON object"),
        ("POST", "/api/messages?chat=x", {"text": "x"}, 400, "try chat=1001"),
        ("POST", "/api/messages?chat=inf", {"text": "x"}, 400, "try chat=1001"),
        ("PUT", "/api/messages/77", {"text": "x"}, 404, "edit one that you have written"),
        (
            "POST",
            "/api/taps",
            {"message_id": 77, "data": "x"},
            404,
            "no message with such a button",
        ),
        ("POST", "/api/faults", {"status": 500}, 400, "name a method"),
        (
            "POST",
            "/api/faults",
            {"method": "x", "colour": "red"},
            400,
            "a fault has method, status",
        ),
        ("GET", "/api/files/none", None, 404, "no such file"),
        ("GET", "/api/nothing", None, 404, "Not Found"),
        ("GET", "/api/taps", None, 405, "Method Not Allowed"),
    ],
)
async def test_what_cannot_be_done_says_what_would(
    http: httpx.AsyncClient, method: str, path: str, body: Any, status: int, hint: str
) -> None:
    response = await http.request(method, path, json=body)

    assert response.status_code == status
    assert hint in response.json()["description"]


async def test_a_form_of_another_page_cannot_write(http: httpx.AsyncClient) -> None:
    response = await http.post("/api/messages", content=b'{"text": "x"}')

    assert response.status_code == 415


@pytest.mark.parametrize(("content", "status"), [(b"{", 400), (b'"' + b"x" * 300_000 + b'"', 413)])
async def test_a_broken_body_is_refused(
    http: httpx.AsyncClient, content: bytes, status: int
) -> None:
    headers = {"content-type": "application/json"}

    assert (
        await http.post("/api/messages", content=content, headers=headers)
    ).status_code == status


async def test_the_page_loads_nothing_from_elsewhere(http: httpx.AsyncClient) -> None:
    response = await http.get("/")

    policy = response.headers["content-security-policy"]
    assert "default-src 'none'" in policy and "unsafe" not in policy
    assert "//" not in response.text.replace("<!doctype html>", "")
    for path in ("frame.css", "chat.js", "rich.js", "theme.js", "icon.svg", "wallpaper.svg"):
        assert (await http.get(f"/page/{path}")).status_code == 200
    assert (await http.get("/page/../app.py")).status_code == 404
    assert (await http.get("/healthz")).json() == {"status": "ok"}
