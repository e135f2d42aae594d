"""The parameters of a Bot API call, from wherever Telegram accepts them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request

from playground.limits import BODY_BYTES
from playground.refusals import Refusal, bad_request

_SERIALIZED = frozenset(
    {
        "allowed_updates",
        "button",
        "caption_entities",
        "commands",
        "entities",
        "link_preview_options",
        "media",
        "menu_button",
        "reply_markup",
        "reply_parameters",
        "results",
        "scope",
    }
)
"""Parameters whose value is an object or a list: JSON text unless the whole body is JSON."""

_FORM_PART_BYTES = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that came with the call."""

    name: str
    content: bytes


class Parameters:
    """What one call asks for; each getter refuses a value of the wrong kind."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self.values = dict(values)

    def text(self, name: str) -> str:
        """Return a string; empty if it is missing."""
        value = self.values.get(name)
        if value is None:
            return ""
        return value if isinstance(value, str) else str(value)

    def integer(self, name: str, default: int = 0) -> int:
        """Return a whole number."""
        value = self.values.get(name, default)
        try:
            return int(value)
        except (TypeError, ValueError):
            bad_request(f'parameter "{name}" must be an integer')

    def flag(self, name: str) -> bool:
        """Return whether a switch is on."""
        return str(self.values.get(name, "")).lower() in ("true", "1", "yes")

    def value(self, name: str) -> Any:
        """Return an object, a list, an upload or None, as it came."""
        return self.values.get(name)


async def read_parameters(request: Request) -> Parameters:
    """Return the call's query and body parameters; the body wins.

    Raises:
        Refusal: 400 for a body that cannot be read, 413 for one that is too large.
    """
    if int(request.headers.get("content-length") or 0) > BODY_BYTES:
        raise Refusal(413, "Request Entity Too Large")
    values: dict[str, Any] = dict(request.query_params)
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "multipart/form-data":
        values.update(await _multipart(request))
        return Parameters(_deserialized(values))
    body = await _bounded_body(request)
    if kind == "application/json" and body:
        return Parameters({**_deserialized(values), **_json_object(body)})
    if kind == "application/x-www-form-urlencoded":
        values.update(_urlencoded(body))
    return Parameters(_deserialized(values))


async def _bounded_body(request: Request) -> bytes:
    chunks: list[bytes] = []
    received = 0
    async for chunk in request.stream():
        received += len(chunk)
        if received > BODY_BYTES:
            raise Refusal(413, "Request Entity Too Large")
        chunks.append(chunk)
    return b"".join(chunks)


async def _multipart(request: Request) -> dict[str, Any]:
    values: dict[str, Any] = {}
    try:
        async with request.form(max_part_size=_FORM_PART_BYTES) as form:
            for name, value in form.multi_items():
                if isinstance(value, UploadFile):
                    values[name] = Upload(value.filename or name, await value.read())
                else:
                    values[name] = value
    except (HTTPException, UnicodeDecodeError) as error:
        bad_request(f"can't parse multipart body: {getattr(error, 'detail', 'not UTF-8')}")
    return values


def _urlencoded(body: bytes) -> dict[str, Any]:
    try:
        return dict(parse_qsl(body.decode(), keep_blank_values=True, errors="strict"))
    except ValueError:
        bad_request("strings must be encoded in UTF-8")


def _json_object(body: bytes) -> dict[str, Any]:
    try:
        values = json.loads(body)
        json.dumps(values, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        bad_request("can't parse JSON object")
    if not isinstance(values, dict):
        bad_request("JSON object expected as the body")
    return {
        name: _decoded(name, value) if name in _SERIALIZED else value
        for name, value in values.items()
        if value is not None
    }


def _deserialized(values: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: _decoded(name, value) if name in _SERIALIZED else value
        for name, value in values.items()
    }


def _decoded(name: str, value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value) if value else None
    except (ValueError, RecursionError):
        bad_request(f"can't parse {name.replace('_', ' ')} JSON object")
