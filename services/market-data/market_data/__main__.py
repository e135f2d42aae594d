"""`python -m market_data`: serve until told to stop; with `backfill` or `export`, do that."""

import sys
from collections.abc import Sequence


def main(words: Sequence[str] | None = None) -> int:
    """Return 0, or 1 for what may work later, or 2 for what must be asked or set differently."""
    asked = sys.argv[1:] if words is None else words
    if asked:
        from market_data import command_line  # the service starts without reading it

        return command_line.run(asked)
    from market_data import serve

    return serve.run()


if __name__ == "__main__":
    sys.exit(main())
