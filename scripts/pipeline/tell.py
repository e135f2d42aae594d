"""`python -m pipeline.tell FILE`: send a report to the channels of the team, in plain text."""

import os
import sys
from collections.abc import Sequence
from pathlib import Path

from pipeline.notify import plain, run_of, send
from pipeline.spoken import shortened, spoken

_SLACK_TAKES = 3_000
_TELEGRAM_TAKES = 4_096


def main(arguments: Sequence[str]) -> int:
    """Send the text; return 0 whether anybody hears of it or not, 2 without a report."""
    try:
        text = spoken(Path(arguments[0]).read_text(encoding="utf-8"))
    except (IndexError, OSError):
        print("usage: python -m pipeline.tell FILE", file=sys.stderr)
        return 2
    chat = os.environ.get("NOTIFY_CHAT", "")
    quiet = {"link_preview_options": {"is_disabled": True}}
    whole = f"\nAll of it: {run_of(os.environ)}" if "GITHUB_RUN_ID" in os.environ else ""
    slack, telegram = (
        shortened(it, most - len(whole)) + whole
        for it, most in ((plain(text), _SLACK_TAKES), (text, _TELEGRAM_TAKES))
    )
    send({"text": slack}, {"chat_id": chat, "text": telegram, **quiet})
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
