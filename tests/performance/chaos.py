"""Ten bad minutes: three exchanges, each of which answers three requests in ten wrongly.

make prove PROOFS=chaos                  (CHAOS_SECONDS=600 by default)

Goals: no price outside the tolerance of what the market truly traded at, no old answer that is not
marked stale, 99 % of all questions answered with a price younger than ten seconds, and no exchange
asked more often than its limits allow.
"""

import asyncio
import logging
import os
import sys

import structlog

from tests.support.chaos import run

SHARE = 0.3
FRESH = 0.99


async def main() -> int:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    seconds = float(os.environ.get("CHAOS_SECONDS", "600"))
    print(f"{seconds:.0f} s with three exchanges, {SHARE:.0%} of whose answers are wrong")
    verdict = await run(seconds, SHARE, said=lambda line: print(line, flush=True))
    for name, calls in verdict.calls.items():
        print(f"{name}: {calls} calls, {verdict.faults[name]} of them answered wrongly")
    print(f"answers by status {dict(verdict.answers)}, by quality {dict(verdict.qualities)}")
    for line in (*verdict.wrong, *verdict.unflagged)[:10]:
        print(f"  {line}")
    print(
        f"fresh {verdict.fresh:.3%} (goal {FRESH:.0%}), wrong {len(verdict.wrong)}, "
        f"old and not marked {len(verdict.unflagged)}, asked too often: {verdict.over or 'none'}"
    )
    bad = verdict.wrong or verdict.unflagged or verdict.over or verdict.fresh < FRESH
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
