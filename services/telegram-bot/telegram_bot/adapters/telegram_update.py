"""Telegram's update, as far as this bot reads it; names and nesting are the Bot API's.

Decoding into these costs a fiftieth of building the library's objects, which was the largest single
share of an answer's CPU. A field that a command needs is added here, optional.
"""

from typing import Literal

import msgspec

PRIVATE: Literal["private"] = "private"
LEFT, BANNED = "left", "kicked"


class User(msgspec.Struct):
    """A person or a bot."""

    id: int
    is_bot: bool = False
    first_name: str = ""
    username: str | None = None
    language_code: str | None = None


class Chat(msgspec.Struct):
    """Where somebody speaks; `type` is private, group, supergroup or channel."""

    id: int
    type: str = PRIVATE
    is_forum: bool = False


class Location(msgspec.Struct):
    """A place, in degrees."""

    longitude: float
    latitude: float


class Document(msgspec.Struct):
    """A file that is no picture; names and sizes may be missing."""

    file_id: str
    file_name: str = ""
    file_size: int | None = None


class Message(msgspec.Struct, rename={"from_user": "from"}):
    """Attributes: date, edit_date: UTC seconds since 1970; 0: the message is not to be had."""

    message_id: int
    chat: Chat
    date: int = 0
    from_user: User | None = None
    sender_chat: Chat | None = None
    via_bot: User | None = None
    edit_date: int | None = None
    text: str | None = None
    location: Location | None = None
    document: Document | None = None
    is_automatic_forward: bool = False
    is_topic_message: bool = False
    message_thread_id: int | None = None
    migrate_to_chat_id: int | None = None


class CallbackQuery(msgspec.Struct, rename={"from_user": "from"}):
    """A tap on a button, under a message of a chat or under one sent inline."""

    id: str
    from_user: User
    message: Message | None = None
    inline_message_id: str | None = None
    data: str | None = None


class ChatMember(msgspec.Struct):
    """What somebody is in a chat: member, left, kicked and so on."""

    status: str


class ChatMemberUpdated(msgspec.Struct, rename={"from_user": "from"}):
    """Somebody's part in a chat has changed."""

    chat: Chat
    from_user: User
    old_chat_member: ChatMember
    new_chat_member: ChatMember


class InlineQuery(msgspec.Struct, rename={"from_user": "from"}):
    """What somebody types behind the bot's name, in any chat."""

    id: str
    from_user: User
    query: str = ""
    offset: str = ""


class ChosenInlineResult(msgspec.Struct, rename={"from_user": "from"}):
    """Which of the results somebody sent."""

    result_id: str
    from_user: User
    query: str = ""
    inline_message_id: str | None = None


class Update(msgspec.Struct):
    """One of these happened."""

    update_id: int
    message: Message | None = None
    edited_message: Message | None = None
    callback_query: CallbackQuery | None = None
    inline_query: InlineQuery | None = None
    chosen_inline_result: ChosenInlineResult | None = None
    my_chat_member: ChatMemberUpdated | None = None

    @property
    def effective_message(self) -> Message | None:
        """The message that this is about, if it is about one."""
        tapped = self.callback_query.message if self.callback_query else None
        return self.message or self.edited_message or tapped


_decoder = msgspec.json.Decoder(Update)


def read(body: bytes) -> Update:
    """Return an update.

    Raises:
        msgspec.DecodeError: If it is none.
        UnicodeDecodeError: If its text is none.
    """
    return _decoder.decode(body)
