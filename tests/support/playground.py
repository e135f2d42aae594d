"""A playground on a real socket, watched by aiogram, with a person at its keyboard."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import telegram
from telegram.request import HTTPXRequest

from playground.app import DEFAULT_TOKEN, create_app
from playground.chats import YOU
from playground.world import World
from tests.support.serving import serve
from tests.support.telegram_oracle import RequestOracle

Json = dict[str, Any]


class Playground:
    """What a test needs to be Telegram and the person.

    Attributes:
        address: Where it listens, such as `http://127.0.0.1:40123`.
        world: Its memory, for faults (`world.faults.add`) and for looking.
        oracle: Every call that came, and what aiogram thought of it.
    """

    token = DEFAULT_TOKEN

    def __init__(
        self, address: str, world: World, oracle: RequestOracle, client: httpx.AsyncClient
    ) -> None:
        self.address = address
        self.world = world
        self.oracle = oracle
        self._client = client

    @property
    def base_url(self) -> str:
        """What `telegram.Bot(base_url=...)` wants."""
        return f"{self.address}/bot"

    def bot(self, token: str | None = None) -> telegram.Bot:
        """Return a bot of python-telegram-bot that talks to this playground.

        It does not load certificates: plain HTTP needs none, and that takes longer than a test.
        """
        return telegram.Bot(
            token or self.token,
            base_url=self.base_url,
            base_file_url=self.base_file_url,
            request=HTTPXRequest(httpx_kwargs={"verify": False}),
            get_updates_request=HTTPXRequest(httpx_kwargs={"verify": False}),
        )

    @property
    def base_file_url(self) -> str:
        return f"{self.address}/file/bot"

    async def says(self, text: str, *, chat: int = YOU, thread: int = 0) -> Json:
        """Type a message, in a topic where `thread` names one, and return it."""
        typed = {"text": text, "thread": thread}
        return await self.control("POST", "/api/messages", typed, chat=chat)

    async def hands(self, name: str, content: str, *, chat: int = YOU) -> Json:
        """Send a text file and return the message."""
        sent = {"name": name, "content": content}
        return await self.control("POST", "/api/documents", sent, chat=chat)

    async def edits(self, message_id: int, text: str, *, chat: int = YOU) -> Json:
        """Edit an own message and return it."""
        return await self.control("PUT", f"/api/messages/{message_id}", {"text": text}, chat=chat)

    async def taps(self, message_id: int, data: str, *, chat: int = YOU) -> str:
        """Tap a button and return the id of the query."""
        asked = {"message_id": message_id, "data": data}
        answer = await self.control("POST", "/api/taps", asked, chat=chat)
        return str(answer["callback_query_id"])

    async def asks_inline(self, query: str, *, chat: int = YOU) -> Json:
        """Type behind the bot's name and return the `inline` event that answers."""
        after = self.world.open_chat(chat).seq
        await self.control("POST", "/api/inline", {"query": query}, chat=chat)
        return await self.next_event("inline", after=after, chat=chat)

    async def chooses(self, answer: Json, result: str, *, chat: int = YOU) -> Json:
        """Send a result of an `inline` event and return the message."""
        chosen = {"inline_query_id": answer["inline_query_id"], "result_id": result}
        return await self.control("POST", "/api/inline/chosen", chosen, chat=chat)

    async def adds_bot(self, *, chat: int) -> None:
        """Take the bot into a group."""
        await self.control("POST", "/api/additions", {}, chat=chat)

    async def is_admin(self, admin: bool, *, chat: int) -> None:
        """Be the group's owner, or one of its members."""
        await self.control("POST", "/api/roles", {"admin": admin}, chat=chat)

    async def blocks(self, blocked: bool = True, *, chat: int = YOU) -> None:
        await self.control("POST", "/api/blocks", {"blocked": blocked}, chat=chat)

    async def next_event(self, kind: str, *, after: int, chat: int = YOU, wait: float = 30) -> Json:
        """Return the first event of a kind behind `after`, as soon as there is one.

        Raises:
            AssertionError: If none came within `wait` seconds.
        """
        while True:
            path = f"/api/transcript?after={after}&wait={wait}"
            answer = await self.control("GET", path, chat=chat)
            for event in answer["events"]:
                if event["type"] == kind:
                    return dict(event)
            assert answer["seq"] > after, f"no {kind} within {wait} s"
            after = answer["seq"]

    async def control(
        self, method: str, path: str, body: Json | None = None, *, chat: int = YOU
    ) -> Json:
        """Use the control side; fail on anything but a success."""
        sign = "&" if "?" in path else "?"
        response = await self._client.request(method, f"{path}{sign}chat={chat}", json=body)
        assert response.is_success, response.text
        return dict(response.json()) if response.content else {}


@asynccontextmanager
async def playground(port: int = 0, **options: Any) -> AsyncIterator[Playground]:
    """Serve a playground; at the end, fail if any request broke aiogram's model of its method.

    Args:
        port: Where to listen; 0 takes a free one.
        **options: For `create_app`, such as `flood=None` or a clock.
    """
    oracle = RequestOracle()
    app = create_app(on_request=oracle, **options)
    async with serve(app, port=port) as address:
        async with httpx.AsyncClient(base_url=address, timeout=60, verify=False) as client:
            yield Playground(address, app.state.world, oracle, client)
    assert oracle.problems == []
