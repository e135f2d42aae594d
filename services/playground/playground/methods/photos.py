"""Sending pictures and fetching them again."""

from typing import Any

from playground.chats import Message
from playground.files import StoredFile
from playground.methods.call import Method
from playground.methods.content import caption_content, reply_content, thread_content
from playground.methods.messages import own_message
from playground.parameters import Parameters, Upload
from playground.refusals import NOT_MODIFIED, bad_request
from playground.world import World

_SHOWN = ("photo", "caption", "caption_entities", "reply_markup")


async def send_photo(world: World, parameters: Parameters) -> Message:
    """Put a picture of the bot into a chat."""
    chat = world.chat(parameters.text("chat_id"))
    where = {**thread_content(chat, parameters), **reply_content(chat, parameters)}
    content = {**where, **caption_content(parameters)}
    file = _photo(world, parameters)
    world.flood.admit(chat.id)
    said = {"photo": [_described(file)], **content}
    return chat.write(world.profile.user, world.now(), said)


async def edit_message_media(world: World, parameters: Parameters) -> Message:
    """Change the picture of a message of the bot, or give a text one."""
    chat = world.chat(parameters.text("chat_id"))
    old = own_message(world, chat, parameters, to="edit")
    media = parameters.value("media")
    if not isinstance(media, dict) or media.get("type") != "photo":
        bad_request("the playground shows media of type photo only")
    file = _photo(world, Parameters({**parameters.values, "photo": media.get("media")}))
    captioned = Parameters({**media, "reply_markup": parameters.value("reply_markup")})
    content = {"photo": [_described(file)], **caption_content(captioned)}
    if all(old.get(name) == content.get(name) for name in _SHOWN):
        bad_request(NOT_MODIFIED)
    world.flood.admit(chat.id)
    return chat.rewrite(old["message_id"], world.now(), content)


async def get_file(world: World, parameters: Parameters) -> dict[str, Any]:
    """Return where a file can be had."""
    file = world.files.get(parameters.text("file_id"))
    if file is None:
        bad_request("invalid file_id")
    return {**file.described(), "file_path": file.path}


def _described(file: StoredFile) -> dict[str, Any]:
    width, height = file.size
    return {**file.described(), "width": width, "height": height}


def _photo(world: World, parameters: Parameters) -> StoredFile:
    """Return the picture that came with the call, or the one that it names."""
    photo = parameters.value("photo")
    if isinstance(photo, str) and photo.startswith("attach://"):
        photo = parameters.value(photo.removeprefix("attach://"))
    if isinstance(photo, Upload):
        return world.files.add(photo.content)
    if not photo:
        bad_request("there is no photo in the request")
    file = world.files.get(str(photo))
    if file is None:
        bad_request("wrong file identifier/HTTP URL specified")
    return file


METHODS: dict[str, Method] = {
    "sendPhoto": send_photo,
    "editMessageMedia": edit_message_media,
    "getFile": get_file,
}
