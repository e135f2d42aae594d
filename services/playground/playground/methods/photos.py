"""Sending pictures and fetching them again."""

from typing import Any

from playground.chats import Message
from playground.files import StoredFile
from playground.methods.call import Method
from playground.methods.content import caption_content, reply_content, thread_content
from playground.parameters import Parameters, Upload
from playground.refusals import bad_request
from playground.world import World


async def send_photo(world: World, parameters: Parameters) -> Message:
    """Put a picture of the bot into a chat."""
    chat = world.chat(parameters.text("chat_id"))
    where = {**thread_content(chat, parameters), **reply_content(chat, parameters)}
    content = {**where, **caption_content(parameters)}
    file = _photo(world, parameters)
    world.flood.admit(chat.id)
    width, height = file.size
    photo = {**file.described(), "width": width, "height": height}
    return chat.write(world.profile.user, world.now(), {"photo": [photo], **content})


async def get_file(world: World, parameters: Parameters) -> dict[str, Any]:
    """Return where a file can be had."""
    file = world.files.get(parameters.text("file_id"))
    if file is None:
        bad_request("invalid file_id")
    return {**file.described(), "file_path": file.path}


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


METHODS: dict[str, Method] = {"sendPhoto": send_photo, "getFile": get_file}
