"""`python -m telegram_bot.migrate expand|contract`: take the steps that wait."""

import os
import sys
from collections.abc import Sequence

from common.errors import Misconfigured
from telegram_bot.adapters import database_schema
from telegram_bot.adapters.database_engine import WRONG_URL, open_engine

_WORDS = {"expand": database_schema.prepare, "contract": database_schema.contract}


def main(words: Sequence[str]) -> int:
    """Return 0 when done, 2 with one sentence when that cannot be."""
    if len(words) != 1 or words[0] not in _WORDS:
        print("usage: python -m telegram_bot.migrate expand|contract", file=sys.stderr)
        return 2
    try:
        if not os.environ.get("DATABASE_URL"):
            raise Misconfigured(f"DATABASE_URL is missing. {WRONG_URL}")
        engine = open_engine(os.environ["DATABASE_URL"])
        _WORDS[words[0]](engine)
        engine.dispose()
    except Misconfigured as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
