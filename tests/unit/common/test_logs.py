"""Log lines are JSON and hold no secret."""

import io
import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from common import logs

TOKEN = "1234567890:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw1"  # of no bot


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    root = logging.getLogger()
    before = root.handlers, root.level
    stream = io.StringIO()
    logs.configure("bot", "DEBUG", "local", secrets=["hunter2"], stream=stream)
    yield stream
    root.handlers, root.level = before
    structlog.reset_defaults()


def test_a_line_says_when_who_and_what(lines: io.StringIO) -> None:
    structlog.get_logger("x").info("answered", status=200, took=1.5, ok=True, nothing=None)

    line = json.loads(lines.getvalue())
    assert line["program"] == "bot" and line["environment"] == "local"
    assert line["event"] == "answered" and line["level"] == "info" and line["status"] == 200
    assert line["timestamp"].endswith("Z")


@pytest.mark.parametrize(
    "say",
    [
        lambda log: log.warning(f"POST https://api.telegram.org/bot{TOKEN}/getMe"),
        lambda log: log.warning("failed", url=f"/bot{TOKEN}/getMe"),
        lambda log: log.warning("failed", nested={"deep": [f"bot{TOKEN}", {TOKEN: 1}]}),
        lambda log: log.warning("failed", error=ValueError(TOKEN)),
        lambda log: log.warning("failed", password="hunter2"),
        lambda log: logging.getLogger("library").error("at %s with %s", TOKEN, "hunter2"),
        lambda log: logging.getLogger("library").error("x", extra={"where": TOKEN}),
    ],
)
def test_no_secret_gets_into_a_line(lines: io.StringIO, say: object) -> None:
    say(structlog.get_logger("x"))  # type: ignore[operator]

    assert "hidden" in lines.getvalue()
    assert TOKEN not in lines.getvalue() and "hunter2" not in lines.getvalue()


def test_what_only_python_can_write_is_no_reason_to_fail(lines: io.StringIO) -> None:
    structlog.get_logger("x").info("odd", number=2**70, letter="\ud83d")

    line = json.loads(lines.getvalue())
    assert (line["number"], line["letter"]) == (2**70, "\ud83d")


def test_our_lines_name_their_logger_and_keep_to_the_level(lines: io.StringIO) -> None:
    logs.configure("bot", "WARNING", "local", stream=lines)

    structlog.get_logger("ours").info("left out")
    structlog.get_logger("ours").warning("kept")
    logging.getLogger("theirs").warning("kept too")

    written = [json.loads(line) for line in lines.getvalue().splitlines()]
    assert [(line["logger"], line["event"]) for line in written] == [
        ("ours", "kept"),
        ("theirs", "kept too"),
    ]


def test_no_secret_gets_into_a_traceback(lines: io.StringIO) -> None:
    def break_down(token: str) -> None:
        raise RuntimeError(f"could not reach /bot{token}/getMe")

    try:
        break_down(TOKEN)
    except RuntimeError:
        structlog.get_logger("x").exception("broke")
        logging.getLogger("library").exception("broke")

    assert lines.getvalue().count("Traceback") == 2
    assert TOKEN not in lines.getvalue()


def test_libraries_that_log_addresses_are_kept_quiet(lines: io.StringIO) -> None:
    logging.getLogger("httpx").info("HTTP Request: POST ...")
    logging.getLogger("telegram.ext").info("started")

    assert lines.getvalue() == ""
