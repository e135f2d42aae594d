"""The files that the bot has sent; the newest five hundred of them."""

import mimetypes
import secrets
from dataclasses import dataclass
from typing import Any

from playground.limits import DOCUMENT_BYTES, PHOTO_BYTES, PHOTO_SIDES
from playground.pictures import media_type, size
from playground.refusals import bad_request

_MOST_FILES = 500
_LONGEST_SHAPE = 20


@dataclass(frozen=True, slots=True)
class StoredFile:
    """One file; `size` is the width and height of a picture in pixels, else two zeros."""

    file_id: str
    unique_id: str
    path: str
    media_type: str
    content: bytes
    size: tuple[int, int]

    def described(self) -> dict[str, Any]:
        """Return what `File` and `PhotoSize` share."""
        return {
            "file_id": self.file_id,
            "file_unique_id": self.unique_id,
            "file_size": len(self.content),
        }


class Files:
    """By `file_id`, oldest first."""

    def __init__(self) -> None:
        self._files: dict[str, StoredFile] = {}

    def get(self, file_id: str) -> StoredFile | None:
        """Return a file that was sent or uploaded."""
        return self._files.get(file_id)

    def at(self, path: str) -> StoredFile | None:
        """Return the picture whose `file_path` this is."""
        return next((file for file in self._files.values() if file.path == path), None)

    def add(self, content: bytes) -> StoredFile:
        """Keep a picture.

        Raises:
            Refusal: 400 if Telegram would not take it.
        """
        if not content:
            bad_request("file must be non-empty")
        if len(content) > PHOTO_BYTES:
            bad_request("file is too big")
        kind, sides = media_type(content), size(content)
        if kind is None or sides is None:
            bad_request("IMAGE_PROCESS_FAILED")
        if sum(sides) > PHOTO_SIDES or max(sides) > _LONGEST_SHAPE * min(sides):
            bad_request("PHOTO_INVALID_DIMENSIONS")
        name = secrets.token_hex(8)
        file = StoredFile(
            file_id=f"AgAC{secrets.token_urlsafe(24)}",
            unique_id=f"AQAD{name}",
            path=f"photos/file_{name}.{kind.removeprefix('image/')}",
            media_type=kind,
            content=content,
            size=sides,
        )
        return self._keep(file)

    def add_document(self, name: str, content: bytes) -> StoredFile:
        """Keep a file of any kind.

        Raises:
            Refusal: 400 if Telegram would not take it.
        """
        if not content:
            bad_request("file must be non-empty")
        if len(content) > DOCUMENT_BYTES:
            bad_request("file is too big")
        unique = secrets.token_hex(8)
        return self._keep(
            StoredFile(
                file_id=f"BQAC{secrets.token_urlsafe(24)}",
                unique_id=f"AgAD{unique}",
                path=f"documents/file_{unique}",
                media_type=mimetypes.guess_type(name)[0] or "application/octet-stream",
                content=content,
                size=(0, 0),
            )
        )

    def _keep(self, file: StoredFile) -> StoredFile:
        while len(self._files) >= _MOST_FILES:
            del self._files[next(iter(self._files))]
        self._files[file.file_id] = file
        return file
