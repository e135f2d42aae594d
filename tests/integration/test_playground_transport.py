"""Calls as bytes: bodies of every kind, refusals, trouble on demand, webhooks."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import telegram
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from telegram.error import ChatMigrated, Conflict, NetworkError, RetryAfter

from playground.chats import YOU
from playground.faults import Fault
from playground.webhook import SECRET_HEADER
from tests.support.playground import Playground, playground
from tests.support.serving import serve


@pytest.fixture
async def home() -> AsyncIterator[Playground]:
    async with playground(webhook_retry=0.01) as home:
        yield home


@pytest.fixture
async def http(home: Playground) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(
        base_url=f"{home.base_url}{home.token}", timeout=30, verify=False
    ) as http:
        yield http


@pytest.fixture
async def bot(home: Playground) -> AsyncIterator[telegram.Bot]:
    async with home.bot() as bot:
        yield bot


MESSAGE = {"chat_id": str(YOU), "text": "hello & <good> day"}


@pytest.mark.parametrize("way", ["query", "json", "urlencoded", "multipart"])
async def test_parameters_may_come_in_any_way(http: httpx.AsyncClient, way: str) -> None:
    match way:
        case "query":
            response = await http.get("/sendMessage", params=MESSAGE)
        case "json":
            response = await http.post("/SENDMESSAGE", json={**MESSAGE, "chat_id": YOU})
        case "urlencoded":
            response = await http.post("/sendmessage", data=MESSAGE)
        case _:
            response = await http.post(
                "/sendMessage", files={k: (None, v) for k, v in MESSAGE.items()}
            )

    answer = response.json()
    assert answer["ok"]
    assert answer["result"]["text"] == MESSAGE["text"]


async def test_objects_may_come_as_json_text_or_as_objects(http: httpx.AsyncClient) -> None:
    text = '{"inline_keyboard":[[{"text":"a","callback_data":"b"}]]}'
    markup = {"inline_keyboard": [[{"text": "a", "callback_data": "b"}]]}

    for body in (
        {"data": {**MESSAGE, "reply_markup": text}},
        {"json": {**MESSAGE, "reply_markup": markup}},
    ):
        response = await http.post("/sendMessage", **body)
        assert response.json()["result"]["reply_markup"] == markup


@pytest.mark.parametrize(
    ("call", "status", "description"),
    [
        ({"url": "/sendAnything"}, 404, "Not Found: method not found"),
        ({"url": "/sendMessage"}, 400, "Bad Request: chat_id is empty"),
        (
            {"url": "/editMessageText", "json": MESSAGE},
            400,
            "Bad Request: message identifier is not specified",
        ),
        (
            {"url": "/getUpdates", "json": {"offset": "x"}},
            400,
            'Bad Request: parameter "offset" must be an integer',
        ),
        (
            {"url": "/getUpdates", "json": {"allowed_updates": "[1]"}},
            400,
            "Bad Request: can't parse allowed updates: expected an Array of String",
        ),
        (
            {"url": "/sendMessage", "data": {**MESSAGE, "reply_markup": "{"}},
            400,
            "Bad Request: can't parse reply markup JSON object",
        ),
        (
            {"url": "/sendMessage", "json": {**MESSAGE, "entities": [{"type": "bold"}]}},
            400,
            "Bad Request: can't parse entities: expected an Array of MessageEntity",
        ),
        (
            {"url": "/sendMessage", "json": {**MESSAGE, "reply_parameters": []}},
            400,
            "Bad Request: can't parse reply parameters JSON object",
        ),
        (
            {"url": "/sendMessage", "json": {**MESSAGE, "parse_mode": "x"}},
            400,
            "Bad Request: unsupported parse_mode",
        ),
        (
            {"url": "/sendPhoto", "json": {"chat_id": YOU}},
            400,
            "Bad Request: there is no photo in the request",
        ),
        (
            {"url": "/setChatMenuButton", "json": {"menu_button": {"type": "web_app"}}},
            400,
            "Bad Request: can't parse menu button: the playground knows default and commands",
        ),
        (
            {"url": "/setWebhook", "json": {"url": "ftp://x"}},
            400,
            "Bad Request: bad webhook: an HTTPS URL must be provided for webhook",
        ),
        (
            {"url": "/setWebhook", "json": {"url": "http://x:port"}},
            400,
            "Bad Request: bad webhook: invalid URL",
        ),
        (
            {"url": "/setWebhook", "json": {"url": "https://x.test", "secret_token": "a b"}},
            400,
            "Bad Request: secret token contains unallowed characters",
        ),
        (
            {
                "url": "/sendMessage",
                "content": b"{",
                "headers": {"content-type": "application/json"},
            },
            400,
            "Bad Request: can't parse JSON object",
        ),
        (
            {"url": "/sendMessage", "json": ["x"]},
            400,
            "Bad Request: JSON object expected as the body",
        ),
        (
            {
                "url": "/sendMessage",
                "content": b'{"chat_id":1001,"text":"\\ud800"}',
                "headers": {"content-type": "application/json"},
            },
            400,
            "Bad Request: can't parse JSON object",
        ),
        (
            {
                "url": "/sendMessage",
                "content": b"text=%ff",
                "headers": {"content-type": "application/x-www-form-urlencoded"},
            },
            400,
            "Bad Request: strings must be encoded in UTF-8",
        ),
    ],
    ids=lambda value: value["url"] if isinstance(value, dict) else "",
)
async def test_what_cannot_be_done_is_answered_in_telegrams_form(
    home: Playground, http: httpx.AsyncClient, call: dict[str, Any], status: int, description: str
) -> None:
    response = await http.post(**call)

    assert response.status_code == status
    assert response.json() == {"ok": False, "error_code": status, "description": description}
    home.oracle.problems.clear()


async def test_a_body_that_is_no_multipart_is_refused(http: httpx.AsyncClient) -> None:
    response = await http.post(
        "/sendPhoto", content=b"x", headers={"content-type": "multipart/form-data"}
    )

    assert response.json()["description"].startswith("Bad Request: can't parse multipart body")


async def test_a_body_past_fifty_megabytes_is_refused_unread(home: Playground) -> None:
    head = (
        f"POST /bot{home.token}/sendPhoto HTTP/1.1\r\nHost: x\r\nContent-Length: 60000000\r\n\r\n"
    )
    reader, writer = await asyncio.open_connection("127.0.0.1", httpx.URL(home.address).port)

    writer.write(head.encode())
    status = await reader.readline()
    writer.close()

    assert status == b"HTTP/1.1 413 Request Entity Too Large\r\n"


async def test_a_wrong_token_is_told_nothing(home: Playground) -> None:
    async with httpx.AsyncClient(base_url=home.address, verify=False) as http:
        for path in ("/bot4242:x/getMe", "/botX/sendAnything", "/file/bot4242:x/photos/a.png"):
            response = await http.get(path)
            assert response.status_code == 401
            assert response.json()["description"] == "Unauthorized"


async def test_a_file_that_was_never_sent_is_not_found(home: Playground) -> None:
    async with httpx.AsyncClient(base_url=home.address, verify=False) as http:
        response = await http.get(f"/file/bot{home.token}/photos/a.png")

    assert response.status_code == 404


class TestFaults:
    async def test_an_error_comes_once_and_with_its_parameters(
        self, home: Playground, bot: telegram.Bot, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("PTB_TIMEDELTA", "1")
        home.world.faults.add(
            "sendMessage",
            Fault(429, "Too Many Requests: retry after 7", {"retry_after": 7}),
            Fault(400, "Bad Request: group chat was upgraded", {"migrate_to_chat_id": -1009}),
        )

        with pytest.raises(RetryAfter):
            await bot.send_message(YOU, "x")
        with pytest.raises(ChatMigrated) as moved:
            await bot.send_message(YOU, "x")
        assert moved.value.new_chat_id == -1009
        assert (await bot.send_message(YOU, "x")).text == "x"

    async def test_an_answer_can_be_lost_after_the_message_was_sent(
        self, home: Playground, bot: telegram.Bot
    ) -> None:
        home.world.faults.add("*", Fault(drop=True, applied=True), Fault(drop=True))

        for _ in range(2):
            with pytest.raises(NetworkError):
                await bot.send_message(YOU, "once")

        assert [message["text"] for message in home.world.chats[YOU].messages.values()] == ["once"]

    async def test_a_delay_alone_changes_nothing_else(
        self, home: Playground, bot: telegram.Bot
    ) -> None:
        home.world.faults.add("sendMessage", Fault(delay=0.01))

        assert (await bot.send_message(YOU, "late")).text == "late"

    async def test_a_client_that_hangs_up_is_not_waited_for(
        self, home: Playground, http: httpx.AsyncClient
    ) -> None:
        home.world.faults.add("sendMessage", Fault(delay=60))

        with pytest.raises(httpx.ReadTimeout):
            await http.post("/sendMessage", json=MESSAGE, timeout=0.05)

        assert home.world.chats[YOU].messages == {}


class Receiver:
    """A bot's webhook that fails the first few times."""

    def __init__(self, failures: int = 0) -> None:
        self.failures = failures
        self.received: list[tuple[str | None, dict[str, Any]]] = []
        self.accepted = asyncio.Event()
        self.app = Starlette(routes=[Route("/hook", self._receive, methods=["POST"])])

    async def _receive(self, request: Request) -> Response:
        self.received.append((request.headers.get(SECRET_HEADER), await request.json()))
        if len(self.received) <= self.failures:
            return Response(status_code=503)
        self.accepted.set()
        return Response()


