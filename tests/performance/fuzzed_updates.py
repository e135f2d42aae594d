"""10,000 updates that make no sense, and as many webhook bodies: the bot outlives them.

No log at DEBUG shows the token or the webhook's secret, and no body is answered with a 5xx.

make prove PROOFS=fuzzed_updates       (FUZZED=10000 by default)
"""

import asyncio
import os
import sys
import tempfile
import time
from pathlib import Path

from tests.support.fuzzed_updates import bodies, bring, fuzzed, process


def main() -> int:
    """Return 0 when the bot answered a sensible message after all of them."""
    updates = fuzzed(int(os.environ.get("FUZZED", "10000")))
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(process(updates, Path(folder)))
        print(f"{len(updates)} updates in {time.monotonic() - began:.0f} s, then a sensible answer")
        came = asyncio.run(bring(bodies(updates), Path(folder)))
    print(f"{came.total()} webhook bodies: {dict(sorted(came.items()))}")
    return 0 if set(came) <= {200, 400} else 1


if __name__ == "__main__":
    sys.exit(main())
