"""10,000 updates that make no sense: the bot outlives them and no log shows its token.

make prove PROOFS=fuzzed_updates       (FUZZED=10000 by default)
"""

import asyncio
import os
import sys
import tempfile
import time
from pathlib import Path

from tests.support.fuzzed_updates import fuzzed, process


def main() -> int:
    """Return 0 when the bot answered a sensible message after all of them."""
    updates = fuzzed(int(os.environ.get("FUZZED", "10000")))
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(process(updates, Path(folder)))
    print(f"{len(updates)} updates in {time.monotonic() - began:.0f} s, then a sensible answer")
    return 0


if __name__ == "__main__":
    sys.exit(main())
