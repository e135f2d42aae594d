"""What a program logs, as it would log it, and the loggers afterwards as they were."""

import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from typing import Any

import structlog

from common import logs


class Logged:
    """The lines that were written, as text and as objects."""

    def __init__(self) -> None:
        self.stream = StringIO()

    @property
    def text(self) -> str:
        return self.stream.getvalue()

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.text.splitlines()]

    @property
    def events(self) -> list[str]:
        return [line["event"] for line in self.lines]


@contextmanager
def logged(level: str = "DEBUG", *secrets: str) -> Iterator[Logged]:
    """Log into memory inside the block."""
    with loggers_restored():
        written = Logged()
        logs.configure("telegram-bot", level, "local", secrets=secrets, stream=written.stream)
        yield written


@contextmanager
def loggers_restored() -> Iterator[None]:
    """Undo what the block does to the root logger and to structlog."""
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    try:
        yield
    finally:
        root.handlers = handlers
        root.setLevel(level)
        structlog.reset_defaults()
