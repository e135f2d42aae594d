"""Sending, changing and deleting messages."""

from playground.chats import Chat, Message
from playground.methods.call import Method
from playground.methods.content import (
    keyboard_content,
    reply_content,
    text_content,
    thread_content,
)
from playground.parameters import Parameters
from playground.refusals import NOT_MODIFIED, bad_request
from playground.world import World

_SHOWN = ("text", "entities", "link_preview_options", "reply_markup")


async def send_message(world: World, parameters: Parameters) -> Message:
    """Put a message of the bot into a chat."""
    chat = world.chat(parameters.text("chat_id"))
    where = {**thread_content(chat, parameters), **reply_content(chat, parameters)}
    content = {**where, **text_content(parameters)}
    world.flood.admit(chat.id)
    return chat.write(world.profile.user, world.now(), content)


async def edit_message_text(world: World, parameters: Parameters) -> Message | bool:
    """Change a message of the bot, or one sent by way of it; as it was already is refused."""
    inline_id = parameters.text("inline_message_id")
    if inline_id:
        chat, message_id = world.inline.message(inline_id)
        old = chat.messages[message_id]
    else:
        chat = world.chat(parameters.text("chat_id"))
        old = own_message(world, chat, parameters, to="edit")
    content = text_content(parameters)
    if "text" not in old:
        bad_request("there is no text in the message to edit")
    if all(old.get(name) == content.get(name) for name in _SHOWN):
        bad_request(NOT_MODIFIED)
    if inline_id:
        chat.rewrite(old["message_id"], world.now(), content)
        return True
    world.flood.admit(chat.id)
    return chat.rewrite(old["message_id"], world.now(), content)


async def edit_message_reply_markup(world: World, parameters: Parameters) -> Message:
    """Change the buttons under a message of the bot."""
    chat = world.chat(parameters.text("chat_id"))
    old = own_message(world, chat, parameters, to="edit")
    keyboard = keyboard_content(parameters).get("reply_markup")
    if keyboard == old.get("reply_markup"):
        bad_request(NOT_MODIFIED)
    world.flood.admit(chat.id)
    return chat.put_keyboard(old["message_id"], keyboard)


async def delete_message(world: World, parameters: Parameters) -> bool:
    """Take a message out of a chat."""
    chat = world.chat(parameters.text("chat_id"))
    message_id = parameters.integer("message_id")
    if message_id not in chat.messages:
        bad_request("message to delete not found")
    if chat.is_group and chat.messages[message_id]["from"]["id"] != world.profile.user["id"]:
        bad_request("message can't be deleted")
    chat.remove(message_id)
    return True


def own_message(world: World, chat: Chat, parameters: Parameters, *, to: str) -> Message:
    """Return the message that a call wants to change; the bot's own ones can be changed."""
    if parameters.value("message_id") is None:
        bad_request("message identifier is not specified")
    message = chat.messages.get(parameters.integer("message_id"))
    if message is None:
        bad_request(f"message to {to} not found")
    if message["from"]["id"] != world.profile.user["id"]:
        bad_request(f"message can't be {to}ed")
    return message


METHODS: dict[str, Method] = {
    "sendMessage": send_message,
    "editMessageText": edit_message_text,
    "editMessageReplyMarkup": edit_message_reply_markup,
    "deleteMessage": delete_message,
}
