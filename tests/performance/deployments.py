"""Fifty-six deployments for real on one machine, while ten thousand updates come by webhook.

    make prove PROOFS=deployments        (DEPLOYMENTS=56 UPDATES=10000 by default; needs HAProxy)

By turns: a good version, one that fails its smoke tests, the tool killed and run again, a rollback
by a person while it bakes, tasks killed, a version that dies once people use it, and one that
cannot start. Bots are processes on PostgreSQL, HAProxy shifts the traffic, the playground is
Telegram, `python -m deploy` is the tool. Goals: each ends as it must, no update lost, none answered
twice unless Telegram's reply to the first answer was lost, and after a rollback the old version
answers within 10 s.
"""

import asyncio
import logging
import os
import sys
import tempfile
from pathlib import Path
from time import monotonic

import structlog

from tests.support import real_deployments as real

_BACK_WITHIN = 10.0


async def main() -> int:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    count = int(os.environ.get("DEPLOYMENTS", "56"))
    updates = int(os.environ.get("UPDATES", "10000"))
    per_second = float(os.environ.get("PER_SECOND", "30"))
    with tempfile.TemporaryDirectory(prefix="deployments-") as name:
        async with real.site(Path(name)) as site:
            began = monotonic()
            typing = asyncio.create_task(site.people.type(updates, per_second))
            for number in range(count):
                await real.KINDS[number % len(real.KINDS)](site)
                print(
                    f"{monotonic() - began:4.0f} s: {number + 1} deployments, "
                    f"{site.people.sent} updates sent, {site.people.answered()} answered",
                    flush=True,
                )
            during = site.people.sent
            await typing
            verdict = await real.judged(site)
            ledger = real.told(site)
            switches = site.balancer.switches
    for kind, times in sorted(site.outcomes.items()):
        print(f"{times:3d} {kind}")
    for line in site.wrong:
        print(f"  {line}")
    back = sorted(site.back_within)
    print(
        f"{count} deployments, {switches} switches of HAProxy, {during} updates meanwhile, "
        f"{verdict.updates} in all: lost {verdict.lost}, set aside {verdict.set_aside}, "
        f"answered twice {verdict.doubled} (unmarked {verdict.doubled_unmarked}), "
        f"replies lost {verdict.doubtful}, out of order {verdict.disordered}"
    )
    if back:
        print(
            f"rollback to traffic back: {back[0]:.1f} to {back[-1]:.1f} s (goal {_BACK_WITHIN:g})"
        )
    print(f"ledger whole: {ledger['whole']}, it tells {dict(ledger['outcomes'])}")
    bad = site.wrong or verdict.lost or verdict.doubled_unmarked or verdict.disordered
    return 1 if bad or not ledger["whole"] or max(back, default=0.0) > _BACK_WITHIN else 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
