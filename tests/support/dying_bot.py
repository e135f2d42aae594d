"""`python -m tests.support.dying_bot`: the bot, and a step at which its process ends at once.

`DIE_AT` names the step and after how many passes of it, for example `recorded:3`; the process then
gets SIGKILL from itself, so that nothing of it can tidy up.
"""

import os
import signal
import sys
from collections.abc import Awaitable, Callable
from typing import Any

from telegram_bot.__main__ import main
from telegram_bot.adapters.database_inbox import DatabaseInbox
from telegram_bot.adapters.database_lanes import DatabaseLanes
from telegram_bot.adapters.telegram_feed import HttpFeed
from telegram_bot.adapters.telegram_handlers import Handlers
from telegram_bot.adapters.telegram_post import HttpPost

# Step: the class, the method, and whether the process ends before the method or after it.
STEPS: dict[str, tuple[type, str, bool]] = {
    "received": (DatabaseInbox, "record", True),
    "recorded": (DatabaseInbox, "record", False),
    "claimed": (DatabaseLanes, "claim", False),
    "processing": (Handlers, "answers", True),
    "processed": (Handlers, "answers", False),
    "marked": (DatabaseInbox, "answered", False),
    "sending": (HttpPost, "post", True),
    "sent": (HttpPost, "post", False),
    "noted": (DatabaseLanes, "next", False),
    "acknowledging": (HttpFeed, "fetch", True),
    "fetched": (HttpFeed, "fetch", False),
}


def die_at(step: str, passes: int) -> None:
    """Put the end of the process into its way."""
    kind, name, before = STEPS[step]
    method: Callable[..., Awaitable[Any]] = getattr(kind, name)
    left = passes

    async def deadly(*arguments: Any, **named: Any) -> Any:
        nonlocal left
        left -= 1
        if before and left <= 0:
            os.kill(os.getpid(), signal.SIGKILL)
        result = await method(*arguments, **named)
        if left <= 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    setattr(kind, name, deadly)


def run() -> int:
    """Be the bot, with the step in its way; return its exit code."""
    if wish := os.environ.get("DIE_AT"):
        step, _, passes = wish.partition(":")
        die_at(step, int(passes))
    return main()


if __name__ == "__main__":
    sys.exit(run())
