"""Sending files that are no pictures."""

from playground.chats import Message
from playground.methods.call import Method
from playground.methods.content import caption_content, reply_content, thread_content
from playground.parameters import Parameters, Upload
from playground.refusals import bad_request
from playground.world import World


async def send_document(world: World, parameters: Parameters) -> Message:
    """Put a file of the bot into a chat; it comes with the call."""
    chat = world.chat(parameters.text("chat_id"))
    where = {**thread_content(chat, parameters), **reply_content(chat, parameters)}
    content = {**where, **caption_content(parameters)}
    document = parameters.value("document")
    if isinstance(document, str) and document.startswith("attach://"):
        document = parameters.value(document.removeprefix("attach://"))
    if not isinstance(document, Upload):
        bad_request("there is no document in the request")
    file = world.files.add_document(document.name, document.content)
    world.flood.admit(chat.id)
    described = {**file.described(), "file_name": document.name, "mime_type": file.media_type}
    return chat.write(world.profile.user, world.now(), {"document": described, **content})


METHODS: dict[str, Method] = {"sendDocument": send_document}
