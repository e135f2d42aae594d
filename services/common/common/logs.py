"""JSON lines on standard output, with every secret taken out of them.

One line a request and one line an outage; loggers of libraries pass through the same redaction.
Our own lines take a shorter way than those: each answer writes one, and the standard library's
records cost more than the rest of it.
"""

import json
import logging
import re
import sys
from collections.abc import Collection, MutableMapping
from typing import Any, TextIO

import msgspec
import structlog
from structlog.typing import Processor

# A bot token is digits, a colon, 30 or more letters. No word boundary: in a URL it follows "bot".
_TOKEN = re.compile(r"(?<!\d)\d{3,12}:[A-Za-z0-9_-]{20,64}")
_HIDDEN = "[hidden]"

# Their INFO lines show every URL, and the Bot API's URLs hold the token.
_CHATTY = ("httpx", "httpcore", "aiohttp", "telegram", "asyncio", "uvicorn.access")


def configure(
    program: str,
    level: str,
    environment: str,
    *,
    secrets: Collection[str] = (),
    stream: TextIO | None = None,
) -> None:
    """Set up logging for the whole process.

    Args:
        program, environment: Stand in every line.
        level: DEBUG, INFO, WARNING or ERROR.
        secrets: Texts that must never appear, beside everything that looks like a bot token.
        stream: Where lines go; standard output by default.
    """

    def name_the_program(_: Any, __: str, event: MutableMapping[str, Any]) -> Any:
        return {"program": program, "environment": environment, **event}

    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        name_the_program,
        structlog.processors.format_exc_info,
        _redactor(secrets),
    ]
    written = stream or sys.stdout
    handler = logging.StreamHandler(written)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.ExtraAdder(), *shared],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, _as_json],
        )
    )
    structlog.configure(
        processors=[*shared, _as_json],
        logger_factory=lambda *names: _Lines(written, names[0] if names else program),
        wrapper_class=structlog.make_filtering_bound_logger(level),
        cache_logger_on_first_use=False,
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    for name in _CHATTY:
        logging.getLogger(name).setLevel(logging.WARNING)


class _Lines:
    """Writes what is ready to be written, under a logger's name."""

    def __init__(self, stream: TextIO, name: str) -> None:
        self.name = name
        self._stream = stream

    def write(self, line: str) -> None:
        self._stream.write(f"{line}\n")  # in one piece, for threads write too
        self._stream.flush()

    debug = info = warning = error = critical = exception = write


def _as_json(_: Any, __: str, event: MutableMapping[str, Any]) -> str:
    try:
        return msgspec.json.encode(event).decode()
    except (OverflowError, UnicodeEncodeError):  # numbers and letters that only Python knows
        return json.dumps(event)


def redact(text: str, secrets: Collection[str] = ()) -> str:
    """Hide the given secrets and whatever looks like a bot token.

    >>> redact("POST https://api.telegram.org/bot1234567:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA/getMe")
    'POST https://api.telegram.org/bot[hidden]/getMe'
    """
    for secret in secrets:
        if secret:
            text = text.replace(secret, _HIDDEN)
    return _TOKEN.sub(_HIDDEN, text) if ":" in text else text


def _redactor(secrets: Collection[str]) -> Processor:
    def hide(value: Any) -> Any:
        if isinstance(value, str):
            return redact(value, secrets)
        if isinstance(value, dict):
            return {hide(key): hide(item) for key, item in value.items()}
        if isinstance(value, list | tuple):
            return [hide(item) for item in value]
        if value is None or isinstance(value, bool | int | float):
            return value
        return redact(str(value), secrets)

    def process(_: Any, __: str, event: MutableMapping[str, Any]) -> Any:
        return {key: item if key.startswith("_") else hide(item) for key, item in event.items()}

    return process