class TestWebhooks:
    async def test_an_update_is_delivered_with_the_secret_until_it_is_accepted(
        self, home: Playground, bot: telegram.Bot
    ) -> None:
        receiver = Receiver(failures=2)
        async with serve(receiver.app) as address:
            await home.says("before")
            await bot.set_webhook(f"{address}/hook", secret_token="hush", max_connections=7)
            await receiver.accepted.wait()
            info = await bot.get_webhook_info()
            await bot.delete_webhook()

        assert [secret for secret, _ in receiver.received] == ["hush"] * 3
        assert len({update["update_id"] for _, update in receiver.received}) == 1
        assert receiver.received[0][1]["message"]["text"] == "before"
        assert info.url == f"{address}/hook"
        assert info.max_connections == 7
        assert info.last_error_message == "Wrong response from the webhook: 503 Service Unavailable"
        assert (await bot.get_webhook_info()).url == ""

    async def test_a_webhook_and_polling_exclude_each_other(
        self, home: Playground, bot: telegram.Bot
    ) -> None:
        polling = asyncio.create_task(bot.get_updates(timeout=30))
        await home.next_event("presence", after=0)
        receiver = Receiver()
        async with serve(receiver.app) as address:
            await bot.set_webhook(f"{address}/hook", allowed_updates=["message"])

            with pytest.raises(Conflict, match="terminated by other getUpdates request"):
                await polling
            with pytest.raises(
                Conflict, match="can't use getUpdates method while webhook is active"
            ):
                await bot.get_updates()
            assert (await bot.get_webhook_info()).allowed_updates == ("message",)
            await bot.set_webhook("")
        assert await bot.get_updates(timeout=0) == ()

    async def test_an_address_where_nobody_listens_is_tried_again(
        self, home: Playground, bot: telegram.Bot
    ) -> None:
        await home.says("anyone?")
        await bot.set_webhook("http://127.0.0.1:9/hook")
        async with asyncio.timeout(10):
            while not (info := await bot.get_webhook_info()).last_error_message:
                await asyncio.sleep(0.01)

        assert info.last_error_message == "Connection refused"
        assert info.pending_update_count == 1
        await bot.delete_webhook(drop_pending_updates=True)
        assert await bot.get_updates(timeout=0) == ()
