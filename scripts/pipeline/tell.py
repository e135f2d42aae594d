"""`python -m pipeline.tell FILE`: send a report to the channels of the team, as it is."""

import os
import sys
from collections.abc import Sequence
from pathlib import Path

from pipeline.notify import send

_SLACK_TAKES = 3_000
_TELEGRAM_TAKES = 4_096


def main(arguments: Sequence[str]) -> int:
    """Send the text as it is; return 0 whether anybody hears of it or not, 2 without a report."""
    try:
        text = Path(arguments[0]).read_text(encoding="utf-8")
    except (IndexError, OSError):
        print("usage: python -m pipeline.tell FILE", file=sys.stderr)
        return 2
    chat = os.environ.get("NOTIFY_CHAT", "")
    quiet = {"link_preview_options": {"is_disabled": True}}
    send(
        {"text": shortened(text, _SLACK_TAKES)},
        {"chat_id": chat, "text": shortened(text, _TELEGRAM_TAKES), **quiet},
    )
    return 0


def shortened(text: str, most: int) -> str:
    """Return whole lines of a text, so many letters at most.

    >>> shortened("one\\ntwo\\nthree", 9)
    'one\\ntwo\\n…'
    """
    if len(text) <= most:
        return text
    return text[: text[: most - 1].rfind("\n") + 1] + "…"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
