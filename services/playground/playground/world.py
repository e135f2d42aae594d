"""Everything that the playground remembers, in memory only."""

from collections.abc import Callable
from typing import Any

from common.clock import Clock
from playground.chats import YOU, Chat, Message
from playground.faults import Faults
from playground.files import Files
from playground.flood import Flood, FloodLimits
from playground.profile import Profile
from playground.refusals import BLOCKED, CHAT_NOT_FOUND, Refusal, bad_request
from playground.taps import Taps
from playground.updates import Updates
from playground.webhook import Webhook

OnRequest = Callable[[str, dict[str, Any]], None]

_MOST_CHATS = 100_000


class World:
    """One bot, its chats and its updates; at first there is the private chat of "You".

    Attributes:
        token: What the bot must send; it opens nothing real.
        requests: Called with method and parameters of every authorised call, before it is judged.
    """

    def __init__(
        self,
        *,
        token: str,
        name: str,
        username: str,
        clock: Clock,
        flood: FloodLimits | None,
        on_request: OnRequest | None,
        webhook_retry: float,
    ) -> None:
        self.token = token
        self.clock = clock
        self.requests = on_request
        self.profile = Profile(int(token.partition(":")[0]), name, username)
        self.flood = Flood(flood, clock.monotonic)
        self.faults = Faults()
        self.files = Files()
        self.chats: dict[int, Chat] = {}
        self.updates = Updates(self.presence_changed, int(clock.now().timestamp() * 1000))
        self.webhook = Webhook(self.updates, clock, webhook_retry)
        self.taps = Taps(clock.monotonic)
        self.open_chat(YOU)

    def now(self) -> int:
        """Return the Unix time in whole seconds, as messages carry it."""
        return int(self.clock.now().timestamp())

    def open_chat(self, chat_id: int) -> Chat:
        """Return a chat, made on first sight: the page and tests name it, never the bot."""
        if chat_id not in self.chats:
            if len(self.chats) >= _MOST_CHATS:
                raise Refusal(400, f"{_MOST_CHATS} chats are enough; restart the playground")
            self.chats[chat_id] = Chat(chat_id)
        return self.chats[chat_id]

    def chat(self, chat_id: str) -> Chat:
        """Return the chat that a bot names.

        Raises:
            Refusal: 400 if there is none, 403 if its person has blocked the bot.
        """
        if not chat_id:
            bad_request("chat_id is empty")
        try:
            chat = self.chats[int(chat_id)]
        except (KeyError, ValueError):
            bad_request(CHAT_NOT_FOUND)
        if chat.blocked:
            raise Refusal(403, BLOCKED)
        return chat

    def typed(self, chat: Chat, content: dict[str, Any]) -> Message:
        """The person sends a message; the bot gets an update."""
        message = chat.write(chat.person(), self.now(), content)
        self.updates.push("message", message)
        return message

    def retyped(self, chat: Chat, message_id: int, content: dict[str, Any]) -> Message:
        """The person edits a message; the bot gets an update."""
        message = chat.rewrite(message_id, self.now(), content)
        self.updates.push("edited_message", message)
        return message

    def tapped(self, chat: Chat, message_id: int, data: str) -> str:
        """The person taps a button; return the id that the bot will answer."""
        query_id = self.taps.add(chat, message_id)
        chat.tell("tap", callback_query_id=query_id, message_id=message_id, data=data)
        self.updates.push(
            "callback_query",
            {
                "id": query_id,
                "from": chat.person(),
                "message": chat.messages[message_id],
                "chat_instance": str(chat.id),
                "data": data,
            },
        )
        return query_id

    def block(self, chat: Chat, blocked: bool) -> None:
        """The person blocks the bot, or lets it back in; the bot gets an update."""
        if chat.blocked == blocked:
            return
        chat.blocked = blocked
        member = {"status": "member", "user": self.profile.user}
        kicked = {"status": "kicked", "user": self.profile.user, "until_date": 0}
        old, new = (member, kicked) if blocked else (kicked, member)
        chat.tell("blocked", blocked=blocked)
        self.updates.push(
            "my_chat_member",
            {
                "chat": chat.described(),
                "from": chat.person(),
                "date": self.now(),
                "old_chat_member": old,
                "new_chat_member": new,
            },
        )

    def menus_changed(self) -> None:
        """Show every open page the menu that it should have now."""
        for chat in self.chats.values():
            chat.tell("commands", commands=self.profile.menu_in(chat.id, chat.language))

    def presence_changed(self, online: bool) -> None:
        """Tell every chat whether the bot is here."""
        for chat in self.chats.values():
            chat.tell("presence", online=online)

    def close(self) -> None:
        """End long polls and event streams, so that the program can stop."""
        self.updates.close()
        for chat in self.chats.values():
            chat.stop_watching()
