"""Files that people send: fetched from Telegram within bounds, when a command wants them."""

import httpx
import msgspec

from common.errors import Unavailable
from common.http import get

_SECONDS = 10.0


class _File(msgspec.Struct):
    file_path: str = ""


class _Answer(msgspec.Struct):
    ok: bool
    result: _File = msgspec.field(default_factory=_File)


class TelegramFiles:
    """`getFile`, and the file behind it."""

    def __init__(self, client: httpx.AsyncClient, api_url: str, token: str) -> None:
        self._client = client
        self._api = api_url
        self._token = token

    async def fetch(self, file_id: str, most_bytes: int) -> bytes:
        """Return a file's content.

        Raises:
            Unavailable: If Telegram does not have it, or does not bring it in time and whole.
        """
        method = f"{self._api}/bot{self._token}/getFile"
        found = await get(self._client, method, {"file_id": file_id}, seconds=_SECONDS)
        path = _path(found.body)
        address = f"{self._api}/file/bot{self._token}/{path}"
        answer = await get(self._client, address, seconds=_SECONDS, most_bytes=most_bytes)
        if answer.status != 200:
            raise Unavailable(f"Telegram answered {answer.status} to the download of a file.")
        return answer.body


def _path(body: bytes) -> str:
    try:
        answer = msgspec.json.decode(body, type=_Answer)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise Unavailable("Telegram's answer about a file cannot be read.") from None
    path = answer.result.file_path
    if not answer.ok or not path or path.startswith("/") or ".." in path or "//" in path:
        raise Unavailable("Telegram does not say where a file is.")
    return path
