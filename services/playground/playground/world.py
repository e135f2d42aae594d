"""Everything that the playground remembers, in memory only."""

from collections.abc import Callable
from typing import Any

from common.clock import Clock
from playground.chats import YOU, Chat, Message
from playground.faults import Faults
from playground.files import Files
from playground.flood import Flood, FloodLimits
from playground.inline import Inline
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
        self.inline = Inline(clock.monotonic)
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
        inline_id = self.inline.id_of(chat, message_id)
        where = (
            {"inline_message_id": inline_id}
            if inline_id
            else {"message": chat.messages[message_id]}
        )
        self.updates.push(
            "callback_query",
            {
                "id": query_id,
                "from": chat.person(),
                **where,
                "chat_instance": str(chat.id),
                "data": data,
            },
        )
        return query_id

    def asked_inline(self, chat: Chat, text: str) -> str:
        """The person types behind the bot's name; return the id that the bot will answer."""
        query_id = self.inline.ask(chat, text)
        kind = chat.described()["type"] if chat.is_group else "sender"
        asked = {"id": query_id, "from": chat.person(), "query": text, "offset": ""}
        self.updates.push("inline_query", {**asked, "chat_type": kind})
        return query_id

    def chose(self, chat: Chat, result: dict[str, Any], thread: int = 0) -> Message:
        """The person sends a result of the bot's; it comes from the person, by way of the bot."""
        via = {"via_bot": self.profile.user, **chat.thread_content(thread)}
        message = chat.write(chat.person(), self.now(), {**via, **result["message"]})
        if "reply_markup" in message:
            self.inline.sent(chat, message["message_id"])
        self.updates.push("message", message)
        return message

    def block(self, chat: Chat, blocked: bool) -> None:
        """The person blocks the bot, or lets it back in; the bot gets an update."""
        if chat.blocked == blocked:
            return
        chat.blocked = blocked
        chat.tell("blocked", blocked=blocked)
        self._become(chat, *(("member", "kicked") if blocked else ("kicked", "member")))

    def add_bot(self, chat: Chat) -> None:
        """The person takes the bot into a group where it was not; the bot gets an update."""
        chat.blocked = False
        chat.tell("blocked", blocked=False)
        self._become(chat, "left", "member")

    def _become(self, chat: Chat, old: str, new: str) -> None:
        def member(status: str) -> dict[str, Any]:
            until = {"until_date": 0} if status == "kicked" else {}
            return {"status": status, "user": self.profile.user, **until}

        self.updates.push(
            "my_chat_member",
            {
                "chat": chat.described(),
                "from": chat.person(),
                "date": self.now(),
                "old_chat_member": member(old),
                "new_chat_member": member(new),
            },
        )

    def role(self, chat: Chat, *, admin: bool) -> None:
        """Make the person the owner of the group, or one of its members."""
        chat.admin = admin
        chat.tell("commands", commands=self.menu_in(chat))

    def menu_in(self, chat: Chat) -> list[dict[str, str]]:
        """Return the menu that the person sees."""
        return self.profile.menu_in(chat.id, chat.language, admin=chat.admin)

    def menus_changed(self) -> None:
        """Show every open page the menu that it should have now."""
        for chat in self.chats.values():
            chat.tell("commands", commands=self.menu_in(chat))

    def presence_changed(self, online: bool) -> None:
        """Tell every chat whether the bot is here."""
        for chat in self.chats.values():
            chat.tell("presence", online=online)

    def close(self) -> None:
        """End long polls and event streams, so that the program can stop."""
        self.updates.close()
        for chat in self.chats.values():
            chat.stop_watching()
