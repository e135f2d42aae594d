"""Sending pictures and fetching them again."""

import secrets
from typing import Any

from playground.chats import Message
from playground.limits import PHOTO_BYTES, PHOTO_SIDES
from playground.methods.call import Method
from playground.methods.content import caption_content, reply_content
from playground.parameters import Parameters, Upload
from playground.pictures import media_type, size
from playground.refusals import bad_request
from playground.world import StoredFile, World

_MOST_FILES = 500


async def send_photo(world: World, parameters: Parameters) -> Message:
    chat = world.chat(parameters.text("chat_id"))
    content = {**reply_content(chat, parameters), **caption_content(parameters)}
    file = _photo(world, parameters)
    world.flood.admit(chat.id)
    width, height = file.size
    photo = {**_described(file), "width": width, "height": height}
    return chat.write(world.profile.user, world.now(), {"photo": [photo], **content})


async def get_file(world: World, parameters: Parameters) -> dict[str, Any]:
    file = world.files.get(parameters.text("file_id"))
    if file is None:
        bad_request("invalid file_id")
    return {**_described(file), "file_path": file.path}


def _photo(world: World, parameters: Parameters) -> StoredFile:
    photo = parameters.value("photo")
    if isinstance(photo, str) and photo.startswith("attach://"):
        photo = parameters.value(photo.removeprefix("attach://"))
    if isinstance(photo, Upload):
        return _store(world, photo)
    if not photo:
        bad_request("there is no photo in the request")
    if photo not in world.files:
        bad_request("wrong file identifier/HTTP URL specified")
    return world.files[photo]


def _store(world: World, upload: Upload) -> StoredFile:
    if not upload.content:
        bad_request("file must be non-empty")
    if len(upload.content) > PHOTO_BYTES:
        bad_request("file is too big")
    kind, sides = media_type(upload.content), size(upload.content)
    if kind is None or sides is None:
        bad_request("IMAGE_PROCESS_FAILED")
    if sum(sides) > PHOTO_SIDES or max(sides) > 20 * min(sides):
        bad_request("PHOTO_INVALID_DIMENSIONS")
    while len(world.files) >= _MOST_FILES:
        world.files.pop(next(iter(world.files)))
    number = len(world.files)
    file = StoredFile(
        file_id=f"AgAC{secrets.token_urlsafe(24)}",
        unique_id=f"AQAD{secrets.token_urlsafe(8)}",
        path=f"photos/file_{number}_{secrets.token_hex(4)}.{kind.removeprefix('image/')}",
        media_type=kind,
        content=upload.content,
        size=sides,
    )
    world.files[file.file_id] = file
    return file


def _described(file: StoredFile) -> dict[str, Any]:
    return {
        "file_id": file.file_id,
        "file_unique_id": file.unique_id,
        "file_size": len(file.content),
    }


METHODS: dict[str, Method] = {"sendPhoto": send_photo, "getFile": get_file}
